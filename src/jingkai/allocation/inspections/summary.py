"""What a plan comes to: visits saved, shares drawn by class, caps held, what could not be placed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.allocation.inspections.checks import cap_table, check_visits
from jingkai.allocation.inspections.folder import made_by_key
from jingkai.allocation.inspections.plan import DrawnPlan, Prepared
from jingkai.allocation.inspections.plan_file import Campaign, Priority
from jingkai.allocation.inspections.pool import Pool
from jingkai.allocation.inspections.schedule import make_roster

__all__ = ["plan_summary", "pool_summary"]


def pool_summary(prepared: Prepared) -> dict[str, Any]:
    """Return what the announcement comes to: strata, who is left out, how small cells are."""
    plan, pool = prepared.plan, prepared.pool
    return {
        "plan": plan.plan,
        "year": plan.year,
        "ranking": plan.ranking,
        "enterprises": prepared.enterprises.frame.height,
        "in_pool": pool.units["position"].n_unique(),
        "visiting_days": len(prepared.days),
        "made_known": prepared.made is not None,
        "made_until": prepared.made_until.isoformat() if prepared.made_until else None,
        "capacity": _capacity(prepared),
        "strata": _strata(pool),
        "left_out": pool.left_out,
        "smallest_cell": pool.smallest_cell,
    }


def _capacity(prepared: Prepared) -> list[dict[str, Any]]:
    """Return by office how many visits its lists ask for at most and how many teams it has in the year.

    Lists of one office that fall together need fewer, so `asked` is an upper bound.
    """
    plan, pool = prepared.plan, prepared.pool
    roster = make_roster(plan, prepared.people, prepared.days)
    asked = dict.fromkeys(plan.offices, 0)
    for stratum in pool.strata.iter_rows(named=True):
        times = plan.draws[stratum["draw"]].times.get(stratum["class"], 0)
        asked[stratum["office"]] += stratum["number"] * times
    certain: list[Priority | Campaign] = [*plan.priority, *plan.campaigns]
    for task in certain:
        asked[task.office] += len(prepared.enterprises.within(task.objects)) * task.times
    return [
        {"office": name, "asked": asked[name], "teams": int(teams)}
        for name, teams in zip(roster.offices, roster.teams.sum(axis=1), strict=True)
    ]


def _strata(pool: Pool) -> list[dict[str, Any]]:
    rows = pool.strata.with_columns(
        pl.col("ratio").map_elements(lambda r: float(Fraction(r)), return_dtype=pl.Float64),
        (pl.col("number") / pl.when(pl.col("size") > 0).then("size")).alias("share"),
    )
    return rows.drop("draw").to_dicts()


def plan_summary(prepared: Prepared, drawn: DrawnPlan) -> dict[str, Any]:
    """Return what the plan comes to, with every check counted anew from its visits."""
    visits, plan = drawn.visits, prepared.plan
    made = made_by_key(prepared)
    entries = visits["visit"].n_unique()
    joint = visits.group_by("visit").len().filter(pl.col("len") > 1).height
    checks = check_visits(plan, prepared.people, visits, made)
    return {
        **pool_summary(prepared),
        "drawn": drawn.drawn["position"].n_unique(),
        "visited": visits["key"].n_unique(),
        "separate": drawn.separate,
        "office_visits": visits.height,
        "visits": entries,
        "joint_visits": joint,
        "saved": drawn.separate - _lost(drawn) - entries,
        "inspector_visits": int(visits["inspectors"].list.len().sum()),
        "caps": cap_table(plan, visits, made).to_dicts(),
        "unassigned": dict(
            drawn.unassigned.group_by("reason")
            .agg(pl.col("times").sum())
            .sort("reason")
            .iter_rows()
        ),
        "checks": [{"what": c.what, "holds": c.holds, "said": c.said} for c in checks],
    }


def _lost(drawn: DrawnPlan) -> int:
    """Return how many separate visits belong to what found no team or day; they are not saved."""
    lists = drawn.unassigned.filter(~pl.col("reason").str.contains("上限"))["what"]
    return int(lists.str.split("；").list.len().sum()) if len(lists) else 0
