"""Checked service items and bundles, with what the law and the zone add to them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from jingkai.errors import JingkaiError
from jingkai.rulebook.model import Evidence
from jingkai.services.clock import Term
from jingkai.services.critical_path import LongestWay, longest_way
from jingkai.services.errors import CatalogueError
from jingkai.services.item import (
    BundlePartSource,
    BundleSource,
    ExtensionFigure,
    Fee,
    Figure,
    ItemSource,
)
from jingkai.services.law import Law
from jingkai.services.working_days import WorkingCalendar
from jingkai.vocabulary import Fact, Label

__all__ = ["Bundle", "Catalogue", "Ground", "Item", "Material", "Step"]


@dataclass(frozen=True, slots=True)
class Material:
    """A material of an item.

    Parameters
    ----------
    id, title
        What it is; materials of the same id in several items are one and the same.
    facts
        What it proves; none of an original.
    issuer
        The office that issues it, or the enterprise.
    shared
        Whether offices see it among themselves.
    result_of
        The item whose result it is.
    commitment
        Whether a written commitment stands for it.
    when
        In which case alone it is wanted; None: always.
    """

    id: str
    title: Label
    facts: tuple[Fact, ...]
    issuer: str
    shared: bool
    result_of: str | None = None
    commitment: bool = False
    when: Label | None = None
    basis: str = ""
    verified: bool = True

    @property
    def asked(self) -> bool:
        """Whether the applicant has to bring it."""
        return not self.shared and self.result_of is None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the handling: its office, those it waits for, its promised working days (None: not set)."""

    id: str
    title: Label
    office: str
    after: tuple[str, ...]
    days: int | None


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground on which the clock stops; `most` is how many working days it may take, None: no bound."""

    id: str
    title: Label
    basis: str
    verified: bool
    evidence: Evidence | None
    most: int | None = None


@dataclass(frozen=True)
class Item:
    """A checked service item.

    Parameters
    ----------
    source, place, layer
        Its file as written, ``file:line``, and the layer it comes from.
    statutory, extension, notice, delivery
        What the law gives, its own or that of every licence; None: nothing was found.
    promised, trips, fee
        What the zone promises and asks; None: not set (未设定).
    grounds
        On which grounds its clock stops, by id.
    steps, materials
        In the file's order.
    before
        The item of this name in the layer below, where this one replaces it.
    """

    source: ItemSource
    place: str
    layer: str
    statutory: Figure | None
    extension: ExtensionFigure | None
    notice: Figure | None
    delivery: Figure | None
    promised: int | None
    trips: int | None
    fee: Fee | None
    grounds: Mapping[str, Ground]
    steps: tuple[Step, ...]
    materials: tuple[Material, ...]
    before: Item | None = None

    @property
    def id(self) -> str:
        """The item's name."""
        return self.source.item

    @property
    def title(self) -> Label:
        """Its title."""
        return self.source.title

    @property
    def asked(self) -> tuple[Material, ...]:
        """The materials that the applicant has to bring."""
        return tuple(m for m in self.materials if m.asked)

    @property
    def hands_over(self) -> str:
        """The office that gives out its result, or pays."""
        return self.source.hands_over or self.source.office

    @property
    def offices(self) -> tuple[str, ...]:
        """Its offices, the responsible one first, the one that hands over last."""
        steps = (s.office for s in self.steps)
        return tuple(dict.fromkeys((self.source.office, *steps, self.hands_over)))

    @property
    def promised_term(self) -> Term | None:
        """What is promised; None where the zone has not set it."""
        return None if self.promised is None else Term(self.promised)

    @property
    def compression(self) -> float | None:
        """How much shorter the promise is than the law, from 0 to 1; None where the two cannot be compared."""
        law = self.statutory
        if self.promised is None or law is None or law.unit != "working" or not law.days:
            return None
        return 1 - self.promised / law.days

    @property
    def verified(self) -> bool:
        """Whether its basis and every figure of it were seen in a source."""
        figures = (self.statutory, self.extension, self.notice, self.delivery, self.fee)
        parts = (*self.grounds.values(), *self.materials, *(f for f in figures if f is not None))
        return self.source.basis.verified and all(p.verified for p in parts)

    def way(self) -> LongestWay:
        """Return the longest way through its steps."""
        return longest_way({s.id: s.days for s in self.steps}, {s.id: s.after for s in self.steps})

    def step(self, name: str) -> Step | None:
        """Return a step by id, None if there is none."""
        return next((s for s in self.steps if s.id == name), None)

    def at(self, day: date) -> Item:
        """Return the item of this name that counts on a day: this one, or the one it replaces."""
        replaces = self.source.replaces
        if replaces is not None and self.before is not None and day < replaces.from_:
            return self.before.at(day)
        return self


@dataclass(frozen=True)
class Bundle:
    """A checked bundle: its parts in the file's order; `trips` None: not set."""

    source: BundleSource
    place: str
    layer: str
    items: Mapping[str, Item]
    trips: int | None

    @property
    def id(self) -> str:
        """The bundle's name."""
        return self.source.bundle

    @property
    def title(self) -> Label:
        """Its title."""
        return self.source.title

    @property
    def parts(self) -> tuple[BundlePartSource, ...]:
        """Its parts with those they wait for."""
        return self.source.items


@dataclass(frozen=True)
class Catalogue:
    """Every item and bundle of a zone, its calendar and from when on it warns (working days)."""

    items: Mapping[str, Item]
    bundles: Mapping[str, Bundle]
    law: Law
    warning: int
    calendar: WorkingCalendar = field(default_factory=WorkingCalendar)

    def item(self, name: str) -> Item:
        """Return an item by name.

        Raises
        ------
        CatalogueError
            If there is none; with the nearest name.
        """
        if name in self.items:
            return self.items[name]
        raise _none("事项", name, [*self.items, *self.bundles])

    def on(self, day: date) -> Catalogue:
        """Return the catalogue as it stands on a day: of each name the item that counts then, in bundles too."""
        items = {n: i.at(day) for n, i in self.items.items()}
        bundles = {n: replace(b, items=items) for n, b in self.bundles.items()}
        return replace(self, items=items, bundles=bundles)


def _none(what: str, name: str, names: list[str]) -> JingkaiError:
    near = difflib.get_close_matches(name, names, 1)
    hint = f"是不是 {near[0]}？" if near else "见 `jingkai services list`"
    return CatalogueError(f"没有{what}“{name}”", hint=hint)
