"""From a right to a case: no application where shared data decide it, else only what is needed.

A right is decided once more on what offices share alone. What then is missing is exactly what the applicant
has to bring; of that, what the zone knows already is filled in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import polars as pl

from jingkai.engine.polars_engine import program_frame
from jingkai.explain import Explainer, RuleReason
from jingkai.explain.missing import fact_of
from jingkai.explain.reasons import explain_rule
from jingkai.explain.row import RowEvaluator, RulePlans
from jingkai.rulebook import Rule, Rulebook, compile_program
from jingkai.services.catalogue import Item, Material
from jingkai.services.errors import CaseError
from jingkai.vocabulary import Fact, Label

__all__ = ["Entitlement", "NeededFact", "entitlement", "entitlement_row"]

Mode = Literal["no_application", "prefilled", "refused"]


@dataclass(frozen=True, slots=True)
class NeededFact:
    """A fact that the right waits for where only shared data count.

    Parameters
    ----------
    fact, title, office
        What it is and who holds it.
    known
        Whether the zone has a value of it already, so that it is filled in.
    asked
        Whether the applicant has to prove it; else an office has to supply it.
    """

    fact: str
    title: Label
    office: str
    known: bool
    asked: bool


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What an entity has to do for a right.

    Parameters
    ----------
    mode
        ``no_application``: confirm once; ``prefilled``: an application with what is needed left open;
        ``refused``: no right, as the reason says.
    reason
        The rule explained on everything that is known.
    needed
        What the right waits for on shared data alone; empty unless ``prefilled``.
    materials
        What the applicant brings: the papers for what is asked, and the item's originals.
    """

    item: str
    rule: str
    mode: Mode
    reason: RuleReason
    needed: tuple[NeededFact, ...]
    materials: tuple[Material, ...]


def entitlement(item: Item, rulebook: Rulebook, day: date, row: dict[str, Any]) -> Entitlement:
    """Return what an entity has to do for the right that an item pays out.

    Parameters
    ----------
    item
        An item with a rule.
    rulebook, day
        What decides it, as of when.
    row
        The entity's facts by column, those of what it refers to as ``zone.x``; null or absent: unknown.

    Raises
    ------
    CaseError
        If the item pays out no rule's right, or the rule is not in force on the day.
    """
    book = rulebook.on(day)
    deciding = _Deciding(_rule(item, book, day), book, day, row)
    whole = deciding.decided(row)
    originals = tuple(m for m in item.materials if m.asked and not m.facts)
    if whole.reason.verdict is False or whole.nothing:
        return Entitlement(item.id, deciding.rule.id, "refused", whole.reason, (), ())
    needed = deciding.needed()
    mode: Mode = "prefilled" if needed or originals else "no_application"
    papers = (*_papers(item, needed), *originals)
    return Entitlement(item.id, deciding.rule.id, mode, whole.reason, needed, papers)


def _rule(item: Item, book: Rulebook, day: date) -> Rule:
    if item.source.rule is None:
        raise CaseError(f"事项“{item.title.zh}”不兑现规则的权利", hint="按事项的材料申请")
    rule = book.rules.get(item.source.rule)
    if rule is None or not rule.in_force(day):
        raise CaseError(f"规则 {item.source.rule} 在 {day} 没有施行", hint="换查询日或规则")
    return rule


@dataclass(frozen=True, slots=True)
class _Decided:
    """A rule decided on a row: why, whether it is granted and fixed, or comes to nothing."""

    reason: RuleReason
    settled: bool
    nothing: bool

    @property
    def missing(self) -> frozenset[str]:
        return frozenset() if self.settled else frozenset(m["fact"] for m in self.reason.missing)


