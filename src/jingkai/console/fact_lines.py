"""The facts of an enterprise, or of what belongs to it, as people read them: value, source, holder, by theme."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jingkai.console.fact_values import value_text
from jingkai.console.opened import Opened
from jingkai.population.columns import columns_read
from jingkai.registry.snapshot import SourceFile
from jingkai.vocabulary import Fact, Vocabulary

__all__ = ["THEMES", "fact_lines", "known_columns", "read_columns", "theme_of"]

#: Themes by the file of the data dictionary that defines the facts.
THEMES = {
    "identity": ("基本情况", "Who it is"),
    "finance": ("财务", "Accounts"),
    "people_research": ("人员、研发和知识产权", "Staff, research, intellectual property"),
    "tax_credit": ("税收", "Taxes"),
    "titles": ("官方认定的称号", "Official titles"),
    "enterprise_ladder": ("单项冠军和链主", "Champions and chain leaders"),
    "ladder": ("中小企业梯度培育", "The ladder of small enterprises"),
    "innovation_platforms": ("科技型中小企业和技术转让", "Technology enterprises and transfers"),
    "upgrading": ("智能化和数字化", "Smart and digital upgrading"),
    "foreign_investment": ("外商投资", "Foreign investment"),
    "foreign_trade": ("外贸", "Foreign trade"),
    "supply_chain": ("供应链", "Supply chain"),
    "talent": ("人才和培训", "Talent and training"),
    "listing": ("上市准备", "Towards a listing"),
    "land": ("用地", "Land"),
    "energy": ("能源消费", "Energy"),
    "green": ("绿色低碳", "Emissions and clean production"),
    "supervision": ("信用和监管", "Credit and supervision"),
}


def theme_of(vocabulary: Vocabulary, fact: Fact) -> str:
    """Return the theme of an enterprise's fact: one of `THEMES`."""
    place = vocabulary.places.get(("enterprise", fact.name), "titles.yaml")
    stem = place.rpartition("/")[2].partition(".")[0]
    return "titles" if fact.title else stem if stem in THEMES else "identity"


def read_columns(found: Opened, rule: str) -> list[str]:
    """Return the columns of its entity's facts that a rule reads, itself or by the rules it reads."""

    def find() -> list[str]:
        entity = found.rulebook.rules[rule].entity
        return columns_read(found.rulebook, entity, found.day, [rule])

    return found.kept(("columns read", rule), find)


def known_columns(found: Opened) -> list[str]:
    """Return the columns of enterprises that are facts: the snapshot's, and those that rules read."""

    def find() -> list[str]:
        read = columns_read(found.rulebook, "enterprise", found.day)
        entity = found.rulebook.vocabulary.entities["enterprise"]
        every = dict.fromkeys([*found.snapshot.columns("enterprise"), *read])
        return [c for c in every if entity.column(c) is not None]

    return found.kept("enterprise columns", find)


def fact_lines(
    found: Opened,
    position: int,
    columns: Iterable[str],
    lang: str = "zh",
    entity: str = "enterprise",
) -> list[dict[str, Any]]:
    """Return facts of an enterprise, in the order of themes and of the data dictionary.

    Parameters
    ----------
    position, entity
        The row; of what belongs to an enterprise the entity that it is of.
    columns
        Which; names that are no fact are left out.

    Returns
    -------
    list
        A line each in plain values: ``column``, ``fact``, ``year``, ``label``, ``theme``, ``value`` in
        words, ``known``, ``definition``, ``holder``, ``shared``, ``material``, ``sensitivity``, and of a
        known one ``office``, ``file``, ``as_of``.
    """
    vocabulary = found.rulebook.vocabulary
    row = found.explainer.row(entity, position)[0]
    sources = found.snapshot.sources(entity, position)
    order = found.kept(("fact order", entity), lambda: _order(vocabulary, entity))
    of = vocabulary.entities[entity]
    known = [(c, *k) for c in columns if (k := of.column(c)) is not None]
    known.sort(key=lambda k: (order[k[1].name], -(k[2] or 0)))
    return [
        _line(column, fact, year, row.get(column), sources.get(column), vocabulary, lang)
        for column, fact, year in known
    ]


def _order(vocabulary: Vocabulary, entity: str) -> dict[str, tuple[int, int]]:
    themes = list(THEMES)
    facts = vocabulary.entities[entity].facts.values()
    return {f.name: (themes.index(theme_of(vocabulary, f)), i) for i, f in enumerate(facts)}


def _line(
    column: str,
    fact: Fact,
    year: int | None,
    value: Any,
    source: SourceFile | None,
    vocabulary: Vocabulary,
    lang: str,
) -> dict[str, Any]:
    offices = vocabulary.offices
    return {
        "column": column,
        "fact": fact.name,
        "year": year,
        "label": fact.label.text(lang),
        "theme": theme_of(vocabulary, fact),
        "value": value_text(value, fact, vocabulary, lang),
        "known": value is not None,
        "definition": fact.definition.text(lang),
        "holder": offices[fact.holder].label.text(lang),
        "shared": fact.shared,
        "material": fact.material.text(lang) if fact.material else "",
        "sensitivity": fact.sensitivity,
        "office": offices[source.office].label.text(lang) if source else "",
        "file": source.file if source else "",
        "as_of": source.as_of if source else "",
    }
