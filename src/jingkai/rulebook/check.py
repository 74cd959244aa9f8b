"""Checks one rule file: every expression, figure and example, each finding with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from jingkai.errors import Finding, JingkaiError
from jingkai.rulebook.assessment import read_groups
from jingkai.rulebook.grammar import parse_expression
from jingkai.rulebook.model import Band, Item, RuleSource, ScoreGroup, Window
from jingkai.rulebook.parameters import RuleParameter, read_parameter
from jingkai.rulebook.rule import (
    CheckedBand,
    CheckedGroup,
    CheckedItem,
    Condition,
    Rule,
)
from jingkai.rulebook.scope import ParameterType, RuleType, Scope, Type
from jingkai.rulebook.together import read_window
from jingkai.rulebook.tree import AtLeast, ConditionRef, Logic, Node, walk
from jingkai.vocabulary import SourceFile, Unit, Vocabulary, parse_figure

__all__ = ["Setting", "Settings", "check_rule"]

Setting = str | tuple[str, ...]
#: By rule and parameter the value that a layer gives, and the layer.
Settings = dict[str, dict[str, tuple[Setting, str]]]

_NEEDS: dict[str, tuple[str, ...]] = {
    "eligibility": ("conditions",),
    "duty": ("conditions",),
    "amount": ("value", "unit"),
    "score": (),
    "grade": ("grades",),
    "indicator": ("value",),
    "assessment": ("groups", "scaling"),
}


def check_rule(
    source: SourceFile,
    rule: RuleSource,
    layer: str,
    vocabulary: Vocabulary,
    types: dict[str, RuleType],
    settings: Mapping[str, tuple[Setting, str]],
    findings: list[Finding],
    examples_needed: bool = True,
) -> Rule | None:
    """Check one rule.

    Parameters
    ----------
    source, rule, layer
        The file with its lines, its content, and the layer it belongs to.
    vocabulary, types
        What its names may mean.
    settings
        Values that layers give to its parameters and to its ``window``: name to (value, layer).
    findings
        Where findings are added.

    Returns
    -------
    The checked rule, or None if it had findings.
    """
    checker = _RuleChecker(source, rule, vocabulary, types, findings)
    before = len(findings)
    if rule.entity not in vocabulary.entities:
        known = ", ".join(vocabulary.entities)
        checker.find(f"there is no entity `{rule.entity}`", "entity", hint=f"one of {known}")
        return None
    checker.structure()
    parameters = checker.parameters(settings)
    window = read_window(rule.window, settings.get("window"), checker.find)
    result = checker.build(layer, parameters, window)
    if examples_needed:
        checker.examples()
    return result if len(findings) == before else None


class _RuleChecker:
    """One rule's check; findings carry the line of what they are about."""

    def __init__(
        self,
        source: SourceFile,
        rule: RuleSource,
        vocabulary: Vocabulary,
        types: dict[str, RuleType],
        findings: list[Finding],
    ) -> None:
        self.source, self.rule, self.findings = source, rule, findings
        others = {name: t for name, t in types.items() if name != rule.rule}
        self.types = types
        self.scope = Scope(vocabulary, rule.entity, {}, others, aggregates=rule.kind == "indicator")

    def find(self, what: str, *path: str | int, hint: str = "", code: str = "") -> None:
        """Add a finding at a path of the file."""
        self.findings.append(Finding(what, self.source.where(*path), hint, code))

    # --- shape

    def structure(self) -> None:
        """Check that the kind has its parts, and none twice."""
        rule = self.rule
        for part in _NEEDS[rule.kind]:
            if not getattr(rule, part):
                self.find(
                    f"a rule of kind {rule.kind} needs `{part}`", "kind", hint=f"add `{part}:`"
                )
        if rule.kind == "score" and bool(rule.groups) == bool(rule.items):
            self.find("a score needs either `groups` or `items`", "kind", hint="write one of them")
        for index, condition in enumerate(rule.conditions):
            if condition.id in [c.id for c in rule.conditions[:index]]:
                self.find(
                    f"condition `{condition.id}` stands twice", "conditions", index, hint="rename"
                )
            if not condition.basis:
                self.find(
                    f"condition `{condition.id}` has no basis",
                    "conditions",
                    index,
                    hint="add `basis:` with the article",
                    code="no_basis",
                )
        if rule.unit:
            try:
                Unit.parse(rule.unit)
            except JingkaiError as error:
                self.find(error.what, "unit", hint=error.hint)

    def parameters(self, settings: Mapping[str, tuple[Setting, str]]) -> dict[str, RuleParameter]:
        """Check every parameter; the scope then knows their types."""
        checked: dict[str, RuleParameter] = {}
        for name, given in self.rule.parameters.items():
            value, layer = settings.get(name, (None, "package"))
            try:
                checked[name] = read_parameter(name, given, self.scope, value, layer)
            except JingkaiError as error:
                self.find(error.what, "parameters", name, hint=error.hint, code="parameter")
        for name in settings.keys() - self.rule.parameters.keys() - {"window"}:
            self.find(f"a layer sets `{name}`, which is no parameter of this rule", "rule")
        kinds = {name: p.type for name, p in checked.items()}
        for name in self.rule.parameters.keys() - checked.keys():
            kinds[name] = ParameterType(
                "number", broken=True
            )  # reported already; keep its users quiet
        self.scope = replace(self.scope, parameters=kinds)
        return checked

    # --- expressions

    def expression(
        self, text: str | None, kind: str, *path: str | int, scope: Scope | None = None
    ) -> Node | None:
        """Check an expression that must have a kind; None (and a finding) if it does not."""
        checked = self.typed(text, *path, scope=scope)
        if checked is None:
            return None
        node, found = checked
        if found.kind != kind:
            self.find(f"`{text}` is a {found.kind}, a {kind} is needed", *path)
            return None
        return node

    def typed(
        self, text: str | None, *path: str | int, scope: Scope | None = None
    ) -> tuple[Node, Type] | None:
        """Check an expression; None (and a finding) if it is none."""
        if text is None:
            return None
        try:
            return parse_expression(text, scope or self.scope)
        except JingkaiError as error:
            self.find(error.what, *path, hint=error.hint, code=error.code)
            return None

    def build(
        self, layer: str, parameters: dict[str, RuleParameter], window: Window | None
    ) -> Rule:
        """Check every expression of the rule and return it."""
        rule = self.rule
        conditions = tuple(self._conditions())
        value, cap = self._number(rule.value, "value"), self._number(rule.cap, "cap")
        return Rule(
            source=rule,
            place=self.source.name,
            layer=layer,
            type=self.types[rule.rule],
            parameters=parameters,
            conditions=conditions,
            decide=self._decide(conditions),
            groups=() if rule.kind == "assessment" else tuple(self._groups()),
            assessed=read_groups(rule, parameters, self.types, self.find),
            grades=tuple(self._grades()),
            value=value,
            cap=cap,
            due=self.expression(rule.due, "date", "due"),
            round_to=self._round(),
            worth=self._worth(),
            window=window,
        )

    def _conditions(self) -> list[Condition]:
        found = []
        for i, c in enumerate(self.rule.conditions):
            scope = replace(self.scope, assumes=bool(c.assumes))
            test = self.expression(c.test, "bool", "conditions", i, "test", scope=scope)
            applies = self.expression(c.applies, "bool", "conditions", i, "applies", scope=scope)
            if test is not None:
                found.append(
                    Condition(
                        c.id, test, c.test, c.basis, c.title, applies, c.assumes, c.say, c.verified
                    )
                )
        return found

    def _decide(self, conditions: tuple[Condition, ...]) -> Node | None:
        if self.rule.kind not in ("eligibility", "duty", "amount", "assessment"):
            return None
        ids = tuple(c.id for c in self.rule.conditions)
        if self.rule.decide == "all":
            refs = tuple(ConditionRef(i) for i in ids)
            return refs[0] if len(refs) == 1 else Logic("and", refs)
        scope = replace(self.scope, conditions=frozenset(ids), parameters={}, rules={})
        node = self.expression(self.rule.decide, "bool", "decide", scope=scope)
        if node is None:
            return None
        used = {n.id for n in walk(node) if isinstance(n, ConditionRef)}
        for missing in [i for i in ids if i not in used]:
            self.find(
                f"condition `{missing}` is not used by decide", "decide", hint="use or delete it"
            )
        applying = {c.id for c in conditions if c.applies is not None}
        for part in walk(node):
            if isinstance(part, AtLeast):
                inside = {n.id for n in walk(part) if isinstance(n, ConditionRef)} & applying
                for name in inside:
                    self.find(f"`{name}` has `applies` and stands inside at_least", "decide")
        return node

    def _number(self, text: str | None, part: str) -> Node | None:
        checked = self.typed(text, part)
        if checked is None:
            return None
        node, found = checked
        unit = self.types[self.rule.rule].unit
        if found.kind != "number" or found.interval:
            self.find(f"`{part}` is not a number", part)
        elif found.unit is not None and found.unit != unit:
            self.find(
                f"`{part}` is in {found.unit or 'a plain ratio'}, the rule in {unit or 'a plain ratio'}",
                part,
                hint="state the same unit",
                code="unit",
            )
        return node

    def _worth(self) -> Node | None:
        checked = self.typed(self.rule.worth, "worth")
        if checked is None:
            return None
        node, found = checked
        if (
            found.kind != "number"
            or found.interval
            or found.unit is None
            or found.unit.currency is None
        ):
            self.find("`worth` is no sum of money", "worth", hint="give it in 元 or 万元")
        return node

    def _round(self) -> Fraction | None:
        if self.rule.round is None:
            return None
        figure = parse_figure(self.rule.round.to)
        unit = self.types[self.rule.rule].unit
        if figure is None or Unit.parse(figure[1]) != unit:
            self.find(f"`round.to` is not in {unit}", "round", "to")
            return None
        return figure[0]

    # --- scores and grades

    def _groups(self) -> list[CheckedGroup]:
        rule = self.rule
        if rule.items:
            items = tuple(self._item(item, "items", i) for i, item in enumerate(rule.items))
            return [CheckedGroup("", rule.title, None, items)]
        return [self._group(group, g) for g, group in enumerate(rule.groups)]

    def _group(self, group: ScoreGroup, g: int) -> CheckedGroup:
        cap = None
        if group.cap is not None:
            cap = self._points(group.cap, "groups", g, "cap")
        items = tuple(
            self._item(item, "groups", g, "items", i) for i, item in enumerate(group.items)
        )
        return CheckedGroup(group.id, group.title, cap, items)

    def _item(self, item: Item, *path: str | int) -> CheckedItem:
        if not item.basis:
            self.find(f"item `{item.id}` has no basis", *path, hint="add `basis:`", code="no_basis")
        if item.mark is not None:
            fact = self.scope.vocabulary.fact(self.rule.entity, item.mark)
            if fact is None or fact.type not in ("count", "number") or fact.yearly:
                self.find(f"`{item.mark}` is no mark: a point fact of type count or number", *path)
        if not item.bands:
            self.find(f"item `{item.id}` has no bands", *path, hint="add `bands:`")
        bands = tuple(self._band(band, *path, "bands", b) for b, band in enumerate(item.bands))
        if any(b.test is None for b in item.bands[:-1]):
            self.find(f"item `{item.id}`: only the last band may have no test", *path)
        return CheckedItem(item.id, item.title, item.basis, bands, item.mark)

    def _band(self, band: Band, *path: str | int) -> CheckedBand:
        test = self.expression(band.test, "bool", *path, "test")
        pair = (band.points, band.points) if isinstance(band.points, str) else band.points
        least, most = (self._points(p, *path, "points") for p in pair)
        if least > most:
            self.find(f"points {least} to {most} fall", *path)
        return CheckedBand(test, least, most)

    def _points(self, text: str, *path: str | int) -> Fraction:
        figure = parse_figure(text)
        if figure is None or figure[1] not in ("", "分"):
            self.find(f"`{text}` is no number of points", *path)
            return Fraction(0)
        if (figure[0] * 100).denominator != 1:
            self.find(f"`{text}`: points have at most two decimals", *path)
        return figure[0]

    def _grades(self) -> list[tuple[str, Node | None]]:
        found = []
        for i, grade in enumerate(self.rule.grades):
            test = self.expression(grade.test, "bool", "grades", i, "test")
            if grade.test is None and i + 1 != len(self.rule.grades):
                self.find("only the last grade may have no test", "grades", i)
            found.append((grade.grade, test))
        return found

    def _least_points(self) -> Fraction:
        items = [*self.rule.items, *(i for g in self.rule.groups for i in g.items)]
        least = Fraction(0)
        for item in items:
            pairs = [
                (b.points, b.points) if isinstance(b.points, str) else b.points for b in item.bands
            ]
            figures = [parse_figure(low) for low, _ in pairs]
            least += min((f[0] for f in figures if f is not None), default=Fraction(0))
        return least

    # --- examples

    def examples(self) -> None:
        """Check that the rule has the three examples its kind needs."""
        verdicts = [_verdict(e.expect) for e in self.rule.examples]
        kind = self.rule.kind
        if kind == "indicator":
            return
        if kind == "assessment":
            missing = [] if self.rule.examples else ["worked out"]
        elif kind == "grade":
            grades = {v for v in verdicts if v.startswith("grade:")}
            missing = ["two different grades"] if len(grades) < 2 else []
            missing += [] if "undetermined" in verdicts else ["undetermined"]
        elif kind == "score" and self._least_points() > 0:
            missing = [v for v in ("positive", "undetermined") if v not in verdicts]
        elif kind in ("amount", "score"):
            missing = [v for v in ("positive", "zero", "undetermined") if v not in verdicts]
        else:
            missing = [v for v in ("granted", "refused", "undetermined") if v not in verdicts]
        for what in missing:
            self.find(
                f"rule `{self.rule.rule}` has no example that is {what}",
                "examples",
                hint="add one under `examples:`",
                code="no_example",
            )


def _verdict(expect: str | dict[str, object]) -> str:
    if isinstance(expect, str):
        return {"inapplicable": "zero", "zero": "zero"}.get(expect, expect)
    if "grade" in expect:
        return f"grade:{expect['grade']}"
    if "value" in expect:
        figure = parse_figure(str(expect["value"]))
        return "zero" if figure is not None and figure[0] == 0 else "positive"
    if "granted" in expect or "due" in expect:
        return "granted"
    return "undetermined"
