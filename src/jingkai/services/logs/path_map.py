"""The ways that cases took: which activities and passages a picture shows, chosen and said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

import polars as pl

from jingkai.services.logs.events import EventLog

__all__ = ["END", "MOST_ACTIVITIES", "START", "Passage", "PathMap", "path_map"]

START, END = "\x02", "\x03"
#: How many activities one picture takes.
MOST_ACTIVITIES = 30
#: Which share of all passages the arrows are to show, and at most how many arrows an activity on average.
_SHOWN, _ARROWS = 0.8, 1.6
_HEAVY = 3


@dataclass(frozen=True, slots=True)
class Passage:
    """An arrow: how often cases went this way, the median days, and whether it is among the costliest.

    `days` is None from the start and to the end, which take none.
    """

    before: str
    after: str
    count: int
    days: float | None
    heavy: bool = False


@dataclass(frozen=True)
class PathMap:
    """What the picture shows.

    Parameters
    ----------
    cases
        How many the log has.
    counts
        Events of each activity shown, in the order they come in cases.
    repeats
        Passages from an activity straight to itself.
    passages
        The arrows.
    hidden
        How many activities are not shown, as the rarest.
    rarest
        The count of the rarest arrow shown for being frequent; rarer ones only where they are an activity's most
        frequent in or out.
    covered
        Which share of all passages between activities shown the arrows are.
    least
        What fewer cases went through is not shown at all.
    """

    cases: int
    counts: Mapping[str, int]
    repeats: Mapping[str, int]
    passages: tuple[Passage, ...]
    hidden: int
    rarest: int
    covered: float
    least: int = 1

    @property
    def caption(self) -> tuple[str, ...]:
        """What a reader must know of what is left out."""
        said = [f"{self.cases:,} 件；框内为次数，箭头上为次数和间隔的中位数，粗细按次数"]
        if self.hidden:
            said.append(
                f"只画最常见的 {len(self.counts)} 个环节，另有 {self.hidden} 个未画，箭头跳过它们"
            )
        left_out = (
            f"少于 {self.rarest:,} 次的箭头未画（每个环节至少留最常见的一进一出），"
            f"画出的占全部走向的 {self.covered:.0%}"
        )
        said.append(("箭头全部画出" if self.covered >= 1 else left_out) + "；深色箭头耗时最多")
        if self.least > 1:
            said.append(f"不足 {self.least} 件的环节和走向一概不画")
        return tuple(said)


def path_map(log: EventLog, most: int = MOST_ACTIVITIES, least: int = 1) -> PathMap:
    """Choose what a picture shows.

    Parameters
    ----------
    most
        At most so many activities: the most frequent.
    least
        No activity and no passage of fewer cases than this, so that no single case shows.
    """
    frame = log.frame.select("case", "activity", "complete")
    cases = pl.col("case").n_unique() if least > 1 else pl.len()
    all_counts = (
        frame.group_by("activity")
        .agg(pl.len().cast(pl.Int64).alias("count"), cases.alias("cases"))
        .sort("count", "activity", descending=[True, False])
    )
    kept = all_counts.filter(pl.col("cases") >= least).head(most)
    frame = frame.filter(pl.col("activity").is_in(kept["activity"].implode()))
    place = (pl.int_range(pl.len()) / pl.len()).over("case")
    order = (
        frame.select("activity", place.alias("place"))
        .group_by("activity")
        .agg(pl.col("place").mean())
    )
    ordered = kept.join(order, on="activity").sort("place", "activity")
    edges = _edges(frame, cases)
    loops = edges.filter(pl.col("before") == pl.col("after"))
    edges = edges.filter(pl.col("before") != pl.col("after"))
    shown = edges.filter(pl.col("cases") >= least)
    chosen, rarest = _chosen(shown, kept.height)
    return PathMap(
        log.frame["case"].n_unique(),
        dict(ordered.select("activity", "count").iter_rows()),
        dict(loops.filter(pl.col("cases") >= least).select("before", "count").iter_rows()),
        _passages(chosen),
        all_counts.height - kept.height,
        rarest,
        sum(chosen["count"].to_list()) / max(sum(edges["count"].to_list()), 1),
        least,
    )


def _edges(frame: pl.DataFrame, cases: pl.Expr) -> pl.DataFrame:
    """Count the passages, with the start before each case's first event and the end after its last."""
    new = pl.col("case").ne_missing(pl.col("case").shift(1))
    last = pl.col("case").ne_missing(pl.col("case").shift(-1))
    days = (pl.col("complete") - pl.col("complete").shift(1)).dt.total_microseconds() / 86_400e6
    into = frame.select(
        "case",
        pl.when(new).then(pl.lit(START)).otherwise(pl.col("activity").shift(1)).alias("before"),
        pl.col("activity").alias("after"),
        pl.when(~new).then(days.clip(lower_bound=0)).alias("days"),
    )
    ends = frame.filter(last).select(
        "case",
        pl.col("activity").alias("before"),
        pl.lit(END).alias("after"),
        pl.lit(None, pl.Float64).alias("days"),
    )
    return (
        pl.concat([into, ends])
        .group_by("before", "after")
        .agg(
            pl.len().cast(pl.Int64).alias("count"),
            cases.alias("cases"),
            pl.col("days").median(),
            pl.col("days").sum().alias("total"),
        )
        .sort("count", "before", "after", descending=[True, False, False])
    )


def _chosen(edges: pl.DataFrame, activities: int) -> tuple[pl.DataFrame, int]:
    """Return the frequent passages, and the count of the rarest of them.

    Each activity keeps its most frequent one in and out, so that none stands alone.
    """
    counts: list[int] = edges["count"].to_list()
    enough = sum(upto < _SHOWN * sum(counts) for upto in accumulate(counts)) + 1
    frequent = min(enough, int(_ARROWS * activities) + 2, len(counts))
    rarest = counts[frequent - 1] if frequent else 0
    own = [
        edges.filter(pl.col(other) != stop).unique(side, keep="first", maintain_order=True)
        for side, other, stop in (("before", "after", END), ("after", "before", START))
    ]
    named = [
        e.filter(~pl.col(s).is_in([START, END]))
        for e, s in zip(own, ("before", "after"), strict=True)
    ]
    ends = [
        edges.filter(pl.col(side) == end).head(1)
        for side, end in (("before", START), ("after", END))
    ]
    kept = pl.concat([edges.head(frequent), *named, *ends])
    return kept.unique(["before", "after"], maintain_order=True), rarest


def _passages(chosen: pl.DataFrame) -> tuple[Passage, ...]:
    bar = chosen["total"].top_k(_HEAVY).min() if chosen.height else None
    return tuple(
        Passage(
            e["before"], e["after"], e["count"], e["days"], bool(e["total"] and e["total"] >= bar)
        )
        for e in chosen.iter_rows(named=True)
    )
