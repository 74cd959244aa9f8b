"""A right decided on what offices share, and dates some months later."""

from __future__ import annotations

import datetime as dt

import pytest

from jingkai.engine.row_plan import RowPlan
from jingkai.rulebook import RulebookError, load_rulebook
from jingkai.rulebook.plan import Plan, lit
from tests.rulebook.tiny import evaluate, rule_file

DAY = dt.date(2026, 6, 30)


def shared_verdicts(vocabulary, folder, test, columns, kind="eligibility", extra=""):
    rule_file(
        folder, f"{extra}conditions:\n  - {{id: c, basis: 一, test: '{test}'}}\n", kind, "one"
    )
    rule_file(folder, "conditions:\n  - {id: c, basis: 一, test: on_shared(one)}\n", name="two")
    rulebook = load_rulebook([folder], examples_needed=False)
    return evaluate(rulebook, columns, DAY)["two"].to_list()


@pytest.fixture
def facts(vocabulary):
    """One bool that offices share, one that they do not."""
    known = vocabulary.entities["enterprise"].facts.values()
    bools = [f for f in known if f.type == "bool" and not f.yearly and f.title is None]
    return next(f.name for f in bools if f.shared), next(f.name for f in bools if not f.shared)


def test_a_fact_no_office_shares_counts_as_unknown(tmp_path, vocabulary, facts):
    shared, own = facts
    columns = {shared: [True, False, True], own: [True, True, False]}
    both = f"{shared} and {own}"
    assert shared_verdicts(vocabulary, tmp_path, both, columns) == [None, False, None]
    either = f"{shared} or {own}"
    assert shared_verdicts(vocabulary, tmp_path, either, columns) == [True, None, True]


def test_of_an_amount_the_right_counts(tmp_path, vocabulary, facts):
    extra = 'unit: 元\nvalue: "a"\nparameters: {a: {value: 5 元, basis: 一}}\n'
    columns = {facts[0]: [True, False, None]}
    found = shared_verdicts(vocabulary, tmp_path, facts[0], columns, "amount", extra)
    assert found == [True, False, None]


def test_through_a_score_and_another_right(tmp_path, vocabulary, facts):
    shared, own = facts
    rule_file(
        tmp_path,
        f"items:\n  - {{id: i, title: {{zh: 甲, en: a}}, basis: 一, bands: [{{test: {shared}, points: 5}}]}}\n"
        f"  - {{id: j, title: {{zh: 乙, en: b}}, basis: 一, bands: [{{test: {own}, points: 5}}]}}\n",
        "score",
        "points",
    )
    extra = "parameters: {five: {value: 5 分, basis: 一}}\n"
    columns = {shared: [True, False, False], own: [False, True, False]}
    found = shared_verdicts(vocabulary, tmp_path, "points >= five", columns, extra=extra)
    assert found == [True, None, None]


def test_on_shared_needs_a_right_of_the_same_entity(tmp_path):
    rule_file(tmp_path, "conditions:\n  - {id: c, basis: 一, test: on_shared(none)}\n")
    with pytest.raises(RulebookError, match="no rule `none`"):
        load_rulebook([tmp_path], examples_needed=False)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-01-31", 1, "2025-02-28"),
        ("2025-12-15", 1, "2026-01-15"),
        ("2024-02-29", 60, "2029-02-28"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-05-05", 0, "2026-05-05"),
    ],
)
def test_months_later_on_both_walkers(day, months, later):
    import polars as pl

    from jingkai.engine.polars_plan import PlanCompiler

    plan = Plan("monthadd", (lit(dt.date.fromisoformat(day)), lit(months)), "date")
    assert RowPlan({}).value(plan) == dt.date.fromisoformat(later)
    found = pl.select(PlanCompiler().expression(plan)).item()
    assert found == dt.date.fromisoformat(later)
