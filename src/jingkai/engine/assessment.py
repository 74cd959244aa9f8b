"""Weighs zones against each other: points an item, scores, ranks, all exact and all as intervals.

An item's points lie between the least and the greatest known value of the zones that take part. A value
that is not known counts from the least to the most points, so a score and a rank have two ends.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import polars as pl

from jingkai.engine.polars_plan import PlanCompiler
from jingkai.rulebook import Rule, Rulebook, lowering_for
from jingkai.rulebook.assessment import item_scale, item_weights
from jingkai.rulebook.program import whole_test
from jingkai.rulebook.results import amount_quantum
from jingkai.vocabulary import Label, Unit, Vocabulary

__all__ = [
    "Assessment",
    "Place",
    "Span",
    "WeighedItem",
    "Zone",
    "assess_values",
    "efficacy",
    "taking_part",
    "weighed_items",
]


class Span(NamedTuple):
    """A rank that may be anything from `first` to `last`; the same where it is certain."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone by key and name, with province and region as known (None where not)."""

    key: str
    name: str
    province: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class WeighedItem:
    """An item with its weight in the whole, and how its values are stored.

    Parameters
    ----------
    less
        Whether less is better.
    quantum, step
        How much a stored integer is in `unit`; by how many of them a value can move (of a count, one).
    least, most
        What a value can be at all, in quanta; None: no bound.
    """

    id: str
    group: str
    title: Label
    indicator: str
    weight: Fraction
    less: bool
    unit: Unit
    quantum: Fraction
    step: int = 1
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A zone's place in an assessment.

    `points` are an item's points before its weight (None: not known), `low` and `high` the ends of the
    score, `groups` those of each group. `bottom` counts from the last, `regional` within the region
    (None where the region is not known). Zones that are equal share the better place, from either end.
    """

    zone: Zone
    points: dict[str, Fraction | None]
    low: Fraction
    high: Fraction
    groups: dict[str, tuple[Fraction, Fraction]]
    rank: Span
    bottom: Span
    regional: Span | None = None
    regional_bottom: Span | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """The items of which nothing is known."""
        return tuple(item for item, points in self.points.items() if points is None)


@dataclass(frozen=True, slots=True)
class Assessment:
    """Zones weighed by a rule: places by assured score, then possible score, then name.

    `values` are the items' values in quanta by zone key; `apart` the zones that do not take part;
    `expected` how many zones there were in all (None: not known).
    """

    rule: Rule
    as_of: date
    items: tuple[WeighedItem, ...]
    places: tuple[Place, ...]
    values: Mapping[str, Mapping[str, int | None]]
    floor: Fraction
    span: Fraction
    apart: tuple[Zone, ...] = ()
    expected: int | None = None

    @property
    def whole(self) -> bool:
        """Whether it compares all the zones there were; else a rank is one among those in the data."""
        return self.expected is None or len(self.places) + len(self.apart) >= self.expected

    @property
    def year(self) -> int:
        """The year whose data it weighs."""
        return self.as_of.year - 1

    def place(self, key: str) -> Place:
        """Return a zone's place."""
        return next(p for p in self.places if p.zone.key == key)

    def item(self, name: str) -> WeighedItem:
        """Return an item by id."""
        return next(i for i in self.items if i.id == name)


def taking_part(rule: Rule, rulebook: Rulebook, as_of: date, facts: pl.DataFrame) -> list[bool]:
    """Return for each zone whether it takes part: unless a condition surely fails.

    Parameters
    ----------
    facts
        One row a zone with its stored facts.
    """
    if rule.decide is None or not rule.conditions:
        return [True] * facts.height
    lowering = lowering_for(rulebook, rule, as_of, frozenset(facts.columns))
    lowering.conditions = {c.id: whole_test(c, lowering) for c in rule.conditions}
    verdict = PlanCompiler().expression(lowering.test(rule.decide))
    found = facts.with_columns(part=verdict.fill_null(True))["part"].to_list()
    return [bool(part) for part in found]


def weighed_items(rule: Rule, rulebook: Rulebook, as_of: date) -> tuple[WeighedItem, ...]:
    """Return the items of an assessment with their weights on a day.

    Raises
    ------
    RulebookError
        If the weights do not add up.
    """
    weights = item_weights(rule, as_of)
    counted = _counting_units(rulebook.vocabulary)
    found = []
    for group in rule.assessed:
        for item in group.items:
            indicator = rulebook.rules[item.indicator]
            quantum = amount_quantum(indicator.unit)
            ends = (None if e is None else int(e / quantum) for e in (item.least, item.most))
            found.append(
                WeighedItem(
                    item.id,
                    group.id,
                    item.title,
                    item.indicator,
                    weights[item.id],
                    indicator.source.direction == "less",
                    indicator.unit,
                    quantum,
                    int(1 / quantum) if indicator.unit in counted else 1,
                    *ends,
                )
            )
    return tuple(found)


