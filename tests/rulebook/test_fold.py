"""What is worked out beforehand comes to the same in every row."""

from __future__ import annotations

import datetime as dt
import itertools

import polars as pl
import pytest

from jingkai.engine.polars_plan import PlanCompiler
from jingkai.rulebook.fold import fold
from jingkai.rulebook.plan import Plan, col, lit, null
from jingkai.rulebook.share import share

A, B = col("a", "bool"), col("b", "bool")
NUMBER, DAY = col("n", "int"), col("d", "date")
ROWS = pl.DataFrame(
    [(a, b) for a, b in itertools.product((True, False, None), repeat=2)],
    schema={"a": pl.Boolean, "b": pl.Boolean},
    orient="row",
).with_columns(
    n=pl.Series([0, 1, 2, None, 9_999, 10_000, -1, -10_000, 20_000]),
    d=pl.Series(
        [
            dt.date(2024, 2, 29),
            dt.date(2023, 6, 30),
            dt.date(2023, 7, 1),
            None,
            dt.date(2026, 6, 30),
            dt.date(1992, 1, 1),
            dt.date(2099, 12, 31),
            dt.date(2023, 6, 29),
            dt.date(2025, 12, 31),
        ]
    ),
)


def calendar(day: Plan) -> Plan:
    parts = [Plan(part, (day,), "int") for part in ("year", "month", "day")]
    month = Plan("add", (Plan("mul", (parts[1], lit(100)), "int"), parts[2]), "int")
    return Plan("add", (Plan("mul", (parts[0], lit(10_000)), "int"), month), "int")


def whole_years(start: Plan, end: Plan) -> Plan:
    between = Plan("sub", (calendar(end), calendar(start)), "int")
    return Plan("floordiv", (between, lit(10_000)), "int")


UNSET = Plan("ge", (NUMBER, null("int")), "bool")
PLANS = [
    UNSET,
    Plan("and", (A, UNSET), "bool"),
    Plan("and", (A, UNSET, lit(True)), "bool"),
    Plan("and", (A, lit(False), UNSET), "bool"),
    Plan("or", (UNSET, B), "bool"),
    Plan("or", (UNSET, lit(True)), "bool"),
    Plan("or", (lit(False), B), "bool"),
    Plan("not", (Plan("not", (A,), "bool"),), "bool"),
    Plan("not", (UNSET,), "bool"),
    Plan("when", (UNSET, A, B), "bool"),
    Plan("when", (lit(True), A, B), "bool"),
    Plan("when", (A, B, B), "bool"),
    Plan("isnull", (UNSET,), "bool"),
    Plan("fill", (UNSET, lit(False)), "bool"),
    Plan("add", (NUMBER, Plan("mul", (NUMBER, null("int")), "int")), "int"),
    Plan("mul", (Plan("sub", (lit(10), lit(1)), "int"), NUMBER), "int"),
    Plan("mul", (NUMBER, lit(1)), "int"),
    Plan("mul", (Plan("wide", (NUMBER,), "wide"), Plan("wide", (lit(1),), "wide")), "wide"),
    Plan(
        "when", (Plan("eq", (Plan("sub", (lit(10), lit(1)), "int"), lit(0)), "bool"), A, B), "bool"
    ),
    *(
        Plan(op, (Plan("year", (DAY,), "int"), lit(2023)), "bool")
        for op in ("lt", "le", "gt", "ge", "eq")
    ),
    Plan("year", (lit(dt.date(2024, 2, 29)),), "int"),
    Plan("monthadd", (lit(dt.date(2024, 1, 31)), lit(1)), "date"),
    Plan("monthadd", (DAY, lit(12)), "date"),
    *(
        Plan(op, (whole_years(*ends), lit(line)), "bool")
        for op in ("lt", "le", "gt", "ge", "eq", "ne")
        for ends in ((DAY, lit(dt.date(2026, 6, 30))), (lit(dt.date(2024, 2, 29)), DAY))
        for line in (-1, 0, 1, 3)
    ),
]


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_a_folded_plan_has_the_same_values(plan):
    folded = fold({"x": plan})["x"]
    frame = ROWS.with_columns(
        a1=PlanCompiler().expression(plan), a2=PlanCompiler().expression(folded)
    )
    assert frame["a1"].to_list() == frame["a2"].to_list()
    assert folded.kind == plan.kind


def test_a_comparison_with_an_unset_figure_is_not_computed():
    assert fold({"x": UNSET, "y": Plan("and", (A, UNSET), "bool")}) == {
        "x": null("bool"),
        "y": Plan("and", (A, null("bool")), "bool"),
    }


def test_whole_years_up_to_a_day_are_a_comparison_of_dates():
    years = Plan("ge", (whole_years(DAY, lit(dt.date(2026, 6, 30))), lit(3)), "bool")
    assert fold({"x": years})["x"] == Plan("le", (DAY, lit(dt.date(2023, 6, 30))), "bool")


def test_a_column_that_only_names_another_is_read_from_there():
    columns = {
        "x": Plan("not", (A,), "bool"),
        "y": A,
        "z": Plan("or", (col("y", "bool"), B), "bool"),
    }
    assert fold(columns)["z"] == Plan("or", (A, B), "bool")


def test_two_columns_of_one_computation_compute_it_once():
    product = Plan("mul", (NUMBER, NUMBER), "int")
    first, second = share({"x": product, "y": product})
    assert first == {"x": product} and second == {"y": col("x", "int")}
