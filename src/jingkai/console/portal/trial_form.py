"""The form of a project: which facts are asked, read exactly as the vocabulary has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from jingkai.engine.given import stored_value
from jingkai.vocabulary import Fact, UnitError, Vocabulary, parse_figure, units

__all__ = ["ASSUMED", "FIELDS", "Asked", "Field", "Filled", "fill", "sections"]


@dataclass(frozen=True, slots=True)
class Field:
    """A question of the form: the fact it is about, and the facts that take the same answer.

    `unit` is the unit it is asked in, where that is not the fact's.
    """

    name: str
    section: str
    facts: tuple[tuple[str, str], ...]
    unit: str = ""


def _of(name: str, section: str, *facts: str, unit: str = "") -> Field:
    pairs = (f.split(".") for f in facts or (f"enterprise.{name}",))
    return Field(name, section, tuple((e, n) for e, n in pairs), unit)


#: In the order they are asked. What is spread over several facts is said on the page.
FIELDS = (
    _of("industry_code", "project", "enterprise.industry_code", "project.industry_code", "parcel.industry_code"),
    _of("fixed_investment", "project", "project.fixed_investment", "parcel.fixed_investment"),
    _of("foreign_share", "project"),
    _of("planned_foreign_capital", "project", "project.planned_foreign_capital"),
    _of("negative_list_item", "project", "project.negative_list_item"),
    _of("encouraged_item_national", "project", "project.encouraged_item_national", "enterprise.encouraged_national"),
    _of("encouraged_item_regional", "project", "project.encouraged_item_regional", "enterprise.encouraged_regional"),
    _of("priority_sector", "project", "project.priority_sector"),
    _of("land_area", "land", "parcel.land_area", "enterprise.land_used", unit="亩"),
    _of("land_use", "land", "parcel.land_use"),
    _of("tenure", "land", "parcel.tenure"),
    _of("term_years", "land", "parcel.term_years"),
    _of("floor_area", "land", "parcel.floor_area"),
    _of("staff", "running"),
    _of("tech_staff", "running"),
    _of("revenue", "running", "enterprise.revenue", "enterprise.main_business_revenue", "enterprise.total_income",
        "enterprise.gross_income", "parcel.output"),
    _of("encouraged_catalogue_revenue", "running"),
    _of("rd_expense", "running", "enterprise.rd_expense", "enterprise.domestic_rd_expense"),
    _of("high_tech_income", "running"),
    _of("taxable_income", "running"),
    _of("tax_paid", "running", "enterprise.tax_paid", "parcel.tax_paid"),
    _of("core_ip_count", "running"),
)  # fmt: skip
SECTIONS = {
    "project": ("项目", "The project"),
    "land": ("用地", "Land"),
    "running": ("建成运营一年后的预计", "Expected after a year of running"),
}
#: What is taken for given of every project, and said on the page.
ASSUMED = frozenset(
    {"established_on", "mainland_registered", "resident_enterprise", "legal_entity"}
)
_TRUTHS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer: what the page shows of it."""

    name: str
    section: str
    label: str
    help: str
    unit: str
    kind: str
    choices: tuple[tuple[str, str], ...]
    text: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it was sent: questions with answers, and the facts by entity and stored column."""

    asked: tuple[Asked, ...]
    given: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def answered(self) -> bool:
        """Whether anything was answered."""
        return any(a.text for a in self.asked)

    @property
    def errors(self) -> list[Asked]:
        """The answers that cannot be taken."""
        return [a for a in self.asked if a.error]


def sections(lang: str) -> list[tuple[str, str]]:
    """Return the parts of the form with their titles."""
    return [(name, titles[lang != "zh"]) for name, titles in SECTIONS.items()]


def fill(answers: Mapping[str, str], vocabulary: Vocabulary, day: date, lang: str) -> Filled:
    """Read answers as facts of the last year before a day.

    Parameters
    ----------
    answers
        By question's name, as typed: 1.2亿元, 30 %, ``yes``.

    Returns
    -------
    The form; an answer that cannot be read has an error and no facts.
    """
    asked, given = [], _assumed(day)
    for question in FIELDS:
        text = answers.get(question.name, "").strip()[:60]
        error = ""
        if text:
            try:
                for entity, name in question.facts:
                    fact = vocabulary.entities[entity].facts[name]
                    column = fact.column(day.year - 1) if fact.yearly else fact.name
                    given[entity][column] = _stored(text, fact, question.unit, vocabulary)
            except ValueError:
                error = "看不懂这个数或代码" if lang == "zh" else "this cannot be read"
        asked.append(_asked(question, vocabulary, lang, text, error))
    share = given["enterprise"].get("foreign_share")
    if share is not None:
        given["enterprise"]["foreign_invested"] = given["project"]["foreign_project"] = share > 0
    if given["project"].get("negative_list_item") is False:
        given["enterprise"]["negative_list_compliant"] = True
    return Filled(tuple(asked), given)


def _assumed(day: date) -> dict[str, dict[str, Any]]:
    """Return what holds of every project: an enterprise registered there that has run one whole year."""
    enterprise = {"established_on": date(day.year - 1, 1, 1), "mainland_registered": True,
                  "resident_enterprise": True, "legal_entity": True}  # fmt: skip
    return {"enterprise": enterprise, "project": {}, "parcel": {}}


def _stored(text: str, fact: Fact, unit: str, vocabulary: Vocabulary) -> Any:
    """Return an answer as it is stored.

    Raises
    ------
    ValueError
        If it is no value of the fact.
    """
    if fact.type == "bool":
        if text not in _TRUTHS:
            raise ValueError(text)
        return _TRUTHS[text]
    if not fact.numeric:
        _check_code(text, fact, vocabulary)
        return stored_value(fact, text)
    figure = parse_figure(text.replace("，", ",").replace("％", "%"))
    if figure is None:
        raise ValueError(text)
    return _quanta(*figure, fact, unit)


def _quanta(number: Fraction, written: str, fact: Fact, unit: str) -> int:
    """Return a figure in the fact's quanta, to the nearest: a length of 亩 is no whole square metre."""
    if fact.type == "ratio" and number > 1:
        number /= 100  # typed as 30 where 30 % is asked
    try:
        named = written or unit or fact.unit
        value = units().convert(number, named, fact.unit) if fact.unit else number
    except UnitError as error:
        raise ValueError(written) from error
    if written and not fact.unit:
        raise ValueError(written)
    stored = round(fact.stored(value))
    if abs(stored) > fact.bound or (fact.never_negative and stored < 0):
        raise ValueError(str(number))
    return stored


def _check_code(text: str, fact: Fact, vocabulary: Vocabulary) -> None:
    if isinstance(fact.codes, str):
        known = vocabulary.codes[fact.codes].valid(text)
    else:
        known = fact.codes is None or text in fact.codes
    if not known:
        raise ValueError(text)


def _asked(question: Field, vocabulary: Vocabulary, lang: str, text: str, error: str) -> Asked:
    entity, name = question.facts[0]
    fact = vocabulary.entities[entity].facts[name]
    zh = lang == "zh"
    choices: tuple[tuple[str, str], ...] = ()
    if fact.type == "bool":
        choices = (("yes", "是"), ("no", "否")) if zh else (("yes", "yes"), ("no", "no"))
    elif isinstance(fact.codes, dict):
        choices = tuple((c, label.text(lang)) for c, label in fact.codes.items())
    label = fact.label.text(lang)
    return Asked(
        question.name,
        question.section,
        label.removeprefix("上年"),
        fact.definition.text(lang) if fact.definition != fact.label else "",
        "%" if fact.type == "ratio" else question.unit or fact.unit,
        "choice" if choices else "industry" if isinstance(fact.codes, str) else "figure",
        choices,
        text,
        error,
    )
