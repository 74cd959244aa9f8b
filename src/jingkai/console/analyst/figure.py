"""One indicator: groups of a level ranked, regions over years, what was published."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.analyst.charts import axis_of, ranked_bars, year_bars
from jingkai.console.analyst.figure_file import figure_file
from jingkai.console.analyst.published import printed_of
from jingkai.console.analyst.scope import (
    Scope,
    at_level,
    group_titles,
    level_choices,
    level_of,
    scope_of,
)
from jingkai.console.answer import answer
from jingkai.console.errors import NotFound
from jingkai.console.opened import Opened
from jingkai.console.portal.figures import figure_cells, figure_in, indicator_titles
from jingkai.console.portal.places import opened_zones
from jingkai.engine.indicators import Level
from jingkai.rulebook.results import amount_quantum

__all__ = ["figure"]

_DRAWN = 31


def figure(request: HttpRequest, name: str) -> HttpResponse:
    """Show an indicator; query: level."""
    found, lang = opened_zones(), request.lang
    scope = scope_of(request, found)
    level = level_of(request, "region")
    if name not in set(found.tables["nation"]["indicator"]):
        raise NotFound(f"{found.year}年没有指标“{name}”", hint="从“指标”页进入")
    about = indicator_titles(found, [name], lang)[0]
    rows = _rows(found, name, level, scope, lang)
    places = _tracked(found, scope, lang)
    history = _history(found, name, [(lvl, g) for lvl, g, _ in places], lang)
    page: dict[str, Any] = {
        **about,
        "year": found.year,
        "level": level,
        "levels": level_choices(scope, lang),
        "own": scope.name,
        "rows": rows,
        "chart": _chart(rows, about, scope, lang),
        "places": [title for *_, title in places],
        "history": history,
        "multiples": _multiples(places, history, about, lang),
        "document": found.rulebook.rules[name].source.basis.document,
    }
    table = figure_file(found, level, scope, name)
    return answer(request, "console/analyst/figure.html", page, table, f"{about['title']}{found.year}")  # fmt: skip


def _rows(found: Opened, name: str, level: Level, scope: Scope, lang: str) -> list[dict[str, Any]]:
    """Return a row a group, the best first and what is not known last; a zone's among what it lies in."""
    wanted: list[tuple[Level, str | None]] = [(level, g) for g in group_titles(found, level, lang)]
    if level == "zone" and scope.zone:
        wanted = list(scope.places)
    cells = {lvl: figure_cells(found, [name], lang, at_level(found.tables[lvl], lvl, scope)) for lvl in dict(wanted)}  # fmt: skip
    titles = {lvl: group_titles(found, lvl, lang) for lvl in cells}
    rows = [
        {"group": g, "title": titles[lvl].get(g, g), "own": g in _own(scope, lvl), "level": lvl, **cells[lvl][g][name]}
        for lvl, g in wanted
        if g in cells[lvl]
    ]  # fmt: skip
    mixed = level == "zone" and scope.zone  # ranks of different levels do not compare
    return rows if mixed else sorted(rows, key=lambda r: r["rank"] or 10**9)


def _own(scope: Scope, level: Level) -> set[str | None]:
    return {g for lvl, g in scope.places if lvl == level and level != "nation"}


def _chart(rows: list[dict[str, Any]], about: dict[str, Any], scope: Scope, lang: str) -> Any:
    known = [r for r in rows if r["value"] is not None][:_DRAWN]
    if len(known) < 2:
        return None
    values = [r["value"] for r in known]
    mark = next((i for i, r in enumerate(known) if r["own"]), -1)
    label = f"{about['title']}，数字见下表" if lang == "zh" else f"{about['title']}; the numbers stand below"  # fmt: skip
    axis = axis_of(values, about["unit"], lang)
    return ranked_bars(label, [str(r["title"]) for r in known], values, axis, mark)


def _tracked(found: Opened, scope: Scope, lang: str) -> list[tuple[Level, str, str]]:
    """Return the places whose years are shown: the zone and its province, every region, the nation."""
    regions = [("region", g) for g in group_titles(found, "region", lang) if g is not None]
    own = [(lvl, g) for lvl, g in scope.places if lvl in ("zone", "province")]
    places: list[tuple[Any, str]] = [*own, *regions, ("nation", "")]
    return [(lvl, g, group_titles(found, lvl, lang)[g]) for lvl, g in places]


def _history(
    found: Opened, name: str, places: list[tuple[Level, str]], lang: str
) -> list[dict[str, Any]]:
    """Return a row a year, the newest first, with a cell a place; null where not known whole."""
    unit = found.rulebook.rules[name].unit
    quantum = amount_quantum(unit)
    rows = []
    for year, tables in sorted({**found.earlier, found.year: found.tables}.items(), reverse=True):
        values = {
            (lvl, g): v
            for lvl in dict(places)
            for g, v in tables[lvl].filter(pl.col("indicator") == name).select("group", "value").iter_rows()
        }  # fmt: skip
        exact = [None if (v := values.get(p)) is None else v * quantum for p in places]
        rows.append(
            {
                "year": year,
                "cells": [
                    {"value": None if x is None else float(x), "text": figure_in(lang, x, str(unit))}
                    for x in exact
                ],
                "printed": printed_of(found, name, year, values.get(("nation", "")) if year == found.year else None, lang),
            }
        )  # fmt: skip
    return rows


def _multiples(
    places: list[tuple[Level, str, str]],
    history: list[dict[str, Any]],
    about: dict[str, Any],
    lang: str,
) -> list[dict[str, Any]]:
    """Return a small chart a region over the years on one scale, and one of the zone on its own."""
    years = sorted(r["year"] for r in history)
    by_year = {r["year"]: r["cells"] for r in history}
    values = {i: [by_year[y][i]["value"] for y in years] for i in range(len(places))}
    known = {i: v for i, v in values.items() if sum(x is not None for x in v) > 1}
    found = []
    for levels in (("zone",), ("region",)):
        mine = [i for i in known if places[i][0] in levels]
        every = [x for i in mine for x in known[i] if x is not None]
        axis = axis_of(every, about["unit"], lang)
        for i in mine:
            title = places[i][2]
            chart = year_bars(f"{title} {about['title']}", years, known[i], axis, max(every) if max(every) > 0 else None)  # fmt: skip
            found.append({"id": f"years_{i}", "title": title, "chart": chart})
    return found
