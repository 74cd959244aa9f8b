"""One zone in an assessment: its ranks over the years, what costs it points, what would lift it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from rich.text import Text

from jingkai.cli.assessment_text import (
    percent_text,
    points_text,
    ranks_text,
    span_text,
    value_text,
)
from jingkai.cli.output import ChineseTable, console, line
from jingkai.engine.assessment import Assessment, Place
from jingkai.engine.climbing import Climb, Loss, climb, ladder, losses, place_above
from jingkai.engine.exit_warnings import ExitWarning
from jingkai.rulebook import Rulebook

__all__ = ["print_zone", "zone_json"]

_UP = 10
_VERDICTS = {True: "符合", False: "不符合", None: "待定"}
Years = Mapping[int, Assessment]


def print_zone(
    years: Years, warnings: list[ExitWarning], key: str, name: str, rulebook: Rulebook
) -> None:
    """Print a zone's ranks, its points beside the median and the zone above, and what climbing takes.

    Parameters
    ----------
    years
        Assessments by year; the newest is the one explained.
    warnings
        What the rules about exit say.
    key, name
        The zone.
    """
    found = years[max(years)]
    place = _place(found, key)
    if place is None:
        line(Text(f"{name}：{found.year} 年度没有参评", style="bold"))
    else:
        regions = rulebook.vocabulary.entities["zone"].facts["region"].codes
        zh = {c: label.zh for c, label in regions.items()} if isinstance(regions, dict) else {}
        region = zh.get(place.zone.region or "", "地区未知")
        line(Text(f"{name}：{found.year} 年度{_standing(found, place, region)}", style="bold"))
    for year in sorted(years.keys() - {found.year}, reverse=True):
        earlier = _place(years[year], key)
        line(
            f"  {year} 年度{_standing(years[year], earlier, '地区') if earlier else '没有参评'}", 4
        )
    for w in warnings:
        words = _VERDICTS[w.verdicts.get(key)]
        line(f"  {w.rule.source.title.zh}：{words}（{ranks_text(w, key)}）", 4)
    if place is not None:
        _print_losses(found, place)
        _print_climb(found, place)


def _place(found: Assessment, key: str) -> Place | None:
    return next((p for p in found.places if p.zone.key == key), None)


def _standing(found: Assessment, place: Place, region: str) -> str:
    among = "全国" if found.whole else "数据内"
    regional = f"，{region}第 {span_text(place.regional)}" if place.regional else ""
    return f"{among}第 {span_text(place.rank)}{regional}，得分 {points_text(place.low, place.high)}"


def _print_losses(found: Assessment, place: Place) -> None:
    above = place_above(found, place.zone.key, _UP)
    table = ChineseTable(title="得分与相差（分，已乘权重；负数是落后）")
    heads = ["项目", "权重", "数值", "单项分", "比中位数"]
    if above:
        heads.append(f"比第 {ladder(found)[above.zone.key]} 名 {above.zone.name}")
    for i, head in enumerate(heads):
        table.add_column(head, justify="right" if i else "left", overflow="fold")
    for loss in losses(found, place.zone.key, above):
        points = place.points[loss.item.id]
        table.add_row(
            loss.item.title.zh,
            percent_text(loss.item.weight),
            value_text(loss.item, found.values[loss.item.id].get(place.zone.key)),
            "—" if points is None else f"{float(points):.2f}",
            _gap(loss.to_median, loss),
            *([_gap(loss.to_above, loss)] if above else []),
        )
    console.print(table)


def _gap(lost: Fraction | None, loss: Loss) -> str:
    if lost is None:
        return "—"
    return f"{float(-lost):+.2f}" if loss.certain else f"最多 {float(-lost):+.2f}"


def _print_climb(found: Assessment, place: Place) -> None:
    target, steps = climb(found, place.zone.key, _UP)
    if not steps:
        line("已是第一，不需要上升")
        return
    now = ladder(found)[place.zone.key]
    what = f"从第 {now} 名上升到第 {target} 名：只动一项，其余不变"
    within = [s for s in steps if s.needed is not None]
    if within:
        table = ChineseTable(title=what)
        for i, head in enumerate(("项目", "现在", "需达到", "变化")):
            table.add_column(head, justify="right" if i else "left", overflow="fold")
        for step in sorted(within, key=_effort):
            needed = value_text(step.item, step.needed, -1 if step.item.less else 1)
            now_text = value_text(step.item, step.now)
            table.add_row(step.item.title.zh, now_text, needed, _change(step))
        console.print(table)
    else:
        line(f"{what}：没有一项能单独做到")
    beyond = [s.item.title.zh for s in steps if s.needed is None]
    if beyond and within:
        line(f"仅靠此项不可达：{'、'.join(beyond)}")
    line(
        "名次按可确认的得分比较，缺报的项目按最低分计；超过现有最好值时，其他经开区的得分随标尺变化"
    )


def _effort(step: Climb) -> tuple[bool, Fraction, str]:
    """Put the smallest change first, what has no base to measure it by last."""
    if step.needed is None or not step.now:
        return True, Fraction(0), step.item.id
    return False, abs(Fraction(step.needed - step.now, step.now)), step.item.id


def _change(step: Climb) -> str:
    if step.needed is None or step.now is None:
        return ""
    moved = (step.needed - step.now) * step.item.quantum
    if not str(step.item.unit):
        return f"{float(moved * 100):+,.2f} 个百分点"
    return f"{float(Fraction(step.needed - step.now, step.now) * 100):+,.1f}%" if step.now else ""


def zone_json(years: Years, warnings: list[ExitWarning], key: str) -> dict[str, Any]:
    """Return what `print_zone` prints, for programs."""
    found = years[max(years)]
    place = _place(found, key)
    history = {
        str(year): None if (p := _place(years[year], key)) is None else list(p.rank)
        for year in sorted(years)
    }
    about: dict[str, Any] = {
        "zone": key,
        "history": history,
        "warnings": {w.rule.id: w.verdicts.get(key) for w in warnings},
    }
    if place is None:
        return about | {"takes_part": False}
    above = place_above(found, key, _UP)
    target, steps = climb(found, key, _UP)
    return about | {
        "takes_part": True,
        "rank": list(place.rank),
        "regional": list(place.regional) if place.regional else None,
        "score": [float(place.low), float(place.high)],
        "above": above.zone.key if above else None,
        "losses": [_loss_json(loss) for loss in losses(found, key, above)],
        "target": target,
        "climb": [_climb_json(step) for step in steps],
    }


def _loss_json(loss: Loss) -> dict[str, Any]:
    gaps = (loss.to_median, loss.to_above)
    median, above = (None if x is None else float(x) for x in gaps)
    return {
        "item": loss.item.id,
        "to_median": median,
        "to_above": above,
        "known": loss.certain,
    }


def _climb_json(step: Climb) -> dict[str, Any]:
    ends = (step.now, step.needed)
    now, needed = (None if x is None else str(x * step.item.quantum) for x in ends)
    return {
        "item": step.item.id,
        "unit": str(step.item.unit),
        "now": now,
        "needed": needed,
        "reachable": step.needed is not None,
    }
