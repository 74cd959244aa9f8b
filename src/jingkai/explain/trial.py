"""A project that is not there yet, tried in every zone: decided by the rulebook, explained where asked.

Nothing is stored. The same facts are put into each zone; what differs is what zones themselves are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from jingkai.engine.polars_engine import program_frame
from jingkai.explain.reason import RuleReason
from jingkai.explain.reasons import explain_rule
from jingkai.explain.row import RowEvaluator, RulePlans
from jingkai.rulebook import Rule, Rulebook, compile_program

__all__ = ["Trial", "TriedRule", "plans_on"]

#: Kinds of rules that give or refuse something.
_KINDS = ("eligibility", "amount", "grade")
#: Measures about the zones themselves.
_NOT_HERE = ("assessment", "statistics")

Given = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class TriedRule:
    """A rule with its verdict by zone key: ``granted``, ``refused``, ``undetermined``, or a grade."""

    rule: Rule
    verdicts: dict[str, str]

    @property
    def same(self) -> str | None:
        """The verdict that holds in every zone; None where zones differ."""
        found = set(self.verdicts.values())
        return found.pop() if len(found) == 1 else None


@dataclass(frozen=True)
class Trial:
    """A project in zones on a day.

    Parameters
    ----------
    rulebook, day
        The rules as they stand on the day.
    zones
        Facts of zones, one row each, with `key`; columns as a snapshot has them.
    given
        By entity (enterprise, project, parcel) its stored facts by column; what is not given is unknown.
    assumed
        Columns that are stated to hold and make no rule relevant by themselves.
    shared
        Plans of every rule in force on the day, kept between trials; made for this one by default.
    """

    rulebook: Rulebook
    day: date
    zones: pl.DataFrame
    given: Given
    assumed: frozenset[str] = frozenset()
    shared: RulePlans | None = None

    @cached_property
    def rules(self) -> list[TriedRule]:
        """Every rule in force that reads something of what is given, in the order people read them."""
        found: dict[str, TriedRule] = {}
        for entity in self.given:
            frame = self._frames[entity]
            for name in self._relevant(entity):
                column, kind = name, self.rulebook.rules[name].kind
                column += "__right" if kind == "amount" else ""
                values = frame[column].to_list()
                words = [_verdict(v) for v in values]
                verdicts = dict(zip(frame["key"], words, strict=True))
                found[name] = TriedRule(self.rulebook.rules[name], verdicts)
        return [found[n] for n in self.rulebook.in_order(found)]

    def explain(self, zone: str, names: list[str], lang: str = "zh") -> list[RuleReason]:
        """Explain some of the rules in one zone, in the order given."""
        reasons = []
        for name in names:
            rule = self.rulebook.rules[name]
            frame = self._frames[rule.entity]
            row = frame.row(frame["key"].to_list().index(zone), named=True)
            row_evaluator = RowEvaluator(self._plans, row)
            reasons.append(explain_rule(rule, row_evaluator, row, lang))
        return reasons

    @cached_property
    def _frames(self) -> dict[str, pl.DataFrame]:
        return {entity: self._decided(entity) for entity in self.given}

    @cached_property
    def _plans(self) -> RulePlans:
        return self.shared or plans_on(self.rulebook, self.day)

    def _decided(self, entity: str) -> pl.DataFrame:
        """Return the entity put into each zone, with the results of its rules."""
        facts = self._facts(entity)
        names = self._relevant(entity)
        if not names:
            return facts
        shape = ("program", entity, *names, "", *facts.columns)
        program = self._plans.of_shape(
            shape,
            lambda: compile_program(self.rulebook, entity, self.day, facts.columns, only=names),
        )
        results = program_frame(program, facts.lazy()).collect()
        beside = [c for c in results.columns if c not in facts.columns]
        return pl.concat([facts, results.select(beside)], how="horizontal")

    def _facts(self, entity: str) -> pl.DataFrame:
        """Return the given facts in a row a zone, with those of the zone and the enterprise."""
        vocabulary = self.rulebook.vocabulary
        described = vocabulary.entities[entity]
        columns = [self._literal(entity, c, v) for c, v in self.given[entity].items()]
        for owner, target in described.references.items():
            if target in self.given:
                columns += [
                    self._literal(target, c, v).alias(f"{owner}.{c}")
                    for c, v in self.given[target].items()
                ]
        mine = [
            pl.col(c).alias(f"zone.{c}")
            for c in self.zones.columns
            if vocabulary.entities["zone"].column(c) is not None
        ]
        return self.zones.select("key", pl.col("key").alias("zone"), *mine, *columns)

    def _literal(self, entity: str, column: str, value: Any) -> pl.Expr:
        known = self.rulebook.vocabulary.entities[entity].column(column)
        assert known is not None, column
        return pl.lit(value, dtype=known[0].arrow_type).alias(column)

    def _relevant(self, entity: str) -> list[str]:
        """Return the rules of an entity that read what is given, themselves or by rules they read."""
        named = {c for c in self.given[entity] if c not in self.assumed}
        described = self.rulebook.vocabulary.entities[entity]
        facts = {known[0].name for c in named if (known := described.column(c)) is not None}
        return self._plans.of_shape(
            ("relevant", entity, *sorted(facts)), lambda: self._reading(entity, facts)
        )

    def _reading(self, entity: str, facts: set[str]) -> list[str]:
        return [
            r.id
            for r in self.rulebook.in_force(self.day, entity)
            if r.kind in _KINDS
            and r.source.measure not in _NOT_HERE
            and self._reads(r, facts, set())
        ]

    def _reads(self, rule: Rule, facts: set[str], seen: set[str]) -> bool:
        if facts & set(rule.reads_facts()):
            return True
        new = rule.reads_rules() - seen
        return any(
            self._reads(self.rulebook.rules[n], facts, seen | new)
            for n in new
            if n in self.rulebook.rules
        )


def plans_on(rulebook: Rulebook, day: date) -> RulePlans:
    """Return the plans of every rule in force on a day, for trials to share."""
    return RulePlans(rulebook, day, frozenset(r.id for r in rulebook.in_force(day)))


def _verdict(value: Any) -> str:
    if isinstance(value, str):
        return value
    return {True: "granted", False: "refused", None: "undetermined"}[value]
