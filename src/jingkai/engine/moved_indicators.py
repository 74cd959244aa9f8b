"""Indicators that a change of rules moves, by zone, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from jingkai.engine.indicators import decide_indicators
from jingkai.engine.reevaluate import Reevaluation
from jingkai.engine.store import DecisionRun
from jingkai.rulebook import Rulebook

__all__ = ["moved_indicators"]


def moved_indicators(
    run: DecisionRun,
    rulebooks: tuple[Rulebook, Rulebook],
    found: Mapping[str, Reevaluation],
    as_of: date,
) -> dict[str, Any]:
    """Return the indicators that differ.

    Parameters
    ----------
    run
        The run before the change, with its indicators.
    rulebooks
        Before and after.
    found
        By entity its results after the change.

    Returns
    -------
    By indicator ``title``, ``unit``, ``quantum``, ``direction`` and ``zones``: a row a zone that
    differs (``""``: all), with ``before`` and ``after`` as `decide_indicators` gives them, None where
    it is not in force.
    """
    before, after = rulebooks
    affected = {name for each in found.values() for name in each.affected}
    again = {
        rule.id
        for rule in after.in_force(as_of)
        if rule.kind == "indicator"
        and (rule != before.rules.get(rule.id) or rule.reads_rules() & affected)
    }
    in_force = {rule.id for rule in after.in_force(as_of)}
    ended = run.manifest["indicators"].keys() - in_force
    if not again and not ended:
        return {}
    snapshot = next(iter(found.values())).snapshot
    new = decide_indicators(after, snapshot, lambda e: found[e].results(), as_of, again)
    rows = {}
    for name in sorted(again | ended):
        old = run.manifest["indicators"].get(name)
        zones = _differing(old, new.get(name))
        if zones:
            about = new.get(name) or old
            rule = after.rules.get(name) or before.rules[name]
            rows[name] = {
                "title": rule.source.title.model_dump(),
                **{k: about[k] for k in ("unit", "quantum", "direction")},
                "zones": zones,
            }
    return rows


def _differing(old: dict[str, Any] | None, new: dict[str, Any] | None) -> list[dict[str, Any]]:
    sides = [{row["zone"]: row for row in (each or {"zones": ()})["zones"]} for each in (old, new)]
    return [
        {"zone": zone, "before": sides[0].get(zone), "after": sides[1].get(zone)}
        for zone in sorted(sides[0].keys() | sides[1].keys())
        if sides[0].get(zone) != sides[1].get(zone)
    ]
