"""What a fact, an entity, a title and an office are.

The data dictionary is YAML; these models validate it once, at load. Everything downstream asks
a `Fact` for its column, its exactness and its bounds instead of knowing types itself.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from jingkai.vocabulary.units import CURRENCIES, PLAIN, Unit, units

__all__ = [
    "BOUND",
    "DIGITS",
    "Entity",
    "EventOf",
    "Fact",
    "FactType",
    "Label",
    "Office",
    "Source",
    "Title",
]

FactType = Literal["bool", "count", "money", "ratio", "number", "quantity", "date", "code", "text"]

#: Decimal digits that a stored whole number carries, by type (of money: of the currency itself).
DIGITS = {"count": 0, "money": 2, "ratio": 8, "number": 6, "quantity": 4}
#: Largest absolute value by type, in the currency or the fact's unit.
BOUND = {"count": 10**12, "money": 10**14, "ratio": 10**6, "number": 10**12, "quantity": 10**12}
_ARROW = {"bool": pl.Boolean(), "date": pl.Date(), "code": pl.String(), "text": pl.String()}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(_Model):
    """A name in Chinese and English."""

    zh: str
    en: str

    def text(self, lang: str = "zh") -> str:
        """Return the name in a language (``zh`` or ``en``)."""
        return self.zh if lang == "zh" else self.en


class Source(_Model):
    """Where a definition comes from."""

    document: str
    article: str = ""
    url: str = ""
    verified: bool = True
    evidence: str = ""
    note: str = ""


class Office(_Model):
    """An office that holds facts (持有部门)."""

    id: str
    label: Label


class Fact(_Model):
    """One datum of an entity (数据项): its type, unit, time, holder and proof.

    `quantum` and `bound` say how it is stored: a cell is a whole number of quanta.
    """

    name: str
    entity: str
    type: FactType
    unit: str = ""
    period: Literal["point", "year"] = "point"
    holder: str = "enterprise"
    shared: bool = False
    material: Label | None = None
    sensitivity: Literal["public", "internal", "supervision", "business", "personal"] = "business"
    label: Label
    aliases: tuple[str, ...] = ()
    definition: Label
    source: Source
    min: Decimal | None = None
    max: Decimal | None = None
    codes: str | dict[str, Label] | None = None
    closed_by: str | None = None
    title: str | None = None  #: the official title this fact is part of

    @property
    def yearly(self) -> bool:
        """Whether there is one column a year."""
        return self.period == "year"

    @property
    def numeric(self) -> bool:
        """Whether it is a number."""
        return self.type in DIGITS

    @cached_property
    def symbol(self) -> Unit:
        """Its unit as rules combine it."""
        return Unit.parse(self.unit) if self.unit else PLAIN

    @cached_property
    def base_unit(self) -> str:
        """The unit its stored digits refer to: of money the currency, else its own."""
        if self.type != "money":
            return self.unit
        return next(c for c in CURRENCIES if units().canonical(self.unit).endswith(c))

    @cached_property
    def quantum(self) -> Fraction:
        """How much one stored integer is, in `unit` (万元 stored in fen: 1/1,000,000)."""
        step = Fraction(1, 10 ** DIGITS[self.type])
        if self.type != "money":
            return step
        return units().convert(step, self.base_unit, self.unit)

    @cached_property
    def bound(self) -> int:
        """Largest absolute stored integer."""
        return int(BOUND[self.type] * 10 ** DIGITS[self.type])

    @property
    def never_negative(self) -> bool:
        """Whether the load refuses values under zero."""
        if self.min is not None:
            return self.min >= 0
        return self.type == "count"

    @property
    def arrow_type(self) -> pl.DataType:
        """The column's Polars type."""
        return _ARROW.get(self.type, pl.Int64())

    def column(self, year: int | None = None) -> str:
        """Return the column's name: the fact's, with the year where it is yearly."""
        return f"{self.name}_{year}" if self.yearly else self.name

    def stored(self, value: Fraction) -> Fraction:
        """Return a value given in `unit` as (perhaps not whole) number of stored quanta."""
        return value / self.quantum


class Title(_Model):
    """An official title (官方认定称号) with its validity, and the rule that computes the same."""

    id: str
    entity: str
    label: Label
    rule: str | None = None
    holder: str
    valid_years: int | None = None
    aliases: tuple[str, ...] = ()
    source: Source

    def facts(self) -> list[Fact]:
        """Return the three facts that `holds` reads: held, from, to."""
        parts: list[tuple[str, FactType, str, str]] = [
            ("held", "bool", "是否持有", "held"),
            ("from", "date", "有效期起", "valid from"),
            ("to", "date", "有效期止", "valid to"),
        ]
        return [self._fact(*part) for part in parts]

    @property
    def certificate(self) -> Label:
        """The paper that proves it: the certificate itself, of a title its certificate."""
        zh = self.label.zh
        return Label(zh=zh if zh.endswith("书") else f"{zh}证书", en=self.label.en)

    def _fact(self, part: str, kind: FactType, zh: str, en: str) -> Fact:
        label = Label(zh=f"{self.label.zh}{zh}", en=f"{self.label.en}: {en}")
        return Fact(
            name=f"{self.id}_{part}",
            entity=self.entity,
            type=kind,
            holder=self.holder,
            shared=True,
            sensitivity="public",
            label=label,
            definition=label,
            material=self.certificate,
            source=self.source,
            title=self.id,
            aliases=self.aliases if part == "held" else (),
        )


class EventOf(_Model):
    """Whose events an entity's rows are, and which of its facts dates them."""

    owner: str
    date: str


class Entity(_Model):
    """A kind of thing that rules decide about (主体), with its facts.

    `event` marks a table of dated events (a penalty, a visit); its `owner` is one of `references`.
    `counted` is the unit that counts of it have (家 of enterprises, 宗 of parcels).
    """

    id: str
    title: Label
    counted: str = "家"
    established: str | None = None
    references: dict[str, str] = Field(default_factory=dict)
    event: EventOf | None = None
    facts: dict[str, Fact]

    @property
    def plural(self) -> str:
        """Its name in the plural, as commands take it."""
        return f"{self.id[:-1]}ies" if self.id.endswith("y") else f"{self.id}s"

    def column(self, name: str) -> tuple[Fact, int | None] | None:
        """Return the fact and year of a snapshot column, None for a name that is none."""
        if name in self.facts and not self.facts[name].yearly:
            return self.facts[name], None
        stem, _, year = name.rpartition("_")
        fact = self.facts.get(stem)
        if fact is not None and fact.yearly and year.isdigit() and len(year) == 4:
            return fact, int(year)
        return None

    def established_year_column(self) -> str | None:
        """Return the column of the establishment date, if the entity has one."""
        return self.established


def last_year(as_of: date) -> int:
    """Return the latest calendar year that ended before a date (31 December: the year before)."""
    return as_of.year - 1
