"""Charts as SVG: black and white first, labels beside what they name, one drawing a width of page."""

from __future__ import annotations

from jingkai.report.charts.figures import place_chart, region_chart
from jingkai.report.charts.items import item_chart, spread_chart
from jingkai.report.charts.ranks import rank_chart, track_chart
from jingkai.report.charts.rules import near_chart, uptake_chart

__all__ = [
    "item_chart",
    "near_chart",
    "place_chart",
    "rank_chart",
    "region_chart",
    "spread_chart",
    "track_chart",
    "uptake_chart",
]
