"""Two periods: what may be chance is not called a change."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from jingkai.services.logs.compare import compare
from jingkai.services.logs.errors import LogError
from jingkai.services.logs.periods import part_by_day

_NONE = (
    "calendar_days",
    "late",
    "office_handovers",
    "resource_handovers",
    "rework",
    "materials",
    "trips",
)


def _cases(days, item: str | None = None) -> pl.DataFrame:
    frame = pl.DataFrame({"working_days": list(days)}, schema={"working_days": pl.Int64})
    nulls = [pl.lit(None, pl.Float64).alias(n) for n in _NONE]
    return frame.with_columns(
        pl.lit(item, pl.String).alias("item"),
        pl.lit(None, pl.Int64).alias("events"),
        pl.lit(date(2026, 3, 2)).alias("ended_day"),
        *nulls,
    )


def _of(found, statistic, measure="working_days"):
    return next(d for d in found if (d.measure, d.statistic, d.item) == (measure, statistic, None))


def test_quantiles_and_intervals_are_those_of_resampled_cases():
    random = np.random.default_rng(5)
    before, after = random.poisson(12, 80), random.poisson(10, 60)
    found = compare(_cases(before), _cases(after), resamples=20_000)
    for statistic, of in (
        ("median", np.median),
        ("p90", lambda a, axis=None: np.quantile(a, 0.9, axis=axis)),
    ):
        told = _of(found, statistic)
        assert told.difference == pytest.approx(of(after) - of(before))
        plain = of(random.choice(after, (20_000, 60)), axis=1) - of(
            random.choice(before, (20_000, 80)), axis=1
        )
        low, high = np.percentile(plain, [2.5, 97.5])
        assert (told.low, told.high) == (pytest.approx(low, abs=0.5), pytest.approx(high, abs=0.5))


def test_what_open_cases_went_through_so_far_is_no_fall():
    before = _cases([None] * 9).with_columns(pl.lit(7).alias("events"), pl.lit(0).alias("rework"))
    last = pl.when(pl.int_range(pl.len()) < 6).then(pl.lit(date(2026, 3, 2))).alias("ended_day")
    after = before.with_columns(
        last, pl.when(pl.int_range(pl.len()) < 6).then(7).otherwise(2).alias("events")
    )
    found = compare(before, after)
    assert {d.measure: (d.after_cases, d.difference) for d in found} == {
        "events": (6, 0), "rework": (6, 0),
    }  # fmt: skip


def test_a_clear_fall_is_less_and_chance_is_unclear():
    random = np.random.default_rng(1)
    clear = compare(_cases(random.poisson(20, 200)), _cases(random.poisson(10, 200)))
    assert {d.verdict for d in clear} == {"less"} and not any(d.few for d in clear)
    for d in compare(_cases([3, 5, 9, 4, 8]), _cases([4, 3, 8, 5, 6])):
        assert d.verdict == "unclear" and d.low <= 0 <= d.high and d.few


def test_the_same_cases_never_differ():
    days = list(np.random.default_rng(2).poisson(9, 120))
    assert {d.verdict for d in compare(_cases(days), _cases(days))} == {"unclear"}


def test_intervals_miss_an_absent_difference_about_as_seldom_as_they_say():
    random = np.random.default_rng(3)
    wrong = sum(
        _of(
            compare(_cases(random.poisson(15, 60)), _cases(random.poisson(15, 60)), resamples=400),
            "median",
        ).verdict
        != "unclear"
        for _ in range(200)
    )
    assert wrong <= 20  # 5 of 100 on average, 10 at most by far


def test_the_same_seed_gives_the_same_intervals():
    sides = _cases([1, 2, 3, 8]), _cases([2, 2, 9, 9])
    assert compare(*sides) == compare(*sides)
    shifted = _cases(range(50)), _cases(range(1, 90, 2))
    assert compare(*shifted) != compare(*shifted, seed=1)


def test_one_case_gives_no_interval_and_an_unknown_measure_none_at_all():
    found = compare(_cases([4]), _cases([9, 9]))
    assert _of(found, "median").verdict == "unknown" and _of(found, "median").difference == 5
    assert {d.measure for d in found} == {"working_days"}


def test_items_on_both_sides_are_compared_too():
    before = pl.concat([_cases([5] * 40, "甲"), _cases([7] * 3, "乙")])
    found = compare(before, _cases([2] * 40, "甲"))
    assert {d.item for d in found} == {None, "甲"}


def test_periods_are_parted_by_the_day_of_application():
    cases = pl.DataFrame({"applied_day": [date(2026, 1, d) for d in (1, 5, 9)]})
    assert [p.height for p in part_by_day(cases, date(2026, 1, 5), None)] == [1, 2]
    assert [p.height for p in part_by_day(cases, date(2026, 1, 5), date(2026, 1, 9))] == [1, 1]
    with pytest.raises(LogError, match="重叠"):
        part_by_day(cases, date(2026, 1, 9), date(2026, 1, 5))
    with pytest.raises(LogError, match="2026-01-01 至 2026-01-09"):
        part_by_day(cases, date(2025, 1, 1), None)
