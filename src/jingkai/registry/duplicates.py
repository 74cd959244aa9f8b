"""Rows of one load with one key: those that agree become one, those that conflict are refused."""

from __future__ import annotations

import polars as pl

from jingkai.registry.collect import FILE, Collected
from jingkai.registry.reading import ROW
from jingkai.vocabulary import Entity

__all__ = ["merge_duplicates"]

_OWN = (FILE, ROW, "key")


def merge_duplicates(collected: Collected, entity: Entity) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Merge rows that agree; reject every row of a key whose rows conflict.

    Rows agree where each fact has at most one value among them; nothing is picked silently.

    Returns
    -------
    One row a key; and the merged rows: `key`, `file`, `row` of those that went into an earlier one.
    """
    frame = collected.frame
    facts = [c for c in frame.columns if c not in _OWN]
    twice = frame.filter(pl.col("key").is_duplicated())
    if twice.height == 0:
        return frame, pl.DataFrame(schema={"key": pl.String, "file": pl.Int64, "row": pl.Int64})
    differing = twice.group_by("key").agg(pl.col(f).drop_nulls().n_unique() > 1 for f in facts)
    names = [pl.when(pl.col(f)).then(pl.lit(_label(entity, f))) for f in facts]
    conflicts = (
        differing.select(
            "key", pl.concat_list(names).list.drop_nulls().list.join("、").alias("facts")
        ).filter(pl.col("facts") != "")
        if facts
        else differing.select("key").clear()
    )
    _refuse(collected, twice, conflicts)
    agreeing = twice.join(conflicts, on="key", how="anti").sort(FILE, ROW)
    one = agreeing.group_by("key", maintain_order=True).agg(
        pl.col(FILE).first(), pl.col(ROW).first(), *(pl.col(f).drop_nulls().first() for f in facts)
    )
    later = agreeing.filter(
        ~pl.struct(FILE, ROW).is_first_distinct().over("key")
        | (pl.int_range(pl.len()).over("key") > 0)
    )
    merged = later.select("key", pl.col(FILE).alias("file"), pl.col(ROW).alias("row"))
    single = frame.filter(~pl.col("key").is_duplicated())
    return pl.concat([single, one.select(frame.columns)]), merged


def _refuse(collected: Collected, twice: pl.DataFrame, conflicts: pl.DataFrame) -> None:
    if conflicts.height == 0:
        return
    bad = twice.join(conflicts, on="key", how="inner")
    several = len(collected.files) > 1
    file = pl.col(FILE).replace_strict(
        {i: f"{f.path.name} " if several else "" for i, f in enumerate(collected.files)},
        return_dtype=pl.String,
    )
    places = pl.concat_str(file, pl.lit("第"), pl.col(ROW).cast(pl.String), pl.lit("行"))
    rows = bad.sort(FILE, ROW).group_by("key").agg(places.str.join("、").alias("rows"))
    bad = bad.join(rows, on="key", maintain_order="left")
    found = bad.select(
        pl.col(FILE).alias("file"),
        pl.col(ROW).alias("row"),
        pl.col("facts").alias("column"),
        pl.col("key").alias("value"),
        pl.concat_str(pl.lit("同一标识的"), "rows", pl.lit("互相矛盾")).alias("reason"),
    )
    collected.refusal.rejects = pl.concat([collected.refusal.rejects, found])


def _label(entity: Entity, column: str) -> str:
    found = entity.column(column)
    if found is None:
        return column
    fact, year = found
    return f"{fact.label.zh} {year}" if year else fact.label.zh
