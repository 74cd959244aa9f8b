"""Every rule, over random enterprises with gaps, as the engine and as plain Python have it."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import polars as pl
import pytest

from jingkai.engine.polars_engine import program_frame
from jingkai.policies import policies_folder
from jingkai.population import demo_enterprises, demo_investments
from jingkai.rulebook import Rulebook, compile_program
from jingkai.rulebook.program import quantum_of
from tests.reference.evaluator import Evaluator, load_rules

AS_OF = dt.date(2026, 6, 30)


def facts_of(rulebook: Rulebook, entity: str, row: dict) -> dict:
    described = rulebook.vocabulary.entities[entity]
    facts = {}
    for name, value in row.items():
        known = described.column(name)
        if known is None or value is None:
            continue
        facts[name] = value * known[0].quantum if known[0].numeric else value
    return facts


def check(rulebook: Rulebook, entity: str, frame: pl.DataFrame, as_of: dt.date) -> int:
    program = compile_program(rulebook, entity, as_of, frame.columns)
    decided = program_frame(program, frame.lazy()).select(program.outputs).collect().to_dicts()
    evaluator = Evaluator(load_rules(policies_folder()))
    compared = 0
    for row, results in zip(frame.to_dicts(), decided, strict=True):
        facts = facts_of(rulebook, entity, row)
        for name, layout in program.layouts.items():
            found = evaluator.evaluate(name, facts, as_of)
            where = f"{name} of {row['key']} on {as_of}"
            for condition, column in layout.conditions.items():
                assert results[column] == found.conditions[condition], f"{condition}, {where}"
            compared += compare(rulebook, name, layout.kind, results, found, where)
    return compared


def compare(rulebook, name, kind, results, found, where) -> int:
    if kind in ("eligibility", "duty"):
        assert results[name] == found.verdict, where
        if f"{name}__due" in results:
            assert results[f"{name}__due"] == found.due, where
    elif kind == "grade":
        assert results[name] == found.grade, where
    else:
        quantum = quantum_of(rulebook.rules[name]) or Fraction(1)
        for end in ("low", "high"):
            stored = results[f"{name}__{end}"]
            assert (None if stored is None else stored * quantum) == getattr(found, end), (
                f"{end}, {where}"
            )
        assert (None if results[name] is None else results[name] * quantum) == found.value, where
    return 1


def test_a_thousand_enterprises_agree_on_every_rule(rulebook):
    assert check(rulebook, "enterprise", demo_enterprises(1000, seed=11), AS_OF) > 10_000


def test_reinvestments_agree_on_every_rule(rulebook):
    frame = demo_investments(300, seed=5).with_columns(
        recovered_on=pl.when(pl.int_range(pl.len()) % 3 == 0).then(
            pl.col("invested_on").dt.offset_by("26mo")
        ),
        recovered_amount=pl.when(pl.int_range(pl.len()) % 4 != 1).then(pl.col("amount") // 3),
        credit_available=pl.when(pl.int_range(pl.len()) % 5 != 2).then(pl.col("amount") // 11),
    )
    assert check(rulebook, "investment", frame, dt.date(2029, 1, 1)) > 2000


def test_the_edition_in_force_on_the_date_is_the_one_compared(rulebook):
    assert (
        check(
            rulebook, "enterprise", demo_enterprises(100, seed=3, year=2024), dt.date(2025, 6, 30)
        )
        > 1000
    )


@pytest.mark.slow
def test_twenty_thousand_enterprises_agree_on_every_rule(rulebook):
    assert check(rulebook, "enterprise", demo_enterprises(20_000, seed=23), AS_OF) > 200_000
