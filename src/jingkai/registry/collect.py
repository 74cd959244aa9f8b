"""Files of one load into one typed frame: keys resolved, cells read, refusals gathered."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from jingkai.registry.cells import parse_column, parse_credit_codes
from jingkai.registry.cells.text import plain_text
from jingkai.registry.mapping import KeyPlan, LoadMap, Plan, plan_columns
from jingkai.registry.reading import ROW, RawTable, read_table
from jingkai.vocabulary import Entity, Vocabulary

__all__ = ["FILE", "Collected", "FileCount", "Refusal", "add_refusals", "collect"]

#: Index of the file, in the load, that a row came from.
FILE = "__file"
_REFUSAL = {
    "file": pl.Int64(),
    "row": pl.Int64(),
    "column": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
}


@dataclass(slots=True)
class FileCount:
    """One file of a load, with what became of its rows.

    `joined` rows went into another row of their key before (several titles of one enterprise);
    `elsewhere` are rows of a register about enterprises that the workspace does not have.
    """

    path: Path
    sheet: str | None
    sha256: str
    encoding: str | None
    rows: int
    accepted: int = 0
    merged: int = 0
    rejected: int = 0
    unmatched: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    key_kind: str = ""
    joined: int = 0
    elsewhere: int = 0


@dataclass(slots=True)
class Refusal:
    """Rows (`rejects`) and cells (`problems`) that could not be taken; and rejected rows' text."""

    rejects: pl.DataFrame
    problems: pl.DataFrame

    @classmethod
    def none(cls) -> Refusal:
        """Return an empty one."""
        empty = pl.DataFrame(schema=_REFUSAL)
        return cls(empty, empty)


@dataclass(slots=True)
class Collected:
    """All rows of a load that have a key, typed; `__file` and `__row` say where they stood."""

    frame: pl.DataFrame
    files: list[FileCount]
    refusal: Refusal
    rounded: dict[str, int] = field(default_factory=dict)


def collect(
    paths: list[Path],
    entity: Entity,
    vocabulary: Vocabulary,
    load_map: LoadMap,
    *,
    as_of: date,
    sheet: str | None,
    zone: str | None,
    names: pl.DataFrame | None,
    strict_cells: bool,
    progress: Callable[[str, int, int], None],
) -> Collected:
    """Read every file of a load.

    Parameters
    ----------
    paths, sheet
        The files, and which sheet of workbooks.
    entity, vocabulary, load_map
        What their columns mean.
    as_of
        The date the files are as of; a later date in a cell is a problem.
    zone
        The workspace's zone, part of the key of rows known by name only.
    names
        `key` and `name` of the current snapshot, to join rows that have a name only.
    strict_cells
        Whether a cell that cannot be read rejects its row.
    """
    frames, files, refusal = [], [], Refusal.none()
    rounded: dict[str, int] = {}
    for index, path in enumerate(paths):
        progress(path.name, index, len(paths))
        table = read_table(path, sheet or load_map.sheet)
        plan = plan_columns(table, entity, load_map)
        count = FileCount(
            path,
            table.sheet,
            hashlib.sha256(path.read_bytes()).hexdigest(),
            table.encoding,
            table.rows_read,
            unmatched=plan.unmatched,
            notes=(*table.notes, *plan.notes, *_no_year(plan)),
        )
        files.append(count)
        frame = _typed(table, plan, vocabulary, as_of, refusal, index, rounded)
        frame = _keyed(frame, table, plan.key, zone, names, refusal, index, count)
        _bad_rows(table, refusal, index)
        if strict_cells:
            frame = _without_problems(frame, refusal, index)
        frames.append(frame.with_columns(pl.lit(index, dtype=pl.Int64).alias(FILE)))
    progress("done", len(paths), len(paths))
    return Collected(pl.concat(frames, how="diagonal"), files, refusal, rounded)


def _no_year(plan: Plan) -> tuple[str, ...]:
    if not plan.yearless:
        return ()
    shown = "、".join(plan.yearless)
    return (f"未读取没有写年份的年度数据：{shown}；在对应表里写 years: 2024",)


def _typed(
    table: RawTable,
    plan: Plan,
    vocabulary: Vocabulary,
    as_of: date,
    refusal: Refusal,
    index: int,
    rounded: dict[str, int],
) -> pl.DataFrame:
    series = [table.frame[ROW]]
    for column in plan.columns:
        latest = as_of if column.fact.type == "date" and not column.fact.title else None
        parsed = parse_column(
            table.frame[column.header],
            column.fact,
            unit=column.unit,
            blank_is_zero=column.blank_is_zero,
            code_list=vocabulary.code_list(column.fact) if column.fact.type == "code" else None,
            not_after=latest,
        )
        series.append(parsed.values.alias(column.column))
        if parsed.rounded:
            rounded[column.column] = rounded.get(column.column, 0) + parsed.rounded
        refusal.problems = add_refusals(
            refusal.problems, parsed.problems, table, column.header, index
        )
    return pl.DataFrame(series)


