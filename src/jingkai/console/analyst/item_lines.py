"""What each item of the assessment costs a zone, and the value that climbs."""

from __future__ import annotations

from typing import Any

from jingkai.console.portal.figures import figure_in
from jingkai.engine.assessment import Assessment, WeighedItem
from jingkai.engine.climbing import climb, losses, place_above
from jingkai.report.figures import percent, points

__all__ = ["item_lines"]

_UP = 10


def item_lines(found: Assessment, zone: str, lang: str) -> dict[str, Any]:
    """Return a line an item, what costs most against the median first.

    Returns
    -------
    ``target`` (the rank some places up), ``first`` (whether the zone is first already) and ``lines``:
    group, title, weight, points, what is lost to the middle and to the zone some places above (its name
    is not told), the value now and the one that reaches the target by itself (empty: it cannot).
    """
    target, steps = climb(found, zone, _UP)
    needed = {step.item.id: step.needed for step in steps}
    mine, above = found.place(zone), place_above(found, zone, _UP)
    titles = {g.id: g.title.text(lang) for g in found.rule.assessed}
    lines = [
        {
            "group": titles[loss.item.group],
            "title": loss.item.title.text(lang),
            "weight": percent(loss.item.weight, 2),
            "points": points(mine.points[loss.item.id]),
            "to_median": points(loss.to_median),
            "to_above": points(loss.to_above),
            "certain": loss.certain,
            "now": _value(loss.item, found.values.get(loss.item.id, {}).get(zone), lang) or "—",
            "needed": _value(loss.item, needed.get(loss.item.id), lang),
        }
        for loss in losses(found, zone, above)
    ]
    return {"target": target, "first": not steps, "lines": lines}


def _value(item: WeighedItem, quanta: int | None, lang: str) -> str:
    return "" if quanta is None else figure_in(lang, quanta * item.quantum, str(item.unit))
