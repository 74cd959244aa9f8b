"""What anyone may ask: zones, indicators, rules, a project tried."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl
from django.http import HttpRequest
from ninja import Query, Router

from jingkai.console.api.shapes import (
    Failure,
    IndicatorRow,
    Indicators,
    Lang,
    RuleLine,
    TrialAnswer,
    TrialQuestion,
    Zone,
    Zones,
)
from jingkai.console.errors import NotFound
from jingkai.console.opened import Opened, rulebook
from jingkai.console.portal.library import rule_lines
from jingkai.console.portal.places import named_zone, opened_zones
from jingkai.console.portal.rule import rule_page
from jingkai.console.portal.rule_words import library_day
from jingkai.console.portal.try_project import try_page
from jingkai.engine.indicators import Level
from jingkai.rulebook.results import amount_quantum

__all__ = ["router"]

router = Router(tags=["portal"])
_FAILS = {400: Failure, 404: Failure, 422: Failure, 429: Failure}


@router.get("/zones", response={200: Zones, **_FAILS}, url_name="zones")
def zones(request: HttpRequest) -> Any:
    """Every zone of the data."""
    found = opened_zones()
    rows = found.zones.sort("name").to_dicts()
    return {"snapshot": found.snapshot.id, "synthetic": found.synthetic, "zones": rows}


@router.get("/zones/{key}", response={200: Zone, **_FAILS}, url_name="zone")
def zone(request: HttpRequest, key: str) -> Any:
    """One zone."""
    return named_zone(opened_zones(), key)


@router.get("/indicators", response={200: Indicators, **_FAILS}, url_name="indicators")
def indicators(
    request: HttpRequest,
    level: Annotated[Level, Query(description="nation, region, province or zone")] = "nation",
    indicator: Annotated[str | None, Query(max_length=80)] = None,
    zone: Annotated[str | None, Query(max_length=80)] = None,
) -> Any:
    """The year's indicators with growth, share and rank; of one indicator or one zone where asked."""
    found = opened_zones()
    table = found.tables["zone" if zone else level]
    if indicator:
        if indicator not in set(table["indicator"]):
            raise NotFound(f"没有指标“{indicator}”", hint="不带 indicator 参数可列出全部")
        table = table.filter(pl.col("indicator") == indicator)
    if zone:
        table = table.filter(pl.col("group") == named_zone(found, zone)["key"])
    return {
        "year": found.year,
        "level": "zone" if zone else level,
        "snapshot": found.snapshot.id,
        "synthetic": found.synthetic,
        "rows": [_row(found, row) for row in table.iter_rows(named=True)],
    }


def _row(found: Opened, row: dict[str, Any]) -> IndicatorRow:
    rule = found.rulebook.rules[row["indicator"]]
    quantum = amount_quantum(rule.unit)
    value = None if row["value"] is None else float(row["value"] * quantum)
    return IndicatorRow(
        indicator=rule.id,
        title=rule.source.title.zh,
        group=row["group"],
        unit=str(rule.unit),
        value=value,
        known=row["known"],
        of=row["of"],
        growth=row["growth"],
        share=row["share"],
        rank=row["rank"],
        verified=rule.verified,
    )


@router.get("/rules", response={200: list[RuleLine], **_FAILS}, url_name="rules")
def rules(
    request: HttpRequest, q: Annotated[str, Query(max_length=50)] = "", lang: Lang = "zh"
) -> Any:
    """Every rule, or those that a search finds by title, id, document or issuer."""
    return rule_lines(rulebook(), q, library_day(), lang)


@router.get("/rules/{name}", response={200: dict[str, Any], **_FAILS}, url_name="rule")
def rule(request: HttpRequest, name: str, lang: Lang = "zh") -> Any:
    """One rule in words: conditions, articles, parameters by date, window, examples."""
    return rule_page(name, library_day(), lang)


@router.post("/try", response={200: TrialAnswer, **_FAILS}, url_name="try")
def try_project(request: HttpRequest, question: TrialQuestion) -> Any:
    """Try a project in every zone, or with all reasons in one; nothing is stored.

    `answers` are those of the form of `/try/`, as typed there; what is left out is unknown.
    """
    answers = {**question.answers, "zone": question.zone or ""}
    found = opened_zones()
    page = try_page(found, answers, question.lang)
    return {**page, "taken": page["answered"], "synthetic": found.synthetic}
