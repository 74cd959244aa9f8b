"""Near misses of the officer's zone: how many a rule has, and who they are, as far as the office may know."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.console.errors import NotFound
from jingkai.console.opened import Opened
from jingkai.engine.near import near_misses, near_table
from jingkai.explain.missing import whole_test
from jingkai.rulebook import Rule, tree
from jingkai.rulebook.grammar import unit_of

__all__ = ["WITHIN", "called", "counted", "counted_before", "near_rules", "unit_text"]

#: As a near miss counts what lacks at most this share of what is needed.
WITHIN = Fraction(1, 5)


def counted(found: Opened, zone: str) -> pl.DataFrame:
    """Return how many near misses of a zone each rule and condition has: see `near_table`."""

    def count() -> pl.DataFrame:
        args = (found.rulebook, found.snapshot, found.run)
        return near_table(*args, "enterprise", WITHIN, zone)

    return found.kept(_kept_as(zone), count)


def counted_before(found: Opened, zone: str) -> bool:
    """Return whether `counted` has its answer at hand; else it takes seconds on a large register."""
    return found.has_kept(_kept_as(zone))


def _kept_as(zone: str) -> tuple[str, str]:
    return ("near", zone)


def near_rules(
    found: Opened, zone: str, hidden: Mapping[str, str], lang: str = "zh"
) -> list[dict[str, Any]]:
    """Return the rules with near misses in a zone, those with most first.

    A condition that rests on a hidden fact does not count: who fails it alone would tell the fact.
    """
    rules = found.rulebook.rules
    near: dict[str, int] = {}
    for rule, condition, _, count in counted(found, zone).iter_rows():
        if not _hidden_condition(found, rules[rule], condition, hidden):
            near[rule] = near.get(rule, 0) + count
    return [
        {
            "rule": n,
            "title": rules[n].source.title.text(lang),
            "measure": found.rulebook.measures[rules[n].source.measure].title.text(lang),
            "near": count,
        }
        for n, count in sorted(near.items(), key=lambda pair: -pair[1])
    ]


def called(found: Opened, zone: str, rule: str, hidden: Mapping[str, str]) -> pl.DataFrame:
    """Return the near misses of one rule in a zone that an office may know, the nearest first.

    Raises
    ------
    NotFound
        If the rule was not run for enterprises, or has no conditions.
    """
    known = found.run.rules.get(rule)
    if (
        known is None
        or known["entity"] != "enterprise"
        or found.rulebook.rules[rule].decide is None
    ):
        raise NotFound(f"规则“{rule}”没有临界名单", hint="从名单里选择一条规则")

    def find() -> pl.DataFrame:
        args = (found.rulebook, found.snapshot, found.run)
        return near_misses(*args, rule, zone=zone).rows

    rows = found.kept(("near", zone, rule), find)
    source = found.rulebook.rules[rule]
    shown = [c.id for c in source.conditions if not _hidden_condition(found, source, c.id, hidden)]
    return rows.filter(pl.col("condition").is_in(shown))


def _hidden_condition(found: Opened, rule: Rule, condition: str, hidden: Mapping[str, str]) -> bool:
    """Return whether a rule or condition rests on facts that are hidden."""
    if not hidden:
        return False

    def read() -> frozenset[str]:
        test = whole_test(rule.condition(condition))
        return frozenset(found.explainer.plans.facts.of_test(rule, test))

    return not found.kept(("reads", rule.id, condition), read).isdisjoint(hidden)


def unit_text(found: Opened, rule: Rule, condition: str) -> str:
    """Return the unit in which a condition compares; empty for a share or a plain number."""
    test = rule.condition(condition).test
    if not isinstance(test, tree.Compare) or test.kind != "number":
        return ""
    scope = found.explainer.plans.scope(rule)
    unit = unit_of(test.left, scope) or unit_of(test.right, scope)
    return "" if unit is None or not unit.factors else str(unit)
