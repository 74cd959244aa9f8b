"""Start and completion of one piece of work, which some logs write as two rows."""

from __future__ import annotations

import polars as pl

__all__ = ["pair_lifecycle"]


def pair_lifecycle(frame: pl.DataFrame, notes: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Join each start to its completion.

    Parameters
    ----------
    frame
        Events with `lifecycle` as written; null counts as completion.
    notes
        What to say is added here.

    Returns
    -------
    tuple
        One row a piece of work; and the rows, with the reason, that are neither or lack their other half.
    """
    kind = frame["lifecycle"].str.to_lowercase().fill_null("complete")
    frame = frame.with_columns(kind.alias("lifecycle"))
    done = frame.filter(pl.col("lifecycle") == "complete")
    begun = frame.filter(pl.col("lifecycle") == "start")
    other = frame.filter(~pl.col("lifecycle").is_in(["complete", "start"]))
    rejected = [other.select("row", pl.format("只是状态变化（{}）", "lifecycle").alias("reason"))]
    if begun.height:
        done, alone = _joined(done, begun)
        rejected.append(alone.select("row", pl.lit("只有开始，没有与之相配的完成").alias("reason")))
        notes.append("开始和完成分两行记的，合为一个事件")
    return done.drop("lifecycle", "instance"), pl.concat(rejected)


def _joined(done: pl.DataFrame, begun: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pair the first start with the first completion of the same work, the second with the second.

    The work is told by its instance where the log gives one, else by case and activity.
    """
    keys = ["case", "activity", "instance", "turn"]
    done, begun = _numbered(done), _numbered(begun)
    starts = begun.select(
        *keys,
        pl.col("complete").alias("begun"),
        pl.col("complete_day").alias("begun_day"),
        pl.col("row").alias("begun_row"),
    )
    paired = done.join(starts, on=keys, how="left", nulls_equal=True, maintain_order="left")
    later = pl.col("begun") <= pl.col("complete")
    paired = paired.with_columns(
        pl.when(later).then("begun").otherwise("start").alias("start"),
        pl.when(later).then("begun_day").otherwise("start_day").alias("start_day"),
    )
    used = paired.filter(later).select(pl.col("begun_row").alias("row"))
    alone = begun.join(used, on="row", how="anti")
    return paired.drop("begun", "begun_day", "begun_row", "turn"), alone


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    group = ["case", "activity", "instance"]
    return frame.sort("complete", "row").with_columns(
        pl.int_range(pl.len()).over(group).alias("turn")
    )
