"""Counts dated events for their owners, as two columns a count: at least, at most.

An event whose day, kind, test or owner is unknown may or may not count. At most is known only where
the whole table was loaded as of the date asked about or later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from jingkai.engine.polars_plan import PlanCompiler
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook.events import EventCount
from jingkai.vocabulary import Vocabulary

__all__ = ["EventTable", "event_tables", "whole_until", "with_events"]


@dataclass(frozen=True, slots=True)
class EventTable:
    """A table of events.

    Parameters
    ----------
    rows
        One row an event, column ``key`` first.
    whole_until
        The day up to which every event is in it; None if it was not loaded whole.
    """

    rows: pl.LazyFrame
    whole_until: date | None = None


def event_tables(snapshot: Snapshot, counts: Sequence[EventCount]) -> dict[str, EventTable]:
    """Return the tables that counts need, as far as a snapshot has them."""
    found = {}
    for entity in {c.entity for c in counts} & set(snapshot.entities):
        found[entity] = EventTable(snapshot.scan(entity), whole_until(snapshot, entity))
    return found


def whole_until(snapshot: Snapshot, entity: str) -> date | None:
    """Return the day up to which a table has every event; None if it was not loaded whole."""
    status = snapshot.manifest["registers"].get(entity, {}).get("as_of")
    return date.fromisoformat(status) if status else None


def with_events(
    facts: pl.LazyFrame,
    counts: Sequence[EventCount],
    tables: Mapping[str, EventTable],
    vocabulary: Vocabulary,
) -> tuple[pl.LazyFrame, list[str]]:
    """Add the columns of counts to the facts of their owners.

    Parameters
    ----------
    facts
        One row an owner (or, of `earlier` counts, an event), column ``key`` first.
    counts, tables
        What to count, and where; a count whose table is not there adds no columns.

    Returns
    -------
    The facts with ``NAME__low`` and ``NAME__high`` (null: not known), and the names added.
    """
    added: list[str] = []
    for count in counts:
        table = tables.get(count.entity)
        if table is None or count.window is None:
            continue
        rows = _typed(table.rows, count, vocabulary)
        whole = table.whole_until is not None and table.whole_until >= count.until
        facts = (_earlier if count.earlier else _counted)(facts, count, rows, whole)
        added += [f"{count.name}__low", f"{count.name}__high"]
    return facts, added


def _typed(rows: pl.LazyFrame, count: EventCount, vocabulary: Vocabulary) -> pl.LazyFrame:
    """Return owner, day, kind and whether each event passes the test, null where not known."""
    entity = vocabulary.entities[count.entity]
    have = rows.collect_schema().names()
    wanted = {n: f.arrow_type for n, f in entity.facts.items() if not f.yearly and n not in have}
    rows = rows.with_columns(pl.lit(None, dtype=kind).alias(n) for n, kind in wanted.items())
    passes = pl.lit(True) if count.test is None else PlanCompiler().expression(count.test)
    return rows.select(
        pl.col("key").alias("__event"),
        pl.col(count.owner).alias("__owner"),
        pl.col(count.day).alias("__day"),
        (pl.col(count.same) if count.same else pl.lit("")).alias("__kind"),
        passes.alias("__passes"),
    ).filter(pl.col("__passes").fill_null(True))


def _ends(sure: pl.Expr, may: pl.Expr, whole: bool) -> list[pl.Expr]:
    most = may.sum().cast(pl.Int64) if whole else pl.lit(None, dtype=pl.Int64)
    return [sure.sum().cast(pl.Int64).alias("__low"), most.alias("__high")]


def _counted(
    facts: pl.LazyFrame, count: EventCount, rows: pl.LazyFrame, whole: bool
) -> pl.LazyFrame:
    day, since = pl.col("__day"), pl.lit(count.since)
    inside = (day > since) & (day <= pl.lit(count.until))
    rows = rows.with_columns(
        __sure=(inside & pl.col("__passes") & pl.col("__kind").is_not_null()).fill_null(False),
        __may=inside.fill_null(True),
    ).filter("__may")
    kinds = rows.group_by("__owner", "__kind").agg(_ends(pl.col("__sure"), pl.col("__may"), whole))
    named, other = pl.col("__kind").is_not_null(), pl.col("__kind").is_null()
    # Events of no known kind may all be of the commonest one.
    owners = kinds.group_by("__owner").agg(
        pl.col("__low").filter(named).max().fill_null(0),
        (
            pl.col("__high").filter(named).max().fill_null(0) + pl.col("__high").filter(other).sum()
        ).alias("__high"),
    )
    # Events of no known owner may be anybody's.
    owned = owners.filter(pl.col("__owner").is_not_null())
    joined = facts.join(owned, left_on="key", right_on="__owner", how="left", maintain_order="left")
    return _named(joined, count, _stray(rows) if whole else None)


def _stray(rows: pl.LazyFrame) -> int:
    return int(rows.filter(pl.col("__owner").is_null()).select(pl.len()).collect().item())


def _named(joined: pl.LazyFrame, count: EventCount, stray: int | None) -> pl.LazyFrame:
    """Name the two ends; without the stray events of a whole table the upper one is unknown."""
    most = pl.lit(None, pl.Int64) if stray is None else pl.col("__high").fill_null(0) + stray
    return joined.with_columns(
        pl.col("__low").fill_null(0).alias(f"{count.name}__low"),
        most.alias(f"{count.name}__high"),
    ).drop("__low", "__high")


def _earlier(
    facts: pl.LazyFrame, count: EventCount, rows: pl.LazyFrame, whole: bool
) -> pl.LazyFrame:
    """Count, for each event, those of its owner before it and within the window before it."""
    assert count.window is not None
    months, days = count.window
    mine = facts.select(
        "key",
        pl.col(count.owner).alias("__mine"),
        pl.col(count.day).alias("__on"),
        (pl.col(count.same) if count.same else pl.lit("")).alias("__my_kind"),
    )
    pairs = mine.join(rows, left_on="__mine", right_on="__owner", how="inner").filter(
        pl.col("key") != pl.col("__event")
    )
    since = pl.col("__on").dt.offset_by(f"-{months}mo").dt.offset_by(f"-{days}d")
    inside = (pl.col("__day") < pl.col("__on")) & (pl.col("__day") > since)
    alike = pl.col("__kind") == pl.col("__my_kind")
    counted = pairs.group_by("key").agg(
        _ends(
            (inside & alike & pl.col("__passes")).fill_null(False),
            (inside & alike).fill_null(True),
            whole,
        )
    )
    joined = facts.join(counted, on="key", how="left", maintain_order="left")
    joined = _named(joined, count, _stray(rows) if whole else None)
    # Whose event it is, when and of what kind must be known to look back from it.
    known = pl.col(count.owner).is_not_null() & pl.col(count.day).is_not_null()
    if count.same:
        known = known & pl.col(count.same).is_not_null()
    high = f"{count.name}__high"
    return joined.with_columns(pl.when(known).then(pl.col(high)).alias(high))
