"""The longest way through steps that wait for each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

__all__ = ["LongestWay", "longest_way"]


@dataclass(frozen=True, slots=True)
class LongestWay:
    """The longest way through some steps.

    Parameters
    ----------
    days
        How long it takes; None where some step's days are not known.
    known
        The same with unknown days taken for none: it takes at least this.
    way
        The steps on the longest way as far as known, in order.
    unknown
        The steps whose days are not known.
    """

    days: int | None
    known: int
    way: tuple[str, ...]
    unknown: tuple[str, ...]


def longest_way(days: Mapping[str, int | None], after: Mapping[str, Sequence[str]]) -> LongestWay:
    """Return the longest way.

    Parameters
    ----------
    days
        By step its days, None where not known.
    after
        By step those it waits for.

    Raises
    ------
    graphlib.CycleError
        If steps wait for each other in a circle.
    """
    best: dict[str, tuple[int, tuple[str, ...]]] = {}
    for step in TopologicalSorter({s: after.get(s, ()) for s in days}).static_order():
        before = max((best[b] for b in after.get(step, ())), default=(0, ()), key=lambda w: w[0])
        best[step] = (before[0] + (days[step] or 0), (*before[1], step))
    known, way = max(best.values(), key=lambda w: w[0])
    unknown = tuple(s for s, d in days.items() if d is None)
    return LongestWay(None if unknown else known, known, way, unknown)
