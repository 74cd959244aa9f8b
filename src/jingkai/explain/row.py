"""One enterprise's row opened: every figure that its rules compare, exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from jingkai.engine.row_plan import RowPlan
from jingkai.explain.reads import FactsRead
from jingkai.rulebook import Rule, Rulebook, lowering_for, tree
from jingkai.rulebook.exact import Exact
from jingkai.rulebook.lower import Lowering
from jingkai.rulebook.parameters import Unset
from jingkai.rulebook.plan import Plan, plan_columns, renamed
from jingkai.rulebook.results import item_points
from jingkai.rulebook.rule import CheckedItem
from jingkai.rulebook.scope import Scope

__all__ = ["RowEvaluator", "RulePlans"]

T = TypeVar("T")
_MOST_SHAPES = 200


class RulePlans:
    """Plans of rules for one date, each lowered once however many rows are explained.

    Parameters
    ----------
    rulebook, as_of
        What is explained.
    present
        Rules that were run.
    """

    def __init__(self, rulebook: Rulebook, as_of: date, present: frozenset[str]) -> None:
        self.rulebook, self.as_of, self.present = rulebook, as_of, present
        self._lowerings: dict[str, Lowering] = {}
        self._tests: dict[tuple[str, tree.Node], Plan] = {}
        self._items: dict[tuple[str, str, str], tuple[Plan, Plan]] = {}
        self._same: dict[Plan, Plan] = {}
        self._met: dict[tuple[str, int], tuple[tree.Node, Any]] = {}
        self._scopes: dict[str, Scope] = {}
        self._titles: dict[str, dict[str, str]] = {}
        self._negated: dict[str, frozenset[tree.Node]] = {}
        self._orders: dict[str, dict[str, int]] = {}
        self._shapes: dict[tuple[str, ...], Any] = {}
        self.facts = FactsRead(self)

    def of_shape(self, shape: tuple[str, ...], make: Callable[[], T]) -> T:
        """Return what follows from the rules and which facts there are, made once a shape.

        The shapes are few; where they are not, those of before are given up.
        """
        if shape not in self._shapes:
            if len(self._shapes) >= _MOST_SHAPES:
                self._shapes.clear()
            self._shapes[shape] = make()
        found: T = self._shapes[shape]
        return found

    def lowering(self, rule: Rule) -> Lowering:
        """Return the lowering of a rule."""
        if rule.id not in self._lowerings:
            made = lowering_for(self.rulebook, rule, self.as_of, None)
            made.absent = frozenset(made.rules.keys() - self.present)
            self._lowerings[rule.id] = made
        return self._lowerings[rule.id]

    def scope(self, rule: Rule) -> Scope:
        """Return the names of a rule's expressions, to ask for their units."""
        if rule.id not in self._scopes:
            kinds = {name: p.type for name, p in rule.parameters.items()}
            types = {n: r.type for n, r in self.rulebook.rules.items()}
            self._scopes[rule.id] = Scope(self.rulebook.vocabulary, rule.entity, kinds, types)
        return self._scopes[rule.id]

    def titles(self, lang: str) -> dict[str, str]:
        """Return the title of every rule, and of every group of a score, in a language."""
        if lang not in self._titles:
            rules = self.rulebook.rules.items()
            titles = {n: r.source.title.text(lang) for n, r in rules}
            mark = "·" if lang == "zh" else ", "
            titles |= {
                f"{n}.{g.id}": f"{titles[n]}{mark}{g.title.text(lang)}"
                for n, r in rules
                for g in r.groups
            }
            self._titles[lang] = titles
        return self._titles[lang]

    def negated(self, rule: Rule) -> frozenset[tree.Node]:
        """Return what stands inside a not in a rule's conditions."""
        if rule.id not in self._negated:
            self._negated[rule.id] = frozenset(
                inner
                for c in rule.conditions
                for part in tree.walk(c.test)
                if isinstance(part, tree.Not)
                for inner in tree.walk(part.arg)
            )
        return self._negated[rule.id]

    def file_order(self, rule: Rule) -> dict[str, int]:
        """Return the facts of a rule and of those it reads, by their order in the files."""
        if rule.id not in self._orders:
            names = [*rule.reads_facts()]
            for other in sorted(rule.reads_rules()):
                if other in self.rulebook.rules:
                    names += self.rulebook.rules[other].reads_facts()
            self._orders[rule.id] = {name: i for i, name in enumerate(names)}
        return self._orders[rule.id]

    def test(self, rule: Rule, node: tree.Node) -> Plan:
        """Return a test of a rule as a plan; the node is one of the rule's own."""
        return self.kept(rule.id, node, lambda: self._test(rule, node))

    def _test(self, rule: Rule, node: tree.Node) -> Plan:
        key = (rule.id, node)
        if key not in self._tests:
            self._tests[key] = self._once(self.lowering(rule).test(node))
        return self._tests[key]

    def kept(self, what: str, node: tree.Node, find: Callable[[], T]) -> T:
        """Return what was found of a node of a rule before, or find it now.

        Nodes are told by identity, which spares comparing trees; a node that is kept is never another.
        """
        met = self._met.get((what, id(node)))
        if met is None or met[0] is not node:
            met = self._met[what, id(node)] = (node, find())
        found: T = met[1]
        return found

    def number(self, rule: Rule, node: tree.Node) -> Exact:
        """Return a number of a rule exactly."""
        return self.kept(f"{rule.id} number", node, lambda: self._number(rule, node))

    def _number(self, rule: Rule, node: tree.Node) -> Exact:
        made = self.lowering(rule).number(node)
        num, den = (replace(w, plan=self._once(w.plan)) for w in (made.num, made.den))
        return replace(made, num=num, den=den)

    def unset(self, rule: Rule, node: tree.Node) -> tuple[str, ...]:
        """Return the rule's parameters in a test that nobody has set, each once."""
        return self.kept(f"{rule.id} unset", node, lambda: self._find_unset(rule, node))

    def _find_unset(self, rule: Rule, node: tree.Node) -> tuple[str, ...]:
        names = dict.fromkeys(p.name for p in tree.walk(node) if isinstance(p, tree.Parameter))
        values = ((name, rule.parameters[name].at(self.as_of)) for name in names)
        return tuple(name for name, v in values if isinstance(v, Unset))

    def _once(self, plan: Plan) -> Plan:
        """Return the one plan of its kind: rows then find values by identity, not by comparing trees."""
        return renamed(plan, str, self._same)

    def columns(self, rule: Rule, node: tree.Node) -> tuple[str, ...]:
        """Return the columns that a test of a rule reads."""
        return self.kept(
            f"{rule.id} columns", node, lambda: tuple(plan_columns(self._test(rule, node)))
        )

    def positive(self, rule: Rule, node: tree.Node) -> tree.Node:
        """Return the test that a number of a rule is not negative: it reads what the number reads."""
        return self.kept(
            f"{rule.id} positive",
            node,
            lambda: tree.Compare(">=", node, tree.Constant(Fraction(0)), "number"),
        )

    def item(self, rule: Rule, group: str, item: CheckedItem) -> tuple[Plan, Plan]:
        """Return the least and most hundredths of points of an item of a score."""
        key = (rule.id, group, item.id)
        if key not in self._items:
            low, high = item_points(item, self.lowering(rule))
            self._items[key] = (self._once(low.plan), self._once(high.plan))
        return self._items[key]


