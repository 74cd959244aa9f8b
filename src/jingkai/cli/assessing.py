"""``jingkai assess``: zones weighed against each other, with what a rank rests on said beside it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, Literal

import polars as pl
import typer
from rich.text import Text

from jingkai.cli.assessing_zone import print_zone, zone_json
from jingkai.cli.assessment_text import points_text, ranks_text, span_text
from jingkai.cli.output import ChineseTable, console, line, print_json
from jingkai.cli.session import JSON, find_workspace, open_rulebook
from jingkai.cli.table_file import OUT, SYNTHETIC, write_table
from jingkai.engine.assessed_years import assess_years
from jingkai.engine.assessment import Assessment, Place
from jingkai.engine.exit_warnings import ExitWarning, exit_warnings
from jingkai.errors import JingkaiError
from jingkai.explain.assessment_marks import assessment_marks
from jingkai.registry.snapshot import Match, Snapshot
from jingkai.rulebook import Rulebook
from jingkai.vocabulary import Label

__all__ = ["assess_command"]

_KIND = "经济技术开发区"
_SHOWN = 30
_WIDE = 140  # cells from which on the groups have columns of their own


def assess_command(
    year: int | None = typer.Option(None, "--year", help="数据年度；默认为最新数据的上一年"),
    region: str | None = typer.Option(None, "--region", help="只看一个地区：东部、中部或西部"),
    explain: str | None = typer.Option(
        None, "--explain", help="一家经开区：失分在哪里，怎样上升十位"
    ),
    rule: str | None = typer.Option(
        None, "--rule", help="用哪一条综合评价规则，默认为当时有效的一条"
    ),
    everything: bool = typer.Option(False, "--all", help="列出全部，不只前 30 名"),
    out: Path | None = typer.Option(None, "--out", help=OUT),
    as_json: bool = JSON,
) -> None:
    """综合评价：得分、全国和地区名次、退出预警。Scores, ranks and exit warnings of zones."""
    workspace = find_workspace()
    rulebook = open_rulebook(workspace)
    year = year or Snapshot.current(workspace).as_of.year - 1
    snapshot = Snapshot.of_year(workspace, year)
    years = assess_years(workspace, rulebook, year, name=rule)
    found = years[year]
    warnings = exit_warnings(rulebook, snapshot, found.as_of, years)
    synthetic = bool(snapshot.manifest.get("synthetic"))
    code = _region(rulebook, region)
    if out is not None:
        notes = assessment_marks(found)
        table = _for_file(found, warnings, rulebook, code, notes)
        write_table(table, out, synthetic=synthetic, notes=notes)
    if explain is not None:
        match = _zone(snapshot, explain)
        if as_json:
            print_json(_head(found, snapshot, synthetic) | zone_json(years, warnings, match.key))
            return
        _say_what_it_rests_on(found, synthetic)
        print_zone(years, warnings, match.key, match.name or match.key, rulebook)
    elif as_json:
        print_json(_head(found, snapshot, synthetic) | _as_json(found, warnings, code))
    else:
        _say_what_it_rests_on(found, synthetic)
        _print_places(found, warnings, rulebook, code, everything)


def _zone(snapshot: Snapshot, text: str) -> Match:
    matches = snapshot.find("zone", text)
    if len(matches) == 1:
        return matches[0]
    if matches:
        names = "、".join(m.name or m.key for m in matches[:10])
        raise JingkaiError(f"“{text}”对应 {len(matches)} 家经开区：{names}", hint="写全名称")
    raise JingkaiError(f"数据里没有经开区“{text}”", hint="运行 `jingkai assess --all` 看全部名称")


def _regions(rulebook: Rulebook) -> dict[str, Label]:
    codes = rulebook.vocabulary.entities["zone"].facts["region"].codes
    return codes if isinstance(codes, dict) else {}


def _region(rulebook: Rulebook, text: str | None) -> str | None:
    if text is None:
        return None
    for code, label in _regions(rulebook).items():
        if text in (code, label.zh, label.zh.removesuffix("部")):
            return code
    known = "、".join(label.zh for label in _regions(rulebook).values())
    raise JingkaiError(f"没有地区“{text}”", hint=f"写 {known} 之一")


def _say_what_it_rests_on(found: Assessment, synthetic: bool) -> None:
    if synthetic:
        line(Text(SYNTHETIC, style="yellow"))
    line(Text("；".join(assessment_marks(found)), style="yellow"))


# --- the list


def _print_places(
    found: Assessment,
    warnings: list[ExitWarning],
    rulebook: Rulebook,
    region: str | None,
    everything: bool,
) -> None:
    names = _regions(rulebook)
    places = [p for p in found.places if region is None or p.zone.region == region]
    where = names[region].zh if region else "全国" if found.whole else "数据内"
    table = ChineseTable(title=f"{found.year} 年度综合评价：{where} {len(places)} 家参评")
    wide = console.width >= _WIDE
    groups = found.rule.assessed if wide else ()
    heads = ["名次", "地区名次", "经开区", "省份", "得分", *(g.title.zh for g in groups), "缺报"]
    for head in heads:
        left = head in ("地区名次", "经开区", "省份")
        side: Literal["left", "right"] = "left" if left else "right"
        table.add_column(head, justify=side, overflow="fold", no_wrap=head != "经开区")
    shown = places if everything else places[:_SHOWN]
    short = _short_names(places)
    for p in shown:
        regional = names[p.zone.region].zh if p.zone.region in names else "地区未知"
        table.add_row(
            span_text(p.rank),
            f"{regional} {span_text(p.regional)}" if p.regional else regional,
            short[p.zone.key],
            p.zone.province or "",
            points_text(p.low, p.high),
            *(points_text(*p.groups[g.id]) for g in groups),
            str(len(p.missing) or ""),
        )
    console.print(table)
    if len(shown) < len(places):
        line(f"列前 {_SHOWN} 名；--all 列全部，--out 文件 写出全部")
    _print_notes(found, places)
    for warning in warnings:
        _print_warning(warning, {p.zone.key: p.zone.name for p in places})


def _short_names(places: list[Place]) -> dict[str, str]:
    """Return names as the ministry's lists have them (昆山), whole where two would be the same."""
    short = {p.zone.key: p.zone.name.removesuffix(_KIND) or p.zone.name for p in places}
    twice = Counter(short.values())
    return {p.zone.key: n if twice[n := short[p.zone.key]] == 1 else p.zone.name for p in places}


