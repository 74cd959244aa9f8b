"""Which columns of facts a part of a rule rests on, through the numbers of other rules too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jingkai.rulebook import Rule, tree
from jingkai.rulebook.exact import Exact
from jingkai.rulebook.plan import Plan, plan_columns

if TYPE_CHECKING:
    from jingkai.explain.row import RulePlans

__all__ = ["FactsRead"]

#: Kinds whose result tells of the facts behind it as an amount of money does.
_NUMBERS = ("score", "amount", "indicator")


class FactsRead:
    """Finds the columns of facts behind comparisons and results, each once for all rows.

    A score or an amount that is read counts as the facts it is computed of; a verdict or a grade
    counts as itself and brings none.

    Parameters
    ----------
    plans
        The rules' plans.
    """

    def __init__(self, plans: RulePlans) -> None:
        self.plans = plans
        self._results: dict[str, tuple[str, ...]] = {}

    def of_test(self, rule: Rule, node: tree.Node) -> tuple[str, ...]:
        """Return the columns behind a test of a rule."""
        return self.plans.kept(
            f"{rule.id} facts", node, lambda: self._behind(self.plans.columns(rule, node))
        )

    def of_needed(self, rule: Rule, atom: tree.Compare) -> tuple[str, ...]:
        """Return the columns behind what a comparison asks for, its right side."""

        def find() -> tuple[str, ...]:
            equal = tree.Compare("=", atom.right, atom.right, atom.kind)
            return self._behind(self.plans.columns(rule, equal))

        return self.plans.kept(f"{rule.id} needed", atom, find)

    def of_result(self, rule: Rule) -> tuple[str, ...]:
        """Return the columns behind a rule's points, amount, open grades and due date."""
        if rule.id not in self._results:
            self._results[
                rule.id
            ] = ()  # rules do not read themselves; this ends a circle all the same
            self._results[rule.id] = self._behind(self._result_columns(rule))
        return self._results[rule.id]

    def _result_columns(self, rule: Rule) -> list[str]:
        plans = self.plans
        found = [
            p for g in rule.groups for i in g.items for p in plans.item(rule, g.id, i)
        ]  # a mark given by an assessor is a column of the item's plan
        for node in (rule.value, rule.cap) if rule.kind in _NUMBERS else ():
            found += [] if node is None else _parts(plans.number(rule, node))
        if rule.due is not None:
            found.append(plans.lowering(rule).date(rule.due))
        found += [plans.test(rule, t) for _, t in rule.grades if t is not None]
        return _columns(found)

    def _behind(self, columns: Iterable[str]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for column in columns:
            name = column.partition("__")[0]
            rule = self.plans.rulebook.rules.get(name.partition("@")[0])
            if rule is None:
                found[column] = None
            elif "@" not in name and _tells(rule, column):
                found |= dict.fromkeys(self.of_result(rule))
        return tuple(found)


def _tells(rule: Rule, column: str) -> bool:
    """Whether a column of another rule is more than its verdict or grade."""
    return column.endswith("__due") or (rule.kind in _NUMBERS and not column.endswith("__right"))


def _parts(number: Exact) -> list[Plan]:
    return [number.num.plan, number.den.plan]


def _columns(plans: Iterable[Plan]) -> list[str]:
    return list(dict.fromkeys(c for p in plans for c in plan_columns(p)))