class RowEvaluator:
    """Evaluates plans of rules on one entity's facts and stored results.

    Parameters
    ----------
    plans
        The rules' plans.
    values
        The facts and the stored results of an entity, by column.
    """

    def __init__(self, plans: RulePlans, values: dict[str, Any]) -> None:
        self.plans, self.values = plans, values
        self.rulebook, self.as_of, self.present = plans.rulebook, plans.as_of, plans.present
        self._row = RowPlan(values)

    def value(self, plan: Plan) -> Any:
        """Return a plan's value on the row; None where unknown."""
        return self._row.value(plan)

    def number(self, exact: Exact) -> Fraction | None:
        """Return an exact number's value on the row."""
        num, den = self.value(exact.num.plan), self.value(exact.den.plan)
        if num is None or den is None:
            return None
        return Fraction(exact.scale.numerator * num, exact.scale.denominator * den)

    def missing_facts(self, node: tree.Node, rule: Rule) -> list[str]:
        """Return the facts that a test reads and this row does not have, in order.

        Facts without a column at all count; a zone's are named zone.x; a table of events that is not
        known whole stands as its entity; an unset parameter of the rule as ``parameter:name``.
        """
        found: dict[str, None] = {}
        for column in self.plans.columns(rule, node):
            if column.partition("__")[0].partition("@")[0] in self.rulebook.rules:
                continue
            if self.values.get(column) is None:
                found[self._fact_of(column, rule)] = None
        return [*found, *(f"parameter:{name}" for name in self.plans.unset(rule, node))]

    def _fact_of(self, column: str, rule: Rule) -> str:
        if "#" in column:  # a count of events: its table is what is wanted
            return column.partition("#")[0]
        entity = self.rulebook.vocabulary.entities[rule.entity]
        owner, _, inner = column.partition(".")
        if inner:
            known = self.rulebook.vocabulary.entities[entity.references[owner]].column(inner)
            return f"{owner}.{known[0].name}" if known else column
        known = entity.column(column)
        return known[0].name if known else column
