"""From a right to a case: no application where shared data decide it, else only what is needed.

A right is decided once more on what offices share alone. What then is missing is exactly what the applicant
has to bring; of that, what the zone knows already is filled in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import polars as pl

from jingkai.engine.polars_engine import program_frame
from jingkai.explain import Explainer, RuleReason
from jingkai.explain.again import RowProgram
from jingkai.explain.missing import fact_of
from jingkai.explain.reasons import explain_rule
from jingkai.explain.row import RowEvaluator, RulePlans
from jingkai.rulebook import Rule, Rulebook, compile_program
from jingkai.rulebook.plan import plan_columns
from jingkai.services.catalogue import Item, Material
from jingkai.services.errors import CaseError
from jingkai.vocabulary import Fact, Label
from jingkai.vocabulary.units import units

__all__ = ["Entitlement", "Entitlements", "NeededFact", "entitlement", "entitlement_row"]

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
    amount
        How much is granted, yuan; None: not settled, or no money.
    """

    item: str
    rule: str
    mode: Mode
    reason: RuleReason
    needed: tuple[NeededFact, ...]
    materials: tuple[Material, ...]
    amount: Decimal | None = None


def entitlement(item: Item, rulebook: Rulebook, day: date, row: dict[str, Any]) -> Entitlement:
    """Return what one entity has to do for the right that an item pays out; see `Entitlements`."""
    return Entitlements(item, rulebook, day, row).of(row)


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


