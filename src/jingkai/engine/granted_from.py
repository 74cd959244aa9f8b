"""From which day a right is had that waits for a day, everything else staying as it is.

A test changes with the day only where it compares the day asked about with another date. So the days on
which a rule can turn are those dates and the days after them, and the rule is asked on each.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import polars as pl

from jingkai.engine.joins import facts_and_results
from jingkai.engine.polars_plan import PlanCompiler
from jingkai.engine.store import DecisionRun, EngineError
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rule, Rulebook, lowering_for, tree
from jingkai.rulebook.lower import Lowering
from jingkai.rulebook.plan import Plan, col, lit
from jingkai.rulebook.rule import Condition

__all__ = ["granted_from", "waiting_conditions"]

_DAY = pl.duration(days=1)


def granted_from(
    rulebook: Rulebook,
    snapshot: Snapshot,
    run: DecisionRun,
    rule: str,
    given: Collection[str] = (),
) -> pl.LazyFrame:
    """Return every row of a rule's entity with the day from which its conditions of time hold.

    Parameters
    ----------
    rulebook, snapshot, run
        What was decided with what.
    rule
        A rule with conditions that was run.
    given
        Conditions that are taken to hold in `then`, whatever was found.

    Returns
    -------
    A row an entity, in the snapshot's order: `position`, its facts and stored results, and `from` (the
    first day on which the conditions that wait for a day hold; null where it is not known or there is
    none), `always` (true: they hold on any day; null where not known), `then` (whether the rule grants
    once they hold, null where not known). Parameters and yearly figures are those of the run's day.

    Raises
    ------
    EngineError
        If the rule was not run or has no conditions.
    """
    known = rulebook.rules.get(rule)
    if rule not in run.rules or known is None or known.decide is None:
        raise EngineError(f"规则 {rule} 不在这次认定中", hint="见 `jingkai rules list`")
    stored = run.scan(known.entity)
    frame, columns = facts_and_results(snapshot, rulebook, known.entity, run.as_of, stored)
    waiting = _Waiting(known, rulebook, run, frozenset(columns))
    frame = frame.with_row_index("position").with_columns(waiting.then(given).alias("then"))
    return waiting.dated(frame)


def waiting_conditions(rule: Rule) -> list[str]:
    """Return the conditions of a rule that change with the day asked about, in the file's order."""
    return [c.id for c in rule.conditions if _days_asked(_whole(c))]


@dataclass(slots=True)
class _OnDay(Lowering):
    """Lowers with the day asked about read from a column."""

    day: str = ""

    def date(self, node: tree.Node) -> Plan:
        """Return a date."""
        if isinstance(node, tree.AsOf):
            return col(self.day, "date")
        return Lowering.date(self, node)


@dataclass(slots=True)
class _Waiting:
    rule: Rule
    rulebook: Rulebook
    run: DecisionRun
    have: frozenset[str]
    compiler: PlanCompiler = field(default_factory=PlanCompiler)

    @property
    def timed(self) -> list[Condition]:
        """The conditions that change with the day."""
        return [self.rule.condition(c) for c in waiting_conditions(self.rule)]

    def then(self, given: Collection[str]) -> pl.Expr:
        """Return whether the rule grants once its conditions of time hold."""
        stored: dict[str, str] = self.run.rules[self.rule.id]["conditions"]
        held = {c.id for c in self.timed} | set(given)
        lowering = self._lowering("")
        lowering.conditions = {
            c: lit(True) if c in held else col(column, "bool") for c, column in stored.items()
        }
        return self._decided(lowering)

    def dated(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Add `from` and `always`."""
        turning = self._turning()
        if turning is None:
            none = pl.lit(None, pl.Date).alias("from"), pl.lit(None, pl.Boolean).alias("always")
            return frame.with_columns(none)
        days = [d for t in turning for d in (t, t + _DAY)]
        before = pl.min_horizontal(days) - _DAY if days else pl.lit(None, pl.Date)
        names = [f"__day{i}" for i in range(len(days) + 1)]
        frame = frame.with_columns(
            e.cast(pl.Date).alias(n) for e, n in zip([before, *days], names, strict=True)
        )
        always = self._holds(names[0])
        held = [pl.when(self._holds(n)).then(pl.col(n)) for n in names[1:]]
        first = pl.min_horizontal(held) if held else pl.lit(None, pl.Date)
        waits = always.fill_null(False).not_()
        columns = [always.alias("always"), pl.when(waits).then(first).alias("from")]
        return frame.with_columns(columns).drop(names)

    def _turning(self) -> list[pl.Expr] | None:
        """Return the dates that the day is compared with; None where it is read in another way."""
        found, lowering = [], self._lowering("")
        for condition in self.timed:
            test = _whole(condition)
            others = [o for a in tree.walk(test) if (o := _other_side(a)) is not None]
            if len(others) != _days_asked(test) or any(_days_asked(o) for o in others):
                return None
            found += [self.compiler.expression(lowering.date(o)) for o in others]
        return found

    def _holds(self, day: str) -> pl.Expr:
        """Return whether the conditions of time hold on the day of a column, the others given."""
        lowering = self._lowering(day)
        timed = {c.id: lowering.test(_whole(c)) for c in self.timed}
        lowering.conditions = {c.id: timed.get(c.id, lit(True)) for c in self.rule.conditions}
        return self._decided(lowering)

    def _decided(self, lowering: Lowering) -> pl.Expr:
        assert self.rule.decide is not None
        return self.compiler.expression(lowering.test(self.rule.decide))

    def _lowering(self, day: str) -> _OnDay:
        made = lowering_for(self.rulebook, self.rule, self.run.as_of, self.have)
        absent = frozenset(made.rules.keys() - self.run.rules.keys())
        return _OnDay(
            made.vocabulary, made.entity, made.as_of, made.columns, made.parameters, made.rules,
            made.quanta, absent=absent, day=day,
        )  # fmt: skip


def _whole(condition: Condition) -> tree.Node:
    """Return the test of a condition, which holds too where the condition does not apply."""
    if condition.applies is None:
        return condition.test
    return tree.Logic("or", (tree.Not(condition.applies), condition.test))


def _days_asked(node: tree.Node) -> int:
    return sum(isinstance(part, tree.AsOf) for part in tree.walk(node))


def _other_side(node: tree.Node) -> tree.Node | None:
    """Return what a comparison holds the day asked about against; None of anything else."""
    if isinstance(node, tree.Compare) and node.kind == "date":
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(side, tree.AsOf):
                return other
    return None
