"""What is told of a reform's effects: protected rows by rule and dimension, ready to be kept."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.console.analyst.reforms.effects import WAYS, rolled
from jingkai.console.analyst.reforms.small_groups import FLOOR, Row, nested, together
from jingkai.rulebook import Rulebook

__all__ = ["told"]

_REST = "其余（不足3户的合并）"


def told(
    cube: pl.DataFrame, zones: pl.DataFrame, book: Rulebook, quanta: dict[str, Fraction], own: str
) -> list[dict[str, Any]]:
    """Return the rows of every dimension that an analyst may see.

    Parameters
    ----------
    cube, zones
        The effects, and the zones with their provinces and regions.
    quanta
        Of each rule with an amount the size of a stored integer.
    own
        The zone of a zone's analyst: of zones it alone, industries and sizes inside it; empty: all.

    Returns
    -------
    Rows of `rule`, `dimension`, `group` (null: unknown, or `joint`), `title`, `joint`, `small` (less than
    three in all: nothing else is told), `rows`, `entities`, one count for each of `WAYS`, and `before`, `after`,
    `difference` as exact text in the rule's unit (null of what has no amount).
    """
    found: list[dict[str, Any]] = []
    mine = cube.filter(pl.col("zone") == own) if own else cube
    for name in cube["rule"].unique(maintain_order=True).sort():
        rule, narrow = cube.filter(pl.col("rule") == name), mine.filter(pl.col("rule") == name)
        for dimension, rows in _protected(rule, narrow, zones, book, own).items():
            found += [_line(r, dimension, quanta.get(name)) for r in rows]
    return found


def _protected(
    rule: pl.DataFrame, narrow: pl.DataFrame, zones: pl.DataFrame, book: Rulebook, own: str
) -> dict[str, list[Row]]:
    nation = together(rolled(rule, zones, "nation", book), "全国")
    regions = together(rolled(rule, zones, "region", book), _REST)
    provinces = nested(regions, rolled(rule, zones, "province", book), _REST)
    every = rolled(rule, zones, "zone", book)
    inside = {d: together(rolled(narrow, zones, d, book), _REST) for d in ("industry", "size")}
    if not own:
        found = {"nation": nation, "region": regions, "province": provinces,
                 "zone": nested(provinces, every, _REST)}  # fmt: skip
        return found | inside
    alone = [r for r in every if r["group"] == own]
    zone = together(alone, alone[0]["title"]) if alone else []
    found = {"nation": nation, "region": regions, "province": provinces}
    return {d: _not_rest(rows, alone) for d, rows in found.items()} | {"zone": zone} | inside


def _not_rest(rows: list[Row], own: list[Row]) -> list[Row]:
    """Leave out groups that, less the analyst's own zone, would tell of one or two of another's."""
    mine = own[0]["rows"] if own else 0
    return [r for r in rows if r["small"] or not 0 < r["rows"] - mine < FLOOR]


def _line(row: Row, dimension: str, quantum: Fraction | None) -> dict[str, Any]:
    about = {k: row[k] for k in ("rule", "group", "title", "joint", "small")}
    about["dimension"] = dimension
    if row["small"]:
        return about
    counts = {w: int(row[w]) for w in WAYS}
    before, delta = int(row["before"]), int(row["delta"])
    amounts = {"before": before, "after": before + delta, "difference": delta}
    return {
        **about,
        "rows": int(row["rows"]),
        "entities": sum(counts.values()),
        **counts,
        **{n: None if quantum is None else str(a * quantum) for n, a in amounts.items()},
    }
