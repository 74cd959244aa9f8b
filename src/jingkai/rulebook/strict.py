"""A rulebook that trusts only what was verified: every other figure and condition is unknown."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from jingkai.rulebook.model import Item
from jingkai.rulebook.parameters import RuleParameter, Unset
from jingkai.rulebook.rule import CheckedGroup, CheckedItem, Condition, Rule, Rulebook
from jingkai.rulebook.tree import Unknown

__all__ = ["strict_rulebook"]


def strict_rulebook(rulebook: Rulebook) -> Rulebook:
    """Return the rulebook with everything that nobody has verified taken for unknown.

    A parameter or dated value, a condition, an item of a score that says ``verified: false``; of a rule
    whose document itself was not verified, every test.
    """
    rules = {name: _strict(rule) for name, rule in rulebook.rules.items()}
    identity = hashlib.sha256(f"{rulebook.hash} strict".encode()).hexdigest()
    return replace(rulebook, rules=rules, hash=identity, strict=True)


def _strict(rule: Rule) -> Rule:
    trusted = rule.source.basis.verified
    items = {
        i.id: i for i in [*rule.source.items, *(i for g in rule.source.groups for i in g.items)]
    }
    return replace(
        rule,
        parameters={n: _parameter(p) for n, p in rule.parameters.items()},
        conditions=tuple(_condition(c, trusted and c.verified) for c in rule.conditions),
        groups=tuple(_group(g, items, trusted) for g in rule.groups),
        grades=rule.grades if trusted else tuple((g, Unknown()) for g, _ in rule.grades),
        value=rule.value if trusted or rule.kind != "amount" or rule.conditions else Unknown(),
        before=_strict(rule.before) if rule.before else None,
    )


def _parameter(parameter: RuleParameter) -> RuleParameter:
    why = f"{parameter.name} was not verified"
    dated = tuple(
        (first, last, value if verified else Unset(why), verified)
        for first, last, value, verified in parameter.dated
    )
    return replace(parameter, dated=dated)


def _condition(condition: Condition, trusted: bool) -> Condition:
    return condition if trusted else replace(condition, test=Unknown(), applies=None)


def _group(group: CheckedGroup, items: dict[str, Item], trusted: bool) -> CheckedGroup:
    return replace(
        group,
        items=tuple(i if trusted and items[i.id].verified else _item(i) for i in group.items),
    )


def _item(item: CheckedItem) -> CheckedItem:
    bands = tuple(replace(band, test=Unknown()) for band in item.bands)
    return replace(item, bands=bands, mark=None)
