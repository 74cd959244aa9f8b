"""A rulebook compiled for one entity and date: columns to compute, step after step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from jingkai.rulebook.events import EventCount, events_of
from jingkai.rulebook.lower import POINT_QUANTUM, Lowering, any_of, negate, shared_verdict
from jingkai.rulebook.plan import Plan, col, digest, renamed
from jingkai.rulebook.results import Columns, amount_quantum, result_plans
from jingkai.rulebook.rule import Condition, Rule, Rulebook
from jingkai.rulebook.scope import RuleType
from jingkai.rulebook.share import share
from jingkai.rulebook.tree import OnShared, walk

__all__ = ["APART", "Program", "RuleLayout", "compile_program", "lowering_for", "whole_test"]


#: Kinds that compare or add up entities and so have no result in an entity's own row.
APART = ("indicator", "assessment")
RuleTypes = tuple[dict[str, RuleType], dict[str, Fraction]]


@dataclass(frozen=True, slots=True)
class RuleLayout:
    """Where a rule's results lie among the columns of a decision run.

    `conditions` maps a condition's id to its column; `applies` those with a reach of their own.
    `quantum` is how much one stored integer of its number is, in its unit.
    """

    rule: str
    kind: str
    conditions: dict[str, str] = field(default_factory=dict)
    applies: dict[str, str] = field(default_factory=dict)
    results: tuple[str, ...] = ()
    quantum: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """Steps of columns; each step reads the facts and the steps before it.

    `outputs` are the columns to store, in order: results, then distinct conditions, then verdicts on
    shared facts and counts of events that rules read. `events` are the counts it finds among the facts.
    `columns` are the same computations before what they share was given columns of its own.
    """

    entity: str
    as_of: date
    steps: tuple[Columns, ...]
    layouts: dict[str, RuleLayout]
    outputs: tuple[str, ...]
    grades: dict[str, tuple[str, ...]]
    events: tuple[EventCount, ...] = ()
    columns: Columns = field(default_factory=dict)


def lowering_for(
    rulebook: Rulebook,
    rule: Rule,
    as_of: date,
    columns: frozenset[str] | None,
    known: RuleTypes | None = None,
) -> Lowering:
    """Return the lowering of one rule for a date over a snapshot's columns.

    `known` are the rulebook's `rule_types` where they are at hand already.
    """
    types, quanta = rule_types(rulebook) if known is None else known
    return Lowering(
        rulebook.vocabulary, rule.entity, as_of, columns, rule.parameters, types, quanta
    )


def rule_types(rulebook: Rulebook) -> RuleTypes:
    """Return the types of every rule's result, and the quanta of those that are numbers."""
    types = {name: r.type for name, r in rulebook.rules.items()}
    quanta = {name: q for name, r in rulebook.rules.items() if (q := quantum_of(r)) is not None}
    return types, quanta


def quantum_of(rule: Rule) -> Fraction | None:
    """Return how much one stored integer of a rule's number is; None if it has no number."""
    if rule.kind == "score":
        return POINT_QUANTUM
    return amount_quantum(rule.unit) if rule.kind in ("amount", "indicator") else None


def compile_program(
    rulebook: Rulebook,
    entity: str,
    as_of: date,
    columns: Iterable[str] | None,
    only: Iterable[str] | None = None,
    given: Iterable[str] = (),
) -> Program:
    """Compile every rule in force of an entity.

    Parameters
    ----------
    rulebook, entity, as_of
        What to decide, about what, on which date.
    columns
        Columns that the snapshot has (with `zone.x` for a zone's facts); None: all.
    only
        Rules to compile; those they read are taken too. Default: all in force.
    given
        Rules whose results are among the columns already and are not computed.

    Returns
    -------
    The program; a rule that reads one not in force finds its result unknown.
    """
    have = None if columns is None else frozenset(columns)
    rules = [r for r in rulebook.in_force(as_of, entity) if r.kind not in APART]
    if only is not None:
        rules = _with_read(rules, set(only))
    results = frozenset(given)
    rules = [r for r in rules if r.id not in results]
    builder = _Builder(rulebook, as_of, have, {r.id for r in rules} | results)
    for rule in rules:
        builder.add(rule)
    return builder.program(entity)


