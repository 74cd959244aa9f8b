"""Where the time goes: waiting and working by office, and between which activities."""

from __future__ import annotations

import polars as pl

from jingkai.services.logs.events import EventLog

__all__ = ["office_table", "transition_table"]


def _days(later: pl.Expr, earlier: pl.Expr) -> pl.Expr:
    """Return days from one time to another; 0 where they overlap, as parallel work does."""
    return ((later - earlier).dt.total_microseconds() / 86_400e6).clip(lower_bound=0)


def _gaps(log: EventLog) -> pl.DataFrame:
    """Return events with the activity before and the days since; null for a case's first."""
    same = pl.col("case") == pl.col("case").shift(1)
    before = pl.when(same).then(pl.col("complete").shift(1))
    return log.frame.select(
        "case",
        "activity",
        "office",
        pl.when(same).then(pl.col("activity").shift(1)).alias("from"),
        _days(pl.col("complete"), before).alias("sojourn"),
        pl.when(~pl.lit(log.single)).then(_days(pl.col("start"), before)).alias("waiting"),
        pl.when(~pl.lit(log.single))
        .then(_days(pl.col("complete"), pl.col("start")))
        .alias("working"),
    )


def office_table(log: EventLog) -> pl.DataFrame:
    """Return the days that cases lay with each office.

    Returns
    -------
    polars.DataFrame
        `office` (null: not told), `events`; `waiting` from the end of the event before to the start, `working` from
        start to end, `sojourn` from the end of the event before to the end: each `_days` in all and `_median`; and
        `share` of all sojourn. Waiting and working are null where events have one time only. Empty where the log
        has no offices.
    """
    names = ("waiting", "working", "sojourn")
    known = "office" in log.columns
    told = [
        e
        for n in names
        for e in (
            pl.when(pl.col(n).count() > 0).then(pl.col(n).sum()).alias(f"{n}_days"),
            pl.col(n).median().alias(f"{n}_median"),
        )
    ]
    gaps = _gaps(log) if known else _gaps(log).clear()
    table = gaps.group_by("office").agg(pl.len().cast(pl.Int64).alias("events"), *told)
    share = pl.col("sojourn_days") / pl.col("sojourn_days").sum()
    return table.with_columns(share.fill_nan(None).alias("share")).sort(
        "sojourn_days", "office", descending=[True, False], nulls_last=True
    )


def transition_table(log: EventLog) -> pl.DataFrame:
    """Return each passage from one activity to the next: `from`, `to`, `count`, `median_days`, `total_days`, `share`.

    Days run from the end of the one to the end of the other; `share` is of all days between events. The greatest first.
    """
    gaps = _gaps(log).filter(pl.col("from").is_not_null())
    table = gaps.group_by("from", pl.col("activity").alias("to")).agg(
        pl.len().cast(pl.Int64).alias("count"),
        pl.col("sojourn").median().alias("median_days"),
        pl.col("sojourn").sum().alias("total_days"),
    )
    share = pl.col("total_days") / pl.col("total_days").sum()
    return table.with_columns(share.fill_nan(None).alias("share")).sort(
        "total_days", "count", "from", "to", descending=[True, True, False, False]
    )
