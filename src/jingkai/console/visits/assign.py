"""A plan's visits put on the desks: only those of a plan that verifies, all at once, never twice."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from jingkai.allocation.inspections.days import visiting_days
from jingkai.allocation.inspections.folder import read_planned
from jingkai.allocation.inspections.people import read_people
from jingkai.allocation.inspections.plan_file import PlanFile, read_plan
from jingkai.allocation.inspections.verify import Published, check_plan_folder, check_published
from jingkai.console.models import AssignedPlan, Visit, VisitEvent
from jingkai.console.opened import Opened
from jingkai.console.trail import record_as
from jingkai.console.visits.access import VisitRefused
from jingkai.console.visits.state import Kind, Status

__all__ = ["Assigned", "assign"]

#: How the plan's grounds begin, and the code of each.
_GROUNDS = {"随机抽查：": "random", "重点领域：": "priority", "上级部署：": "ordered"}


@dataclass(frozen=True, slots=True)
class Assigned:
    """What came of it: the plan, how many visits are new, how many were there before."""

    plan: AssignedPlan
    new: int
    there: int


def assign(folder: Path, found: Opened, account: str = "", role: str = "system") -> Assigned:
    """Put the visits of a plan's folder on the desks of their offices.

    Parameters
    ----------
    folder
        As `jingkai inspect plan --out` wrote it, drawn.

    Raises
    ------
    VisitRefused
        If the folder does not verify, another plan of the year is there, or a visit's zone is not known.
    """
    planned = read_planned(folder)
    _check(folder)
    _check_nature(folder, found)
    plan = read_plan(folder / "internal" / "inputs" / "plan.yaml")
    visits = planned.visits
    digest = _digest(visits)
    with transaction.atomic():
        # Held from here on, so that two at once do not both find it missing.
        kept, new = AssignedPlan.objects.get_or_create(
            zone=plan.zone, year=plan.year,
            defaults={"title": plan.plan, "class_rule": plan.class_rule, "digest": digest,
                      "content": _content(plan, folder / "internal" / "inputs")},
        )  # fmt: skip
        _check_alone(kept, digest)
        if not new:
            return Assigned(kept, 0, kept.visits.count())
        count = _put(kept, plan, visits, _zones(found, plan, visits), account)
        record_as(
            account, role, "visit.assign", plan.zone, (), rows=count, name=plan.plan, digest=digest
        )
    return Assigned(kept, count, 0)


def _check(folder: Path) -> None:
    published = Published.open(folder)
    checks = [*check_published(published), *check_plan_folder(folder / "internal", published)]
    wrong = [f"{c.what}（{c.said}）" for c in checks if not c.holds]
    if wrong:
        raise VisitRefused(
            "计划没有通过核对：" + "；".join(wrong),
            where=str(folder),
            hint="先用 jingkai inspect verify 查明",
        )


def _check_nature(folder: Path, found: Opened) -> None:
    """Refuse a plan made on synthetic data where the data are real."""
    told = json.loads((folder / "internal" / "plan" / "manifest.json").read_text("utf-8"))
    if told.get("synthetic") and not found.synthetic:
        raise VisitRefused(
            "这份计划由合成数据做出，不能分派给真实的部门",
            where=str(folder),
            hint="用本区的数据重做计划",
        )


def _check_alone(kept: AssignedPlan, digest: str) -> None:
    """Refuse a plan where another one of the year stands already: visits are counted by its numbers."""
    others = AssignedPlan.objects.filter(year=kept.year).exclude(pk=kept.pk)
    if kept.zone:
        others = others.filter(zone="")
    if kept.digest == digest and not others.exists():
        return
    raise VisitRefused(
        f"{kept.year}年已有另一份检查计划分到各部门，检查编号不同",
        where=kept.title,
        hint="一年一份计划：已分派的检查逐次改期或取消，计划外的另行提出",
    )


def _digest(visits: pl.DataFrame) -> str:
    """Return the SHA-256 of a plan's visits, whatever order they come in."""
    rows = visits.with_columns(pl.col("inspectors").list.join("|")).sort("visit", "office")
    return hashlib.sha256(rows.write_csv().encode()).hexdigest()


