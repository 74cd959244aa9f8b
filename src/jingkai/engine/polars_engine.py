"""The embedded engine: a program as one lazy Polars query, streamed from file to file."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from jingkai.engine.polars_plan import PlanCompiler
from jingkai.rulebook import Program

__all__ = ["PolarsEngine", "program_frame", "write_results"]

_BATCH = 65_536


class PolarsEngine:
    """Runs programs on Polars' streaming engine."""

    name = "polars"

    def decide(self, program: Program, facts: pl.LazyFrame, target: Path) -> None:
        """Write a program's outputs for every row, in the order of the rows.

        Parameters
        ----------
        program
            What to compute.
        facts
            One row an entity, with the columns the program was compiled for.
        target
            The Arrow IPC file to write; its folder exists.
        """
        write_results(program_frame(program, facts).select("key", *program.outputs), target)


def write_results(results: pl.LazyFrame, target: Path) -> None:
    """Stream rows in their order into an Arrow IPC file as decision runs have it."""
    results.sink_ipc(
        target,
        compression="uncompressed",
        compat_level=pl.CompatLevel.oldest(),
        record_batch_size=_BATCH,
        maintain_order=True,
        engine="streaming",
    )


def program_frame(program: Program, facts: pl.LazyFrame) -> pl.LazyFrame:
    """Return the facts with every column of a program added, step after step."""
    compiler = PlanCompiler()
    frame = facts
    for step in program.steps:
        expressions = [
            _graded(program, name, compiler.expression(plan)).alias(name)
            for name, plan in step.items()
        ]
        frame = frame.with_columns(expressions)
    return frame


def _graded(program: Program, name: str, expression: pl.Expr) -> pl.Expr:
    if name not in program.grades:
        return expression
    return expression.cast(pl.Enum(list(program.grades[name])))
