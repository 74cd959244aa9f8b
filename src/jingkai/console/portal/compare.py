"""Up to four zones side by side."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.errors import ConsoleError
from jingkai.console.opened import Opened
from jingkai.console.portal.charts import stacked_bars
from jingkai.console.portal.figures import MAIN, by_zone, indicator_titles, shown
from jingkai.console.portal.industries import industries_of
from jingkai.console.portal.places import named_zone, opened_zones, region_titles
from jingkai.console.portal.uptake import uptake_in
from jingkai.engine.assessment import Span

__all__ = ["compare"]

_MOST = 4


def compare(request: HttpRequest) -> HttpResponse:
    """Show some zones beside each other; query: zone, repeated."""
    found, lang = opened_zones(), request.lang
    keys = list(dict.fromkeys(k for k in request.GET.getlist("zone") if k))
    if len(keys) > _MOST:
        raise ConsoleError(
            f"一次最多比较 {_MOST} 个经开区，选了 {len(keys)} 个", hint="返回上一页去掉几个"
        )
    zones = [named_zone(found, k) for k in keys]
    names = shown(found, MAIN)
    regions = region_titles(found, lang)
    mix = industries_of(found, keys) if keys else {}
    page: dict[str, Any] = {
        "year": found.year,
        "most": _MOST,
        "zones": [
            {
                "key": z["key"],
                "name": z["name"],
                "province": z["province"],
                "region": regions.get(z["region"] or "", ""),
                "others": [k for k in keys if k != z["key"]],
            }
            for z in zones
        ],
        "choices": [] if len(keys) >= _MOST else _choices(found, keys),
        "rows": _rows(found, names, keys, lang),
        "ranks": _ranks(found, keys),
        "industries": _industry_rows(mix, keys),
        "uptake": _uptake_rows(found, keys, lang),
        "marks": found.marks,
    }
    if keys and page["industries"]:
        page["chart"] = stacked_bars(
            [z["name"] for z in zones],
            {r["title"]: [c["share"] for c in r["cells"]] for r in page["industries"]},
        )
    return answer(request, "console/compare.html", page, _table(page), "比较", found.marks)


def _choices(found: Opened, keys: list[str]) -> list[dict[str, Any]]:
    """Return the zones that can still be added, by name."""
    rest = found.zones.filter(~pl.col("key").is_in(keys)).sort("name")
    return rest.select("key", "name", "province").to_dicts()


def _rows(found: Opened, names: list[str], keys: list[str], lang: str) -> list[dict[str, Any]]:
    """Return a row an indicator with a cell a zone; the best known cell is marked."""
    figures = by_zone(found, names, lang, keys)
    rows = []
    for about in indicator_titles(found, names, lang):
        cells = [figures.get(k, {}).get(about["indicator"]) for k in keys]
        ranks = [c["rank"] for c in cells if c and c["rank"]]
        best = min(ranks) if len(ranks) == len(keys) > 1 and len(set(ranks)) > 1 else None
        marked = [{**c, "best": c["rank"] == best} if c and best else c for c in cells]
        rows.append({**about, "cells": marked})
    return rows


def _ranks(found: Opened, keys: list[str]) -> list[list[int] | None]:
    """Return of each zone the best and worst place that the newest assessment leaves open."""
    newest = found.assessments.get(found.year)
    spans: dict[str, Span] = {p.zone.key: p.rank for p in newest.places} if newest else {}
    return [list(spans[k]) if k in spans else None for k in keys]


def _industry_rows(mix: dict[str, list[dict[str, Any]]], keys: list[str]) -> list[dict[str, Any]]:
    """Return a row a section of industry with a cell a zone."""
    titles: dict[str, str] = {}
    for key in keys:
        titles |= {c["code"]: c["title"] for c in mix[key]}
    codes = sorted(titles, key=lambda c: c == "other")
    found = {k: {c["code"]: c for c in mix[k]} for k in keys}
    none = {"count": 0, "share": 0.0}
    return [
        {"code": c, "title": titles[c], "cells": [found[k].get(c, none) for k in keys]}
        for c in codes
    ]


def _uptake_rows(found: Opened, keys: list[str], lang: str) -> list[dict[str, Any]]:
    """Return a row a rule that grants something in one of the zones, with its counts in each."""
    by_zone = [
        {r["rule"]: r for m in uptake_in(found, key, lang) for r in m["rules"]} for key in keys
    ]
    names = {n for rules in by_zone for n, r in rules.items() if r["granted"]}
    rows = []
    for name in found.rulebook.in_order(names):
        cells = [rules.get(name) for rules in by_zone]
        first = next(c for c in cells if c)
        about = {k: first[k] for k in ("rule", "title", "entity", "verified")}
        counts = ("granted", "refused", "undetermined")
        rows.append({**about, "cells": [c and {k: c[k] for k in counts} for c in cells]})
    return rows


def _table(page: dict[str, Any]) -> pl.DataFrame:
    """Return the figures as a file has them: a row an indicator, a column a zone."""
    found: dict[str, Any] = {
        "指标": [r["title"] for r in page["rows"]],
        "单位": [r["unit"] for r in page["rows"]],
    }
    for i, zone in enumerate(page["zones"]):
        cells = [r["cells"][i] for r in page["rows"]]
        found[zone["name"]] = [c["value"] if c else None for c in cells]
    return pl.DataFrame(found, strict=False)
