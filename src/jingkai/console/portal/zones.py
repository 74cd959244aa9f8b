"""The list of zones: searched, filtered, sorted, and picked from to compare."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.opened import Opened
from jingkai.console.portal.figures import MAIN, by_zone, indicator_titles, shown
from jingkai.console.portal.places import opened_zones, region_titles
from jingkai.engine.assessment import Place

__all__ = ["zones"]

_MOST = 4
_NONE = {"value": None, "text": "—", "rank": None, "partial": ""}


def zones(request: HttpRequest) -> HttpResponse:
    """Show every zone with its main figures; query: q, province, region, sort."""
    found, lang = opened_zones(), request.lang
    names = shown(found, MAIN)
    asked = {n: request.GET.get(n, "").strip()[:50] for n in ("q", "province", "region")}
    sort = request.GET.get("sort", "")
    sort = sort if sort in (*names, "name") else names[0] if names else "name"
    rows = _sorted(_rows(found, names, asked, lang), sort, found)
    page: dict[str, Any] = {
        "year": found.year,
        "asked": asked,
        "sort": sort,
        "count": len(rows),
        "of": found.zones.height,
        "indicators": indicator_titles(found, names, lang),
        "provinces": found.zones["province"].drop_nulls().unique().sort().to_list(),
        "regions": region_titles(found, lang),
        "marks": found.marks,
        "most": _MOST,
        "zones": rows,
    }
    return answer(
        request, "console/zones.html", page, _table(page), f"经开区{found.year}", found.marks
    )


def _rows(
    found: Opened, names: list[str], asked: dict[str, str], lang: str
) -> list[dict[str, Any]]:
    figures = by_zone(found, names, lang)
    titles = {i["indicator"]: i["title"] for i in indicator_titles(found, names, lang)}
    regions = region_titles(found, lang)
    newest = found.assessments.get(found.year)
    places = {p.zone.key: p for p in newest.places} if newest else {}
    chosen = found.zones
    if asked["q"]:
        chosen = chosen.filter(pl.col("name").str.contains(asked["q"], literal=True))
    for name in ("province", "region"):
        if asked[name]:
            chosen = chosen.filter(pl.col(name) == asked[name])
    return [
        {
            "key": z["key"],
            "name": z["name"],
            "province": z["province"],
            "region": regions.get(z["region"] or "", ""),
            "rank": (rank := _rank(places.get(z["key"]))),
            "rank_text": "—" if rank is None else "–".join(map(str, dict.fromkeys(rank))),
            "figures": [
                {"title": titles[n], **figures.get(z["key"], {}).get(n, _NONE)} for n in names
            ],
        }
        for z in chosen.iter_rows(named=True)
    ]


def _rank(place: Place | None) -> list[int] | None:
    return None if place is None else [place.rank.first, place.rank.last]


def _sorted(rows: list[dict[str, Any]], sort: str, found: Opened) -> list[dict[str, Any]]:
    """Sort by rank of a figure, the best first and what is not known last; else by name."""
    if sort == "name":
        return sorted(rows, key=lambda r: r["name"])
    table = found.tables["zone"].filter(pl.col("indicator") == sort)
    ranks = dict(table.select("group", "rank").iter_rows())
    return sorted(rows, key=lambda r: (ranks.get(r["key"]) or 10**9, r["name"]))


def _table(page: dict[str, Any]) -> pl.DataFrame:
    """Return the list as a file has it."""
    rows = page["zones"]
    found: dict[str, Any] = {
        "经开区": [r["name"] for r in rows],
        "省份": [r["province"] for r in rows],
        "地区": [r["region"] for r in rows],
        "综合评价名次（最好）": [r["rank"][0] if r["rank"] else None for r in rows],
        "综合评价名次（最差）": [r["rank"][1] if r["rank"] else None for r in rows],
    }
    for i, about in enumerate(page["indicators"]):
        unit = f"（{about['unit']}）" if about["unit"] else ""
        found[f"{page['year']}年{about['title']}{unit}"] = [r["figures"][i]["value"] for r in rows]
    return pl.DataFrame(found, strict=False)
