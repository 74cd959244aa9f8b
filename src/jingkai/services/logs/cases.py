"""Each case of a log: how long, how many steps, hand-overs and repeats, late or not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl

from jingkai.services.logs.events import EventLog
from jingkai.services.working_days import CHINA, WorkingCalendar

__all__ = ["WHOLE", "case_table", "working_days_between"]

#: Figures of all that a case went through: of one that has not ended only a part.
WHOLE = ("events", "office_handovers", "resource_handovers", "rework")
_DAY = timedelta(days=1)


def working_days_between(
    first: pl.Series, last: pl.Series, calendar: WorkingCalendar = CHINA
) -> pl.Series:
    """Return the working days after each first day up to and with each last.

    Null where a day is missing or lies outside the years whose holidays are announced.
    """
    low, high = calendar.first_known, calendar.last_known
    days = [low + _DAY * i for i in range((high - low).days + 1)]
    worked = np.cumsum([bool(calendar.is_working_day(d)) for d in days])
    known = pl.DataFrame({"day": days, "count": worked.astype(np.int32)})
    counts = [
        s.alias("day").to_frame().join(known, on="day", how="left", maintain_order="left")["count"]
        for s in (first, last)
    ]
    return (counts[1] - counts[0]).clip(lower_bound=0).alias("working_days")


def case_table(
    log: EventLog, calendar: WorkingCalendar = CHINA, limits: Mapping[str, int] | None = None
) -> pl.DataFrame:
    """Return one row a case.

    Parameters
    ----------
    calendar
        Which days are worked.
    limits
        Working days that an item may take, by the item's name in the log; for cases without a deadline of their own.

    Returns
    -------
    polars.DataFrame
        `case`, `item`, `applied_day`, `ended_day` (null: not ended, where the log has a column of ends),
        `elapsed_days` (exact, from application to end), `calendar_days`, `working_days` (null outside the calendar),
        `events`, `activities`, `office_handovers`, `resource_handovers`, `rework` (events whose activity had been
        done), `materials`, `trips`, `variant`, `late`; null where the log does not say.
    """
    table = log.frame.group_by("case", maintain_order=True).agg(*_aggregates(log))
    working = working_days_between(table["applied_day"], table["ended_day"], calendar)
    table = table.with_columns(
        ((pl.col("ended") - pl.col("applied")).dt.total_microseconds() / 86_400e6).alias(
            "elapsed_days"
        ),
        (pl.col("ended_day") - pl.col("applied_day")).dt.total_days().alias("calendar_days"),
        working,
    )
    return table.with_columns(_late(limits or {})).drop("deadline_day")


def _aggregates(log: EventLog) -> list[pl.Expr]:
    start, end = pl.coalesce("start", "complete"), pl.col("complete")
    start_day = pl.coalesce("start_day", "day")
    last = end.arg_max()
    told = log.columns
    return [
        pl.col("item").drop_nulls().first(),
        (pl.col("applied").drop_nulls().first() if "applied" in told else start.first()).alias(
            "applied"
        ),
        (
            pl.col("applied_day").drop_nulls().first() if "applied" in told else start_day.first()
        ).alias("applied_day"),
        (pl.col("ended").drop_nulls().last() if "ended" in told else end.max()).alias("ended"),
        (
            pl.col("ended_day").drop_nulls().last() if "ended" in told else pl.col("day").get(last)
        ).alias("ended_day"),
        pl.col("deadline_day").drop_nulls().last(),
        pl.len().cast(pl.Int64).alias("events"),
        pl.col("activity").n_unique().cast(pl.Int64).alias("activities"),
        *(_changes(role, role in told) for role in ("office", "resource")),
        (pl.len() - pl.col("activity").n_unique()).cast(pl.Int64).alias("rework"),
        *(_agreed(role) for role in ("materials", "trips")),
        pl.col("activity").str.join("\x1f").hash(7).alias("variant"),
    ]


def _changes(role: str, told: bool) -> pl.Expr:
    """Count the events by someone else than the one before; null where the log has no such column."""
    name = f"{role}_handovers"
    if not told:
        return pl.lit(None, pl.Int64).alias(name)
    who = pl.col(role).drop_nulls()
    count = (who != who.shift(1)).sum().cast(pl.Int64)
    return pl.when(who.len() > 0).then(count).alias(name)


def _agreed(role: str) -> pl.Expr:
    """Return a figure of the whole case; null where its rows tell different ones."""
    values = pl.col(role).drop_nulls()
    return pl.when(values.n_unique() == 1).then(values.first()).alias(role)


def _late(limits: Mapping[str, int]) -> pl.Expr:
    """Whether a case ended after its deadline; null where it has none or has not ended."""
    limit = pl.col("item").replace_strict(dict(limits), default=None, return_dtype=pl.Int64)
    return (
        pl.when(pl.col("ended_day").is_null())
        .then(None)
        .when(pl.col("deadline_day").is_not_null())
        .then(pl.col("ended_day") > pl.col("deadline_day"))
        .otherwise(pl.col("working_days") > limit)
        .alias("late")
    )
