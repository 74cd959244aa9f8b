"""Two periods held against each other: each difference with an interval, by resampling cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jingkai.services.logs.cases import WHOLE

__all__ = ["FEW", "RESAMPLES", "SEED", "Difference", "compare"]

SEED = 20260101
RESAMPLES = 2_000
#: Below so many cases on either side a difference is marked as resting on few.
FEW = 30

_Floats = NDArray[np.float64]
_LEVEL = 95

#: Which figure of the cases is told as what.
_TOLD: dict[str, tuple[str, ...]] = {
    "working_days": ("median", "p90"),
    "calendar_days": ("median", "p90"),
    "late": ("mean",),
    "events": ("median", "mean"),
    "office_handovers": ("mean",),
    "resource_handovers": ("mean",),
    "rework": ("mean",),
    "materials": ("mean",),
    "trips": ("mean",),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure before and after.

    Parameters
    ----------
    item
        None: all items.
    measure, statistic
        A column of `case_table`, and ``median``, ``p90`` or ``mean``.
    before_cases, after_cases
        On how many cases each rests: those for which the log says it.
    before, after, difference
        None where one side has no case.
    low, high
        The interval that holds 95 of 100 resamples; None with fewer than two cases on a side.
    verdict
        ``less`` or ``more`` where the interval leaves zero out, ``unclear`` where it holds zero, ``unknown`` where
        there is none.
    few
        Whether either side has fewer than 30 cases.
    """

    item: str | None
    measure: str
    statistic: str
    before_cases: int
    after_cases: int
    before: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None
    verdict: Literal["less", "more", "unclear", "unknown"]
    few: bool

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def compare(
    before: pl.DataFrame, after: pl.DataFrame, *, resamples: int = RESAMPLES, seed: int = SEED
) -> list[Difference]:
    """Compare two tables of cases, in all and for every item that both have.

    Parameters
    ----------
    before, after
        As `case_table` gives them.
    resamples, seed
        How often cases are drawn anew, and from which seed; the same seed gives the same intervals.

    Returns
    -------
    list of Difference
        After less before. Measures that neither side tells are left out.
    """
    found = _compared(before, after, None, resamples, seed)
    both = sorted(set(before["item"].drop_nulls()) & set(after["item"].drop_nulls()))
    for item in both:
        own = pl.col("item") == item
        found += _compared(before.filter(own), after.filter(own), item, resamples, seed)
    return found


def _compared(
    before: pl.DataFrame, after: pl.DataFrame, item: str | None, resamples: int, seed: int
) -> list[Difference]:
    found = []
    for name, statistics in _TOLD.items():
        sides = [_values(t, name) for t in (before, after)]
        if any(len(s) for s in sides):
            found += [_difference(item, name, s, sides, resamples, seed) for s in statistics]
    return found


def _values(cases: pl.DataFrame, name: str) -> _Floats:
    """Return a figure of the cases that tell it; what a case goes through, of those alone that ended."""
    if name in WHOLE:
        cases = cases.filter(pl.col("ended_day").is_not_null())
    return cases[name].drop_nulls().cast(pl.Float64).to_numpy()


def _difference(
    item: str | None, name: str, statistic: str, sides: list[_Floats], resamples: int, seed: int
) -> Difference:
    of = _STATISTICS[statistic]
    exact = [float(of(*_counted(s))[0]) if len(s) else None for s in sides]
    low = high = None
    if all(len(s) > 1 for s in sides):
        generator = np.random.default_rng(seed)
        drawn = [of(*_resampled(s, resamples, generator)) for s in sides]
        tail = (100 - _LEVEL) / 2
        low, high = (float(v) for v in np.percentile(drawn[1] - drawn[0], [tail, 100 - tail]))
    known = exact[0] is not None and exact[1] is not None
    return Difference(
        item,
        name,
        statistic,
        len(sides[0]),
        len(sides[1]),
        exact[0],
        exact[1],
        exact[1] - exact[0] if exact[0] is not None and exact[1] is not None and known else None,
        low,
        high,
        _verdict(low, high),
        min(len(s) for s in sides) < FEW,
    )


def _verdict(
    low: float | None, high: float | None
) -> Literal["less", "more", "unclear", "unknown"]:
    if low is None or high is None:
        return "unknown"
    if high < 0:
        return "less"
    return "more" if low > 0 else "unclear"


def _counted(values: _Floats) -> tuple[_Floats, NDArray[np.int64]]:
    """Return the distinct values and how often each comes, as one sample."""
    distinct, counts = np.unique(values, return_counts=True)
    return distinct, counts[np.newaxis, :].astype(np.int64)


def _resampled(
    values: _Floats, resamples: int, generator: np.random.Generator
) -> tuple[_Floats, NDArray[np.int64]]:
    """Draw cases with replacement: how often each distinct value comes is multinomial, which is the same draw."""
    distinct, counts = np.unique(values, return_counts=True)
    return distinct, generator.multinomial(len(values), counts / len(values), size=resamples)


def _mean(distinct: _Floats, counts: NDArray[np.int64]) -> _Floats:
    means: _Floats = counts @ distinct / counts.sum(axis=1)
    return means


def _quantile(share: float) -> Callable[[_Floats, NDArray[np.int64]], _Floats]:
    def of(distinct: _Floats, counts: NDArray[np.int64]) -> _Floats:
        place = (counts[0].sum() - 1) * share
        below, part = int(place), place - int(place)
        upto = counts.cumsum(axis=1)
        low, high = (distinct[(upto > k).argmax(axis=1)] for k in _pair(below, counts))
        found: _Floats = low + (high - low) * part
        return found

    return of


def _pair(below: int, counts: NDArray[np.int64]) -> Sequence[int]:
    return below, min(below + 1, int(counts[0].sum()) - 1)


_STATISTICS = {"median": _quantile(0.5), "p90": _quantile(0.9), "mean": _mean}
