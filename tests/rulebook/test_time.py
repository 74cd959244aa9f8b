"""Years, windows and dates as the articles count them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingkai.engine.row_plan import RowPlan
from jingkai.rulebook.lower import Lowering
from jingkai.rulebook.tree import AsOf, FactRef, Interval
from jingkai.vocabulary import load_vocabulary
from tests.rulebook.tiny import verdicts

WAN = 10**6


def whole(kind: str, start: dt.date, end: dt.date) -> int:
    lowering = Lowering(load_vocabulary(), "enterprise", end, None, {})
    number = lowering.number(Interval(kind, FactRef("established_on"), AsOf()))
    return RowPlan({"established_on": start}).value(number.num.plan)


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        ("2020-02-29", "2021-02-28", 0),
        ("2020-02-29", "2021-03-01", 1),
        ("2020-02-29", "2024-02-29", 4),
        ("2022-06-30", "2025-06-29", 2),
        ("2022-06-30", "2025-06-30", 3),
        ("2025-06-30", "2025-06-29", -1),
    ],
)
def test_years_are_completed_years(start, end, years):
    assert whole("years", dt.date.fromisoformat(start), dt.date.fromisoformat(end)) == years


def test_months_count_both_ends():
    assert whole("months_inclusive", dt.date(2025, 10, 31), dt.date(2030, 9, 1)) == 60


DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2090, 12, 31))


@given(DAYS, DAYS)
@settings(deadline=None)
def test_years_agree_with_counting_anniversaries(start, end):
    if end < start:
        start, end = end, start
    counted = 0
    while anniversary(start, counted + 1) <= end:
        counted += 1
    assert whole("years", start, end) == counted


def anniversary(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


@given(DAYS, DAYS)
@settings(deadline=None)
def test_days_are_the_calendar_difference(start, end):
    assert whole("days", start, end) == (end - start).days


def test_on_31_december_the_year_has_not_ended(tmp_path):
    columns = {"revenue_2023": [5 * WAN], "revenue_2024": [0]}
    floor = "  floor: {value: 5 万元, basis: 一}"
    assert verdicts(tmp_path, "last(revenue) >= floor", columns, floor, "2024-12-31") == [True]
    assert verdicts(tmp_path, "last(revenue) >= floor", columns, floor, "2025-01-01") == [False]


def test_a_window_up_to_counts_the_years_since_establishment(tmp_path):
    columns = {
        "established_on": [
            dt.date(2023, 11, 1),
            dt.date(2015, 1, 1),
            None,
            None,
            dt.date(2025, 2, 1),
        ],
        "revenue_2022": [None, None, 3 * WAN, None, None],
        "revenue_2023": [3 * WAN, 3 * WAN, 3 * WAN, 3 * WAN, None],
        "revenue_2024": [3 * WAN, 3 * WAN, 3 * WAN, 3 * WAN, None],
    }
    floor = "  floor: {value: 6 万元, basis: 一}"
    found = verdicts(tmp_path, "total(revenue, up_to(3)) >= floor", columns, floor)
    assert found == [True, None, True, None, False]


def test_a_mean_over_no_year_is_unknown(tmp_path):
    columns = {"established_on": [dt.date(2025, 2, 1)], "revenue_2024": [None]}
    assert verdicts(tmp_path, "mean(revenue, up_to(3)) >= 0", columns) == [None]


def test_a_title_holds_through_its_last_day(tmp_path):
    columns = {
        "little_giant_title_held": [True, True, False, None],
        "little_giant_title_from": [
            dt.date(2022, 7, 1),
            dt.date(2022, 6, 30),
            None,
            dt.date(2024, 1, 1),
        ],
        "little_giant_title_to": [
            dt.date(2025, 6, 30),
            dt.date(2025, 6, 29),
            None,
            dt.date(2026, 1, 1),
        ],
    }
    assert verdicts(tmp_path, "holds(little_giant_title)", columns) == [True, False, False, None]


def test_a_banded_parameter_is_decided_where_every_band_agrees(tmp_path):
    parameters = (
        "  floor:\n    basis: 一\n    bands:\n      by: last(total_assets)\n"
        "      steps: [{to: 10 万元, value: 5 %}, {below: 20 万元, value: 4 %}, {value: 3 %}]"
    )
    rows = [(10, 50), (10, 49), (11, 40), (20, 30), (None, 50), (None, 40), (None, 29), (19, 39)]
    columns = {
        "total_assets_2024": [None if a is None else a * WAN for a, _ in rows],
        "rd_expense_2024": [r for _, r in rows],
        "revenue_2024": [1000] * len(rows),
    }
    found = verdicts(tmp_path, "last(rd_expense) / last(revenue) >= floor", columns, parameters)
    assert found == [True, False, True, True, True, None, False, False]
