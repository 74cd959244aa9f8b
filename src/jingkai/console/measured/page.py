"""The page of the four reductions: what the site's own cases took, by item, office and period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.casework.procedures import procedures
from jingkai.console.errors import NotFound
from jingkai.console.measured.kept import compared, measured, zones_of_cases
from jingkai.console.measured.lines import (
    COLUMNS,
    difference_lines,
    disclosed,
    item_line,
    item_lines,
    item_title,
    office_lines,
    passage_lines,
    zone_lines,
)
from jingkai.console.opened import rulebook
from jingkai.console.portal.places import opened_zones
from jingkai.console.roles import Role
from jingkai.services.catalogue import Catalogue
from jingkai.services.logs.draw import draw_paths
from jingkai.services.logs.measures import Measures
from jingkai.services.logs.path_map import path_map

__all__ = ["LEAST", "service_measures"]

#: Of how many cases a group is told to who sees every zone.
LEAST = 3


def service_measures(request: HttpRequest) -> HttpResponse:
    """Show the measures of a zone's cases, to the ministry all zones'; query: item, since."""
    lang, account = request.lang, request.user
    zone = None if account.role == Role.MINISTRY_ANALYST else account.zone
    least = LEAST if zone is None else 1
    found, catalogue = measured(zone), procedures()
    page: dict[str, Any] = {"zone": zone, "least": least, "items": [], "total": None}
    if found is None or found.cases.height < least:
        return answer(request, "console/measured/measures.html", page)
    offices = rulebook().vocabulary.offices
    page |= {
        "total": item_line(
            disclosed(found.items[:1], least).row(0, named=True), "全部" if lang == "zh" else "all"
        ),
        "items": item_lines(found, catalogue, least, lang),
        "zones": _zones(found, least) if zone is None else [],
        "single": found.log.single,
        "offices": office_lines(found, offices, least, lang),
        "passages": passage_lines(found, least, lang),
        "notes": list(found.notes),
    }
    page |= _periods(request, found, catalogue, zone, least)
    page |= _paths(request, found, page["items"], least)
    table = _file(found, catalogue, least)
    return answer(
        request, "console/measured/measures.html", page, table, "政务服务量测", found.notes
    )


def _zones(found: Measures, least: int) -> list[dict[str, Any]]:
    names = dict(opened_zones().zones.select("key", "name").iter_rows())
    return zone_lines(zones_of_cases(found), names, least)


def _periods(
    request: HttpRequest, found: Measures, catalogue: Catalogue, zone: str | None, least: int
) -> dict[str, Any]:
    """Return two periods side by side: parted by ``?since=``, else where half the cases lie on each side."""
    asked = request.GET.get("since", "").strip()
    applied = found.cases["applied_day"].sort()
    day = _day(asked) if asked else applied[applied.len() // 2]
    sides = compared(found, zone, day)
    lines = difference_lines(sides, catalogue, least, request.lang) if sides else []
    return {
        "since": day.isoformat(),
        "first": applied[0].isoformat(),
        "last": applied[-1].isoformat(),
        "sides": sides.cases if sides and min(sides.cases) >= least else None,
        "differences": [d for d in lines if d["item"] is None],
        "item_differences": [d for d in lines if d["item"] is not None],
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotFound(f"“{text}”不是日期", hint="写成 2026-07-01") from error


def _paths(
    request: HttpRequest, found: Measures, items: list[dict[str, Any]], least: int
) -> dict[str, Any]:
    """Return the ways that the cases of ``?item=`` took, drawn; of the item with most cases by default."""
    names = {i["item"]: i["title"] for i in items}
    asked = request.GET.get("item", "") or next(iter(names), "")
    if asked and asked not in names:
        raise NotFound(f"没有事项“{asked}”的办件", hint="从本页选择")
    if not asked or request.GET.get("format"):
        return {"item": asked, "picture": ""}
    own = replace(found.log, frame=found.log.frame.filter(pl.col("item") == asked))
    shown = path_map(own, least=least)
    drawn = draw_paths(shown, names[asked]) if shown.counts else ""
    return {"item": asked, "item_title": names[asked], "picture": drawn}


def _file(found: Measures, catalogue: Catalogue, least: int) -> pl.DataFrame:
    """Return a row an item, all first, as a file has them."""
    rows = disclosed(found.items, least)
    titles = [
        "全部" if name is None else item_title(catalogue, name, "zh") for name in rows["item"]
    ]
    return rows.select(
        pl.Series("事项", titles, dtype=pl.String),
        pl.col("item").alias("事项代码"),
        *(pl.col(name).alias(zh) for name, zh in COLUMNS.items()),
    )
