"""Ranks of zones that a change of rules moves, before and after."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from jingkai.engine.assessed_years import assess_snapshot
from jingkai.engine.assessment import Place
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rule, Rulebook

__all__ = ["moved_ranks"]


def moved_ranks(
    snapshot: Snapshot, before: Rulebook, after: Rulebook, year: int, changed: Collection[str]
) -> dict[str, Any]:
    """Return the places of zones that differ.

    Parameters
    ----------
    snapshot, year
        Whose zones are weighed, on the data of which year.
    before, after
        The rules as they stand on that day, before and after the change.
    changed
        The rules that the change touches.

    Returns
    -------
    By assessment ``title`` and ``zones``: a row a zone whose rank or score differs, with ``before`` and
    ``after``: ``rank`` (first and last possible) and ``score`` (least and most, exact text); None
    where it takes no part. Best rank after first. Empty where no assessment is touched.
    """
    if "zone" not in snapshot.entities:
        return {}
    found = {}
    for name, rule in after.rules.items():
        old = before.rules.get(name)
        if old is None or rule.kind != "assessment" or old.kind != "assessment":
            continue
        if not rule.in_force(snapshot.day_of(year)) or not _read(rule, after) & set(changed):
            continue
        zones = _differing(*(_places(book, snapshot, year, name) for book in (before, after)))
        if zones:
            found[name] = {"title": rule.source.title.model_dump(), "zones": zones}
    return found


def _read(rule: Rule, book: Rulebook) -> set[str]:
    """Return an assessment with the rules its items come from."""
    indicators = {item.indicator for group in rule.assessed for item in group.items}
    return {rule.id} | indicators | {r for i in indicators for r in book.rules[i].reads_rules()}


def _places(book: Rulebook, snapshot: Snapshot, year: int, name: str) -> dict[str, Place]:
    return {p.zone.key: p for p in assess_snapshot(book, snapshot, year, name).places}


def _differing(old: dict[str, Place], new: dict[str, Place]) -> list[dict[str, Any]]:
    rows = [
        {
            "zone": key,
            "name": (new.get(key) or old[key]).zone.name,
            "before": _place(old.get(key)),
            "after": _place(new.get(key)),
        }
        for key in {**new, **old}
    ]
    return [row for row in rows if row["before"] != row["after"]]


def _place(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"rank": list(place.rank), "score": [str(place.low), str(place.high)]}
