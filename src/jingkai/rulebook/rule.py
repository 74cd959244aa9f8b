"""A checked rule: the file's words beside its trees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from jingkai.rulebook.model import Ending, Measure, RuleSource, Window
from jingkai.rulebook.parameters import RuleParameter
from jingkai.rulebook.scope import RuleType
from jingkai.rulebook.tree import Node, OnShared, RuleRef, fact_names, walk
from jingkai.vocabulary import Label, Unit, Vocabulary

__all__ = [
    "AssessedGroup",
    "AssessedItem",
    "CheckedBand",
    "CheckedGroup",
    "CheckedItem",
    "Condition",
    "Rule",
    "RuleText",
    "Rulebook",
]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition (条件): its test as a tree, with article and words."""

    id: str
    test: Node
    text: str
    basis: str = ""
    title: Label | None = None
    applies: Node | None = None
    assumes: str | None = None
    say: Label | None = None
    verified: bool = True

    def label(self, lang: str = "zh") -> str:
        """Return its title in a language, or its id."""
        return self.title.text(lang) if self.title else self.id


@dataclass(frozen=True, slots=True)
class CheckedBand:
    """A band of an item: its test (None: otherwise) and least and most points."""

    test: Node | None
    least: Fraction
    most: Fraction


@dataclass(frozen=True, slots=True)
class CheckedItem:
    """An item of a points table."""

    id: str
    title: Label
    basis: str
    bands: tuple[CheckedBand, ...]
    mark: str | None


@dataclass(frozen=True, slots=True)
class CheckedGroup:
    """A group of items with its cap in points."""

    id: str
    title: Label
    cap: Fraction | None
    items: tuple[CheckedItem, ...]


@dataclass(frozen=True, slots=True)
class AssessedItem:
    """An indicator that an assessment weighs.

    `weight` names the parameter of its weight (None: an equal part of what its group has left);
    `least` and `most` are what its value can be at all, in the indicator's unit.
    """

    id: str
    title: Label
    basis: str
    indicator: str
    weight: str | None
    least: Fraction | None
    most: Fraction | None