def _with_read(rules: list[Rule], wanted: set[str]) -> list[Rule]:
    for rule in reversed(rules):
        if rule.id in wanted:
            wanted |= rule.reads_rules()
    return [r for r in rules if r.id in wanted]


class _Builder:
    """Collects the columns of rules, each distinct condition once."""

    def __init__(
        self, rulebook: Rulebook, as_of: date, columns: frozenset[str] | None, present: set[str]
    ) -> None:
        self.rulebook, self.as_of, self.columns, self.present = rulebook, as_of, columns, present
        self.types = rule_types(rulebook)
        self.columns_of: Columns = {}
        self.known: dict[Plan, str] = {}
        self.layouts: dict[str, RuleLayout] = {}
        self.memo: dict[Plan, str] = {}
        self.shared: dict[str, None] = {}

    def add(self, rule: Rule) -> None:
        """Lower one rule."""
        for name in _on_shared(rule):
            self._add_shared(name)
        lowering = self._lowering(rule)
        conditions: dict[str, Plan] = {}
        layout: dict[str, str] = {}
        applies: dict[str, str] = {}
        for c in rule.conditions:
            if c.applies is not None:
                applies[c.id] = self._condition(lowering.test(c.applies))
            layout[c.id] = self._condition(whole_test(c, lowering))
            conditions[c.id] = col(layout[c.id], "bool")
        lowering.conditions = conditions
        results: list[str] = []
        for step in result_plans(rule, lowering):
            self.columns_of |= step
            results += step
        self.layouts[rule.id] = RuleLayout(
            rule.id, rule.kind, layout, applies, tuple(results), quantum_of(rule)
        )

    def _lowering(self, rule: Rule) -> Lowering:
        lowering = lowering_for(self.rulebook, rule, self.as_of, self.columns, self.types)
        lowering.absent = frozenset(lowering.rules.keys() - self.present)
        return lowering

    def _add_shared(self, name: str) -> None:
        """Compute a right once more with the facts that offices share, under ``NAME@shared``."""
        if name in self.shared or name not in self.present:
            return
        self.shared[name] = None
        rule = self.rulebook.rules[name]
        for other in sorted(rule.reads_rules()):
            self._add_shared(other)
        lowering = self._lowering(rule)
        lowering.shared_only = True
        lowering.conditions = {c.id: whole_test(c, lowering) for c in rule.conditions}
        for step in result_plans(rule, lowering):
            for column, plan in step.items():
                self.columns_of[self._shared_name(column)] = renamed(plan, self._shared_name)

    def _shared_name(self, column: str) -> str:
        head = column.partition("__")[0]
        return f"{column}@shared" if head in self.rulebook.rules else column

    def _condition(self, plan: Plan) -> str:
        name = self.known.get(plan)
        if name is None:
            name = self.known[plan] = f"c_{digest(plan, self.memo)}"
            self.columns_of[name] = plan
        return name

    def program(self, entity: str) -> Program:
        """Return what was collected."""
        results = [name for layout in self.layouts.values() for name in layout.results]
        grades = {
            name: tuple(g for g, _ in self.rulebook.rules[name].grades)
            for name, layout in self.layouts.items()
            if layout.kind == "grade"
        }
        steps = share(self.columns_of)
        counts = events_of(self.rulebook, entity, self.as_of)
        have = [c for c in counts if self.columns is None or f"{c.name}__low" in self.columns]
        kinds = {n: self.rulebook.rules[n].kind for n in self.shared}
        shared = [
            shared_verdict(n, k) for n, k in kinds.items() if k in ("eligibility", "duty", "amount")
        ]
        ends = [f"{c.name}__{end}" for c in have for end in ("low", "high")]
        outputs = (*results, *self.known.values(), *shared, *ends)
        return Program(
            entity,
            self.as_of,
            steps,
            self.layouts,
            outputs,
            grades,
            tuple(have),
            self.columns_of,
        )


def whole_test(condition: Condition, lowering: Lowering) -> Plan:
    """Return a condition as a plan: one that does not apply holds."""
    test = lowering.test(condition.test)
    if condition.applies is None:
        return test
    return any_of([negate(lowering.test(condition.applies)), test])


def _on_shared(rule: Rule) -> list[str]:
    nodes = (part for node in rule.nodes() for part in walk(node))
    return sorted({part.rule for part in nodes if isinstance(part, OnShared)})
