"""An assessment's examples: a few zones with their values, and the scores and ranks they come to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.engine.assessment import (
    Assessment,
    Place,
    Span,
    WeighedItem,
    Zone,
    assess_values,
    taking_part,
    weighed_items,
)
from jingkai.engine.given import stored_value
from jingkai.rulebook import Rule, Rulebook
from jingkai.vocabulary import parse_figure, units

__all__ = ["assessment_outcome"]

#: What an example gives for every zone that says nothing else.
_EVERY = "every_zone"
_RANKS = ("rank", "bottom", "regional", "regional_bottom")


def assessment_outcome(
    rule: Rule,
    rulebook: Rulebook,
    as_of: date,
    given: Mapping[str, Any],
    expect: Any,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what an example comes to by zone, and what does not agree with what it expects.

    Parameters
    ----------
    given
        By zone (``every_zone``: all of them) the values of items by their id, and facts of the zone.
    expect
        By zone ``score`` or ``low`` and ``high`` in 分, ``rank``, ``bottom``, ``regional``,
        ``regional_bottom`` (one number, or the first and the last), or ``takes_part: false``.

    Raises
    ------
    ValueError
        If a name is neither an item nor a fact, a value cannot be read, or a zone is not given.
    """
    if not isinstance(expect, dict):
        raise ValueError("an assessment's example expects something of each zone")
    if not rule.in_force(as_of):
        return {}, ("the rule is not in force on that date",)
    assessment = _assessed(rule, rulebook, as_of, given)
    places = {p.zone.key: p for p in assessment.places}
    found: dict[str, Any] = {}
    problems = []
    for name, wanted in expect.items():
        if name not in given:
            raise ValueError(f"zone `{name}` is expected but not given")
        found[name] = _found(places.get(name))
        for part, want in (wanted or {}).items():
            have = found[name].get(part)
            if have != _wanted(part, want):
                problems.append(f"{name} {part}: expected {want}, found {_text(have)}")
    return found, tuple(problems)


def _assessed(rule: Rule, rulebook: Rulebook, as_of: date, given: Mapping[str, Any]) -> Assessment:
    items = {item.id: item for item in weighed_items(rule, rulebook, as_of)}
    facts = rulebook.vocabulary.entities[rule.entity].facts
    every = given.get(_EVERY) or {}
    rows: list[dict[str, Any]] = []
    values: dict[str, dict[str, int | None]] = {name: {} for name in items}
    for zone, own in given.items():
        if zone == _EVERY:
            continue
        row: dict[str, Any] = {"key": zone}
        for name, value in {**every, **(own or {})}.items():
            if name in items:
                values[name][zone] = _quanta(items[name], value)
            elif name in facts and not facts[name].yearly:
                row[name] = stored_value(facts[name], value)
            else:
                raise ValueError(f"`{name}` is neither an item nor a fact of the zone")
        rows.append(row)
    schema = {"key": pl.String(), **{f.name: f.arrow_type for f in facts.values() if not f.yearly}}
    part = taking_part(rule, rulebook, as_of, pl.DataFrame(rows, schema=schema))
    zones = [Zone(r["key"], r["key"], r.get("province"), r.get("region")) for r in rows]
    chosen = [zone for zone, yes in zip(zones, part, strict=True) if yes]
    return assess_values(rule, rulebook, as_of, chosen, values)


def _quanta(item: WeighedItem, value: Any) -> int | None:
    if value is None:
        return None
    figure = parse_figure(str(value))
    if figure is None:
        raise ValueError(f"`{value}` is no figure for `{item.id}`")
    number, unit = figure
    if unit and str(item.unit):
        number = units().convert(number, unit, str(item.unit))
    stored = number / item.quantum
    if stored.denominator != 1:
        raise ValueError(f"`{value}` has more digits than `{item.id}` is stored with")
    return int(stored)


def _found(place: Place | None) -> dict[str, Any]:
    if place is None:
        return {"takes_part": False}
    found: dict[str, Any] = {name: getattr(place, name) for name in _RANKS}
    score = place.low if place.low == place.high else None
    return {"takes_part": True, "score": score, "low": place.low, "high": place.high, **found}


def _wanted(part: str, want: Any) -> Any:
    if part in ("score", "low", "high"):
        figure = parse_figure(str(want))
        return None if figure is None else figure[0]
    if part in _RANKS and want is not None:
        first, last = want if isinstance(want, list) else (want, want)
        return Span(int(first), int(last))
    return want


def _text(value: Any) -> str:
    if isinstance(value, Fraction):
        return f"{float(value):g} 分" if value.denominator < 10**6 else f"{value} 分"
    if isinstance(value, Span):
        return str(value.first) if value.first == value.last else f"[{value.first}, {value.last}]"
    return str(value)
