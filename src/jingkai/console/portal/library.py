"""The policy library: measures with their rules, and a search over both."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.errors import NotFound
from jingkai.console.opened import rulebook
from jingkai.console.portal.rule_words import library_day, rule_line
from jingkai.rulebook import Rule, Rulebook
from jingkai.rulebook.model import Measure

__all__ = ["library", "measure", "rule_lines"]


def library(request: HttpRequest) -> HttpResponse:
    """Show every measure, or the rules that a search finds; query: q."""
    book, lang, day = rulebook(), request.lang, library_day()
    asked = request.GET.get("q", "").strip()[:50]
    found = rule_lines(book, asked, day, lang) if asked else []
    measures = sorted(book.measures.values(), key=lambda m: m.order)
    page: dict[str, Any] = {
        "asked": asked,
        "day": day.isoformat(),
        "rules": found,
        "of": len(book.rules),
        "measures": [_measure_line(m, book, lang) for m in measures],
    }
    every = [rule_line(r, day, lang) for r in _ordered(book)]
    return answer(
        request, "console/library.html", page, _table(found if asked else every), "政策规则"
    )


def rule_lines(book: Rulebook, asked: str, day: date, lang: str) -> list[dict[str, Any]]:
    """Return the rules that a search finds, all for an empty one, in the order people read them."""
    return [rule_line(r, day, lang) for r in _ordered(book) if _answers(r, book, asked)]


def measure(request: HttpRequest, name: str) -> HttpResponse:
    """Show a measure: what it is for, who is responsible, its rules and indicators."""
    book, lang, day = rulebook(), request.lang, library_day()
    if name not in book.measures:
        raise NotFound(f"没有举措“{name}”", hint="从政策库进入")
    known = book.measures[name]
    rules = [r for r in _ordered(book) if r.source.measure == name]
    page: dict[str, Any] = {
        **_measure_line(known, book, lang),
        "basis": str(known.basis or ""),
        "day": day.isoformat(),
        "rules": [rule_line(r, day, lang) for r in rules if r.kind != "indicator"],
        "indicators": [rule_line(r, day, lang) for r in rules if r.kind == "indicator"],
    }
    table = _table([rule_line(r, day, lang) for r in rules])
    return answer(request, "console/measure.html", page, table, page["title"])


def _ordered(book: Rulebook) -> list[Rule]:
    """Return every rule, by measure and then as its measure lists them."""
    return [book.rules[n] for n in book.in_order(book.rules)]


def _answers(rule: Rule, book: Rulebook, asked: str) -> bool:
    basis, measure = rule.source.basis, book.measures.get(rule.source.measure)
    titles = (rule.source.title, *((measure.title,) if measure else ()))
    text = " ".join(
        (rule.id, basis.document, basis.title, basis.issuer, *(t.zh + " " + t.en for t in titles))
    )
    return all(word in text.casefold() for word in asked.casefold().split())


def _measure_line(measure: Measure, book: Rulebook, lang: str) -> dict[str, Any]:
    rules = [r for r in book.rules.values() if r.source.measure == measure.measure]
    return {
        "measure": measure.measure,
        "title": measure.title.text(lang),
        "purpose": measure.purpose.text(lang),
        "responsible": measure.responsible.text(lang),
        "count": len(rules),
        "unverified": sum(not r.verified for r in rules),
    }


def _table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return rules as a file has them."""
    columns = {
        "rule": "规则代码", "title": "规则", "kind_text": "类别", "entity": "主体", "measure": "举措",
        "document": "文号", "document_title": "文件", "from": "施行", "to": "截止", "verified": "已核实", "layer": "层级",
    }  # fmt: skip
    schema = {zh: pl.Boolean if key == "verified" else pl.String for key, zh in columns.items()}
    return pl.DataFrame([{zh: r[key] for key, zh in columns.items()} for r in rows], schema=schema)
