"""An event log in one shape, whatever file it came from."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from jingkai.registry.reading import ROW, read_table
from jingkai.registry.reading.text import read_text
from jingkai.services.logs.columns import LogMap, match_columns
from jingkai.services.logs.errors import LogError
from jingkai.services.logs.lifecycle import pair_lifecycle
from jingkai.services.logs.times import HOME, read_times
from jingkai.services.logs.xes import read_xes

__all__ = ["EventLog", "log_of_table", "read_log"]

_TEXTS = ("item", "resource", "office", "instance", "lifecycle")
_NUMBERS = ("materials", "trips")
_TIMES = ("start", "complete", "deadline", "applied", "ended")
_LARGEST = 4 << 30


@dataclass(frozen=True)
class EventLog:
    """A log's events, in the order of their time within each case.

    Parameters
    ----------
    frame
        `row`, `case`, `item`, `activity`, `resource`, `office`, `start`, `complete` (UTC), `day` (local, of the
        completion), `start_day`, `deadline_day`, `applied`, `ended` with their days, `materials`, `trips`; null where
        the log does not say.
    rejected
        `row` and `reason` of every row that is no event.
    rows_read
        Data rows of the file.
    columns
        Which column of the file was read as what.
    single
        Whether events have one time only, so that waiting and working cannot be told apart.
    zone
        The time zone of the days; None: as written.
    notes
        What was assumed, in Chinese.
    """

    frame: pl.DataFrame
    rejected: pl.DataFrame
    rows_read: int
    columns: Mapping[str, str]
    single: bool
    zone: str | None
    notes: tuple[str, ...] = ()


def read_log(path: Path, given: LogMap | None = None) -> EventLog:
    """Read an event log.

    Parameters
    ----------
    path
        CSV (also gzipped), a workbook, or XES (also gzipped).
    given
        Which column is what; what it leaves out is told by the columns' names.

    Raises
    ------
    LogError, jingkai.registry.errors.UnreadableFile
        If it cannot be read, or case, activity or time are not found.
    """
    raw, rejected, notes = _raw(path)
    return log_of_table(raw, rejected, given or LogMap(), str(path), notes)


def log_of_table(
    raw: pl.DataFrame, rejected: pl.DataFrame | None, given: LogMap, where: str, notes: list[str]
) -> EventLog:
    """Return the log that a table of texts is.

    Parameters
    ----------
    raw
        Every column text, and `__row`.
    rejected
        `row` and `reason` of what could not be read before; None: nothing.
    where
        For messages.
    notes
        What is to be said besides.

    Raises
    ------
    LogError
        If case, activity or time are not found, or no row is an event.
    """
    rejected = _rejects([], []) if rejected is None else rejected
    columns = match_columns([c for c in raw.columns if c != ROW], given, where)
    raw = _without(raw, given.unknown, set(columns.values()))
    frame, more = _typed(raw, columns, given.zone, notes)
    frame, missing = _complete_rows(frame, raw, columns)
    frame, unpaired = pair_lifecycle(frame, notes)
    if not frame.height:
        raise LogError("日志中没有一行能读作事件", where=where, hint="检查时间一列的写法")
    single = frame.height in (frame["start"].null_count(), frame["complete"].null_count())
    return EventLog(
        _in_order(frame),
        pl.concat([rejected, missing, unpaired]).sort("row"),
        raw.height + rejected.height,
        columns,
        single,
        given.zone,
        (*notes, *more),
    )


def _raw(path: Path) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    kinds = [s.lower() for s in path.suffixes[-2:]]
    if not path.is_file():
        raise LogError("没有这个日志文件", where=str(path), hint="检查路径")
    if ".xes" in kinds:
        frame, notes = read_xes(path)
        return frame, _rejects([], []), notes
    table = read_text(path, _unpacked(path)) if kinds[-1:] == [".gz"] else read_table(path)
    bad = _rejects([b.row for b in table.bad_rows], [b.reason for b in table.bad_rows])
    return table.frame, bad, list(table.notes)


def _without(raw: pl.DataFrame, unknown: tuple[str, ...], columns: set[str]) -> pl.DataFrame:
    """Take what stands for nothing out of the columns that are read."""
    if not unknown:
        return raw
    return raw.with_columns(
        pl.when(~pl.col(c).is_in(unknown)).then(pl.col(c)).alias(c) for c in sorted(columns)
    )


def _unpacked(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            data = file.read(_LARGEST + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise LogError("压缩文件不完整或已损坏", where=str(path), hint="重新传送") from error
    if len(data) > _LARGEST:
        raise LogError("解压后超过 4 GB", where=str(path), hint="按年份拆成几个日志")
    return data


def _rejects(rows: list[int], reasons: list[str]) -> pl.DataFrame:
    schema = {"row": pl.Int64(), "reason": pl.String()}
    return pl.DataFrame({"row": rows, "reason": reasons}, schema=schema)


def _typed(
    raw: pl.DataFrame, columns: Mapping[str, str], zone: str | None, notes: list[str]
) -> tuple[pl.DataFrame, list[str]]:
    """Return the columns as what they are; a value that is no time or number is null, and counted."""
    cells = [raw[ROW].alias("row")]
    more: list[str] = []
    offsets: list[pl.Series] = []
    for role in ("case", "activity", *_TEXTS):
        cells.append(_column(raw, columns.get(role)).alias(role))
    for role in _NUMBERS:
        text = _column(raw, columns.get(role))
        cells.append(number := text.cast(pl.Float64, strict=False).alias(role))
        more += _unread(text, number, columns.get(role))
    for role in _TIMES:
        text = _column(raw, columns.get(role))
        read = read_times(text, zone)
        cells += [read["instant"].alias(role), read["day"].alias(f"{role}_day")]
        if role != "complete":
            more += _unread(text, read["instant"], columns.get(role))
        if role in ("start", "complete") and role in columns:
            offsets.append(read["offset"].filter(read["instant"].is_not_null()))
    return pl.DataFrame(cells), [*more, *_zone_notes(offsets, zone)]


def _column(raw: pl.DataFrame, name: str | None) -> pl.Series:
    if name is None:
        return pl.Series([None], dtype=pl.String).new_from_index(0, raw.height)
    return raw[name]


def _unread(text: pl.Series, value: pl.Series, name: str | None) -> list[str]:
    count = value.null_count() - text.null_count()
    return [f"列“{name}”有 {count:,} 格无法读出，按未知处理"] if count else []


def _zone_notes(offsets: list[pl.Series], zone: str | None) -> list[str]:
    found = pl.concat(offsets)
    if found.null_count():
        bare = f"{found.null_count():,} 个时间没有写时区，按 {zone or HOME} 处理"
        return [bare]
    if zone is None and found.len() and (found == 0).all():
        return ["时间都按协调世界时写，日期也按它计；要按当地日期请在对应表写 zone"]
    return []


def _complete_rows(
    frame: pl.DataFrame, raw: pl.DataFrame, columns: Mapping[str, str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the rows that are events from those that lack what an event needs."""
    timeless = pl.all_horizontal(pl.col("start").is_null(), pl.col("complete").is_null())
    unended = pl.col("complete").is_null() & pl.lit(frame["complete"].null_count() < frame.height)
    written = {r: pl.col(columns[r]).is_not_null() for r in ("start", "complete") if r in columns}
    told = raw.select(
        pl.any_horizontal(*written.values()).alias("told"),
        written.get("complete", pl.lit(False)).alias("end_told"),
    )
    frame = frame.hstack(told)
    reason = (
        pl.when(pl.col("case").is_null())
        .then(pl.lit("没有办件编号"))
        .when(pl.col("activity").is_null())
        .then(pl.lit("没有环节"))
        .when(timeless & pl.col("told"))
        .then(pl.lit("时间无法读出"))
        .when(timeless)
        .then(pl.lit("没有时间"))
        .when(unended & pl.col("end_told"))
        .then(pl.lit("完成时间无法读出"))
        .when(unended)
        .then(pl.lit("只有开始，没有完成"))
        .when(pl.col("start") > pl.col("complete"))
        .then(pl.lit("开始晚于完成"))
    )
    frame = frame.with_columns(reason.alias("reason"))
    good = frame.filter(pl.col("reason").is_null()).drop("reason", "told", "end_told")
    return good, frame.filter(pl.col("reason").is_not_null()).select("row", "reason")


def _in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Sort by case, and by time within it; equal times stay as in the file."""
    first = pl.coalesce("start", "complete")
    frame = frame.with_columns(
        pl.coalesce("complete", "start").alias("complete"),
        pl.coalesce("complete_day", "start_day").alias("day"),
        pl.col("case").rank("dense").alias("case_number"),
    ).drop("complete_day")
    return frame.sort("case_number", first, "complete", "row").drop("case_number")
