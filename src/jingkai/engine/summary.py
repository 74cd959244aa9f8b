"""What a run comes to: counts by rule, totals, and which missing fact holds most of them up."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

from jingkai.rulebook import Program, Rule, Rulebook, RuleLayout, compile_program
from jingkai.rulebook.parameters import Unset
from jingkai.rulebook.plan import Plan, plan_columns

__all__ = ["missing_columns", "summarise"]


def summarise(
    program: Program, rulebook: Rulebook, facts: pl.LazyFrame, results: Path
) -> dict[str, dict[str, Any]]:
    """Return for each rule of a program its counts, total and most wanted facts.

    Parameters
    ----------
    program, rulebook
        What was run.
    facts
        The facts it was run on, one row an entity.
    results
        The stored outputs, the same rows in the same order.

    Returns
    -------
    By rule: ``granted refused undetermined`` (of a score or amount: ``positive zero negative
    undetermined``; of a grade: a count a grade and ``undetermined``), ``total`` as exact text in
    the rule's unit where it has one, ``missing``: pairs of fact and number of entities held up.
    """
    decided = pl.scan_ipc(results)
    counts: dict[str, pl.Expr] = {}
    for layout in program.layouts.values():
        counts |= _counts(layout, program)
    wanted = missing_columns(program, rulebook)
    numbers = decided.select(**counts).collect(engine="streaming").row(0, named=True)
    missing = _count_missing(program, facts, decided, wanted)
    for name in program.layouts:
        open_to = numbers[f"{name}|undetermined"]
        unset = [
            (f"parameter:{p}", open_to)
            for p in unset_parameters(rulebook.rules[name], program.as_of)
        ]
        missing[name] = [*unset, *missing[name]] if open_to else missing[name]
    return {
        name: _described(rulebook.rules[name], layout, program, numbers, missing[name])
        for name, layout in program.layouts.items()
    }


def unset_parameters(rule: Rule, as_of: date) -> list[str]:
    """Return the parameters of a rule that nobody has set."""
    return [n for n, p in rule.parameters.items() if isinstance(p.at(as_of), Unset)]


def _counts(layout: RuleLayout, program: Program) -> dict[str, pl.Expr]:
    name, result = layout.rule, pl.col(layout.rule)
    found = {f"{name}|undetermined": result.is_null().sum()}
    if layout.kind in ("eligibility", "duty"):
        found[f"{name}|granted"] = result.sum()
        found[f"{name}|refused"] = (~result).sum()
    elif layout.kind == "grade":
        for grade in program.grades[name]:
            found[f"{name}|{grade}"] = (result == grade).sum()
    else:
        found[f"{name}|positive"] = (result > 0).sum()
        found[f"{name}|zero"] = (result == 0).sum()
        found[f"{name}|negative"] = (result < 0).sum()
        # Two halves of the sum, each far inside 64 bits, whatever the number of rows.
        found[f"{name}|high"] = (result // 10**6).sum()
        found[f"{name}|low"] = (result % 10**6).sum()
    return found


def _described(
    rule: Rule,
    layout: RuleLayout,
    program: Program,
    numbers: dict[str, Any],
    missing: list[tuple[str, int]],
) -> dict[str, Any]:
    mine = {k.partition("|")[2]: v for k, v in numbers.items() if k.partition("|")[0] == rule.id}
    halves = mine.pop("high", 0) or 0, mine.pop("low", 0) or 0
    found: dict[str, Any] = {k: int(v or 0) for k, v in mine.items()}
    if layout.kind == "amount" and layout.quantum is not None:
        found["total"] = str(Fraction(halves[0] * 10**6 + halves[1]) * layout.quantum)
        found["unit"] = str(rule.unit)
    found["missing"] = missing
    return found


#: A fact, its columns, and the conditions (as columns) that read it.
Wanted = tuple[str, tuple[str, ...], tuple[str, ...]]


def missing_columns(program: Program, rulebook: Rulebook) -> dict[str, list[Wanted]]:
    """Return for each rule the facts that it reads: their columns and the conditions that read them.

    A condition on another rule's result reads that rule's facts. Columns the snapshot lacks count
    too; conditions are names of columns, empty where the rule has none (a score, a grade).
    """
    # Compiled as if every fact had its columns: a fact nobody loaded is what is wanted most.
    whole = compile_program(rulebook, program.entity, program.as_of, None)
    reads = _Reads(whole, rulebook)
    return {name: _wanted(name, program, whole, reads) for name in program.layouts}


def _wanted(rule: str, program: Program, whole: Program, reads: _Reads) -> list[Wanted]:
    layout, full = program.layouts[rule], whole.layouts[rule]
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for condition in list(layout.conditions) or [""]:
        columns = dict(reads.condition(full.conditions[condition]) if condition else {})
        if layout.kind == "amount" or not condition:
            columns |= reads.rule(rule)
        for column in columns:
            held = found.setdefault(reads.fact_of(column), ({}, {}))
            held[0][column] = None
            if condition and layout.kind != "amount":
                held[1][layout.conditions[condition]] = None
    return [(n, tuple(cols), tuple(conds)) for n, (cols, conds) in found.items()]


class _Reads:
    """Which fact columns a computed column comes from."""

    def __init__(self, program: Program, rulebook: Rulebook) -> None:
        self.plans: dict[str, Plan] = program.columns
        self.entity = rulebook.vocabulary.entities[program.entity]
        self.program = program
        self.memo: dict[str, dict[str, None]] = {}

    def condition(self, name: str) -> dict[str, None]:
        """Return the fact columns behind a computed column."""
        if name not in self.memo:
            found: dict[str, None] = {}
            for column in plan_columns(self.plans[name]):
                found |= self.condition(column) if column in self.plans else {column: None}
            self.memo[name] = found
        return self.memo[name]

    def rule(self, name: str) -> dict[str, None]:
        """Return the fact columns behind a rule's results."""
        found: dict[str, None] = {}
        for result in self.program.layouts[name].results:
            found |= self.condition(result)
        return found

    def fact_of(self, column: str) -> str:
        """Return the fact's name without its year; of a count of events the table's name."""
        if "#" in column:
            return column.partition("#")[0]
        found = self.entity.column(column)
        return found[0].name if found else column


def _count_missing(
    program: Program,
    facts: pl.LazyFrame,
    decided: pl.LazyFrame,
    wanted: dict[str, list[Wanted]],
) -> dict[str, list[tuple[str, int]]]:
    have = set(facts.collect_schema().names())
    columns = sorted({c for rows in wanted.values() for _, cols, _ in rows for c in cols})
    gaps = facts.select(
        (pl.col(c).is_null() if c in have else pl.lit(True)).alias(f"?{c}")
        for c in ("key", *columns)
    )
    both = pl.concat([decided, gaps], how="horizontal") if columns else decided
    sums: dict[str, pl.Expr] = {}
    for rule, rows in wanted.items():
        for fact, cols, conditions in rows:
            held = pl.col(rule).is_null() & pl.any_horizontal(f"?{c}" for c in cols)
            if conditions:
                held = held & pl.any_horizontal(pl.col(c).is_null() for c in conditions)
            sums[f"{rule}|{fact}"] = held.sum()
    if not sums:
        return {rule: [] for rule in wanted}
    row = both.select(**sums).collect(engine="streaming").row(0, named=True)
    found: dict[str, list[tuple[str, int]]] = {rule: [] for rule in wanted}
    for name, count in row.items():
        rule, _, fact = name.partition("|")
        if count:
            found[rule].append((fact, int(count)))
    return {rule: sorted(rows, key=lambda r: -r[1]) for rule, rows in found.items()}
