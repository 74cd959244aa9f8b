"""A year's plan from its file, a snapshot and a run: prepared, announced, then drawn with the seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from jingkai.allocation.inspections.days import visiting_days
from jingkai.allocation.inspections.draw import seed_text, sha256_text
from jingkai.allocation.inspections.errors import InspectionError
from jingkai.allocation.inspections.objects import (
    Enterprises,
    read_enterprises,
    visits_made,
    whole_until,
)
from jingkai.allocation.inspections.people import People, read_people
from jingkai.allocation.inspections.plan_file import (
    Campaign,
    Draw,
    PlanFile,
    Priority,
    office_titles,
    read_plan,
)
from jingkai.allocation.inspections.pool import Pool, drawn_from, make_pool
from jingkai.allocation.inspections.schedule import make_roster, placed_days
from jingkai.allocation.inspections.teams import drawn_teams
from jingkai.allocation.inspections.visits import joined_visits, planned_tasks
from jingkai.engine.store import DecisionRun
from jingkai.registry.snapshot import Snapshot

__all__ = ["DrawnPlan", "Prepared", "chinese_offices", "draw_plan", "prepare"]

_REASONS = {
    "cap": "本年检查次数已达上限",
    "people": "期间内检查人员不足",
    "conflict": "可派人员均须回避",
}


@dataclass(frozen=True)
class Prepared:
    """Everything that stands before the seed is known.

    `made` are visits of the year that count already (`position`, `office`, `done`), None where no
    inspections are loaded; `made_until` is the day up to which they are known to be all, None if not.
    """

    plan: PlanFile
    folder: Path
    people: People
    days: list[date]
    enterprises: Enterprises
    made: pl.DataFrame | None
    pool: Pool
    made_until: date | None = None


@dataclass(frozen=True)
class DrawnPlan:
    """A plan drawn.

    Parameters
    ----------
    seed
        The seed's text.
    drawn
        The units drawn, as `pool.drawn_from` gives them.
    visits
        One row a visit and office: `visit` (its number), `day`, `key`, `name`, `office`, `items`,
        `kinds`, `grounds`, `counts` (towards the cap), `inspectors` (ids).
    unassigned
        What could not be placed: `key`, `name`, `office`, `what`, `times`, `reason`.
    placed
        What teams are drawn for, those left without one included: `visit`, `office`, `day` (number of
        the visiting day), `key`.
    separate
        Visits if every list of every office went by itself.
    """

    seed: str
    drawn: pl.DataFrame
    visits: pl.DataFrame
    unassigned: pl.DataFrame
    placed: pl.DataFrame
    separate: int


def prepare(path: Path, snapshot: Snapshot, run: DecisionRun, salt: str) -> Prepared:
    """Read a plan file with its tables and make the pool of the draw.

    Parameters
    ----------
    path
        The plan file.
    salt
        The plan's secret, from which ids are made.

    Raises
    ------
    PlanFileError
        With every place that is wrong or not set.
    """
    plan = read_plan(path)
    people = read_people(plan, path.parent)
    days = visiting_days(plan)
    enterprises = read_enterprises(plan, path.parent, snapshot, run)
    made = visits_made(snapshot, enterprises.keys, plan.year)
    pool = make_pool(plan, enterprises, salt, made)
    until = whole_until(snapshot)
    return Prepared(plan, path.parent, people, days, enterprises, made, pool, until)


def draw_plan(prepared: Prepared, parts: Sequence[str]) -> DrawnPlan:
    """Draw enterprises, place visits and draw teams; the same input gives the same plan.

    Raises
    ------
    InspectionError
        If the parts of the seed are not those announced.
    """
    plan, enterprises = prepared.plan, prepared.enterprises
    _check_seed(plan, parts)
    seed = seed_text(parts)
    drawn = drawn_from(prepared.pool.units, prepared.pool.strata, seed)
    tasks = planned_tasks(plan, enterprises, drawn, prepared.days)
    if tasks.is_empty():
        raise InspectionError("没有抽中任何企业，也没有重点领域和专项", hint="核对清单和比例")
    joined = joined_visits(plan, tasks, prepared.made, len(prepared.days))
    roster = make_roster(plan, prepared.people, prepared.days)
    parts_of = (
        placed_days(joined, roster, enterprises.keys, seed)
        .join(joined.parts, on=["visit", "office"])
        .join(joined.visits.select("visit", "position"), on="visit")
        .join(enterprises.frame.select("position", "key", "name"), on="position")
    )
    placed = parts_of.filter(pl.col("day").is_not_null()).select("visit", "office", "day", "key")
    teams = drawn_teams(plan, placed, roster, prepared.people, prepared.days, seed)
    whole = parts_of.join(teams, on=["visit", "office"], how="left")
    going = whole.filter(pl.col("inspectors").is_not_null())
    over = joined.over_cap.join(enterprises.frame.select("position", "key", "name"), on="position")
    return DrawnPlan(
        seed,
        drawn,
        _visit_table(plan, going, prepared.days),
        _unassigned(plan, whole, over),
        placed,
        joined.separate,
    )


def _check_seed(plan: PlanFile, parts: Sequence[str]) -> None:
    names = [party.name for party in plan.seed]
    if len(parts) != len(names):
        raise InspectionError(
            f"种子应有 {len(names)} 部分，给了 {len(parts)} 部分",
            hint="按顺序各给一个 --seed：" + "、".join(names),
        )
    for party, part in zip(plan.seed, parts, strict=True):
        if party.commitment and sha256_text(part.strip()) != party.commitment:
            raise InspectionError(
                f"“{party.name}”给出的种子与事先公布的摘要不符",
                hint="核对文字，一个字符也不能差；不符的种子不能用",
            )


def _visit_table(plan: PlanFile, going: pl.DataFrame, days: list[date]) -> pl.DataFrame:
    tasks: list[Draw | Priority | Campaign] = [*plan.draws, *plan.priority, *plan.campaigns]
    said = pl.DataFrame(
        {
            "task": range(len(tasks)),
            "item": [[plan.offices[t.office].items[i] for i in t.items] for t in tasks],
            "kind": ["专项检查" if isinstance(t, Campaign) else "日常检查" for t in tasks],
            "ground": [_ground(t) for t in tasks],
        },
        schema_overrides={"task": pl.UInt32},
    )
    words = (
        going.select("visit", "office", "tasks")
        .explode("tasks", empty_as_null=False)
        .join(said, left_on="tasks", right_on="task")
        .sort("visit", "office", "tasks")
        .group_by("visit", "office", maintain_order=True)
        .agg(
            pl.col("item").list.explode(empty_as_null=False).unique(maintain_order=True).alias("items"),
            pl.col("kind").unique(maintain_order=True).alias("kinds"),
            pl.col("ground").unique(maintain_order=True).alias("grounds"),
        )
    )  # fmt: skip
    numbered = going.select("visit", "day", "key").unique("visit").sort("day", "key", "visit")
    number = pl.concat_str(
        pl.lit(f"{plan.year}-"), pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(6)
    )
    names = numbered.select("visit", number.alias("number"))
    calendar = dict(enumerate(days))
    return (
        going.join(words, on=["visit", "office"])
        .join(names, on="visit")
        .with_columns(pl.col("day").replace_strict(calendar, return_dtype=pl.Date))
        .select(
            pl.col("number").alias("visit"), "day", "key", "name", "office",
            *(pl.col(c).list.join("；") for c in ("items", "kinds", "grounds")),
            "counts", "inspectors",
        )
        .sort("visit", "office")
    )  # fmt: skip


def _ground(task: Draw | Priority | Campaign) -> str:
    if isinstance(task, Campaign):
        return f"上级部署：{task.title}（{task.ordered_by}，{task.document}）"
    if isinstance(task, Priority):
        return f"重点领域：{task.title}（{task.ground}）"
    return f"随机抽查：{task.title}"


def _unassigned(plan: PlanFile, whole: pl.DataFrame, over: pl.DataFrame) -> pl.DataFrame:
    titles = {i: t.title for i, t in enumerate([*plan.draws, *plan.priority, *plan.campaigns])}
    what = pl.element().replace_strict(titles, return_dtype=pl.String)
    failed = whole.filter(pl.col("inspectors").is_null()).select(
        "key", "name", "office",
        pl.col("tasks").list.eval(what).list.join("；").alias("what"),
        pl.lit(1, pl.Int64).alias("times"),
        pl.when(pl.col("day").is_null()).then(pl.lit("people")).otherwise(pl.lit("conflict")).alias("reason"),
    )  # fmt: skip
    capped = over.select(
        "key", "name", "office",
        pl.col("task").replace_strict(titles, return_dtype=pl.String).alias("what"),
        pl.col("times").cast(pl.Int64),
        pl.lit("cap").alias("reason"),
    )  # fmt: skip
    found = pl.concat([failed, capped]).with_columns(pl.col("reason").replace_strict(_REASONS))
    return found.sort("office", "key", "what")


def chinese_offices(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table with its offices by their Chinese names."""
    return frame.with_columns(pl.col("office").replace(office_titles()))
