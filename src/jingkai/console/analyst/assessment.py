"""The assessment: places of zones this year and over the years, exit warnings, what climbing takes."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.analyst.charts import rank_band
from jingkai.console.analyst.item_lines import item_lines
from jingkai.console.analyst.scope import own_zone, scope_of
from jingkai.console.answer import answer
from jingkai.console.errors import NotFound
from jingkai.console.opened import Opened
from jingkai.console.portal.places import opened_zones, region_titles
from jingkai.engine.assessment import Assessment, Place, Span
from jingkai.engine.exit_warnings import ExitWarning, exit_warnings
from jingkai.report.figures import points

__all__ = ["assessment"]


def assessment(request: HttpRequest) -> HttpResponse:
    """Show the ranking, or of a zone's analyst the zone's; query: zone, of the ministry one to look at."""
    found, lang = opened_zones(), request.lang
    scope = scope_of(request, found)
    newest = found.assessments.get(found.year)
    if newest is None:
        raise NotFound(f"{found.year}年的数据不足以评价", hint="装载有该年逐年数据的经开区登记册")
    years = sorted(found.assessments)
    rows = [_row(p, found, years, lang) for p in newest.places]
    zone = scope.zone or request.GET.get("zone", "")
    mine = next((r for r in rows if r["key"] == zone), None)
    if zone and mine is None and not scope.zone:
        raise NotFound(f"{found.year}年的评价里没有经开区“{zone}”", hint="从名次表进入")
    page: dict[str, Any] = {
        "year": found.year,
        "years": years,
        "of": len(newest.places),
        "own": scope.name,
        "zone": mine,
        "chart": _band(mine, found, lang) if mine else None,
        "items": item_lines(newest, zone, lang) if mine else None,
        "rules": [{"rule": w.rule.id, "title": w.rule.source.title.text(lang)} for w in _warnings(found)],
        "warned": sum(r["warned"] is True for r in rows),
        "perhaps": sum(r["warned"] is None for r in rows),
        "apart": len(newest.apart),
        "rows": [] if own_zone(request.user) else rows,
        "marks": found.marks,
    }  # fmt: skip
    shown = page["rows"] or ([mine] if mine else [])
    return answer(request, "console/analyst/assessment.html", page, _table(shown, years), f"综合评价{found.year}", found.marks)  # fmt: skip


def _warnings(found: Opened) -> list[ExitWarning]:
    def asked() -> list[ExitWarning]:
        return exit_warnings(found.every, found.snapshot, found.day, found.assessments)

    return found.kept("exit_warnings", asked)


def _places(found: Opened) -> dict[int, dict[str, Place]]:
    """Return every year's places by zone."""
    return found.kept(
        "places",
        lambda: {y: {p.zone.key: p for p in a.places} for y, a in found.assessments.items()},
    )


def _row(place: Place, found: Opened, years: list[int], lang: str) -> dict[str, Any]:
    key = place.zone.key
    history = [_places(found)[y].get(key) for y in years]
    verdicts = [w.verdicts.get(key) for w in _warnings(found)]
    return {
        "key": key,
        "name": place.zone.name,
        "province": place.zone.province,
        "region": region_titles(found, lang).get(place.zone.region or "", "—"),
        "rank": list(place.rank),
        "regional": _ends(place.regional),
        "low": points(place.low),
        "high": points(place.high),
        "history": [_ends(p.rank) if p else None for p in history],
        "missing": len(place.missing),
        "warned": True if True in verdicts else None if None in verdicts else False,
    }


def _ends(span: Span | None) -> list[int] | None:
    return list(span) if span else None


def _band(row: dict[str, Any], found: Opened, lang: str) -> Any:
    """Return the zone's place over the years as a chart; None where it was ranked once."""
    if sum(h is not None for h in row["history"]) < 2:
        return None
    every: dict[int, Assessment] = found.assessments
    words = ("最好名次", "最差名次") if lang == "zh" else ("best place", "worst place")
    label = f"{row['name']}历年名次，数字见下表" if lang == "zh" else f"Places of {row['name']} over the years; the numbers stand below"  # fmt: skip
    return rank_band(label, sorted(every), row["history"], words, max(len(a.places) for a in every.values()))  # fmt: skip


def _table(rows: list[dict[str, Any]], years: list[int]) -> pl.DataFrame:
    """Return the ranking as a file has it; a rank that is not certain has two ends."""
    warned = {True: "符合退出条件", None: "可能符合退出条件", False: ""}
    found: dict[str, Any] = {
        "经开区": [r["name"] for r in rows],
        "省份": [r["province"] for r in rows],
        "地区": [r["region"] for r in rows],
        "得分（最低）": [r["low"] for r in rows],
        "得分（最高）": [r["high"] for r in rows],
        "地区名次（最好）": [r["regional"] and r["regional"][0] for r in rows],
        "地区名次（最差）": [r["regional"] and r["regional"][1] for r in rows],
    }
    for i, year in enumerate(years):
        for end, word in enumerate(("最好", "最差")):
            spans = [r["history"][i] for r in rows]
            found[f"{year}年名次（{word}）"] = [s and s[end] for s in spans]
    found["缺报项数"] = [r["missing"] for r in rows]
    found["退出预警"] = [warned[r["warned"]] for r in rows]
    return pl.DataFrame(found, strict=False)
