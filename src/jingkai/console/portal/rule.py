"""One rule: what it asks, by which article, with which figures since when, and examples of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.errors import NotFound
from jingkai.console.opened import rulebook
from jingkai.console.portal.rule_examples import example_lines
from jingkai.console.portal.rule_parts import (
    conditions,
    grades,
    groups,
    outcome,
    parameters,
    window,
)
from jingkai.console.portal.rule_words import evidence_text, library_day, rule_line
from jingkai.explain.sentences import Sentences
from jingkai.rulebook import Rule, Rulebook
from jingkai.rulebook.together import exclusions

__all__ = ["rule", "rule_page"]


def rule(request: HttpRequest, name: str) -> HttpResponse:
    """Show a rule as of a day; query: as_of."""
    page = rule_page(name, _day(request), request.lang)
    return answer(request, "console/rule.html", page, _table(page), name)


def rule_page(name: str, day: date, lang: str) -> dict[str, Any]:
    """Return everything of a rule as it stands on a day, in words.

    Raises
    ------
    NotFound
        If there is no such rule.
    """
    book = rulebook()
    if name not in book.rules:
        raise NotFound(f"没有规则“{name}”", hint="在政策库里按名称或文号查找")
    found = book.rules[name].at(day)
    words = Sentences(found, book.vocabulary, day, _titles(book, lang), lang)
    return {
        **rule_line(found, day, lang),
        "day": day.isoformat(),
        "measure_title": book.measures[found.source.measure].title.text(lang),
        "notes": found.source.notes.text(lang) if found.source.notes else "",
        "basis": _basis(found, lang),
        "conditions": conditions(found, words),
        "decide": "" if found.source.decide == "all" else found.source.decide,
        "groups": groups(found, words),
        "grades": grades(found, words),
        "outcome": outcome(found, words),
        "parameters": parameters(found, words),
        "window": window(found, day, lang),
        "excludes": _excluded(book, found, lang),
        "reads": _linked(book, found.reads_rules(), lang),
        "read_by": _linked(
            book, {r.id for r in book.rules.values() if name in r.reads_rules()}, lang
        ),
        "examples": example_lines(found, book, lang),
    }


def _day(request: HttpRequest) -> date:
    asked = request.GET.get("as_of", "")
    try:
        return date.fromisoformat(asked) if asked else library_day()
    except ValueError as error:
        raise NotFound(f"“{asked}”不是日期", hint="写成 2026-06-30") from error


def _titles(book: Rulebook, lang: str) -> dict[str, str]:
    """Return the title of every rule, and of every group of a score."""
    mark = "·" if lang == "zh" else ", "
    titles = {n: r.source.title.text(lang) for n, r in book.rules.items()}
    return titles | {
        f"{n}.{g.id}": f"{titles[n]}{mark}{g.title.text(lang)}"
        for n, r in book.rules.items()
        for g in r.groups
    }


def _basis(rule: Rule, lang: str) -> dict[str, Any]:
    basis = rule.source.basis
    return {
        "document": basis.document,
        "title": basis.title,
        "issuer": basis.issuer,
        "url": basis.url,
        "evidence": evidence_text(basis.evidence, lang),
        "checked": basis.checked.isoformat() if basis.checked else None,
        "verified": basis.verified,
        "note": basis.note,
    }


def _excluded(book: Rulebook, rule: Rule, lang: str) -> list[dict[str, Any]]:
    """Return the rules that may not be had together with this one."""
    found = exclusions(book.rules, rule.id)
    return [
        {**one, "choose": e.choose, "basis": e.basis}
        for n, e in found.items()
        for one in _linked(book, {n}, lang)
    ]


def _linked(book: Rulebook, names: set[str], lang: str) -> list[dict[str, str]]:
    return [
        {"rule": n, "title": book.rules[n].source.title.text(lang)}
        for n in book.in_order(names & book.rules.keys())
    ]


def _table(page: dict[str, Any]) -> pl.DataFrame | None:
    """Return the parameters as a file has them; None where the rule has none."""
    rows = [
        {"规则": page["title"], "参数": p["name"], "名称": p["title"], "起": v["from"], "止": v["to"],
         "数值": "；".join(v["lines"]), "依据": p["basis"], "层级": p["layer"], "已核实": v["verified"]}
        for p in page["parameters"] for v in p["values"]
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None) if rows else None