class _Deciding:
    """Decides one rule for one entity on more or fewer of its facts."""

    def __init__(self, rule: Rule, book: Rulebook, day: date, row: dict[str, Any]) -> None:
        self.rule, self.book, self.row = rule, book, row
        self.references = book.vocabulary.entities[rule.entity].references
        self.facts = {c: self._fact(c) for c in row}
        self.program = compile_program(book, rule.entity, day, list(row), only=[rule.id])
        self.plans = RulePlans(book, day, frozenset(self.program.layouts))

    def decided(self, row: dict[str, Any]) -> _Decided:
        """Decide the rule on a row of the same columns."""
        types = {c: f.arrow_type if f is not None else None for c, f in self.facts.items()}
        frame = pl.DataFrame({c: pl.Series([v], dtype=types[c]) for c, v in row.items()})
        values = program_frame(self.program, frame.lazy()).collect().row(0, named=True)
        reason = explain_rule(self.rule, RowEvaluator(self.plans, values), values)
        if self.rule.kind != "amount":
            return _Decided(reason, reason.verdict is True, False)
        amount = values.get(self.rule.id)
        if reason.verdict is not True or amount is None:
            return _Decided(reason, False, False)
        return _Decided(reason, amount > 0, amount == 0)

    def needed(self) -> tuple[NeededFact, ...]:
        """Return what the right waits for on shared data alone, without what turns out not to matter.

        What is missing is filled in where the zone knows it, until the right is settled or only unknown
        facts are left; then each filled one is taken out again where that changes nothing.
        """
        filled: list[str] = []
        found = self.decided(self._only(filled))
        while more := sorted(n for n in found.missing if n not in filled and self._known(n)):
            filled += more
            found = self.decided(self._only(filled))
        for name in reversed(filled.copy()):
            without = [n for n in filled if n != name]
            fewer = self.decided(self._only(without))
            if (fewer.settled, fewer.missing) == (found.settled, found.missing):
                filled = without
        still = [n for n in found.missing if n not in filled]
        return tuple(self._described(n) for n in (*filled, *sorted(still)))

    def _only(self, filled: list[str]) -> dict[str, Any]:
        """Return the row with only what offices share and some facts besides."""
        return {c: v if self._seen(c, filled) else None for c, v in self.row.items()}

    def _seen(self, column: str, filled: list[str]) -> bool:
        fact = self.facts[column]
        return fact is None or fact.shared or self._name(column, fact) in filled

    def _known(self, name: str) -> bool:
        """Return whether the zone has a value of a fact that offices do not share."""
        return any(
            f is not None and not f.shared and self._name(c, f) == name and self.row[c] is not None
            for c, f in self.facts.items()
        )

    def _name(self, column: str, fact: Fact) -> str:
        owner, dot, _ = column.rpartition(".")
        return f"{owner}{dot}{fact.name}"

    def _fact(self, column: str) -> Fact | None:
        """Return the fact of a column, also of ``zone.x``; None for a key or a count of events."""
        owner, _, inner = column.partition(".")
        entities = self.book.vocabulary.entities
        if inner and owner in self.references:
            found = entities[self.references[owner]].column(inner)
        else:
            found = entities[self.rule.entity].column(column)
        return found[0] if found is not None else None

    def _described(self, name: str) -> NeededFact:
        fact = fact_of(name, self.rule, self.book.vocabulary)
        if fact is None:  # a parameter that the zone has not set, or a table of events
            return NeededFact(name, Label(zh=name, en=name), "zone_committee", False, False)
        return NeededFact(name, fact.label, fact.holder, self._known(name), not fact.shared)


def _papers(item: Item, needed: tuple[NeededFact, ...]) -> list[Material]:
    asked = {n.fact for n in needed if n.asked}
    return [m for m in item.materials if asked & {f.name for f in m.facts}]


def entitlement_row(explainer: Explainer, entity: str, position: int) -> dict[str, Any]:
    """Return an entity's facts as `entitlement` takes them, from a run: without the run's results."""
    values, results = explainer.row(entity, position)
    return {c: v for c, v in values.items() if c not in results or "#" in c}
