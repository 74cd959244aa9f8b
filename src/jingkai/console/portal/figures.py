"""Indicators of zones as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.console.opened import Opened
from jingkai.explain.words import figure_text
from jingkai.report.figures import figure, percent, signed
from jingkai.rulebook.results import amount_quantum
from jingkai.vocabulary import Unit

__all__ = ["MAIN", "by_zone", "figure_cells", "figure_in", "indicator_titles", "shown"]

#: What an investor looks at first, in this order; those without any data are left out.
MAIN = (
    "zone_gdp",
    "zone_gdp_growth",
    "foreign_capital_used_reported",
    "trade_reported",
    "market_entities",
    "above_scale_industrial_enterprises",
    "high_tech_enterprises",
    "foreign_invested_enterprises",
)


def figure_in(lang: str, value: Fraction | None, unit: str) -> str:
    """Return a figure as a person reads it in a language; — for none."""
    if value is None:
        return "—"
    if lang == "zh":
        return figure(value, unit)
    return figure_text(_rounded(value), Unit.parse(unit), "en")


def _rounded(value: Fraction) -> Fraction:
    """Round to four significant digits or to the whole, whichever is finer."""
    size = len(str(abs(int(value))))
    return Fraction(round(value * 10 ** max(0, 4 - size)), 10 ** max(0, 4 - size))


def indicator_titles(opened: Opened, names: Sequence[str], lang: str) -> list[dict[str, Any]]:
    """Return of each indicator its title, unit, and whether its name and measure were verified."""
    rules = [opened.rulebook.rules[n] for n in names]
    return [
        {
            "indicator": r.id,
            "title": r.source.title.text(lang),
            "unit": str(r.unit),
            "verified": r.verified,
            "less": r.source.direction == "less",
        }
        for r in rules
    ]


def shown(opened: Opened, names: Sequence[str]) -> list[str]:
    """Return those of some indicators of which anything is known of any zone, in the same order."""
    known = opened.tables["zone"].filter(pl.col("known") > 0)["indicator"].unique()
    return [n for n in names if n in set(known)]


def by_zone(
    opened: Opened, names: Sequence[str], lang: str, zones: Sequence[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Return by zone and indicator the figure in words and as a number, with its rank.

    Parameters
    ----------
    names, zones
        Which indicators, of which zones; of all by default.

    Returns
    -------
    A figure that is not known of the whole is null; its known part is told apart in `partial`.
    """
    if zones is None:
        what = ("figures", tuple(names), lang)
        return opened.kept(what, lambda: figure_cells(opened, names, lang, opened.tables["zone"]))
    table = opened.tables["zone"].filter(pl.col("group").is_in(list(zones)))
    return figure_cells(opened, names, lang, table)


def figure_cells(
    opened: Opened, names: Sequence[str], lang: str, table: pl.DataFrame
) -> dict[str, dict[str, Any]]:
    """Return the rows of a level's table as `by_zone` does, by group."""
    rules = opened.rulebook.rules
    size = {n: (amount_quantum(rules[n].unit), str(rules[n].unit)) for n in names}
    table = table.filter(pl.col("indicator").is_in(list(names)))
    found: dict[str, dict[str, Any]] = {}
    for row in table.iter_rows(named=True):
        quantum, unit = size[row["indicator"]]
        value, partial = (
            None if row[c] is None else row[c] * quantum for c in ("value", "partial")
        )
        found.setdefault(row["group"], {})[row["indicator"]] = {
            "value": None if value is None else float(value),
            "text": figure_in(lang, value, unit),
            "partial": figure_in(lang, partial, unit) if value is None and partial else "",
            "rank": row["rank"],
            "growth": row["growth"],
            "growth_text": ""
            if row["growth"] is None or not unit
            else signed(Fraction(row["growth"])),
            "share": row["share"],
            "share_text": "" if row["share"] is None else percent(Fraction(row["share"]), 2),
            "known": row["known"],
            "of": row["of"],
        }
    return found
