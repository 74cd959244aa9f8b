"""Dated events counted for their owners, as Spark has them: what `events` does, in Spark SQL.

The columns and their meaning are those of `events`; a test counts the same tables in both.
"""

from __future__ import annotations

from typing import Any

from jingkai.engine.spark_plan import TYPES, quoted, spark_sql
from jingkai.rulebook.events import EventCount
from jingkai.vocabulary import Entity

__all__ = ["with_count"]

_LOW, _HIGH = "`__low`", "`__high`"


def with_count(facts: Any, count: EventCount, table: Any, entity: Entity, whole: bool) -> Any:
    """Add the two columns of a count, ``NAME__low`` and ``NAME__high`` (null: not known).

    Parameters
    ----------
    facts
        One row an owner (or, of `earlier` counts, an event).
    count, table, entity
        What to count, the table of its events, and their vocabulary.
    whole
        Whether every event up to the date asked about is in the table.
    """
    rows = _typed(table, count, entity)
    if not count.earlier:
        rows = _inside(rows, count)
    counted = _earlier(facts, count, rows) if count.earlier else _owned(rows)
    joined = facts.join(counted, on="key", how="left")
    # Events of no known owner may be anybody's.
    stray = rows.where("`__owner` IS NULL").count() if whole else 0
    most = f"coalesce({_HIGH}, 0L) + {stray}L" if whole else "CAST(NULL AS BIGINT)"
    if count.earlier:
        known = [quoted(c) for c in (count.owner, count.day, count.same) if c]
        most = f"CASE WHEN {' AND '.join(f'{c} IS NOT NULL' for c in known)} THEN {most} END"
    return joined.selectExpr(
        *map(quoted, facts.columns),
        f"coalesce({_LOW}, 0L) AS {quoted(count.name + '__low')}",
        f"{most} AS {quoted(count.name + '__high')}",
    )


def _typed(table: Any, count: EventCount, entity: Entity) -> Any:
    """Return owner, day, kind and whether each event passes the test, null where not known."""
    lacking = [
        f"CAST(NULL AS {_type(str(fact.type))}) AS {quoted(name)}"
        for name, fact in entity.facts.items()
        if not fact.yearly and name not in table.columns
    ]
    return (
        table.selectExpr("*", *lacking)
        .selectExpr(
            "key AS `__event`",
            f"{quoted(count.owner)} AS `__owner`",
            f"{quoted(count.day)} AS `__day`",
            f"{quoted(count.same) if count.same else _NO_KIND} AS `__kind`",
            f"{'TRUE' if count.test is None else spark_sql(count.test)} AS `__passes`",
        )
        .where("coalesce(`__passes`, TRUE)")
    )


_NO_KIND = "''"


def _type(fact_type: str) -> str:
    kind = {"bool": "bool", "date": "date", "code": "text", "text": "text"}.get(fact_type, "int")
    return TYPES[kind]


def _inside(rows: Any, count: EventCount) -> Any:
    """Return the events that are or may be within the window, and which surely count."""
    inside = f"(`__day` > DATE'{count.since}' AND `__day` <= DATE'{count.until}')"
    sure = f"{inside} AND `__passes` AND `__kind` IS NOT NULL"
    return rows.where(f"coalesce({inside}, TRUE)").selectExpr(
        "`__owner`", "`__kind`", f"coalesce({sure}, FALSE) AS `__sure`", "TRUE AS `__may`"
    )


def _ends() -> tuple[Any, ...]:
    from pyspark.sql import functions as f

    return tuple(
        f.expr(f"sum(CASE WHEN {bit} THEN 1L ELSE 0L END)").alias(name)
        for bit, name in (("`__sure`", "__low"), ("`__may`", "__high"))
    )


def _owned(rows: Any) -> Any:
    from pyspark.sql import functions as f

    kinds = rows.where("`__owner` IS NOT NULL").groupBy("__owner", "__kind").agg(*_ends())
    named = "FILTER (WHERE `__kind` IS NOT NULL)"
    # Events of no known kind may all be of the commonest one.
    rest = f"coalesce(sum({_HIGH}) FILTER (WHERE `__kind` IS NULL), 0L)"
    return (
        kinds.groupBy("__owner")
        .agg(
            f.expr(f"coalesce(max({_LOW}) {named}, 0L)").alias("__low"),
            f.expr(f"coalesce(max({_HIGH}) {named}, 0L) + {rest}").alias("__high"),
        )
        .withColumnRenamed("__owner", "key")
    )


def _earlier(facts: Any, count: EventCount, rows: Any) -> Any:
    """Count, for each event, those of its owner before it and within the window before it."""
    assert count.window is not None
    months, days = count.window
    mine = facts.selectExpr(
        "key AS key",
        f"{quoted(count.owner)} AS `__owner`",
        f"{quoted(count.day)} AS `__on`",
        f"{quoted(count.same) if count.same else _NO_KIND} AS `__mine`",
    )
    since = f"date_sub(add_months(`__on`, -{months}), {days})"
    inside = f"`__day` < `__on` AND `__day` > {since} AND `__kind` = `__mine`"
    return (
        mine.join(rows, on="__owner", how="inner")
        .where("key <> `__event`")
        .selectExpr(
            "key",
            f"coalesce({inside} AND `__passes`, FALSE) AS `__sure`",
            f"coalesce({inside}, TRUE) AS `__may`",
        )
        .groupBy("key")
        .agg(*_ends())
    )
