"""A reform's page: how far it is, then whom it touches, in aggregates."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from uuid import UUID

import polars as pl
from django.http import HttpRequest, HttpResponse, QueryDict

from jingkai.console.analyst.charts import axis_of, grouped_bars, ranked_bars
from jingkai.console.analyst.reforms.effects import DIMENSIONS
from jingkai.console.analyst.reforms.moved import moved, moved_file
from jingkai.console.analyst.scope import own_zone
from jingkai.console.answer import answer
from jingkai.console.errors import ConsoleError, NotFound
from jingkai.console.models import Job
from jingkai.console.opened import Opened, rulebook
from jingkai.console.portal.figures import figure_in
from jingkai.console.portal.places import opened_zones, region_titles
from jingkai.engine.comparison import Comparison

__all__ = ["reform"]

_TITLES = {
    "region": ("按地区", "By region"), "province": ("按省份", "By province"), "zone": ("按经开区", "By zone"),
    "industry": ("按行业", "By industry"), "size": ("按规模", "By size"),
}  # fmt: skip
_DRAWN = 14
Line = dict[str, Any]


def reform(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show a reform; query: rule, the one whose groups are shown."""
    found, lang = opened_zones(), request.lang
    job = Job.objects.filter(pk=key, kind="reform", zone=own_zone(request.user)).first()
    if job is None:
        raise NotFound("没有这项测算，或不是您可以看的", hint="从“改革测算”页进入")
    page = _about(job, found, lang)
    table = None
    if job.state == Job.State.DONE:
        comparison = _comparison(job, found)
        page |= _done(
            job, comparison, request.GET.get("rule", ""), region_titles(found, lang), lang
        )
        page["moved"] = moved(comparison.manifest, found, job.zone, lang)
        rows = job.result["rows"]
        table = _file(rows, comparison) if rows else moved_file(page["moved"])
    response = answer(request, "console/analyst/reform.html", page, table, f"改革测算{key.hex[:8]}")
    if job.ended and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"  # the whole page: its files are offered now
    return response


def _about(job: Job, found: Opened, lang: str) -> dict[str, Any]:
    asked = job.arguments
    rule = rulebook().rules.get(asked["rule"])
    again = QueryDict(mutable=True)
    again.update({"rule": asked["rule"], "day": asked["day"], "title": asked["title"], **asked["typed"]})  # fmt: skip
    again.setlist("drop", asked["drop"])
    if asked["end"]:
        again["end"] = "yes"
    return {
        "id": str(job.pk),
        "state": job.state,
        "title": asked["title"],
        "rule": asked["rule"],
        "rule_title": rule.source.title.text(lang) if rule else asked["rule"],
        "day": asked["day"],
        "snapshot_then": asked["snapshot"],
        "newer": asked["snapshot"] != found.snapshot.id,
        "said": [{"title": s[lang], "was": s["was"], "will": s["will"]} for s in asked["said"]],
        "step": job.step,
        "done": job.done,
        "of": job.of,
        "error": job.error,
        "created": job.created_at.isoformat(timespec="seconds"),
        "again": again.urlencode(),
        "own": job.zone,
    }


def _comparison(job: Job, found: Opened) -> Comparison:
    comparison = Comparison(found.workspace.comparisons / job.result["comparison"])
    if not (comparison.path / "manifest.json").exists():
        raise ConsoleError("这项测算的结果已不在工作区", hint="点“改一改再试”重新测算")
    return comparison


def _done(
    job: Job, comparison: Comparison, asked: str, regions: dict[str, str], lang: str
) -> dict[str, Any]:
    """Return the rules that flip, the groups of one of them, and charts of both."""
    lines = [_worded(r, comparison, regions, lang) for r in job.result["rows"]]
    rules = sorted((r for r in lines if r["dimension"] == "nation"), key=lambda r: -r.get("entities", 0))  # fmt: skip
    names = [r["rule"] for r in rules]
    chosen = asked if asked in names else names[0] if names else ""
    groups = [
        {"dimension": d, "title": _TITLES[d][lang != "zh"], "rows": mine, "chart": _chart(mine, d, lang)}
        for d in DIMENSIONS[1:]
        if (mine := [r for r in lines if r["dimension"] == d and r["rule"] == chosen])
    ]  # fmt: skip
    return {
        "rules": rules,
        "chosen": chosen,
        "chosen_title": next((r["rule_title"] for r in rules if r["rule"] == chosen), ""),
        "any_money": any(r.get("difference") is not None for r in rules),
        "money": any(r.get("difference") is not None for r in rules if r["rule"] == chosen),
        "groups": groups,
        "chart": _by_rule(rules, lang),
    }


