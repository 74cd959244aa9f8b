"""From the assessments of some years: places, their history, points of items, exit warnings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from jingkai.engine.assessment import Assessment, Place, Span, WeighedItem
from jingkai.engine.climbing import climb, losses, place_above
from jingkai.engine.exit_warnings import ExitWarning
from jingkai.report.figures import figure
from jingkai.report.page import Ends, ItemPoints, ItemSpread, RankYear, Standing, Track

__all__ = ["item_points", "item_spreads", "ranks_of", "standings_of", "tracks_of"]

_UP = 10
Years = Mapping[int, Assessment]


def ranks_of(years: Years, zone: str) -> tuple[RankYear, ...]:
    """Return a zone's places over the years, those left out in which it took no part."""
    found = []
    for year in sorted(years):
        place = _place(years[year], zone)
        if place is not None:
            region = [p for p in years[year].places if p.zone.region == place.zone.region]
            regional = _ends(place.regional)
            counts = len(years[year].places), regional, len(region) if regional else 0
            found.append(RankYear(year, _sure(place.rank), *counts, place.low, place.high))
    return tuple(found)


def tracks_of(years: Years, most: int = 10) -> tuple[Track, ...]:
    """Return the history of the zones that lead in the newest year."""
    found = []
    for place in years[max(years)].places[:most]:
        history = ((y, _place(years[y], place.zone.key)) for y in sorted(years))
        ends = tuple((y, _sure(p.rank)) for y, p in history if p is not None)
        found.append(Track(place.zone.name, ends))
    return tuple(found)


def standings_of(
    found: Assessment, warnings: Sequence[ExitWarning], regions: Mapping[str, str]
) -> tuple[Standing, ...]:
    """Return the whole ranking, each line with what the exit rules say of the zone.

    Parameters
    ----------
    regions
        Names of regions by code.
    """
    return tuple(
        Standing(
            p.zone.name,
            p.zone.province or "",
            regions.get(p.zone.region or "", "地区未知"),
            _sure(p.rank),
            _ends(p.regional),
            p.low,
            p.high,
            _worst([w.verdicts.get(p.zone.key) for w in warnings]),
        )
        for p in found.places
    )


def _worst(verdicts: Sequence[bool | None]) -> bool | None:
    """Return true where a rule is met, else unknown where one may be."""
    return True if True in verdicts else None if None in verdicts else False


def item_points(found: Assessment, zone: str) -> tuple[tuple[ItemPoints, ...], str]:
    """Return a zone's points an item, and the name of the zone ten places above (empty: none)."""
    place = _place(found, zone)
    if place is None:
        return (), ""
    above = place_above(found, zone, _UP)
    lost = {loss.item.id: loss for loss in losses(found, zone, above)}
    steps = {step.item.id: step for step in climb(found, zone, _UP)[1]}
    titles = {g.id: g.title.zh for g in found.rule.assessed}
    rows = []
    for item in found.items:
        step, loss = steps.get(item.id), lost[item.id]
        needed = "" if step is None else _value(item, step.needed) or "仅靠此项不可达"
        rows.append(
            ItemPoints(
                titles[item.group],
                item.title.zh,
                item.weight,
                place.points[item.id],
                _quantile(_known(found, item), 2),
                above.points[item.id] if above else None,
                loss.to_median,
                loss.to_above,
                _value(item, found.values.get(item.id, {}).get(zone)),
                needed,
            )
        )
    return tuple(rows), above.zone.name if above else ""


def item_spreads(found: Assessment) -> tuple[ItemSpread, ...]:
    """Return how the points of every zone lie, an item a line."""
    titles = {g.id: g.title.zh for g in found.rule.assessed}
    rows = []
    for item in found.items:
        known = _known(found, item)
        one, two, three = (_quantile(known, q) for q in (1, 2, 3))
        missing = len(found.places) - len(known)
        words = titles[item.group], item.title.zh, item.weight
        rows.append(ItemSpread(*words, one, two, three, missing))
    return tuple(rows)


def _sure(span: Span) -> Ends:
    return span.first, span.last


def _ends(span: Span | None) -> Ends | None:
    return _sure(span) if span else None


def _place(found: Assessment, zone: str) -> Place | None:
    return next((p for p in found.places if p.zone.key == zone), None)


def _known(found: Assessment, item: WeighedItem) -> list[Fraction]:
    """Return the points of an item that are known, the least first."""
    points = (p.points[item.id] for p in found.places)
    return sorted(p for p in points if p is not None)


def _quantile(ordered: Sequence[Fraction], quarters: int) -> Fraction | None:
    """Return a quartile of sorted points, between the two nearest in proportion."""
    if not ordered:
        return None
    at = Fraction((len(ordered) - 1) * quarters, 4)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def _value(item: WeighedItem, quanta: int | None) -> str:
    return "" if quanta is None else figure(quanta * item.quantum, str(item.unit))
