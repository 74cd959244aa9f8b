"""Examples that also say which facts are missing: held against the explanation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from jingkai.engine.examples import (
    Example,
    ExampleOutcome,
    example_frame,
    run_examples,
    with_parameters,
)
from jingkai.engine.polars_engine import program_frame
from jingkai.explain.reason import RuleReason
from jingkai.explain.reasons import explain_rule
from jingkai.explain.row import RowEvaluator, RulePlans
from jingkai.rulebook import Rulebook, compile_program

__all__ = ["check_examples", "explain_example"]


def check_examples(rulebook: Rulebook, rules: Iterable[str] | None = None) -> list[ExampleOutcome]:
    """Run the examples of some rules, or of all; verdicts and missing facts both count.

    Returns
    -------
    One outcome an example; `problems` is empty where everything agrees.
    """
    return [_with_missing(rulebook, outcome) for outcome in run_examples(rulebook, rules)]


def _with_missing(rulebook: Rulebook, outcome: ExampleOutcome) -> ExampleOutcome:
    example = outcome.example
    expect = example.expect
    possible = expect.get("possible") if isinstance(expect, dict) else None
    if example.missing is None and possible is None:
        return outcome
    reason = explain_example(rulebook, example)
    problems = [p for p in outcome.problems if not p.startswith("possible")]
    found = [m["fact"] for m in reason.missing]
    if example.missing is not None and sorted(found) != sorted(example.missing):
        problems.append(f"missing: expected {sorted(example.missing)}, found {sorted(found)}")
    if possible is not None and list(possible) != reason.possible:
        problems.append(f"possible: expected {possible}, found {reason.possible}")
    return replace(outcome, problems=tuple(problems))


def explain_example(rulebook: Rulebook, example: Example, lang: str = "zh") -> RuleReason:
    """Explain an example's rule on the example's facts."""
    rule = rulebook.rules[example.rule]
    book = with_parameters(rulebook, rule, dict(example.parameters))
    frame = example_frame(book, rule, [example])
    program = compile_program(
        book, rule.entity, example.as_of, frame.columns, only=[rule.id], given=example.given_rules
    )
    row = program_frame(program, frame.lazy()).collect().row(0, named=True)
    plans = RulePlans(book, example.as_of, frozenset(program.layouts) | example.given_rules)
    return explain_rule(book.rules[rule.id], RowEvaluator(plans, row), row, lang)
