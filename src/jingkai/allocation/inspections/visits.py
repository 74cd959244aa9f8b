"""From who is to be inspected for what to visits: offices joined, caps held (综合查一次).

An office's k-th visit of the year carries everything it has to look at at least k times; the offices
that go together share an enterprise's k-th visit. A campaign's span draws the first visit into it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date

import polars as pl

from jingkai.allocation.inspections.errors import PlanFileError
from jingkai.allocation.inspections.objects import Enterprises
from jingkai.allocation.inspections.plan_file import Campaign, PlanFile, Priority

__all__ = ["Visits", "joined_visits", "planned_tasks"]


@dataclass(frozen=True)
class Visits:
    """Visits to be placed.

    Parameters
    ----------
    visits
        One row each: `visit` (from 0), `position`, `first`, `last` (visiting days it may fall on, the
        last not included), `group`, `urgency`.
    parts
        One row a visit and office: `visit`, `office`, `tasks` (numbers), `counts` (towards its cap).
    over_cap
        What the cap leaves out: `position`, `office`, `task`, `times`.
    separate
        How many visits it would be if every list went by itself.
    """

    visits: pl.DataFrame
    parts: pl.DataFrame
    over_cap: pl.DataFrame
    separate: int


def planned_tasks(
    plan: PlanFile, enterprises: Enterprises, drawn: pl.DataFrame, days: list[date]
) -> pl.DataFrame:
    """Return every enterprise's tasks: drawn, of priority fields and of campaigns, in that order.

    Returns
    -------
    `position`, `task` (number in the plan file's order), `office`, `times`, `counts`, `urgency` (the
    class in rising order of risk, 0 where it is open; what the law or an order asks for above all), and
    the visiting days `lo` to `hi` (not included) it may fall on, null: any.

    Raises
    ------
    PlanFileError
        If a campaign's span holds no visiting day.
    """
    classes = len(plan.classes)
    risk = pl.col("stratum").str.split("-").list.last().cast(pl.Int32)
    risk = pl.when(risk <= classes).then(risk).otherwise(0).alias("urgency")
    parts = [drawn.select("position", pl.col("draw").alias("task"), "times", risk)]
    others: list[Priority | Campaign] = [*plan.priority, *plan.campaigns]
    for i, task in enumerate(others, len(plan.draws)):
        positions = enterprises.within(task.objects)
        parts.append(
            pl.DataFrame({"position": positions}).with_columns(
                pl.lit(i, pl.UInt32).alias("task"),
                pl.lit(task.times, pl.UInt32).alias("times"),
                pl.lit(classes + 1, pl.Int32).alias("urgency"),
            )
        )
    every = [*plan.draws, *others]
    spans = [_span(t, days) if isinstance(t, Campaign) else (None, None) for t in every]
    about = pl.DataFrame(
        {
            "task": range(len(every)),
            "office": [t.office for t in every],
            "counts": [not isinstance(t, Campaign) for t in every],
            "lo": [lo for lo, _ in spans],
            "hi": [hi for _, hi in spans],
        },
        schema={"task": pl.UInt32, "office": pl.String, "counts": pl.Boolean, "lo": pl.Int32, "hi": pl.Int32},
    )  # fmt: skip
    return pl.concat(parts).join(about, on="task", maintain_order="left")


def _span(campaign: Campaign, days: list[date]) -> tuple[int | None, int | None]:
    if campaign.begins is None and campaign.ends is None:
        return None, None
    lo = bisect_left(days, campaign.begins) if campaign.begins else 0
    hi = bisect_right(days, campaign.ends) if campaign.ends else len(days)
    if lo >= hi:
        raise PlanFileError(
            f"专项“{campaign.title}”的期间没有一天可以检查", hint="核对 begins、ends 和 quiet"
        )
    return lo, hi


def joined_visits(
    plan: PlanFile, tasks: pl.DataFrame, made: pl.DataFrame | None, days: int
) -> Visits:
    """Join tasks into visits within the caps.

    Parameters
    ----------
    made
        Visits of the year that were already made, None where there are none.
    days
        How many visiting days the year has.
    """
    allowed, over = _within_caps(plan, tasks, made)
    groups = {name: plan.group_of(name) for name in plan.offices}
    rows = (
        allowed.with_columns(
            pl.int_ranges(1, pl.col("times") + 1).alias("k"),
            pl.col("office").replace_strict(groups, return_dtype=pl.Int64).alias("group"),
        )
        .explode("k", empty_as_null=False)
    )  # fmt: skip
    placed = _spans(rows, days)
    key = ["position", "group", "lo", "hi", "k"]
    visits = placed.group_by(key).agg(pl.col("urgency").max()).sort(key).with_row_index("visit")
    parts = (
        placed.join(visits, on=key)
        .group_by("visit", "office")
        .agg(pl.col("task").sort().alias("tasks"), pl.col("counts").any())
        .sort("visit", "office")
    )
    return Visits(_slices(visits), parts, over, int(allowed["times"].sum()))


def _within_caps(
    plan: PlanFile, tasks: pl.DataFrame, made: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the tasks with as many visits as the cap leaves, and what it leaves out."""
    caps = {name: office.cap for name, office in plan.offices.items()}
    none = pl.DataFrame(schema={"position": pl.UInt32, "office": pl.String, "done": pl.UInt32})
    left = pl.col("office").replace_strict(caps, return_dtype=pl.Int64) - pl.col("done").fill_null(
        0
    )
    joined = (
        tasks.join(made if made is not None else none, on=["position", "office"], how="left")
        .with_columns(
            pl.when("counts")
            .then(pl.min_horizontal(pl.col("times").cast(pl.Int64), left.clip(0)))
            .otherwise(pl.col("times").cast(pl.Int64))
            .alias("allowed")
        )
        .drop("done")
    )
    over = joined.filter(pl.col("allowed") < pl.col("times")).select(
        "position", "office", "task", (pl.col("times") - pl.col("allowed")).alias("times")
    )
    kept = joined.filter(pl.col("allowed") > 0).drop("times").rename({"allowed": "times"})
    return kept, over


def _spans(rows: pl.DataFrame, days: int) -> pl.DataFrame:
    """Give each row its span: its campaign's; a first visit joins an enterprise's first campaign."""
    spans = (
        rows.filter(pl.col("lo").is_not_null())
        .sort("lo", "hi")
        .group_by("position", "group", maintain_order=True)
        .agg(pl.first("lo").alias("first_lo"), pl.first("hi").alias("first_hi"))
    )
    joins = pl.col("k") == 1
    return rows.join(spans, on=["position", "group"], how="left").with_columns(
        pl.coalesce("lo", pl.when(joins).then("first_lo"), pl.lit(0)).cast(pl.Int32).alias("lo"),
        pl.coalesce("hi", pl.when(joins).then("first_hi"), pl.lit(days)).cast(pl.Int32).alias("hi"),
    )


def _slices(visits: pl.DataFrame) -> pl.DataFrame:
    """Spread the visits of one span over it: the k-th of m falls into its k-th part."""
    m = pl.col("k").max().over("position", "group", "lo", "hi")
    size = pl.col("hi") - pl.col("lo")
    first = pl.col("lo") + (size * (pl.col("k") - 1)) // m
    last = pl.col("lo") + (size * pl.col("k")) // m
    return visits.select(
        "visit", "position", "group", "urgency",
        first.cast(pl.Int32).alias("first"),
        pl.max_horizontal(last, first + 1).cast(pl.Int32).alias("last"),
    )  # fmt: skip
