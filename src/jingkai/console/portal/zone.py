"""One zone: its figures with their ranks, its place in the assessment, its industries."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.opened import Opened
from jingkai.console.portal.figures import MAIN, by_zone, indicator_titles
from jingkai.console.portal.industries import industries_of
from jingkai.console.portal.places import named_zone, opened_zones, region_titles
from jingkai.console.portal.uptake import uptake_in
from jingkai.engine.assessment import Assessment, Place
from jingkai.report.figures import points

__all__ = ["zone"]


def zone(request: HttpRequest, key: str) -> HttpResponse:
    """Show a zone."""
    found, lang = opened_zones(), request.lang
    about = named_zone(found, key)
    page: dict[str, Any] = {
        "key": key,
        "name": about["name"],
        "province": about["province"],
        "region": region_titles(found, lang).get(about["region"] or "", ""),
        "established_on": about["established_on"] and about["established_on"].isoformat(),
        "year": found.year,
        "figures": _figures(found, key, lang),
        "ranked": found.zones.height,
        "assessment": _assessment(found, key, lang),
        "marks": found.marks,
        "uptake": uptake_in(found, key, lang),
        "industries": industries_of(found, [key], 12)[key],
    }
    name = f"{about['name']}{found.year}"
    return answer(request, "console/zone.html", page, _table(page), name, found.marks)


def _figures(found: Opened, key: str, lang: str) -> list[dict[str, Any]]:
    """Return every indicator of which something is known of this zone, the main ones first."""
    mine = found.tables["zone"].filter((pl.col("group") == key) & (pl.col("known") > 0))
    names = mine["indicator"].to_list()
    names = [n for n in MAIN if n in names] + [
        n for n in found.rulebook.in_order(names) if n not in MAIN
    ]
    figures = by_zone(found, names, lang, [key]).get(key, {})
    return [
        {**about, **figures[about["indicator"]]} for about in indicator_titles(found, names, lang)
    ]


def _assessment(found: Opened, key: str, lang: str) -> list[dict[str, Any]]:
    """Return the zone's place in each year's assessment, the newest first."""
    places = (
        (year, assessed, next((p for p in assessed.places if p.zone.key == key), None))
        for year, assessed in sorted(found.assessments.items(), reverse=True)
    )
    return [_place(year, assessed, place, lang) for year, assessed, place in places if place]


def _place(year: int, assessed: Assessment, place: Place, lang: str) -> dict[str, Any]:
    regional = place.regional
    same_region = [p for p in assessed.places if p.zone.region == place.zone.region]
    return {
        "year": year,
        "rank": list(place.rank),
        "of": len(assessed.places),
        "regional": list(regional) if regional else None,
        "regional_of": len(same_region) if regional else None,
        "low": points(place.low),
        "high": points(place.high),
        "missing": [assessed.item(i).title.text(lang) for i in place.missing],
    }


def _table(page: dict[str, Any]) -> pl.DataFrame:
    """Return the figures as a file has them."""
    rows = page["figures"]
    return pl.DataFrame(
        {
            "经开区": [page["name"]] * len(rows),
            "年度": [page["year"]] * len(rows),
            "指标代码": [r["indicator"] for r in rows],
            "指标": [r["title"] for r in rows],
            "数值": [r["value"] for r in rows],
            "单位": [r["unit"] for r in rows],
            "增长": [r["growth"] for r in rows],
            "占全国": [r["share"] for r in rows],
            "名次": [r["rank"] for r in rows],
            "已知数": [r["known"] for r in rows],
            "总数": [r["of"] for r in rows],
            "已核实": [r["verified"] for r in rows],
        },
        strict=False,
    )
