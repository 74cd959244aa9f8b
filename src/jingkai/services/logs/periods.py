"""A log's cases parted into those applied for before one day and from another day on."""

from __future__ import annotations

from datetime import date

import polars as pl

from jingkai.services.logs.errors import LogError

__all__ = ["part_by_day"]


def part_by_day(
    cases: pl.DataFrame, before: date | None, after: date | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part cases by the day of application.

    Parameters
    ----------
    before, after
        Cases applied for before the one day, and on or after the other; with one day alone both are that day.

    Raises
    ------
    LogError
        If the periods overlap, or one has no case.
    """
    end, begin = before or after, after or before
    if end is None or begin is None:
        raise LogError("没有给出日期", hint="加 --before 2026-01-01")
    if end > begin:
        raise LogError(f"之前到 {end}、之后自 {begin}，两段重叠", hint="--before 不得晚于 --after")
    parts = (
        cases.filter(pl.col("applied_day") < end),
        cases.filter(pl.col("applied_day") >= begin),
    )
    for part, words in zip(parts, (f"{end} 之前", f"{begin} 及以后"), strict=True):
        if not part.height:
            raise LogError(
                f"{words}没有申请的件",
                hint="日志中的申请日为 " + _span(cases["applied_day"]),
            )
    return parts


def _span(days: pl.Series) -> str:
    known = days.drop_nulls().sort().to_list()
    return f"{known[0]} 至 {known[-1]}" if known else "空"
