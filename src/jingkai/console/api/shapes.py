"""What the API takes and gives, as its document says."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from ninja import Field, Query, Schema
from pydantic import ConfigDict, StrictBool, StrictFloat, StrictInt, StrictStr, StringConstraints

__all__ = [
    "CheckAnswer",
    "CheckQuestion",
    "CheckedCell",
    "CheckedRow",
    "CheckedRule",
    "Enterprise",
    "Enterprises",
    "Entitlements",
    "Failure",
    "Finding",
    "IndicatorRow",
    "Indicators",
    "Lang",
    "RuleLine",
    "TrialAnswer",
    "TrialQuestion",
    "Zone",
    "Zones",
]

Lang = Annotated[Literal["zh", "en"], Query(description="zh or en")]


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


class Entitlements(Schema):
    """What the rules come to for an enterprise: a line a rule, and counts of rights by state."""

    key: str
    name: str
    snapshot: str
    as_of: date
    synthetic: bool
    counts: dict[str, int]
    measures: list[dict[str, Any]]
    rules: list[dict[str, Any]]


class Enterprise(Schema):
    """An enterprise as a search finds it; null where the data do not say."""

    key: str
    name: str | None
    industry_code: str | None
    established_on: date | None


class Enterprises(Schema):
    """Enterprises that a search found; `more` where it found more than are given."""

    snapshot: str
    synthetic: bool
    more: bool
    enterprises: list[Enterprise]


Cell = (
    StrictBool
    | StrictInt
    | StrictFloat
    | Annotated[StrictStr, StringConstraints(max_length=200)]
    | None
)
Column = Annotated[str, Field(max_length=120)]


class CheckQuestion(Schema):
    """Rows of facts by column (a yearly one with its year), and the rules to decide them by."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "rules": ["high_tech_enterprise"],
                    "day": "2026-06-30",
                    "rows": [
                        {"established_on": "2015-03-01", "revenue_2025": "1.2亿元"},
                        {"established_on": "2026-03-01", "core_ip_count": 3},
                    ],
                }
            ]
        },
    )

    rules: list[Annotated[str, Field(max_length=120)]] = Field(min_length=1, max_length=20)
    day: date | None = Field(None, description="the data's day where it is left out")
    rows: list[Annotated[dict[Column, Cell], Field(max_length=300)]] = Field(
        min_length=1, max_length=10_000
    )


class CheckedRule(Schema):
    """What a rule says of a row: `value` in the rule's unit, `missing` the facts that open conditions read."""

    verdict: Literal["granted", "refused", "undetermined"] | None
    value: float | None
    grade: str | None
    missing: list[str]


class CheckedRow(Schema):
    """A row by its place (from 0); `results` by rule, null where a cell of it could not be read."""

    row: int
    results: dict[str, CheckedRule] | None


class CheckedCell(Schema):
    """A cell that could not be read."""

    row: int
    column: str
    what: str


class CheckAnswer(Schema):
    """What came of the rows; of cells that could not be read the first 1,000."""

    day: date
    entity: str
    rows: list[CheckedRow]
    errors: list[CheckedCell]
    error_count: int