def add_refusals(
    refusals: pl.DataFrame, problems: pl.DataFrame, table: RawTable, header: str, index: int
) -> pl.DataFrame:
    """Add the cells of a column that could not be read, with the rows they stand in."""
    if problems.height == 0:
        return refusals
    rows = table.frame[ROW].gather(problems["index"])
    found = problems.select(
        pl.lit(index, dtype=pl.Int64).alias("file"),
        rows.alias("row"),
        pl.lit(header).alias("column"),
        "value",
        "reason",
    )
    return pl.concat([refusals, found])


def _keyed(
    frame: pl.DataFrame,
    table: RawTable,
    key: KeyPlan,
    zone: str | None,
    names: pl.DataFrame | None,
    refusal: Refusal,
    index: int,
    count: FileCount,
) -> pl.DataFrame:
    """Give each row its key; rows without one go to the rejects."""
    parts, column = [], ""
    bad = pl.Series([False] * frame.height)
    if key.id:
        column = key.id
        count.key_kind = "id"
        parts.append(_plain(table.frame[key.id]))
    if key.credit_code:
        column = key.credit_code
        count.key_kind = "credit_code"
        parsed = parse_credit_codes(table.frame[key.credit_code])
        refusal.rejects = add_refusals(
            refusal.rejects, parsed.problems, table, key.credit_code, index
        )
        bad = pl.Series(range(frame.height)).is_in(
            parsed.problems["index"].cast(pl.Int64).to_list()
        )
        parts.append(parsed.values)
    if key.stock_code:
        column, count.key_kind = column or key.stock_code, count.key_kind or "stock_code"
        parts.append("stock:" + _stock_codes(table.frame[key.stock_code]))
    if key.name:
        column, count.key_kind = column or key.name, count.key_kind or "name"
        parts += _name_keys(table, key, zone, names)
    keys = (
        pl.DataFrame({str(i): p for i, p in enumerate(parts)})
        .select(pl.coalesce(pl.all()))
        .to_series()
    )
    keys = (
        pl.DataFrame({"k": keys, "bad": bad}).select(pl.when(~pl.col("bad")).then("k")).to_series()
    )
    missing = pl.DataFrame(
        {"index": pl.arange(0, frame.height, eager=True).cast(pl.UInt32), "k": keys, "bad": bad}
    )
    missing = missing.filter(pl.col("k").is_null() & ~pl.col("bad")).select(
        "index",
        pl.lit(None, dtype=pl.String).alias("value"),
        pl.lit("没有标识（信用代码、股票代码或名称为空）").alias("reason"),
    )
    refusal.rejects = add_refusals(refusal.rejects, missing, table, column, index)
    return frame.with_columns(keys.alias("key")).filter(pl.col("key").is_not_null())


def _normal(raw: pl.Series) -> pl.Series:
    return raw.map_elements(
        lambda t: unicodedata.normalize("NFKC", t).strip() or None,
        return_dtype=pl.String,
        skip_nulls=True,
    )


def _plain(raw: pl.Series) -> pl.Series:
    return raw.map_elements(
        lambda t: plain_text(t) or None, return_dtype=pl.String, skip_nulls=True
    )


def _stock_codes(raw: pl.Series) -> pl.Series:
    """Return six digits of a stock code, with or without its exchange: 600000.SS, SH600000, 1."""
    text = _normal(raw).str.to_uppercase()
    bare = text.str.replace(r"^(SH|SZ|BJ)|\.(SS|SH|SZ|BJ|XSHG|XSHE)$", "")
    return bare.str.zfill(6)


def _name_keys(
    table: RawTable, key: KeyPlan, zone: str | None, names: pl.DataFrame | None
) -> list[pl.Series]:
    assert key.name is not None
    name = _plain(table.frame[key.name])
    found = []
    if names is not None and names.height:
        unique = names.filter(pl.col("name").is_not_null() & pl.col("name").is_unique())
        joined = pl.DataFrame({"name": name}).join(
            unique, on="name", how="left", maintain_order="left"
        )
        found.append(joined["key"])
    if key.zone:
        place = _plain(table.frame[key.zone])
    else:
        place = pl.Series([key.zone_is or zone or "-"] * len(name), dtype=pl.String)
    made = pl.DataFrame({"n": name, "z": place}).select(
        pl.when(pl.col("n").is_not_null()).then(
            pl.concat_str(pl.lit("name:"), pl.col("z").fill_null("-"), pl.lit("/"), "n")
        )
    )
    return [*found, made.to_series()]


def _bad_rows(table: RawTable, refusal: Refusal, index: int) -> None:
    if table.bad_rows:
        rows = [(index, b.row, None, b.text, b.reason) for b in table.bad_rows]
        refusal.rejects = pl.concat(
            [refusal.rejects, pl.DataFrame(rows, schema=_REFUSAL, orient="row")]
        )


def _without_problems(frame: pl.DataFrame, refusal: Refusal, index: int) -> pl.DataFrame:
    mine = refusal.problems.filter(pl.col("file") == index)
    refusal.rejects = pl.concat([refusal.rejects, mine])
    refusal.problems = refusal.problems.filter(pl.col("file") != index)
    return frame.filter(~pl.col(ROW).is_in(mine["row"].unique().to_list()))