@dataclass(frozen=True, slots=True)
class AssessedGroup:
    """A group of an assessment: the parameter of its weight, and of how many items it names which."""

    id: str
    title: Label
    basis: str
    weight: str
    of: int
    items: tuple[AssessedItem, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule (规则) whose every expression was checked.

    `decide`, `conditions` are there for eligibility, duty and amount, of an assessment they say who
    takes part; `groups` for a score, `assessed` for an assessment;
    `grades` (label, test or None) for a grade; `value`, `cap`, `due` where the kind has them.
    `worth` is what a right is worth where it says so. `before` is the rule of this name in the layer
    below, in force until the day this one replaces it; `ended` says from when a layer ends it.
    """

    source: RuleSource
    place: str
    layer: str
    type: RuleType
    parameters: dict[str, RuleParameter] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    decide: Node | None = None
    groups: tuple[CheckedGroup, ...] = ()
    assessed: tuple[AssessedGroup, ...] = ()
    grades: tuple[tuple[str, Node | None], ...] = ()
    value: Node | None = None
    cap: Node | None = None
    due: Node | None = None
    worth: Node | None = None
    round_to: Fraction | None = None
    window: Window | None = None
    before: Rule | None = None
    ended: Ending | None = None

    @property
    def id(self) -> str:
        """The rule's name."""
        return self.source.rule

    @property
    def kind(self) -> str:
        """eligibility, grade, score, amount, duty, indicator or assessment."""
        return self.source.kind

    @property
    def entity(self) -> str:
        """The entity it decides about."""
        return self.source.entity

    @property
    def unit(self) -> Unit:
        """The unit of its number, where it has one."""
        return self.type.unit

    @property
    def verified(self) -> bool:
        """Whether the basis and every figure were verified against a source."""
        return (
            self.source.basis.verified
            and all(p.source.verified for p in self.parameters.values())
            and all(v for p in self.parameters.values() for *_, v in p.dated)
            and all(c.verified for c in self.conditions)
            and all(i.verified for i in self.source.items)
            and all(i.verified for g in self.source.groups for i in g.items)
        )

    def in_force(self, day: date) -> bool:
        """Whether the document is in force on a day, both ends included.

        An old edition also runs on the days of a round of applications that still goes by it.
        """
        if self.ended is not None and day >= self.ended.from_:
            return False
        basis = self.source.basis
        if basis.from_ <= day and (basis.to is None or day <= basis.to):
            return True
        return self.window is not None and any(r.from_ <= day <= r.to for r in self.window.rounds)

    def known_until(self, day: date) -> date | None:
        """Return the last day up to which all its figures for a day were seen to hold.

        None where no source says when it was looked at.
        """
        seen = [self.source.basis.checked]
        for p in self.parameters.values():
            seen += [p.source.checked]
            seen += [v.checked for v in p.source.values if v.from_ <= day and _open(v.to, day)]
        return min((d for d in seen if d is not None), default=None)

    def at(self, day: date) -> Rule:
        """Return the rule of this name that counts on a day: this one, or the one it replaces."""
        replaces = self.source.replaces
        if replaces is not None and self.before is not None and day < replaces.from_:
            return self.before.at(day)
        return self

    def condition(self, name: str) -> Condition:
        """Return a condition by id."""
        return next(c for c in self.conditions if c.id == name)

    def nodes(self) -> list[Node]:
        """Return every tree of the rule, in the file's order."""
        found: list[Node | None] = []
        for c in self.conditions:
            found += [c.applies, c.test]
        found += [b.test for g in self.groups for i in g.items for b in i.bands]
        found += [test for _, test in self.grades]
        found += [self.value, self.cap, self.due, self.worth]
        for p in self.parameters.values():
            found += [v.by for _, _, v, _ in p.dated if hasattr(v, "by")]
        return [node for node in found if node is not None]

    def reads_rules(self) -> set[str]:
        """Return the rules whose results it reads, those of the rule it replaces included."""
        own = {
            n.rule for node in self.nodes() for n in walk(node) if isinstance(n, RuleRef | OnShared)
        }
        own |= {item.indicator for group in self.assessed for item in group.items}
        return own | (self.before.reads_rules() if self.before else set())

    def reads_facts(self) -> list[str]:
        """Return the facts it reads itself, in the file's order."""
        names = [name for node in self.nodes() for name in fact_names(node)]
        names += [i.mark for g in self.groups for i in g.items if i.mark]
        return list(dict.fromkeys(names))


def _open(last: date | None, day: date) -> bool:
    return last is None or day <= last


@dataclass(frozen=True, slots=True)
class RuleText:
    """A file of a rulebook as it was read: its layer's place and name, its path there, its text."""

    place: int
    layer: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Checked rules in an order in which each stands after those it reads.

    `hash` identifies the text of every rule, parameter layer and the vocabulary; `texts` are the
    files as they were read (none where a reform changed them). `strict`: what was not verified is unknown.
    """

    rules: dict[str, Rule]
    measures: dict[str, Measure]
    vocabulary: Vocabulary
    hash: str
    texts: tuple[RuleText, ...] = ()
    strict: bool = False

    def on(self, day: date) -> Rulebook:
        """Return the rulebook as it stands on a day: of each name the rule that counts then."""
        rules = {name: rule.at(day) for name, rule in self.rules.items()}
        if all(rules[name] is rule for name, rule in self.rules.items()):
            return self
        return replace(self, rules=rules)

    def in_force(self, day: date, entity: str | None = None) -> list[Rule]:
        """Return the rules in force on a day, of one entity or all, in order."""
        return [
            rule
            for rule in (r.at(day) for r in self.rules.values())
            if rule.in_force(day) and (entity is None or rule.entity == entity)
        ]

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Put rules in the order people read them: by measure, then by the measure's own list."""
        places = {
            name: (measure.order, i)
            for measure in self.measures.values()
            for i, name in enumerate((*measure.rules, *measure.indicators))
        }
        return sorted(names, key=lambda n: (*places.get(n, (99, 0)), n))
