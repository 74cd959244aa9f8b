"""What is missing: the fewest facts that, known favourably, would grant."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from jingkai.explain.kleene import Family, ways
from jingkai.explain.row import RowEvaluator
from jingkai.rulebook import Rule, tree
from jingkai.rulebook.rule import Condition
from jingkai.vocabulary import Fact, Vocabulary

__all__ = ["Missing", "atoms", "fact_of", "verdict_of", "whole_test"]


class Missing:
    """Finds the facts that a rule waits for, for one entity.

    Parameters
    ----------
    rule, row
        The rule, and the entity's facts and results.
    results
        The stored columns of the entity's row.
    """

    def __init__(self, rule: Rule, row: RowEvaluator, results: dict[str, Any]) -> None:
        self.rule, self.row, self.results = rule, row, results
        self.plans = row.plans

    def of_rule(self) -> list[str]:
        """Return the smallest set of facts that would grant the rule and, of an amount, fix it."""
        if self.rule.decide is None:
            names = self._score_missing()
        else:
            family, _ = ways(self.rule.decide, self._decide_ways)
            names = self._best(family)
        if self.rule.kind == "amount" and self.results.get(f"{self.rule.id}__high") is None:
            names = list(dict.fromkeys([*names, *self._value_missing()]))
        return names

    def of_test(self, test: tree.Node) -> list[str]:
        """Return the facts that the open comparisons of a test wait for."""
        found: dict[str, None] = {}
        for atom in atoms(test):
            if verdict_of(self.row.value(self.plans.test(self.rule, atom))) is None:
                family = self._atom_ways(atom)[0]
                wanted = sorted(family[0]) if family else self.row.missing_facts(atom, self.rule)
                found |= dict.fromkeys(wanted)
        return list(found)

    def _decide_ways(self, node: tree.Node) -> tuple[Family, Family]:
        assert isinstance(node, tree.ConditionRef)
        return self._condition_ways(self.rule.condition(node.id))

    def _condition_ways(self, c: Condition) -> tuple[Family, Family]:
        return ways(whole_test(c), self._atom_ways)

    def _atom_ways(self, atom: tree.Node) -> tuple[Family, Family]:
        value = verdict_of(self.row.value(self.plans.test(self.rule, atom)))
        if value is not None:
            return ((frozenset(),), ()) if value else ((), (frozenset(),))
        read = [
            n for n in tree.walk(atom) if isinstance(n, tree.RuleRef) and n.rule in self.row.present
        ]
        names = self.row.missing_facts(atom, self.rule)
        for ref in read:
            names += self._behind(ref, atom)
        if isinstance(atom, tree.OnShared) and atom.rule in self.row.present:
            names += self._shared_behind(atom.rule)
        if not names:
            return (), ()
        whole: Family = (frozenset(names),)
        return whole, whole

    def _behind(self, ref: tree.RuleRef, atom: tree.Node) -> list[str]:
        """Return the facts wanted by another rule that this one reads."""
        other = self.row.rulebook.rules[ref.rule]
        inner = Missing(other, self.row, self.results)
        if other.kind == "score":
            return inner._score_missing(self._needed_points(atom), ref.group)
        if other.decide is None:
            return inner._score_missing()
        family, _ = ways(other.decide, inner._decide_ways)
        return inner._best(family) or inner._value_missing()

    def _shared_behind(self, rule: str) -> list[str]:
        """Return the shared facts that another right waits for; no other would help."""
        other = self.row.rulebook.rules[rule]
        wanted = [n for c in other.conditions for n in self.row.missing_facts(c.test, other)]
        for name in sorted(other.reads_rules() & self.row.present):
            wanted += self._shared_behind(name)
        vocabulary = self.row.rulebook.vocabulary
        facts = ((n, fact_of(n, other, vocabulary)) for n in wanted)
        return list(dict.fromkeys(n for n, fact in facts if fact is None or fact.shared))

    def _needed_points(self, atom: tree.Node) -> Fraction | None:
        if not isinstance(atom, tree.Compare) or atom.op not in (">", ">="):
            return None
        value = self.row.number(self.plans.number(self.rule, atom.right))
        return None if value is None else value + (Fraction(1, 100) if atom.op == ">" else 0)

    def _score_missing(self, needed: Fraction | None = None, group: str = "") -> list[str]:
        """Return the fewest facts whose best points would reach what is needed.

        Items with the widest open interval first; without a need, every open item counts.
        """
        if self.rule.kind == "grade":
            tests = [t for _, t in self.rule.grades if t is not None]
            return list(
                dict.fromkeys(n for t in tests for n in self.row.missing_facts(t, self.rule))
            )
        open_items = []
        low = Fraction(0)
        for g in self.rule.groups:
            if group and g.id != group:
                continue
            for item in g.items:
                least, most = (self.row.value(w) for w in self.plans.item(self.rule, g.id, item))
                low += Fraction(least, 100)
                if most > least:
                    open_items.append((Fraction(most - least, 100), item))
        open_items.sort(key=lambda pair: -pair[0])
        names: dict[str, None] = {}
        for gain, item in open_items:
            if needed is not None and low >= needed:
                break
            low += gain
            wanted = [
                n
                for b in item.bands
                if b.test is not None
                for n in self.row.missing_facts(b.test, self.rule)
            ]
            if not wanted and item.mark:
                wanted = [item.mark]
            names |= dict.fromkeys(wanted)
        return list(names)

    def _value_missing(self) -> list[str]:
        parts = [n for n in (self.rule.value, self.rule.cap) if n is not None]
        names: dict[str, None] = {}
        for part in parts:
            positive = self.plans.positive(self.rule, part)
            names |= dict.fromkeys(self.row.missing_facts(positive, self.rule))
            for ref in (
                n
                for n in tree.walk(part)
                if isinstance(n, tree.RuleRef) and n.rule in self.row.present
            ):
                if self.results.get(ref.rule) is None:
                    names |= dict.fromkeys(self._behind(ref, positive))
        return list(names)

    def _best(self, family: Family) -> list[str]:
        order = self.plans.file_order(self.rule)
        last = len(order)

        def cost(names: frozenset[str]) -> tuple[int, int, list[tuple[int, str]]]:
            bring = sum(1 for n in names if self._brought(n))
            return bring, len(names), sorted((order.get(n, last), n) for n in names)

        best = min(family, key=cost, default=frozenset[str]())
        return sorted(best, key=lambda n: (order.get(n, last), n))

    def _brought(self, name: str) -> bool:
        fact = fact_of(name, self.rule, self.row.rulebook.vocabulary)
        return fact is not None and not fact.shared


def fact_of(name: str, rule: Rule, vocabulary: Vocabulary) -> Fact | None:
    """Return the fact of a name as a rule reads it (`zone.x` too); None for a parameter."""
    entity = vocabulary.entities[rule.entity]
    owner, _, inner = name.partition(".")
    if inner and owner in entity.references:
        return vocabulary.fact(entity.references[owner], inner)
    return entity.facts.get(name)


def whole_test(condition: Condition) -> tree.Node:
    """Return the test of a condition, which holds too where the condition does not apply."""
    if condition.applies is None:
        return condition.test
    return tree.Logic("or", (tree.Not(condition.applies), condition.test))


def atoms(node: tree.Node) -> Iterable[tree.Node]:
    """Yield the tests inside and, or, not, at_least, in order."""
    if isinstance(node, tree.Logic | tree.AtLeast):
        for arg in node.args:
            yield from atoms(arg)
    elif isinstance(node, tree.Not):
        yield from atoms(node.arg)
    elif not isinstance(node, tree.BoolConstant):
        yield node


def verdict_of(value: Any) -> bool | None:
    """Return a computed value as a verdict."""
    return None if value is None else bool(value)
