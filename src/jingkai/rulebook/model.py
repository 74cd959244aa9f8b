"""The rule file as it is written, before its expressions are checked."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from jingkai.vocabulary import Label

__all__ = [
    "Band",
    "Basis",
    "ConditionSource",
    "DatedValue",
    "Ending",
    "ExampleSource",
    "Exclusion",
    "Grade",
    "Intake",
    "Item",
    "Kind",
    "Measure",
    "ParameterSource",
    "Replacement",
    "Round",
    "RuleSource",
    "Scaling",
    "ScoreGroup",
    "Step",
    "Window",
]

Kind = Literal["eligibility", "grade", "score", "amount", "duty", "indicator", "assessment"]
Benefit = Literal["cash", "tax", "deduction", "none"]
Evidence = Literal["official_text_or_reprint", "transcription", "press_or_commentary", "memory"]


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


#: Text that YAML may have read as a bool: expressions and figures stay text.
Text = Annotated[str, BeforeValidator(_text)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Basis(_Model):
    """The document a rule makes executable, and how well it is known."""

    document: str
    title: str = ""
    issuer: str = ""
    url: str = ""
    from_: date = Field(alias="from")
    to: date | None = None
    evidence: Evidence | None = None
    checked: date | None = None
    verified: bool = True
    note: str = ""


class DatedValue(_Model):
    """A parameter's value between two days, both included."""

    from_: date = Field(alias="from")
    to: date | None = None
    value: Text
    verified: bool = True
    evidence: Evidence | None = None
    checked: date | None = None
    basis: str = ""
    note: str = ""


class Step(_Model):
    """One step of a banded parameter; `to` is included, `below` is not."""

    to: Text | None = None
    below: Text | None = None
    value: Text


class Bands(_Model):
    """A parameter's steps by the value of an expression."""

    by: Text
    steps: tuple[Step, ...]


class ParameterSource(_Model):
    """A figure of a rule (参数): fixed, dated, banded, keyed by a code, a list, or set by a zone."""

    basis: str = ""
    title: Label | None = None
    value: Text | None = None
    values: tuple[DatedValue, ...] = ()
    bands: Bands | None = None
    by: Text | None = None
    table: dict[str, Text] | None = None
    codes: tuple[Text, ...] | None = None
    set_by: Literal["zone", "province"] | None = None
    type: Literal["number", "codes", "date"] = "number"
    default: Text | None = None
    unit: str = ""
    verified: bool = True
    evidence: Evidence | None = None
    checked: date | None = None
    note: str = ""


class ConditionSource(_Model):
    """A test with its article."""

    id: str
    test: Text
    basis: str = ""
    title: Label | None = None
    applies: Text | None = None
    assumes: str | None = None
    say: Label | None = None
    verified: bool = True
    note: str = ""


class Band(_Model):
    """One band of a score's item: the points if its test is the first to hold."""

    test: Text | None = None
    points: Text | tuple[Text, Text]


class Item(_Model):
    """One line of a points table, or the indicator of an assessment with its weight and bounds."""

    id: str
    title: Label
    basis: str = ""
    bands: tuple[Band, ...] = ()
    mark: str | None = None
    indicator: str | None = None
    weight: str | None = None
    least: Text | None = None
    most: Text | None = None
    verified: bool = True
    note: str = ""


class ScoreGroup(_Model):
    """A group of a points table with its cap, or of an assessment with its weight.

    `of` is how many items the document counts in it, named or not.
    """

    id: str
    title: Label
    basis: str = ""
    cap: Text | None = None
    weight: str | None = None
    of: int | None = None
    items: tuple[Item, ...]


class Scaling(_Model):
    """How an assessment brings indicators to points: the parameters of the least and of what is added."""

    floor: str
    span: str
    basis: str


class Grade(_Model):
    """One grade, taken if its test is the first to hold."""

    grade: str
    title: Label | None = None
    test: Text | None = None
    basis: str = ""


class Round(_Model):
    """How an amount is rounded."""

    to: Text
    mode: Literal["half_up", "down", "up"] = "half_up"
    basis: str = ""


class Exclusion(_Model):
    """Another rule that may not be had together with this one (不重复享受、就高不就低)."""

    rule: str
    choose: Literal["applicant", "higher"]
    basis: str
    verified: bool = True
    note: str = ""


class YearlyDays(_Model):
    """The same days every year, both included, written as month-day."""

    from_: str = Field(alias="from", pattern=r"^\d\d-\d\d$")
    to: str = Field(pattern=r"^\d\d-\d\d$")


class Intake(_Model):
    """One round of applications (批次), both days included."""

    round: str
    from_: date = Field(alias="from")
    to: date
    basis: str = ""


class Window(_Model):
    """When one can apply (申报期): every year, in rounds, always, or as the zone announces."""

    basis: str
    yearly: YearlyDays | None = None
    rounds: tuple[Intake, ...] = ()
    always: bool = False
    set_by: Literal["zone", "province"] | None = None
    verified: bool = True
    evidence: Evidence | None = None
    note: str = ""


class Replacement(_Model):
    """From which day a layer's rule stands for the one of its name below, and why."""

    from_: date = Field(alias="from")
    why: str


class Ending(_Model):
    """From which day a layer ends a rule of a layer below, and why."""

    from_: date = Field(alias="from")
    why: str


class ExampleSource(_Model):
    """A case that runs as a test."""

    title: str
    like: str | None = None
    as_of: date | None = None
    given: dict[str, Any] = Field(default_factory=dict)
    parameters: dict[str, Text | tuple[str, ...]] = Field(default_factory=dict)
    expect: str | dict[str, Any]
    missing: tuple[str, ...] | None = None
    note: str = ""


class RuleSource(_Model):
    """A rule file as written."""

    rule: str
    title: Label
    measure: str
    entity: str
    kind: Kind
    basis: Basis
    notes: Label | None = None
    parameters: dict[str, ParameterSource] = Field(default_factory=dict)
    conditions: tuple[ConditionSource, ...] = ()
    decide: Text = "all"
    grants: tuple[str, ...] = ()
    groups: tuple[ScoreGroup, ...] = ()
    items: tuple[Item, ...] = ()
    scaling: Scaling | None = None
    grades: tuple[Grade, ...] = ()
    unit: str = ""
    value: Text | None = None
    cap: Text | None = None
    round: Round | None = None
    due: Text | None = None
    file: Label | None = None
    excludes: tuple[Exclusion, ...] = ()
    benefit: Benefit = "none"
    worth: Text | None = None
    window: Window | None = None
    replaces: Replacement | None = None
    direction: Literal["more", "less"] | None = None
    examples: tuple[ExampleSource, ...] = ()


class Measure(_Model):
    """A measure of the work plan (举措): what it is for, who is responsible, what carries it.

    `rules` and `indicators` list its rules in the order people read them, `procedures` the service items
    that it runs through.
    """

    measure: str
    title: Label
    purpose: Label
    responsible: Label
    basis: Any = None
    rules: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    order: int = 0
