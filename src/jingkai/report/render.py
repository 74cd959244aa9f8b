"""A page as HTML with everything in it, and as a PDF."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from jingkai import __version__
from jingkai.report.charts import (
    item_chart,
    near_chart,
    place_chart,
    rank_chart,
    region_chart,
    spread_chart,
    track_chart,
    uptake_chart,
)
from jingkai.report.errors import ReportError
from jingkai.report.figures import figure, number, percent, places, points, signed
from jingkai.report.fonts import STACK, chinese_family
from jingkai.report.page import Figure, Page, Standing

__all__ = ["page_html", "write_pdf"]

_HERE = Path(__file__).parent
_LEADS = (
    "zone_gdp",
    "foreign_capital_used_reported",
    "trade_reported",
    "high_tech_enterprises",
)
_SHOWN = 10
_WARNED = 20


def page_html(page: Page) -> str:
    """Return a page as one HTML document that asks for nothing from anywhere.

    Raises
    ------
    ReportError
        If matplotlib or Jinja2 is not installed, or there is no Chinese font.
    """
    jinja2, markup = _part("jinja2"), _part("markupsafe")
    _part("matplotlib")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = (figure, number, percent, places, points, signed)
    environment.filters.update({f.__name__: f for f in words}, gap=_gap)
    drawn = {
        name: {width: markup.Markup(svg) for width, svg in kinds.items()}
        for name, kinds in _charts(page).items()
    }
    families = ", ".join(json.dumps(n) for n in dict.fromkeys((*STACK, chinese_family())))
    text: str = environment.get_template("page.html").render(
        page=page,
        charts=drawn,
        css=markup.Markup((_HERE / "page.css").read_text("utf-8")),
        fonts=markup.Markup(families + ", sans-serif"),
        version=__version__,
        within=percent(page.within, 0),
        leads=_leads(page.figures),
        standings=_standings(page.standings),
        lacking=[s for s in page.spreads if s.missing],
        sources=_sources(page),
    )
    return text


def write_pdf(html: str, path: Path, css: str = "") -> None:
    """Write a page's HTML as an A4 PDF with its fonts inside.

    Parameters
    ----------
    css
        Style beside what the page holds itself.

    Raises
    ------
    ReportError
        If WeasyPrint or the Pango it stands on is not installed.
    """
    try:
        weasyprint = _part("weasyprint")
    except OSError as error:
        raise ReportError(
            "写 PDF 需要 Pango，这台机器上没有",
            hint="安装 libpango-1.0-0 和 libpangoft2-1.0-0，再运行一次；HTML 不需要它",
        ) from error
    sheets = [weasyprint.CSS(string=css, url_fetcher=_refuse)] if css else []
    weasyprint.HTML(string=html, url_fetcher=_refuse).write_pdf(path, stylesheets=sheets)


def _refuse(url: str, *_: Any, **__: Any) -> Any:
    raise ReportError(f"报告不应从外部读取 {url}")


def _part(name: str) -> Any:
    """Return a package that only reports need."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ReportError(
            f"生成报告需要 {name}，尚未安装", hint="运行 pip install 'jingkai[report]'"
        ) from error


def _charts(page: Page) -> dict[str, dict[str, str]]:
    """Return every chart that the page has values for, and nothing of the others."""
    placed = [f for f in page.figures if f.rank is not None and f.main]
    tracks = [t for t in page.tracks if t.years]
    years = {year for t in tracks for year, _ in t.years}
    found: dict[str, dict[str, str]] = {
        "regions": region_chart(page.regions) if page.regions else {},
        "places": place_chart(placed) if placed else {},
        "tracks": track_chart(tracks) if len(years) > 1 else {},
        "ranks": rank_chart(page.ranks) if page.ranks else {},
        "points": spread_chart(page.spreads, page.floor) if page.spreads else {},
        "uptake": uptake_chart(page.uptake) if page.uptake else {},
        "near": near_chart(page.near, percent(page.within, 0)) if page.near else {},
    }
    if page.items:
        found["points"] = item_chart(page.items, page.floor, page.above)
    return found


def _sources(page: Page) -> list[str]:
    found = (f.printed.source for f in page.figures if f.printed)
    return [source for source in dict.fromkeys(found) if source]


def _leads(figures: Sequence[Figure]) -> list[Figure]:
    """Return the figures for the head of the page, as far as they are whole."""
    whole = {f.indicator: f for f in figures if f.value is not None}
    return [whole[name] for name in _LEADS if name in whole]


def _standings(rows: Sequence[Standing]) -> list[tuple[str, list[Standing], str]]:
    """Return the first of the ranking and whoever an exit warning may reach: heading, lines, what is left."""
    if not rows:
        return []
    warned = sorted((s for s in rows if s.warned is not False), key=lambda s: s.warned is None)
    found = [(f"前{min(_SHOWN, len(rows))}名", list(rows[:_SHOWN]), "")]
    if warned:
        left = len(warned) - _WARNED
        more = f"另有{left}个，见 jingkai assess --all" if left > 0 else ""
        found.append(("退出预警", warned[:_WARNED], more))
    return found


def _gap(value: Fraction | None) -> str:
    """Return what an item costs in words: 少1.23分, 多0.50分."""
    if value is None:
        return "—"
    if value == 0:
        return "持平"
    return f"少{points(value)}分" if value > 0 else f"多{points(-value)}分"
