"""Kleene's logic, in the engine and on one row, against the truth tables."""

from __future__ import annotations

import itertools

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from jingkai.engine.polars_plan import PlanCompiler
from jingkai.engine.row_plan import RowPlan
from jingkai.rulebook.plan import Plan, col, lit, null
from jingkai.rulebook.share import share
from tests.rulebook.tiny import verdicts

VALUES = (True, False, None)


def both(a, b):
    return False if False in (a, b) else None if None in (a, b) else True


def either(a, b):
    return True if True in (a, b) else None if None in (a, b) else False


def test_and_or_not_follow_kleene(tmp_path):
    pairs = list(itertools.product(VALUES, VALUES))
    columns = {"is_sme": [a for a, _ in pairs], "foreign_invested": [b for _, b in pairs]}
    for i, (test, meaning) in enumerate(
        [
            ("is_sme and foreign_invested", both),
            ("is_sme or foreign_invested", either),
            (
                "not is_sme or foreign_invested",
                lambda a, b: either(None if a is None else not a, b),
            ),
        ]
    ):
        folder = tmp_path / str(i)
        folder.mkdir()
        assert verdicts(folder, test, columns) == [meaning(a, b) for a, b in pairs]


def test_at_least_is_decided_as_soon_as_it_can_be(tmp_path):
    triples = list(itertools.product(VALUES, repeat=3))
    names = ("is_sme", "foreign_invested", "resident_enterprise")
    columns = {name: [t[i] for t in triples] for i, name in enumerate(names)}
    found = verdicts(tmp_path, f"at_least(2, {', '.join(names)})", columns)

    def meaning(values):
        if values.count(True) >= 2:
            return True
        return None if values.count(True) + values.count(None) >= 2 else False

    assert found == [meaning(t) for t in triples]


BITS = st.sampled_from([col("a", "bool"), col("b", "bool"), null("bool"), lit(True), lit(False)])
INTS = st.sampled_from([col("x", "int"), col("y", "int"), lit(0), lit(7), lit(-3), null("int")])


def grow_ints(children):
    return st.one_of(
        st.builds(
            lambda op, p, q: Plan(op, (p, q), "int"),
            st.sampled_from(["add", "sub", "mul"]),
            children,
            children,
        ),
        st.builds(
            lambda p, q: Plan("floordiv", (p, q), "int"),
            children,
            st.sampled_from([lit(3), lit(-2), lit(10)]),
        ),
        st.builds(lambda p, q: Plan("min", (p, q), "int"), children, children),
        st.builds(lambda p, q: Plan("max", (p, q), "int"), children, children),
        st.builds(lambda p: Plan("fill", (p, lit(5)), "int"), children),
    )


NUMBERS = st.recursive(INTS, grow_ints, max_leaves=6)
COMPARED = st.builds(
    lambda op, p, q: Plan(op, (p, q), "bool"),
    st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]),
    NUMBERS,
    NUMBERS,
)


def grow_bits(children):
    return st.one_of(
        st.builds(
            lambda op, p, q: Plan(op, (p, q), "bool"),
            st.sampled_from(["and", "or"]),
            children,
            children,
        ),
        st.builds(lambda p: Plan("not", (p,), "bool"), children),
        st.builds(lambda p: Plan("isnull", (p,), "bool"), children),
        st.builds(lambda p, q, r: Plan("when", (p, q, r), "bool"), children, children, children),
        st.builds(lambda p: Plan("fill", (p, lit(False)), "bool"), children),
    )


TESTS = st.recursive(st.one_of(BITS, COMPARED), grow_bits, max_leaves=8)
ROWS = [
    {"a": a, "b": b, "x": x, "y": y}
    for a, b in itertools.product(VALUES, VALUES)
    for x, y in ((None, 2), (5, -4), (0, 0), (-7, None))
]


@given(st.lists(TESTS, min_size=1, max_size=4))
@settings(max_examples=120, deadline=None)
def test_random_plans_agree_on_every_engine(plans):
    frame = pl.DataFrame(
        ROWS, schema={"a": pl.Boolean, "b": pl.Boolean, "x": pl.Int64, "y": pl.Int64}
    )
    outputs = {f"o{i}": plan for i, plan in enumerate(plans)}
    lazy = frame.lazy()
    for step in share(outputs):
        compiler = PlanCompiler()
        lazy = lazy.with_columns(compiler.expression(p).alias(n) for n, p in step.items())
    found = lazy.select(*outputs).collect(engine="streaming").to_dicts()
    one_by_one = [{n: RowPlan(row).value(p) for n, p in outputs.items()} for row in ROWS]
    assert found == one_by_one