def _counting_units(vocabulary: Vocabulary) -> set[Unit]:
    """Return the units of counts: half an enterprise is no value."""
    facts = (f for entity in vocabulary.entities.values() for f in entity.facts.values())
    return {f.symbol for f in facts if f.type == "count" and f.unit}


def assess_values(
    rule: Rule,
    rulebook: Rulebook,
    as_of: date,
    zones: Sequence[Zone],
    values: Mapping[str, Mapping[str, int | None]],
    apart: Sequence[Zone] = (),
) -> Assessment:
    """Weigh zones by a rule.

    Parameters
    ----------
    rule, rulebook, as_of
        The assessment, the rules its indicators come from, the day its weights are read for.
    zones
        Those that take part.
    values
        By item, by zone key: the value in quanta, None or absent where not known.
    apart
        Zones that do not take part, kept to be named.
    """
    items = weighed_items(rule, rulebook, as_of)
    floor, span = item_scale(rule, as_of)
    columns = {
        item.id: [
            None if e is None else floor + span * e
            for e in efficacy([values.get(item.id, {}).get(z.key) for z in zones], item.less)
        ]
        for item in items
    }
    points = [{name: column[i] for name, column in columns.items()} for i in range(len(zones))]
    groups = [_groups(items, row, floor, floor + span) for row in points]
    ends = [tuple(sum(g[e] for g in row.values()) for e in (0, 1)) for row in groups]
    lows, highs = ([Fraction(pair[e]) for pair in ends] for e in (0, 1))
    spans = _spans(zones, lows, highs)
    rows = zip(zones, points, lows, highs, groups, *spans, strict=True)
    places = sorted(
        (Place(*row) for row in rows), key=lambda p: (-p.low, -p.high, p.zone.name, p.zone.key)
    )
    return Assessment(rule, as_of, items, tuple(places), values, floor, span, tuple(apart))


def efficacy(values: Sequence[int | None], less: bool) -> list[Fraction | None]:
    """Return how far each value is from the worst to the best known one, 0 to 1; None where not known.

    Where all known values are equal nobody is behind: each is 1.
    """
    known = [v for v in values if v is not None]
    if not known:
        return [None] * len(values)
    least, most = min(known), max(known)
    if least == most:
        return [None if v is None else Fraction(1) for v in values]
    best, worst = (least, most) if less else (most, least)
    return [None if v is None else Fraction(v - worst, best - worst) for v in values]


def _groups(
    items: Sequence[WeighedItem],
    points: Mapping[str, Fraction | None],
    least: Fraction,
    most: Fraction,
) -> dict[str, tuple[Fraction, Fraction]]:
    found: dict[str, tuple[Fraction, Fraction]] = {}
    for item in items:
        known = points[item.id]
        low, high = found.get(item.group, (Fraction(0), Fraction(0)))
        found[item.group] = (
            low + item.weight * (least if known is None else known),
            high + item.weight * (most if known is None else known),
        )
    return found


def _spans(
    zones: Sequence[Zone], lows: Sequence[Fraction], highs: Sequence[Fraction]
) -> tuple[list[Span], list[Span], list[Span | None], list[Span | None]]:
    """Return the ranks from the first and from the last, in all and within each region."""
    national, bottom = rank_spans(lows, highs), bottom_spans(lows, highs)
    regional: list[Span | None] = [None] * len(zones)
    regional_bottom: list[Span | None] = [None] * len(zones)
    for region in {z.region for z in zones} - {None}:
        inside = [i for i, z in enumerate(zones) if z.region == region]
        low, high = [lows[i] for i in inside], [highs[i] for i in inside]
        for i, first, last in zip(
            inside, rank_spans(low, high), bottom_spans(low, high), strict=True
        ):
            regional[i], regional_bottom[i] = first, last
    return national, bottom, regional, regional_bottom


def rank_spans(lows: Sequence[Fraction], highs: Sequence[Fraction]) -> list[Span]:
    """Return each one's best and worst rank: one more than how many surely, or possibly, have more."""
    low, high = sorted(lows), sorted(highs)
    count = len(low)
    return [
        Span(
            1 + count - bisect_right(low, mine_high),
            1 + count - bisect_right(high, mine_low) - (mine_high > mine_low),
        )
        for mine_low, mine_high in zip(lows, highs, strict=True)
    ]


def bottom_spans(lows: Sequence[Fraction], highs: Sequence[Fraction]) -> list[Span]:
    """Return each one's ranks from the last: one more than how many surely, or possibly, have less."""
    low, high = sorted(lows), sorted(highs)
    return [
        Span(
            1 + bisect_left(high, mine_low),
            1 + bisect_left(low, mine_high) - (mine_high > mine_low),
        )
        for mine_low, mine_high in zip(lows, highs, strict=True)
    ]
