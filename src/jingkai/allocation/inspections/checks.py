"""Whether a plan holds, counted anew from its table of visits alone: caps, days, teams, conflicts.

Nothing of how the plan was made is used here, so that a mistake there shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from jingkai.allocation.inspections.days import visiting_days
from jingkai.allocation.inspections.people import People
from jingkai.allocation.inspections.plan_file import PlanFile

__all__ = ["Check", "cap_table", "check_visits"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing checked: whether it holds, and how much was looked at or what is wrong."""

    what: str
    holds: bool
    said: str = ""


def cap_table(plan: PlanFile, visits: pl.DataFrame, made: pl.DataFrame) -> pl.DataFrame:
    """Count by office how near the most visited enterprise comes to the cap.

    Parameters
    ----------
    made
        `key`, `office`, `done`: visits of the year that were made before.

    Returns
    -------
    A row an office: `office`, `cap`, `enterprises`, `visits`, `uncounted` (campaigns from above),
    `most` (counted visits of one enterprise, made ones included), `at_cap`, `over_cap` (enterprises).
    """
    planned = (
        visits.filter("counts").group_by("key", "office").agg(pl.col("visit").n_unique().alias("n"))
    )
    both = planned.join(made, on=["key", "office"], how="left").with_columns(
        (pl.col("n").cast(pl.Int64) + pl.col("done").fill_null(0)).alias("total")
    )
    rows = []
    for name, office in plan.offices.items():
        mine, its = both.filter(pl.col("office") == name), visits.filter(pl.col("office") == name)
        rows.append(
            {
                "office": name,
                "cap": office.cap,
                "enterprises": its["key"].n_unique(),
                "visits": its.height,
                "uncounted": its.filter(~pl.col("counts")).height,
                "most": max(mine["total"].drop_nulls().to_list(), default=0),
                "at_cap": mine.filter(pl.col("total") == office.cap).height,
                "over_cap": mine.filter(pl.col("total") > office.cap).height,
            }
        )
    return pl.DataFrame(rows)


def check_visits(
    plan: PlanFile, people: People, visits: pl.DataFrame, made: pl.DataFrame
) -> list[Check]:
    """Check every constraint on a plan's visits."""
    over = int(cap_table(plan, visits, made)["over_cap"].sum())
    days = set(visiting_days(plan))
    on = visits["day"].unique().to_list()
    wrong = [day for day in on if day not in days]
    joined = visits.group_by("visit").agg(pl.col("key").n_unique(), pl.col("day").n_unique())
    split = joined.filter((pl.col("key") != 1) | (pl.col("day") != 1)).height
    return [
        Check("没有一户超过任何部门的年度上限", over == 0, f"超过 {over} 户"),
        Check("都在工作日，避开无事不扰的日子", not wrong, f"{len(on)} 天，不合的 {len(wrong)} 天"),
        Check("一次入企只在一天、一户", split == 0, f"{joined.height:,} 次入企"),
        *_team_checks(plan, people, visits),
        _spans_check(plan, visits),
    ]


def _team_checks(plan: PlanFile, people: People, visits: pl.DataFrame) -> list[Check]:
    known = {i.id: i for i in people.inspectors}
    least = {name: office.team for name, office in plan.offices.items()}
    rows = visits.select("visit", "day", "key", "office", pl.col("inspectors").alias("i"))
    small = rows.filter(
        pl.col("i").list.n_unique() < pl.col("office").replace_strict(least, return_dtype=pl.Int64)
    ).height
    each = rows.explode("i", empty_as_null=False)
    sent = each.select("i", "office", "day").unique()
    unfit = sum(
        name not in known or known[name].office != office or not known[name].free_on(day)
        for name, office, day in sent.iter_rows()
    )
    pairs = set(each.select("i", "key").unique().iter_rows())
    met = len(pairs & people.conflicts)
    most = {name: office.visits_per_day for name, office in plan.offices.items()}
    load = each.group_by("i", "office", "day").len()
    busy = load.filter(
        pl.col("len") > pl.col("office").replace_strict(most, return_dtype=pl.Int64)
    ).height
    return [
        Check("每个部门两人以上（行政处罚法第四十二条）", small == 0, f"不足的 {small} 次"),
        Check("检查人员均属该部门、持证并可用", unfit == 0, f"不合的 {unfit} 人日"),
        Check("没有检查人员遇到须回避的企业", met == 0, f"{met} 对"),
        Check("没有人一天超过所定户数", busy == 0, f"超过的 {busy} 人日"),
    ]


def _spans_check(plan: PlanFile, visits: pl.DataFrame) -> Check:
    out = 0
    for campaign in plan.campaigns:
        if campaign.begins is None and campaign.ends is None:
            continue
        its = visits.filter(
            (pl.col("office") == campaign.office)
            & pl.col("grounds").str.contains(f"上级部署：{campaign.title}（", literal=True)
        )
        inside = _between(campaign.begins, campaign.ends)
        out += sum(not inside(day) for day in its["day"])
    return Check("专项检查都在所定期间", out == 0, f"不在的 {out} 次")


def _between(first: date | None, last: date | None) -> Callable[[date], bool]:
    return lambda day: (first is None or day >= first) and (last is None or day <= last)
