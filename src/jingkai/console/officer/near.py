"""Near misses of the officer's zone: how many a rule has, and who they are, as far as the office may know.

A condition that rests on facts hidden from the office is taken to hold for everyone. So a list tells
nothing of it: neither who fails it, nor, by standing on the list of another one, who meets it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.console.errors import NotFound
from jingkai.console.opened import Opened
from jingkai.engine.near import near_misses, near_table
from jingkai.explain.missing import whole_test
from jingkai.rulebook import Rule, tree
from jingkai.rulebook.grammar import unit_of

__all__ = ["WITHIN", "called", "counted_before", "hidden_conditions", "near_rules", "unit_text"]

#: As a near miss counts what lacks at most this share of what is needed.
WITHIN = Fraction(1, 5)


def near_rules(
    found: Opened, zone: str, hidden: Mapping[str, str], lang: str = "zh"
) -> list[dict[str, Any]]:
    """Return the rules with near misses in a zone, those with most first."""
    rules, near = found.rulebook.rules, _counted(found, zone, hidden)
    sums = near.group_by("rule", maintain_order=True).agg(pl.col("near").sum())
    return [
        {
            "rule": n,
            "title": rules[n].source.title.text(lang),
            "measure": found.rulebook.measures[rules[n].source.measure].title.text(lang),
            "near": count,
        }
        for n, count in sums.sort("near", descending=True, maintain_order=True).iter_rows()
    ]


def counted_before(found: Opened, zone: str, hidden: Mapping[str, str]) -> bool:
    """Return whether `near_rules` has its answer at hand; else it takes seconds on a large register."""
    return found.has_kept(_kept_as(zone, hidden))


def _counted(found: Opened, zone: str, hidden: Mapping[str, str]) -> pl.DataFrame:
    def count() -> pl.DataFrame:
        args = (found.rulebook, found.snapshot, found.run)
        names = [n for n, r in found.run.rules.items() if r["entity"] == "enterprise"]
        given = {n: hidden_conditions(found, found.rulebook.rules[n], hidden) for n in names}
        return near_table(*args, "enterprise", WITHIN, zone, given)

    return found.kept(_kept_as(zone, hidden), count)


def _kept_as(*what: Any) -> Hashable:
    return ("near", *(frozenset(w) if isinstance(w, Mapping) else w for w in what))


def called(found: Opened, zone: str, rule: str, hidden: Mapping[str, str]) -> pl.DataFrame:
    """Return the near misses of one rule in a zone, the nearest first; see `near_misses`.

    Raises
    ------
    NotFound
        If the rule was not run for enterprises, or has no conditions.
    """
    known = found.run.rules.get(rule)
    if known is None or known["entity"] != "enterprise" or not found.rulebook.rules[rule].decide:
        raise NotFound(f"规则“{rule}”没有临界名单", hint="从名单里选择一条规则")

    def find() -> pl.DataFrame:
        args = (found.rulebook, found.snapshot, found.run)
        given = hidden_conditions(found, found.rulebook.rules[rule], hidden)
        return near_misses(*args, rule, zone=zone, given=given).rows

    return found.kept(_kept_as(zone, rule, hidden), find)


def hidden_conditions(found: Opened, rule: Rule, hidden: Mapping[str, str]) -> list[str]:
    """Return the conditions of a rule that rest on hidden facts."""
    facts = found.explainer.plans.facts
    return [
        c.id
        for c in rule.conditions
        if hidden and not hidden.keys().isdisjoint(facts.of_test(rule, _whole(found, rule, c.id)))
    ]


def _whole(found: Opened, rule: Rule, condition: str) -> tree.Node:
    """Return the test of a condition, the same node each time."""
    what = ("whole test", rule.id, condition)
    return found.kept(what, lambda: whole_test(rule.condition(condition)))


def unit_text(found: Opened, rule: Rule, condition: str) -> str:
    """Return the unit in which a condition compares; empty for a share or a plain number."""
    test = rule.condition(condition).test
    if not isinstance(test, tree.Compare) or test.kind != "number":
        return ""
    scope = found.explainer.plans.scope(rule)
    unit = unit_of(test.left, scope) or unit_of(test.right, scope)
    return "" if unit is None or not unit.factors else str(unit)
