"""One enterprise's row opened: every figure that its rules compare, exactly."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.engine.polars_plan import PlanCompiler
from jingkai.rulebook import Rule, Rulebook, lowering_for, tree
from jingkai.rulebook.exact import Exact
from jingkai.rulebook.lower import Lowering
from jingkai.rulebook.plan import Plan, plan_columns

__all__ = ["RowEvaluator"]


@dataclass
class RowEvaluator:
    """Evaluates plans on one row, all that are asked for in one query.

    Parameters
    ----------
    rulebook, as_of
        What is explained.
    frame
        One row: the facts and the stored results of an entity.
    present
        Rules that were run.
    """

    rulebook: Rulebook
    as_of: date
    frame: pl.DataFrame
    present: frozenset[str]
    _plans: dict[Plan, str] = field(default_factory=dict)
    _values: dict[str, Any] = field(default_factory=dict)
    _lowerings: dict[str, Lowering] = field(default_factory=dict)

    def lowering(self, rule: Rule) -> Lowering:
        """Return the lowering of a rule over this row's columns."""
        if rule.id not in self._lowerings:
            made = lowering_for(self.rulebook, rule, self.as_of, frozenset(self.frame.columns))
            made.absent = frozenset(made.rules.keys() - self.present)
            self._lowerings[rule.id] = made
        return self._lowerings[rule.id]

    def want(self, plan: Plan) -> None:
        """Ask for a plan's value, to be computed with the others at the next `value`."""
        self._plans.setdefault(plan, f"v{len(self._plans)}")

    def value(self, plan: Plan) -> Any:
        """Return a plan's value on the row; None where unknown."""
        self.want(plan)
        if self._plans[plan] not in self._values:
            compiler = PlanCompiler()
            todo = {n: p for p, n in self._plans.items() if n not in self._values}
            asked = [compiler.expression(p).alias(n) for n, p in todo.items()]
            lazy = self.frame.lazy().select(asked)
            row = lazy.collect(optimizations=pl.QueryOptFlags.none()).row(0, named=True)
            self._values |= row
        return self._values[self._plans[plan]]

    def number(self, exact: Exact) -> Fraction | None:
        """Return an exact number's value on the row."""
        num, den = self.value(exact.num.plan), self.value(exact.den.plan)
        return None if num is None or den is None else exact.scale * Fraction(num, den)

    def want_number(self, exact: Exact) -> None:
        """Ask for a number's value."""
        self.want(exact.num.plan)
        self.want(exact.den.plan)

    def missing_facts(self, node: tree.Node, rule: Rule) -> list[str]:
        """Return the facts that a test reads and this row does not have, in order.

        Facts without a column at all count; a zone's are named zone.x; an unset parameter of the
        rule stands as ``parameter:name``.
        """
        found: dict[str, None] = {}
        full = lowering_for(self.rulebook, rule, self.as_of, None)
        full.absent = frozenset(full.rules.keys() - self.present)
        for column in plan_columns(full.test(node)):
            if column.partition("__")[0] in self.rulebook.rules:
                continue
            if column not in self.frame.columns or self.frame[column][0] is None:
                found[self._fact_of(column, rule)] = None
        for part in tree.walk(node):
            if isinstance(part, tree.Parameter):
                parameter = rule.parameters[part.name]
                if type(parameter.at(self.as_of)).__name__ == "Unset":
                    found[f"parameter:{part.name}"] = None
        return list(found)

    def _fact_of(self, column: str, rule: Rule) -> str:
        entity = self.rulebook.vocabulary.entities[rule.entity]
        owner, _, inner = column.partition(".")
        if inner:
            known = self.rulebook.vocabulary.entities[entity.references[owner]].column(inner)
            return f"{owner}.{known[0].name}" if known else column
        known = entity.column(column)
        return known[0].name if known else column
