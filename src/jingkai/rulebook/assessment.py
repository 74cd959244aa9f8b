"""The part of the language that weighs zones against each other: groups, items, their weights.

Weights are parameters. Those of groups are stated; an item whose weight nobody set takes an equal
part of what its group has left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction

from jingkai.errors import Finding, JingkaiError
from jingkai.rulebook.errors import RulebookError
from jingkai.rulebook.model import Item, RuleSource, ScoreGroup
from jingkai.rulebook.parameters import Fixed, RuleParameter
from jingkai.rulebook.rule import AssessedGroup, AssessedItem, Rule
from jingkai.rulebook.scope import RuleType
from jingkai.vocabulary import PLAIN, SourceFile, Unit, parse_figure

__all__ = ["check_assessments", "group_weights", "item_scale", "item_weights", "read_groups"]

_Find = Callable[..., None]


def read_groups(
    rule: RuleSource,
    parameters: Mapping[str, RuleParameter],
    types: Mapping[str, RuleType],
    find: _Find,
) -> tuple[AssessedGroup, ...]:
    """Check the groups of an assessment; of any other kind there are none.

    Parameters
    ----------
    rule, parameters
        The rule as written, and its checked parameters.
    types
        Every rule's result by name.
    find
        Called with what is wrong, the path in the file and ``hint``.
    """
    if rule.kind != "assessment":
        return ()
    reader = _Reader(parameters, types, find)
    if rule.scaling is not None:
        for part in ("floor", "span"):
            reader.parameter(getattr(rule.scaling, part), Unit.parse("分"), "scaling", part)
    groups = tuple(reader.group(group, g) for g, group in enumerate(rule.groups))
    ids = [item.id for group in groups for item in group.items]
    for twice in sorted({i for i in ids if ids.count(i) > 1}):
        find(f"item `{twice}` stands twice", "groups", hint="rename one")
    return groups


class _Reader:
    def __init__(
        self,
        parameters: Mapping[str, RuleParameter],
        types: Mapping[str, RuleType],
        find: _Find,
    ) -> None:
        self.parameters, self.types, self.find = parameters, types, find

    def parameter(self, name: str | None, unit: Unit, *path: str | int) -> None:
        """Check that a name is a number's parameter in a unit."""
        found = self.parameters.get(name or "")
        if found is None:
            self.find(f"there is no parameter `{name}`", *path, hint="add it under `parameters:`")
        elif found.type.kind != "number" or found.type.unit != unit:
            self.find(f"parameter `{name}` is no number in {str(unit) or 'percent'}", *path)

    def group(self, group: ScoreGroup, g: int) -> AssessedGroup:
        """Check a group."""
        self.parameter(group.weight, PLAIN, "groups", g, "weight")
        if group.of is None or group.of < len(group.items):
            what = f"group `{group.id}` does not say of how many items it names {len(group.items)}"
            self.find(what, "groups", g, hint="add `of:` with the number in the document")
        items = tuple(
            self.item(item, "groups", g, "items", i) for i, item in enumerate(group.items)
        )
        return AssessedGroup(
            group.id, group.title, group.basis, group.weight or "", group.of or 0, items
        )

    def item(self, item: Item, *path: str | int) -> AssessedItem:
        """Check an item."""
        if not item.basis:
            self.find(f"item `{item.id}` has no basis", *path, hint="add `basis:`", code="no_basis")
        if item.weight is not None:
            self.parameter(item.weight, PLAIN, *path, "weight")
        kind = self.types.get(item.indicator or "")
        if kind is None or kind.kind != "indicator":
            self.find(f"`{item.indicator}` is no indicator", *path, hint="name a rule of that kind")
        unit = kind.unit if kind else PLAIN
        least, most = (
            self.figure(getattr(item, end), unit, *path, end) for end in ("least", "most")
        )
        return AssessedItem(
            item.id, item.title, item.basis, item.indicator or "", item.weight, least, most
        )

    def figure(self, text: str | None, unit: Unit, *path: str | int) -> Fraction | None:
        """Read a bound in the indicator's unit; 0 is one in any."""
        if text is None:
            return None
        found = parse_figure(text)
        if found is None or (found[0] != 0 and Unit.parse(found[1]) != unit):
            self.find(f"`{text}` is not in {str(unit) or 'percent'}", *path)
            return None
        return found[0]


