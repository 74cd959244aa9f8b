"""The dashboard of indicators: the nation's list, a zone's beside aggregates, groups of a level side by side."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.analyst.charts import Axis, axis_of, grouped_bars, ranked_bars
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
from jingkai.console.opened import Opened
from jingkai.console.portal.charts import stacked_bars
from jingkai.console.portal.figures import MAIN, figure_cells, indicator_titles
from jingkai.console.portal.places import opened_zones
from jingkai.engine.indicators import Level

__all__ = ["figures"]

_DRAWN = 31
_NONE: dict[str, Any] = {"value": None, "text": "—", "rank": None, "partial": "", "growth_text": "", "share_text": "", "known": 0, "of": 0}  # fmt: skip


def figures(request: HttpRequest) -> HttpResponse:
    """Show the year's indicators; query: level, and of groups the indicator to sort by."""
    found, lang = opened_zones(), request.lang
    scope = scope_of(request, found)
    level = level_of(request, "zone" if scope.zone else "nation")
    page: dict[str, Any] = {
        "year": found.year,
        "level": level,
        "levels": level_choices(scope, lang),
        "own": scope.name,
        "marks": found.marks,
    }
    if level == "nation" or (level == "zone" and scope.zone):
        page |= _listed(found, scope if level == "zone" else Scope(), lang)
    else:
        page |= _grouped(found, level, request.GET.get("sort", ""), lang)
    table = figure_file(found, level, scope, None)
    return answer(request, "console/analyst/figures.html", page, table, f"指标{found.year}")


def known_names(found: Opened, level: Level) -> list[str]:
    """Return the indicators of which anything is known at a level: the main ones, then the others."""
    known = set(found.tables[level].filter(pl.col("known") > 0)["indicator"])
    rest = found.rulebook.in_order(known - set(MAIN))
    return [*(n for n in MAIN if n in known), *rest]


def _listed(found: Opened, scope: Scope, lang: str) -> dict[str, Any]:
    """Return a row an indicator with a cell a place: the zone and what it lies in, or the nation alone."""
    names = known_names(found, "nation")
    places = scope.places
    cells = [
        figure_cells(found, names, lang, at_level(found.tables[lvl], lvl, scope)).get(group, {})
        for lvl, group in places
    ]
    whole = dict(found.tables["nation"].select("indicator", "value").iter_rows())
    rows = [
        {
            **about,
            "cells": [column.get(about["indicator"], _NONE) for column in cells],
            "printed": printed_of(found, about["indicator"], found.year, whole.get(about["indicator"]), lang),
        }
        for about in indicator_titles(found, names, lang)
    ]  # fmt: skip
    columns = [group_titles(found, lvl, lang).get(group, group) for lvl, group in places]
    chart = _growth_chart(rows, columns, lang) if scope.zone else _share_chart(found, names, lang)
    return {"columns": columns, "rows": rows, "ranked": found.zones.height, "chart": chart}


def _growth_chart(rows: list[dict[str, Any]], columns: list[Any], lang: str) -> Any:
    """Return the growth of the zone beside that of what it lies in; None where no growth is known."""
    shown = [r for r in rows if r["cells"][0]["growth_text"]][:8]
    series = {str(n): [r["cells"][i].get("growth") for r in shown] for i, n in enumerate(columns)}
    label = "比上年的增长，数字见下表" if lang == "zh" else "Growth; the numbers stand below"
    return grouped_bars(label, [r["title"] for r in shown], series, Axis(100, "%")) if shown else None  # fmt: skip


def _share_chart(found: Opened, names: list[str], lang: str) -> Any:
    """Return what each region has of the nation's figures; None where nothing is known whole."""
    table = found.tables["region"].filter(pl.col("share").is_not_null() & (pl.col("share") > 0))
    shares = {(i, g): s for i, g, s in table.select("indicator", "group", "share").iter_rows()}
    shown = [n for n in names if n != "zone_count" and any(n == i for i, _ in shares)][:8]
    titles = {a["indicator"]: a["title"] for a in indicator_titles(found, shown, lang)}
    regions = group_titles(found, "region", lang)
    used = {code: t for code, t in regions.items() if any((n, code) in shares for n in shown)}
    series = {t: [shares.get((n, c), 0.0) for n in shown] for c, t in used.items()}
    return stacked_bars([titles[n] for n in shown], series) if shown else None


def _grouped(found: Opened, level: Level, sort: str, lang: str) -> dict[str, Any]:
    """Return a row a group with a cell a main indicator, sorted and drawn by one of them."""
    names = [n for n in known_names(found, level) if n in MAIN and n != "zone_count"]
    sort = sort if sort in names else names[0] if names else ""
    cells = found.kept(
        ("level", level, lang), lambda: figure_cells(found, names, lang, found.tables[level])
    )
    provinces = dict(found.zones.select("key", "province").iter_rows()) if level == "zone" else {}
    titles = group_titles(found, level, lang)
    abouts = indicator_titles(found, names, lang)
    rows: list[dict[str, Any]] = [
        {
            "group": group,
            "title": title,
            "province": provinces.get(group),
            "cells": [cells[group].get(n, _NONE) for n in names],
        }
        for group, title in titles.items()
        if group in cells
    ]
    at = names.index(sort) if sort else 0
    rows.sort(key=lambda r: r["cells"][at]["rank"] or 10**9 if r["cells"] else 0)
    return {"indicators": abouts, "sort": sort, "groups": rows, "chart": _ranked(rows, abouts, at, lang)}  # fmt: skip


def _ranked(rows: list[dict[str, Any]], abouts: list[dict[str, Any]], at: int, lang: str) -> Any:
    """Return the groups that are known as bars, the first ones where there are many."""
    known = [r for r in rows if r["cells"] and r["cells"][at]["value"] is not None][:_DRAWN]
    if not known:
        return None
    values = [r["cells"][at]["value"] for r in known]
    label = f"{abouts[at]['title']}，数字见下表" if lang == "zh" else f"{abouts[at]['title']}; the numbers stand below"  # fmt: skip
    names = [r["title"] for r in known]
    return ranked_bars(label, names, values, axis_of(values, abouts[at]["unit"], lang))
