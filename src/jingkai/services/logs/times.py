"""Times as logs write them: the instant, and the local day it fell on."""

from __future__ import annotations

import polars as pl

__all__ = ["HOME", "read_times"]

#: Where a time without a zone is taken to be.
HOME = "Asia/Shanghai"

_OFFSET = r"(?i)(?:\d:\d{2}(?:[.,]\d+)?)\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})$"
_FORMATS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d")


def read_times(texts: pl.Series, zone: str | None) -> pl.DataFrame:
    """Read times and days.

    Parameters
    ----------
    texts
        ISO 8601, or as Chinese offices write them (2026年2月3日 9:05, 2026/2/3); null where empty.
    zone
        Whose days count; None: a time with an offset falls on the day it is written with.

    Returns
    -------
    polars.DataFrame
        `instant` (UTC), `day` (local) and `offset` (minutes east, null where none is written); all null where a
        text cannot be read.
    """
    if texts.null_count() == texts.len():  # a column that the log does not have
        kinds = {"instant": pl.Datetime("us", "UTC"), "day": pl.Date(), "offset": pl.Int32()}
        nothing = pl.Series([None], dtype=pl.Null).new_from_index(0, texts.len())
        return pl.DataFrame(dict.fromkeys(kinds, nothing), schema=kinds)
    return _read(texts, zone)


def _read(texts: pl.Series, zone: str | None) -> pl.DataFrame:
    frame = _parted(texts.cast(pl.String).alias("text"))
    sign = pl.col("sign")
    frame = frame.with_columns(_minutes(sign).alias("offset"))
    instant = pl.col("local") - pl.duration(minutes=pl.col("offset"))
    here = pl.col("local").dt.replace_time_zone(
        zone or HOME, ambiguous="earliest", non_existent="null"
    )
    utc = (
        pl.when(sign.is_null())
        .then(here.dt.convert_time_zone("UTC"))
        .otherwise(instant.dt.replace_time_zone("UTC"))
    )
    frame = frame.with_columns(utc.alias("instant"))
    day = pl.col("local").dt.date()
    if zone is not None:
        there = pl.col("instant").dt.convert_time_zone(zone).dt.date()
        day = pl.when(sign.is_null()).then(day).otherwise(there)
    day = pl.when(pl.col("instant").is_not_null()).then(day)
    return frame.select("instant", day.alias("day"), "offset")


def _parted(texts: pl.Series) -> pl.DataFrame:
    """Return each text with its local time and its offset as written; the usual form first, which is quick."""
    tail = pl.col("text").str.tail(6)
    plain = (tail.str.head(1).is_in(["+", "-"])) & (tail.str.slice(3, 1) == ":")
    frame = texts.to_frame().with_columns(
        pl.when(plain).then(tail).alias("sign"),
        pl.when(plain).then(pl.col("text").str.head(-6)).otherwise("text").alias("body"),
    )
    body = pl.col("body").str.replace("T", " ", literal=True)
    frame = frame.with_columns(
        body.str.to_datetime(_FORMATS[0], strict=False, time_unit="us").alias("local")
    ).drop("body")
    rest = frame.filter(pl.col("local").is_null()).select(pl.col("text").drop_nulls().unique())
    if not rest.height:
        return frame
    sign = pl.col("text").str.extract(_OFFSET).str.to_uppercase()
    rest = rest.with_columns(sign.alias("other_sign"), _local().alias("other_local"))
    frame = frame.join(rest, on="text", how="left", maintain_order="left")
    quick = pl.col("local").is_not_null()
    return frame.select(
        "text",
        pl.when(quick).then("sign").otherwise("other_sign").alias("sign"),
        pl.coalesce("local", "other_local").alias("local"),
    )


def _minutes(sign: pl.Expr) -> pl.Expr:
    digits = sign.str.replace_all(r"[^\d]", "")
    hours = digits.str.slice(0, 2).cast(pl.Int32, strict=False)
    rest = digits.str.slice(2, 2).cast(pl.Int32, strict=False).fill_null(0)
    size = hours * 60 + rest
    return pl.when(sign == "Z").then(0).when(sign.str.starts_with("-")).then(-size).otherwise(size)


def _local() -> pl.Expr:
    text = (
        pl.col("text")
        .str.replace(r"(?i)(\d:\d{2}(?:[.,]\d+)?)\s*(?:Z|[+-]\d{2}:?\d{2}|[+-]\d{2})$", "$1")
        .str.replace_all(r"[年月/]", "-")
        .str.replace("日", " ")
        .str.replace("T", " ", literal=True)
        .str.replace(",", ".", literal=True)
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
    )
    return pl.coalesce(text.str.to_datetime(f, strict=False, time_unit="us") for f in _FORMATS)
