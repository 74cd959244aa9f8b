"""One entity decided again with other facts: what a correction would change, what a reader may see.

Computed on one row and kept nowhere; the tests hold it against what a run stores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jingkai.engine.row_plan import RowPlan
from jingkai.rulebook import Program

__all__ = ["RowProgram"]

_VERDICTS = ("eligibility", "duty", "grade")


@dataclass(frozen=True, slots=True)
class RowProgram:
    """A program of an entity run on single rows.

    Parameters
    ----------
    program
        Compiled for the columns of the snapshot that the rows are of.
    """

    program: Program

    def results(
        self, facts: Mapping[str, Any], stand: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return every stored column of a row, decided with these facts.

        Parameters
        ----------
        facts
            By column, counts of events among them; what is not there is unknown.
        stand
            Results by column that are taken as they are instead of being computed.
        """
        row = self.whole(facts, stand)
        return {n: row.get(n) for n in self.program.outputs}

    def whole(
        self, facts: Mapping[str, Any], stand: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return a row with every column of the program, those that are not stored too; see `results`."""
        stand = stand or {}
        row = {n: v for n, v in facts.items() if n not in self.program.columns}
        for step in self.program.steps:
            plans = RowPlan(row)
            found = {n: stand[n] if n in stand else plans.value(p) for n, p in step.items()}
            row = {**row, **found}
        return row

    def verdicts(self, results: Mapping[str, Any]) -> dict[str, Any]:
        """Return of stored columns those that are a rule's verdict or grade."""
        found = {}
        for name, layout in self.program.layouts.items():
            column = f"{name}__right" if layout.kind == "amount" else name
            if layout.kind in _VERDICTS or layout.kind == "amount":
                found[column] = results.get(column)
        return found