class Entitlements:
    """What entities have to do for the right that an item pays out; its rule is compiled once for all of them.

    Parameters
    ----------
    item
        An item with a rule.
    rulebook, day
        What decides it, as of when.
    columns
        The columns that rows have: facts, those of what an entity refers to as ``zone.x``, counts of events.

    Raises
    ------
    CaseError
        If the item pays out no rule's right, or the rule is not in force on the day.
    """

    def __init__(self, item: Item, rulebook: Rulebook, day: date, columns: Iterable[str]) -> None:
        self.item, self.book = item, rulebook.on(day)
        self.rule = _rule(item, self.book, day)
        self.references = self.book.vocabulary.entities[self.rule.entity].references
        have = list(columns)
        self.program = compile_program(self.book, self.rule.entity, day, have, only=[self.rule.id])
        read = {c for plan in self.program.columns.values() for c in plan_columns(plan)}
        self.facts = {c: self._fact(c) for c in have if c in read}
        self.plans = RulePlans(self.book, day, frozenset(self.program.layouts))

    def of(self, row: dict[str, Any]) -> Entitlement:
        """Return what one entity has to do.

        Parameters
        ----------
        row
            Its values by column; null: unknown.
        """
        row = {c: row.get(c) for c in self.facts}
        whole = self._decided(row)
        name = self.rule.id
        if whole.reason.verdict is False or whole.nothing:
            return Entitlement(self.item.id, name, "refused", whole.reason, (), ())
        needed = self._needed(row)
        originals = [m for m in self.item.materials if m.asked and not m.facts]
        mode: Mode = "prefilled" if needed or originals else "no_application"
        papers = (*_papers(self.item, needed), *originals)
        return Entitlement(
            self.item.id, name, mode, whole.reason, needed, papers, _yuan(whole.reason)
        )

    def on_shared(self, facts: pl.LazyFrame) -> pl.LazyFrame:
        """Return rows with whether what offices share alone settles the right: granted, of an amount above nothing.

        Parameters
        ----------
        facts
            A row an entity; a column that this was made for and that is not there is unknown of every row.

        Returns
        -------
        The rows with the rule's results on shared facts and `on_shared`; null: open.
        """
        types = facts.collect_schema()
        kept = [
            pl.lit(None, dtype=types.get(c, fact.arrow_type)).alias(c)
            for c, fact in self.facts.items()
            if fact is not None and (c not in types or not fact.shared)
        ]
        frame = program_frame(self.program, facts.with_columns(kept))
        name = self.rule.id
        if self.rule.kind != "amount":
            return frame.with_columns(on_shared=pl.col(name))
        return frame.with_columns(on_shared=pl.col(f"{name}__right") & (pl.col(name) > 0))

    def columns_of(self, needed: NeededFact, row: dict[str, Any]) -> list[str]:
        """Return the columns of a needed fact, of a yearly one every year's, that a row leaves unknown."""
        return [
            c
            for c, f in self.facts.items()
            if f is not None and _name(c, f) == needed.fact and row.get(c) is None
        ]

    def _decided(self, row: dict[str, Any]) -> _Decided:
        values = RowProgram(self.program).whole(row)
        reason = explain_rule(self.rule, RowEvaluator(self.plans, values), values)
        if self.rule.kind != "amount":
            return _Decided(reason, reason.verdict is True, False)
        amount = values.get(self.rule.id)
        if reason.verdict is not True or amount is None:
            return _Decided(reason, False, False)
        return _Decided(reason, amount > 0, amount == 0)

    def _needed(self, row: dict[str, Any]) -> tuple[NeededFact, ...]:
        """Return what the right waits for on shared data alone, without what turns out not to matter.

        What is missing is filled in where the zone knows it, until the right is settled or only unknown
        facts are left; then each filled one is taken out again where that changes nothing.
        """
        filled: list[str] = []
        known = self._own(row)
        found = self._decided(self._only(row, filled))
        while more := sorted(n for n in found.missing if n in known and n not in filled):
            filled += more
            found = self._decided(self._only(row, filled))
        for name in reversed(filled.copy()):
            without = [n for n in filled if n != name]
            fewer = self._decided(self._only(row, without))
            if (fewer.settled, fewer.missing) == (found.settled, found.missing):
                filled = without
        still = sorted(n for n in found.missing if n not in filled)
        return tuple(self._described(n, n in known) for n in (*filled, *still))

    def _only(self, row: dict[str, Any], filled: list[str]) -> dict[str, Any]:
        """Return the row with only what offices share and some facts besides."""
        return {c: v if self._seen(c, filled) else None for c, v in row.items()}

    def _seen(self, column: str, filled: list[str]) -> bool:
        fact = self.facts[column]
        return fact is None or fact.shared or _name(column, fact) in filled

    def _own(self, row: dict[str, Any]) -> set[str]:
        """Return the facts that offices do not share and the zone has a value of."""
        return {
            _name(c, f)
            for c, f in self.facts.items()
            if f is not None and not f.shared and row[c] is not None
        }

    def _fact(self, column: str) -> Fact | None:
        """Return the fact of a column, also of ``zone.x``; None for a key or a count of events."""
        owner, _, inner = column.partition(".")
        entities = self.book.vocabulary.entities
        if inner and owner in self.references:
            found = entities[self.references[owner]].column(inner)
        else:
            found = entities[self.rule.entity].column(column)
        return found[0] if found is not None else None

    def _described(self, name: str, known: bool) -> NeededFact:
        fact = fact_of(name, self.rule, self.book.vocabulary)
        if fact is None:  # a parameter that the zone has not set, or a table of events
            return NeededFact(name, Label(zh=name, en=name), "zone_committee", False, False)
        return NeededFact(name, fact.label, fact.holder, known, not fact.shared)


def _yuan(reason: RuleReason) -> Decimal | None:
    """Return what a rule grants in yuan; None of what is no amount of yuan or is not settled."""
    value = reason.figures.get("value")
    unit = reason.figures.get("unit") or ""
    if reason.verdict is not True or value is None or not unit.endswith("元"):
        return None
    yuan = units().convert(Fraction(value), unit, "元")
    return Decimal(yuan.numerator) / Decimal(yuan.denominator)


def _name(column: str, fact: Fact) -> str:
    """Return a column's fact as rules name it: ``zone.x`` of what an entity refers to."""
    owner, dot, _ = column.rpartition(".")
    return f"{owner}{dot}{fact.name}"


def _papers(item: Item, needed: tuple[NeededFact, ...]) -> list[Material]:
    asked = {n.fact for n in needed if n.asked}
    return [m for m in item.materials if asked & {f.name for f in m.facts}]


def entitlement_row(explainer: Explainer, entity: str, position: int) -> dict[str, Any]:
    """Return an entity's facts as `entitlement` takes them, from a run: without the run's results."""
    values, results = explainer.row(entity, position)
    return {c: v for c, v in values.items() if c not in results or "#" in c}
