"""What the API takes and gives, as its document says."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from ninja import Field, Schema

__all__ = [
    "Failure",
    "Finding",
    "IndicatorRow",
    "Indicators",
    "RuleLine",
    "TrialAnswer",
    "TrialQuestion",
    "Zone",
    "Zones",
]


class Finding(Schema):
    """One thing wrong with a request."""

    code: str
    what: str
    where: str
    hint: str


class Failure(Schema):
    """The one shape of an error."""

    error: str = Field(description="a stable short name")
    what: str
    where: str
    hint: str
    findings: list[Finding]


class Zone(Schema):
    """A zone; null where the data do not say."""

    key: str
    name: str
    province: str | None
    region: str | None = Field(description="east, central or west")
    established_on: date | None


class Zones(Schema):
    """Every zone of the data."""

    snapshot: str
    synthetic: bool
    zones: list[Zone]


class IndicatorRow(Schema):
    """An indicator of a group (a zone, a province, a region's code, empty for the nation).

    `value` is null unless all of `of` entities are known.
    """

    indicator: str
    title: str
    group: str | None
    unit: str = Field(description="empty for a ratio")
    value: float | None
    known: int
    of: int
    growth: float | None
    share: float | None
    rank: int | None
    verified: bool


class Indicators(Schema):
    """Indicators of a year."""

    year: int
    level: str
    snapshot: str
    synthetic: bool
    rows: list[IndicatorRow]


class RuleLine(Schema):
    """A rule as lists have it."""

    rule: str
    title: str
    kind: str
    entity: str
    measure: str
    document: str
    document_title: str
    from_: str = Field(alias="from")
    to: str | None
    state: Literal["in_force", "later", "ended"]
    verified: bool
    layer: str


Text = Annotated[str, Field(max_length=60)]


class TrialQuestion(Schema):
    """A project: answers by the form's names (industry_code, fixed_investment, staff ...)."""

    answers: dict[Text, Text] = Field(max_length=60)
    zone: str | None = Field(None, max_length=80)
    lang: Literal["zh", "en"] = "zh"


class TrialAnswer(Schema):
    """What comes of it: `taken` is false where an answer cannot be read (`errors`) or none was given."""

    day: str
    synthetic: bool
    taken: bool
    errors: list[dict[str, str]]
    zone: dict[str, Any] | None
    rules: list[dict[str, Any]]
    differ: list[dict[str, str]]
    zones: list[dict[str, Any]]
