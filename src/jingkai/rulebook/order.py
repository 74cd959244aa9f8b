"""Puts rules in an order in which each stands after those it reads."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from jingkai.errors import Finding
from jingkai.rulebook.rule import Rule

__all__ = ["order_rules"]


def order_rules(rules: dict[str, Rule], findings: list[Finding]) -> dict[str, Rule]:
    """Return the rules in dependency order; a circle becomes a finding that names its rules."""
    graph = {
        name: sorted(rule.reads_rules() & rules.keys()) for name, rule in sorted(rules.items())
    }
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = error.args[1]
        findings.append(
            Finding(
                "rules read each other in a circle: " + " → ".join(circle),
                f"{rules[circle[0]].place}:1",
                "let one of them read facts instead",
                "circle",
            )
        )
        return rules
    return {name: rules[name] for name in order}