def check_assessments(
    rules: Mapping[str, Rule], sources: Mapping[str, SourceFile], findings: list[Finding]
) -> None:
    """Check what an assessment needs of others: indicators that say which way is better; weights that add up."""
    for name, rule in rules.items():
        for g, group in enumerate(rule.assessed):
            for i, item in enumerate(group.items):
                indicator = rules.get(item.indicator)
                if indicator is not None and indicator.source.direction is None:
                    what = f"indicator `{item.indicator}` does not say whether more is better"
                    where = sources[name].where("groups", g, "items", i)
                    findings.append(Finding(what, where, "add `direction:` to it"))
        if rule.assessed:
            try:
                item_weights(rule, rule.source.basis.from_)
            except JingkaiError as error:
                where = sources[name].where("groups")
                findings.append(Finding(error.what, where, error.hint, "weights"))


def item_scale(rule: Rule, day: date) -> tuple[Fraction, Fraction]:
    """Return the points of the least value and what the greatest has above it.

    Raises
    ------
    RulebookError
        If they are not set (or, strictly, not verified).
    """
    scaling = rule.source.scaling
    assert scaling is not None
    return _stated(rule, scaling.floor, day), _stated(rule, scaling.span, day)


def group_weights(rule: Rule, day: date) -> dict[str, Fraction]:
    """Return the weight of each group.

    Raises
    ------
    RulebookError
        If they do not add up to the whole.
    """
    weights = {group.id: _stated(rule, group.weight, day) for group in rule.assessed}
    if sum(weights.values()) != 1:
        raise _wrong(rule, f"各组权重之和为 {_percent(sum(weights.values()))}，不是 100%")
    return weights


def item_weights(rule: Rule, day: date) -> dict[str, Fraction]:
    """Return the weight of each item in the whole: as set, else an equal part of what is left.

    Raises
    ------
    RulebookError
        If the items of a group take more than its weight, or all are set and take less.
    """
    found: dict[str, Fraction] = {}
    for group, whole in zip(rule.assessed, group_weights(rule, day).values(), strict=True):
        given = {i.id: _figure(rule, i.weight, day) for i in group.items}
        known = {name: figure for name, figure in given.items() if figure is not None}
        left, open_ = whole - sum(known.values()), len(given) - len(known)
        if left < 0 or (left > 0 and not open_) or any(w < 0 for w in known.values()):
            what = f"{group.title.zh}各项权重之和为 {_percent(sum(known.values()))}，本组为 {_percent(whole)}"
            raise _wrong(rule, what)
        found |= {name: known.get(name, left / open_ if open_ else left) for name in given}
    return found


def _stated(rule: Rule, name: str, day: date) -> Fraction:
    figure = _figure(rule, name, day)
    if figure is None:
        raise RulebookError(
            f"{rule.source.title.zh}的参数 {name} 没有取值",
            where=rule.place,
            hint="在 rules/parameters.yaml 中设定；按 --strict 时未核实的不算",
        )
    return figure


def _figure(rule: Rule, name: str | None, day: date) -> Fraction | None:
    value = rule.parameters[name].at(day) if name in rule.parameters else None
    if isinstance(value, Fixed) and not isinstance(value.value, date):
        return value.value
    return None


def _wrong(rule: Rule, what: str) -> RulebookError:
    hint = "未设定的各项均分本组剩余的权重；全部设定时须恰好等于本组权重"
    return RulebookError(what, where=rule.place, hint=hint)


def _percent(value: Fraction | int) -> str:
    return f"{float(value * 100):g}%"
