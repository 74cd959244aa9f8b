"""Which hand-written column is which of the engine's, and whether the two agree."""

from __future__ import annotations

import polars as pl

from benchmarks.handwritten import written_names
from jingkai.rulebook import Program

__all__ = ["disagreements", "pairs", "unwritten"]


def unwritten(program: Program) -> dict[str, list[str]]:
    """Return by rule which of its columns are not written by hand; empty where all are."""
    hand, names = written_names(), _names(program)
    lacking = {
        rule: [
            name
            for column, name in [*((r, r) for r in layout.results), *_own(rule, program)]
            if column not in hand and not (names.get(column, set()) & hand)
        ]
        for rule, layout in program.layouts.items()
    }
    return {rule: columns for rule, columns in lacking.items() if columns}


def pairs(program: Program, whole: Program | None = None) -> dict[str, str]:
    """Return the hand-written column of every column that the program stores, in its order.

    A condition of several rules is written once, under the name it has in one of them, be it a rule
    of the `whole` program alone.
    """
    hand, names = written_names(), _names(whole or program)
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
    for count in program.events:
        for end in ("low", "high"):
            name = f"{count.entity}.{count.same or 'all'}.{end}"
            found[f"{count.name}__{end}"] = {name}
    return found


def _own(rule: str, program: Program) -> list[tuple[str, str]]:
    """Return the columns of a rule's conditions with the names an analyst gives them."""
    layout = program.layouts[rule]
    tests = [(column, f"{rule}.{c}") for c, column in layout.conditions.items()]
    return tests + [(column, f"{rule}.{c}.applies") for c, column in layout.applies.items()]


def disagreements(
    columns: dict[str, str], engine: pl.LazyFrame, written: pl.LazyFrame
) -> dict[str, int]:
    """Return by stored column in how many rows the two differ; empty where all agree.

    Parameters
    ----------
    columns
        The stored columns with the hand-written ones, as `pairs` has them.
    engine, written
        What each side made, the same rows in the same order.
    """
    ours = engine.select(pl.col(c).alias(f"a:{c}") for c in columns)
    theirs = written.select(pl.col(h).alias(f"b:{c}") for c, h in columns.items())
    differ = pl.concat([ours, theirs], how="horizontal").select(
        pl.col(f"a:{c}").ne_missing(pl.col(f"b:{c}")).sum().alias(f"{c}={h}")
        for c, h in columns.items()
    )
    row = differ.collect(engine="streaming").row(0, named=True)
    return {name: int(count) for name, count in row.items() if count}