def _print_notes(found: Assessment, places: list[Place]) -> None:
    if any(p.missing for p in places):
        unknown = [i for i in found.items if all(i.id in p.missing for p in found.places)]
        line("缺报的项目按该项最低分至满分计，得分和名次因此是范围")
        if unknown:
            line(f"没有一家报送的项目：{'、'.join(i.title.zh for i in unknown)}")
    if found.apart:
        names = "、".join(z.name for z in found.apart[:10])
        more = "等" if len(found.apart) > 10 else ""
        line(f"不满一个自然年、没有参评的 {len(found.apart)} 家：{names}{more}")


def _print_warning(warning: ExitWarning, names: dict[str, str]) -> None:
    title = warning.rule.source.title.zh
    met = [k for k, v in warning.verdicts.items() if v and k in names]
    open_ = [k for k, v in warning.verdicts.items() if v is None and k in names]
    line(Text(f"{title}：符合 {len(met)} 家，待定 {len(open_)} 家", style="bold"))
    for key in met:
        line(f"  符合 {names[key]}（{ranks_text(warning, key)}）", 4)
    ranked = [k for k in open_ if any(warning.ranks[k].values())]
    for key in ranked[:10]:
        line(f"  待定 {names[key]}（{ranks_text(warning, key)}）", 4)
    if len(open_) > len(ranked[:10]):
        line(f"  待定的还有 {len(open_) - len(ranked[:10])} 家")


# --- for programs


def _head(found: Assessment, snapshot: Snapshot, synthetic: bool) -> dict[str, Any]:
    return {
        "year": found.year,
        "as_of": found.as_of,
        "rule": found.rule.id,
        "snapshot": snapshot.id,
        "synthetic": synthetic,
        "whole": found.whole,
        "marks": assessment_marks(found),
        "items": [
            {
                "item": i.id,
                "title": i.title.model_dump(),
                "group": i.group,
                "indicator": i.indicator,
                "weight": float(i.weight),
                "direction": "less" if i.less else "more",
            }
            for i in found.items
        ],
    }


def _as_json(found: Assessment, warnings: list[ExitWarning], region: str | None) -> dict[str, Any]:
    return {
        "places": [
            _place_json(p) for p in found.places if region is None or p.zone.region == region
        ],
        "apart": [z.key for z in found.apart],
        "warnings": [
            {
                "rule": w.rule.id,
                "met": [k for k, v in w.verdicts.items() if v],
                "open": [k for k, v in w.verdicts.items() if v is None],
            }
            for w in warnings
        ],
    }


def _place_json(p: Place) -> dict[str, Any]:
    return {
        "zone": p.zone.key,
        "name": p.zone.name,
        "province": p.zone.province,
        "region": p.zone.region,
        "rank": list(p.rank),
        "bottom": list(p.bottom),
        "regional": list(p.regional) if p.regional else None,
        "regional_bottom": list(p.regional_bottom) if p.regional_bottom else None,
        "score": [float(p.low), float(p.high)],
        "groups": {g: [float(x) for x in ends] for g, ends in p.groups.items()},
        "points": {i: None if x is None else float(x) for i, x in p.points.items()},
        "missing": list(p.missing),
    }


def _for_file(
    found: Assessment,
    warnings: list[ExitWarning],
    rulebook: Rulebook,
    region: str | None,
    marks: list[str],
) -> pl.DataFrame:
    names = _regions(rulebook)
    titles = {i.id: i.title.zh for i in found.items}
    words = {True: "符合", False: "不符合", None: "待定"}
    rows = []
    for p in (p for p in found.places if region is None or p.zone.region == region):
        row: dict[str, Any] = {
            "年度": found.year,
            "名次": p.rank.first,
            "名次至": p.rank.last,
            "标识": p.zone.key,
            "经开区": p.zone.name,
            "省份": p.zone.province,
            "地区": names[p.zone.region].zh if p.zone.region in names else None,
            "地区名次": p.regional.first if p.regional else None,
            "地区名次至": p.regional.last if p.regional else None,
            "得分": float(p.low),
            "得分至": float(p.high),
        }
        row |= {f"{g.title.zh}得分": float(p.groups[g.id][0]) for g in found.rule.assessed}
        row |= {
            f"{titles[i]}（单项分）": None if x is None else float(x) for i, x in p.points.items()
        }
        row |= {"缺报": "、".join(titles[i] for i in p.missing)}
        row |= {w.rule.source.title.zh: words[w.verdicts.get(p.zone.key)] for w in warnings}
        rows.append(row | {"说明": "；".join(marks)})
    return pl.DataFrame(rows, infer_schema_length=None)
