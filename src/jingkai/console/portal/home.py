"""The first page: what the site is for, and the way to each part of it."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.opened import Opened, opened, rulebook
from jingkai.console.portal.figures import figure_in
from jingkai.rulebook.results import amount_quantum

__all__ = ["home"]

_NATION = (
    "zone_count",
    "zone_gdp",
    "foreign_capital_used_reported",
    "trade_reported",
    "market_entities",
    "high_tech_enterprises",
)


def home(request: HttpRequest) -> HttpResponse:
    """Show the site's parts, and what the data add up to."""
    found, book = opened(), rulebook()
    page: dict[str, Any] = {
        "zones": found.zones.height if found else 0,
        "rules": len(book.rules),
        "measures": len(book.measures),
        "figures": _figures(found, request.lang) if found else [],
    }
    return answer(request, "console/home.html", page)


def _figures(found: Opened, lang: str) -> list[dict[str, Any]]:
    """Return the nation's main figures, of those known whole."""
    rows = found.tables["nation"].filter(pl.col("value").is_not_null())
    values = dict(rows.select("indicator", "value").iter_rows())
    return [
        {
            "indicator": name,
            "title": found.rulebook.rules[name].source.title.text(lang),
            "text": figure_in(lang, values[name] * amount_quantum(rule.unit), str(rule.unit)),
        }
        for name in _NATION
        if name in values and (rule := found.rulebook.rules[name])
    ]
