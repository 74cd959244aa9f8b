"""The enterprise rules in force on 2026-06-30, written by hand in Polars, a file a measure.

As a careful analyst would write them for this one date: whole numbers throughout, so as exact as
the engine, three-valued where facts are missing, what is shared computed once. A column is named
``RULE`` or ``RULE.CONDITION`` as the rule files name them, a condition of several rules once, by
one of them; names with ``_`` before them are what others are computed from.

    measures' columns ─► those asked for and what they read ─► layers of with_columns
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from benchmarks.handwritten import (
    enterprise_ladder,
    finance,
    foreign_investment,
    foreign_trade,
    green,
    innovation_platforms,
    land,
    services,
    statistics,
    supervision,
    supply_chain,
    talent,
    upgrading,
)
from benchmarks.handwritten.inspections import COUNTS, with_inspections
from jingkai.registry.snapshot import Snapshot

__all__ = ["facts_by_hand", "handwritten", "written_columns", "written_names"]

_MEASURES = (
    enterprise_ladder,
    finance,
    foreign_investment,
    foreign_trade,
    green,
    innovation_platforms,
    land,
    services,
    statistics,
    supervision,
    supply_chain,
    talent,
    upgrading,
)


def written_columns() -> dict[str, pl.Expr]:
    """Return every column by its name."""
    return {name: e for measure in _MEASURES for name, e in measure.columns().items()}


def written_names() -> frozenset[str]:
    """Return the names of every column written by hand, counts of events included."""
    return frozenset([*written_columns(), *COUNTS])


def facts_by_hand(snapshot: Snapshot) -> pl.LazyFrame:
    """Return a snapshot's enterprises with their zone's province and their inspections counted."""
    provinces = snapshot.scan("zone").select(
        pl.col("key").alias("zone"), pl.col("province").alias("zone.province")
    )
    facts = snapshot.scan("enterprise").join(
        provinces, on="zone", how="left", maintain_order="left"
    )
    if "inspection" not in snapshot.entities:
        return facts
    whole = "inspection" in snapshot.manifest["registers"]
    return with_inspections(facts, snapshot.scan("inspection"), whole)


def handwritten(
    facts: pl.LazyFrame, wanted: Iterable[str], given: Iterable[str] = ()
) -> pl.LazyFrame:
    """Return the key and the columns asked for of every enterprise.

    Parameters
    ----------
    facts
        One row an enterprise; the province of its zone as `zone.province`.
    wanted
        Names of columns.
    given
        Columns that stand among the facts already.
    """
    names, had = list(wanted), set(given)
    frame = facts
    for layer in _layers({n: e for n, e in written_columns().items() if n not in had}, names):
        frame = frame.with_columns(**layer)
    return frame.select("key", *names)


def _layers(columns: dict[str, pl.Expr], wanted: list[str]) -> list[dict[str, pl.Expr]]:
    """Order columns so that each reads facts and earlier layers only."""
    level: dict[str, int] = {}

    def place(name: str) -> int:
        if name not in level:
            read = [n for n in columns[name].meta.root_names() if n in columns]
            level[name] = max((place(n) + 1 for n in read), default=0)
        return level[name]

    for name in wanted:
        if name not in COUNTS:
            place(name)
    count = max(level.values(), default=-1) + 1
    return [{n: columns[n] for n, at in level.items() if at == i} for i in range(count)]