def _worded(row: Line, comparison: Comparison, regions: dict[str, str], lang: str) -> Line:
    rule = comparison.rules[row["rule"]]
    title = row["title"] if lang == "zh" else _english(row, regions)
    unit = rule["unit"]
    words = {
        f"{n}_text": figure_in(lang, Fraction(row[n]), unit)
        for n in ("before", "after", "difference")
        if row.get(n) is not None
    }
    return {**row, "title": title, "rule_title": rule["title"][lang], "unit": unit, **words}


def _english(row: Line, regions: dict[str, str]) -> str:
    if row["joint"]:
        return "others, put together"
    names = {"region": regions, "nation": {"": "Nation"}}.get(row["dimension"], {})
    return str(names.get(row["group"] or "", row["title"]))


def _by_rule(rules: list[Line], lang: str) -> Any:
    shown = [r for r in rules if not r["small"]][:_DRAWN]
    return _ways(shown, [r["rule_title"] for r in shown], lang) if shown else None


def _chart(rows: list[Line], dimension: str, lang: str) -> Any:
    """Return a dimension's groups as bars: money where there is some, else how many gain and lose."""
    shown = [r for r in rows if not r["joint"]]
    if len(shown) < 2 or dimension == "zone":
        return None
    if shown[0]["difference"] is None:
        shown = shown[:_DRAWN]
        return _ways(shown, [r["title"] for r in shown], lang)
    shown = sorted(shown, key=lambda r: -abs(Fraction(r["difference"])))[:_DRAWN]
    values = [float(Fraction(r["difference"])) for r in shown]
    label = "金额差额，数字见下表" if lang == "zh" else "Difference; the numbers stand below"
    axis = axis_of(values, shown[0]["unit"], lang)
    return ranked_bars(label, [r["title"] for r in shown], values, axis)


def _ways(rows: list[Line], names: list[str], lang: str) -> Any:
    words = {"gained": ("得到或增加", "gain"), "lost": ("失去或减少", "lose"), "open": ("待定变化", "open")}  # fmt: skip
    values = {w[lang != "zh"]: [float(r[k]) for r in rows] for k, w in words.items()}
    label = "变化的户数，数字见下表" if lang == "zh" else "How many change; the numbers stand below"
    every = [v for part in values.values() for v in part]
    return grouped_bars(label, names, {n: list(v) for n, v in values.items()}, axis_of(every, "家", lang))  # fmt: skip


def _file(rows: list[Line], comparison: Comparison) -> pl.DataFrame:
    """Return every row as a file has it; what is less than three is said to be."""
    names = {"nation": "全国", **{d: t[0] for d, t in _TITLES.items()}}
    columns = {"entities": "变化户数", "gained": "得到或增加", "lost": "失去或减少", "open": "待定变化", "other": "其他变化",
               "before": "改前金额", "after": "改后金额", "difference": "差额"}  # fmt: skip
    found = [
        {
            "规则代码": r["rule"],
            "规则": comparison.rules[r["rule"]]["title"]["zh"],
            "维度": names[r["dimension"]],
            "组": r["title"],
            "不足3户": r["small"],
            **{zh: _number(r.get(n)) for n, zh in columns.items()},
            "单位": comparison.rules[r["rule"]]["unit"],
        }
        for r in rows
    ]
    kinds = {"规则代码": pl.String, "规则": pl.String, "维度": pl.String, "组": pl.String, "不足3户": pl.Boolean,
             **dict.fromkeys(columns.values(), pl.Float64), "单位": pl.String}  # fmt: skip
    return pl.DataFrame(found, schema=kinds)


def _number(value: Any) -> float | None:
    return None if value is None else float(Fraction(value))
