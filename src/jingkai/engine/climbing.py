"""What an assessment costs a zone, and what would lift it: one item at a time, everything else equal.

Both go by assured scores, in which what is not known counts the least points. A value beyond the
best one known moves the scale under every other zone; that is worked out, not left aside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from jingkai.engine.assessment import Assessment, Place, WeighedItem

__all__ = ["Climb", "Loss", "climb", "ladder", "losses", "place_above"]

#: Values without a bound of their own are looked for up to here, in quanta.
_FAR = 2**62


@dataclass(frozen=True, slots=True)
class Loss:
    """What an item takes from a zone's score, weighted, against the median and the zone above.

    Negative where the zone is ahead. None where nothing is known to compare; `certain` says that the
    zone's own value is known, else it may lose up to that much.
    """

    item: WeighedItem
    to_median: Fraction | None
    to_above: Fraction | None
    certain: bool


@dataclass(frozen=True, slots=True)
class Climb:
    """The value of an item at which a zone reaches a rank; None where this item alone cannot."""

    item: WeighedItem
    now: int | None
    needed: int | None


def ladder(assessment: Assessment) -> dict[str, int]:
    """Return each zone's rank by assured score; equal ones share the better."""
    lows = [p.low for p in assessment.places]  # falling
    ranks: dict[str, int] = {}
    for i, place in enumerate(assessment.places):
        tied = i > 0 and lows[i - 1] == place.low
        ranks[place.zone.key] = ranks[assessment.places[i - 1].zone.key] if tied else i + 1
    return ranks


def place_above(assessment: Assessment, key: str, places: int = 10) -> Place | None:
    """Return the place some lines above a zone's, the first where there are not as many; None for the first."""
    at = next(i for i, p in enumerate(assessment.places) if p.zone.key == key)
    return assessment.places[max(0, at - places)] if at else None


def losses(assessment: Assessment, key: str, above: Place | None) -> list[Loss]:
    """Return what each item costs a zone, most against the median first."""
    mine = assessment.place(key)
    found = []
    for item in assessment.items:
        own = mine.points[item.id]
        assured = assessment.floor if own is None else own
        others = [p.points[item.id] for p in assessment.places]
        middle = _median([points for points in others if points is not None])
        theirs = above.points[item.id] if above else None
        gaps = [None if x is None else item.weight * (x - assured) for x in (middle, theirs)]
        found.append(Loss(item, gaps[0], gaps[1], own is not None))
    return sorted(found, key=lambda loss: (-(loss.to_median or Fraction(0)), loss.item.id))


def _median(points: list[Fraction]) -> Fraction | None:
    """Return the middle of some points, of an even number the mean of the middle two."""
    if not points:
        return None
    ordered, half = sorted(points), len(points) // 2
    return ordered[half] if len(points) % 2 else (ordered[half - 1] + ordered[half]) / 2


def climb(assessment: Assessment, key: str, places: int = 10) -> tuple[int, list[Climb]]:
    """Return the rank some places up, and for each item the value that reaches it.

    Returns
    -------
    The rank aimed at (never under 1), and one entry an item; none for a zone that is first.
    """
    now = ladder(assessment)[key]
    target = max(1, now - places)
    if now == 1:
        return 1, []
    return target, [_needed(assessment, key, item, target) for item in assessment.items]


def _needed(assessment: Assessment, key: str, item: WeighedItem, target: int) -> Climb:
    now = assessment.values.get(item.id, {}).get(key)
    if item.weight == 0 or assessment.span == 0:
        return Climb(item, now, None)
    rank, known = _rank_at(assessment, key, item)
    sign = -1 if item.less else 1
    start = (min(known) if known else 0) if now is None else sign * now
    bound = item.least if item.less else item.most
    end = _FAR if bound is None else sign * bound
    low, high = start // item.step, end // item.step
    if now is None and rank(low * item.step) <= target:  # any value will do
        return Climb(item, now, sign * low * item.step)
    if high <= low or rank(high * item.step) > target:
        return Climb(item, now, None)
    while high - low > 1:
        middle = (low + high) // 2
        if rank(middle * item.step) <= target:
            high = middle
        else:
            low = middle
    return Climb(item, now, sign * high * item.step)


def _rank_at(
    assessment: Assessment, key: str, item: WeighedItem
) -> tuple[Callable[[int], int], list[int]]:
    """Return the zone's rank as a function of its value of an item, and the others' values.

    Values are turned so that more is better. The rank never gets worse as the value grows: within the
    scale only the zone moves, beyond it every other zone falls.
    """
    sign = -1 if item.less else 1
    mine = assessment.place(key)
    rows = []
    for place in assessment.places:
        if place is mine:
            continue
        value = assessment.values.get(item.id, {}).get(place.zone.key)
        ahead = _without(assessment, place, item) - _without(assessment, mine, item)
        rows.append((None if value is None else sign * value, ahead))
    known = [value for value, _ in rows if value is not None]
    unit = item.weight * assessment.span

    def rank(value: int) -> int:
        least, most = min([value, *known]), max([value, *known])
        size = most - least

        def part(x: int | None) -> int:
            return 0 if x is None else (x - least if size else 1)

        return 1 + sum(
            over * (size or 1) + part(x) * under > part(value) * under
            for x, (over, under) in scaled
        )

    scaled = [(x, (ahead / unit).as_integer_ratio()) for x, ahead in rows]
    return rank, known


def _without(assessment: Assessment, place: Place, item: WeighedItem) -> Fraction:
    """Return a zone's assured score without one item."""
    points = place.points[item.id]
    return place.low - item.weight * (assessment.floor if points is None else points)