def _content(plan: PlanFile, inputs: Path) -> dict[str, Any]:
    people = read_people(plan, inputs)
    return {
        "offices": {
            name: {"cap": o.cap, "cap_basis": o.cap_basis, "items": list(o.items.values())}
            for name, o in plan.offices.items()
        },
        "people": {
            i.id: {"office": i.office, "certificate": i.certificate,
                   "until": i.until.isoformat() if i.until else None}
            for i in people.inspectors
        },
        "conflicts": sorted([a, b] for a, b in people.conflicts),
        "days": [d.isoformat() for d in visiting_days(plan)],
    }  # fmt: skip


def _zones(found: Opened, plan: PlanFile, visits: pl.DataFrame) -> dict[str, str]:
    """Return the zone of each enterprise visited."""
    keys = visits["key"].unique()
    known: dict[str, str] = {}
    if "zone" in found.snapshot.columns("enterprise"):
        rows = found.snapshot.scan("enterprise").select("key", "zone")
        here = rows.filter(pl.col("key").is_in(keys.implode())).drop_nulls().collect()
        known = dict(here.iter_rows())
    zones = {key: known.get(key) or plan.zone for key in keys.to_list()}
    lost = sorted(key for key, zone in zones.items() if not zone)
    if lost:
        raise VisitRefused(
            f"{len(lost)} 户企业不知道在哪个经开区，如 {'、'.join(lost[:3])}",
            hint="装载含“所在经开区”的企业登记册，或在计划文件写 zone",
        )
    return zones


def _put(
    kept: AssignedPlan, plan: PlanFile, visits: pl.DataFrame, zones: dict[str, str], account: str
) -> int:
    tokens = {n: secrets.token_urlsafe(16) for n in visits["visit"].unique().sort().to_list()}
    rows, today = list(visits.iter_rows(named=True)), timezone.localdate()
    made = Visit.objects.bulk_create(
        [
            Visit(
                zone=zones[row["key"]], number=row["visit"], office=row["office"], enterprise=row["key"],
                name=row["name"] or "", plan=kept, ground=_ground(row["grounds"]), counts=row["counts"],
                token=tokens[row["visit"]], day=row["day"], state=Status.PLANNED,
            )
            for row in rows
        ],
        batch_size=500,
    )  # fmt: skip
    VisitEvent.objects.bulk_create(
        [
            VisitEvent(visit=visit, number=1, kind=Kind.ASSIGNED, day=today, account=account,
                       content=_about(row, plan, kept.content["people"]))
            for visit, row in zip(made, rows, strict=True)
        ],
        batch_size=500,
    )  # fmt: skip
    return len(made)


def _ground(grounds: str) -> str:
    return next(code for words, code in _GROUNDS.items() if grounds.startswith(words))


def _about(row: dict[str, Any], plan: PlanFile, people: dict[str, Any]) -> dict[str, Any]:
    """Return what a planned visit is, as its first event says it."""
    campaigns = [
        {"title": c.title, "begins": c.begins and c.begins.isoformat(),
         "ends": c.ends and c.ends.isoformat()}
        for c in plan.campaigns
        if c.office == row["office"] and f"上级部署：{c.title}（" in row["grounds"]
    ]  # fmt: skip
    return {
        "day": row["day"].isoformat(),
        "items": row["items"].split("；"),
        "grounds": row["grounds"],
        "kinds": row["kinds"],
        "drawn": "随机抽查：" in row["grounds"],
        "team": [{"id": i, "certificate": people[i]["certificate"]} for i in row["inspectors"]],
        "spans": [c for c in campaigns if c["begins"] or c["ends"]],
    }
