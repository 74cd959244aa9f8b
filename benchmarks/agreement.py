"""Which hand-written column is which of the engine's, and whether the two agree."""

from __future__ import annotations

import polars as pl

from benchmarks.handwritten import written_columns
from jingkai.rulebook import Program

__all__ = ["disagreements", "pairs", "unwritten"]


def unwritten(program: Program) -> dict[str, list[str]]:
    """Return by rule which of its columns are not written by hand; empty where all are."""
    hand, names = written_columns().keys(), _names(program)
    lacking = {
        rule: [
            name
            for column, name in [*((r, r) for r in layout.results), *_own(rule, program)]
            if column not in hand and not (names.get(column, set()) & hand)
        ]
        for rule, layout in program.layouts.items()
    }
    return {rule: columns for rule, columns in lacking.items() if columns}


def pairs(program: Program) -> dict[str, str]:
    """Return the hand-written column of every column that the program stores, in its order.

    A condition of several rules is written once, under the name it has in one of them.
    """
    hand, names = written_columns().keys(), _names(program)
    found = {}
    for column in program.outputs:
        known = sorted(names.get(column, {column}) & hand) or [column]
        found[column] = known[0]
    return found


def _names(program: Program) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for rule in program.layouts:
        for column, name in _own(rule, program):
            found.setdefault(column, set()).add(name)
    return found


def _own(rule: str, program: Program) -> list[tuple[str, str]]:
    """Return the columns of a rule's conditions with the names an analyst gives them."""
    layout = program.layouts[rule]
    tests = [(column, f"{rule}.{c}") for c, column in layout.conditions.items()]
    return tests + [(column, f"{rule}.{c}.applies") for c, column in layout.applies.items()]


def disagreements(program: Program, engine: pl.DataFrame, written: pl.DataFrame) -> dict[str, int]:
    """Return by stored column in how many rows the two differ; empty where all agree."""
    found = {}
    for stored, hand in pairs(program).items():
        ours, theirs = engine[stored], written[hand]
        differ = int(ours.cast(pl.String).ne_missing(theirs.cast(pl.String)).sum())
        if differ:
            found[f"{stored}={hand}"] = differ
    return found
