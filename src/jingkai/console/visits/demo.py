"""Visits to try the desks with, on synthetic data alone: planned, made, overdue, proposed, objected to.

A plan is drawn and assigned, and steps taken, by the functions that do so in service; the same day gives
the same visits.
"""

from __future__ import annotations

import json
import tempfile
from datetime import date, timedelta
from pathlib import Path

from django.utils import timezone

from jingkai.allocation.inspections.folder import PlanFolder
from jingkai.allocation.inspections.plan import draw_plan, prepare
from jingkai.allocation.inspections.summary import plan_summary
from jingkai.console.demo_accounts import demo_name, staff_name
from jingkai.console.models import Account, Visit
from jingkai.console.officer.register import zone_register
from jingkai.console.opened import Opened
from jingkai.console.roles import Role
from jingkai.console.visits import steps
from jingkai.console.visits.assign import assign
from jingkai.console.visits.objections import object_to
from jingkai.console.visits.state import Status
from jingkai.console.visits.unplanned import Asked, propose
from jingkai.errors import JingkaiError

__all__ = ["OFFICE", "demo_visits", "demo_zone_visits"]

#: The office whose desk is shown.
OFFICE = "market_supervision"
_BEFORE = timedelta(days=28)
#: About how many enterprises of the zone an office draws.
_DRAWN = 30
_SEED, _SALT = "演示种子", "demo"
_BASIS = "演示用的数，不是公布的上限"
_RESULTS = ("no_problem", "corrected", "no_problem", "not_published")
_ITEM = "公示信息检查（企业信息公示暂行条例第十四条）"


def demo_zone_visits(found: Opened) -> int:
    """Give the zone of the demo accounts its visits; return how many are new."""
    named = Account.objects.get
    inspector = named(username=staff_name(OFFICE, head=True))
    before = Visit.objects.filter(zone=inspector.zone).count()
    enterprise = named(username=demo_name(Role.ENTERPRISE))
    return demo_visits(found, inspector, enterprise, timezone.localdate()) - before


def demo_visits(found: Opened, inspector: Account, enterprise: Account, today: date) -> int:
    """Give the demo zone its visits, unless it has some.

    Parameters
    ----------
    inspector
        Head of `OFFICE` in the zone.
    enterprise
        Speaks for an enterprise of the zone, which objects.

    Returns
    -------
    int
        How many visits the zone has.
    """
    mine = Visit.objects.filter(zone=inspector.zone)
    if not mine.exists():
        _planned(found, inspector.zone, enterprise.enterprise, today)
        _carry_out(inspector, today)
        _beside(found, inspector, enterprise, today)
        _object(enterprise, inspector, today)
    return mine.count()


def _planned(found: Opened, zone: str, key: str, today: date) -> None:
    """Draw a plan of the year from four weeks ago on and assign it; none where a year is not announced yet."""
    first = max(today - _BEFORE, date(today.year, 1, 1))
    with tempfile.TemporaryDirectory() as folder:
        share = max(1, min(40, 100 * _DRAWN // zone_register(found, zone).height))
        path = _write_plan(Path(folder), zone, key, first, f"{share} %")
        try:
            prepared = prepare(path, found.snapshot, found.run, _SALT)
            drawn = draw_plan(prepared, [_SEED])
        except JingkaiError:
            return
        target = PlanFolder(Path(folder, "year"))
        target.announce(prepared, path, _SALT)
        manifest = {"synthetic": True, **plan_summary(prepared, drawn)}
        target.write_draw(prepared, drawn, [_SEED], manifest, synthetic=True)
        assign(target.path, found)


def _write_plan(folder: Path, zone: str, key: str, first: date, share: str) -> Path:
    offices = (OFFICE, "emergency")
    classes = ("A", "B", "C", "D")
    office = {"cap": 4, "cap_basis": _BASIS, "visits_per_day": 3}
    items = {OFFICE: {"it": _ITEM}, "emergency": {"it": "安全生产检查（安全生产法第六十五条）"}}
    ratios = dict.fromkeys((*classes, "unknown"), share)
    draws = [
        {"title": "随机抽查（演示）", "office": o, "items": ["it"], "objects": {"all": True},
         "ratios": ratios, "times": dict.fromkeys(ratios, 1)}
        for o in offices
    ]  # fmt: skip
    priority = {"title": "演示企业", "office": OFFICE, "items": ["it"], "objects": {"file": "whom.csv"},
                "times": 2, "ground": "演示"}  # fmt: skip
    plan = {
        "plan": f"{first.year}年检查计划（合成，演示）", "year": first.year, "begins": first.isoformat(),
        "zone": zone, "classes": classes, "offices": {o: {**office, "items": items[o]} for o in offices},
        "draws": draws, "priority": [priority], "ranking": "joint", "joint": "all",
        "inspectors": "inspectors.csv", "seed": [{"name": "演示"}],
    }  # fmt: skip
    names = [f"{o},演示{o[:2].upper()}{i},演示证{i}" for o in offices for i in range(1, 6)]
    (folder / "inspectors.csv").write_text("\n".join(["部门,工号,执法证号", *names]), "utf-8")
    (folder / "whom.csv").write_text(f"统一社会信用代码\n{key}\n", "utf-8")
    path = folder / "plan.yaml"
    path.write_text(json.dumps(plan, ensure_ascii=False), "utf-8")
    return path


def _carry_out(inspector: Account, today: date) -> None:
    """Make the visits that were due, but for the last, which is overdue."""
    due = Visit.objects.filter(
        zone=inspector.zone, office=OFFICE, state=Status.PLANNED, day__lt=today
    ).select_related("plan")
    for number, visit in enumerate(list(due)[:-1]):
        result = _RESULTS[number % len(_RESULTS)]
        steps.arrive(visit, inspector, visit.day)
        what = (
            {}
            if result == "no_problem"
            else {"follow_up": "补正公示信息", "until": _until(visit.day)}
        )
        steps.record_result(
            visit, inspector, visit.day, result, [0], ["已核对"], "（演示）", **what
        )


def _until(day: date) -> str:
    return (day + timedelta(days=30)).isoformat()


def _beside(found: Opened, inspector: Account, enterprise: Account, today: date) -> None:
    """Propose two visits outside the plan: one urgent, made and approved afterwards; one that waits."""
    team = "演示MA1 演示证1\n演示MA2 演示证2"
    urgent = Asked(
        enterprise.enterprise,
        today.isoformat(),
        "alert",
        "监测预警单 演-1（演示）",
        [_ITEM],
        team,
        True,
    )
    made = propose(inspector, found, urgent, today)
    steps.arrive(made, inspector, today)
    steps.record_result(
        made,
        inspector,
        today,
        "follow_up",
        [0],
        ["地址与登记不一致"],
        "（演示）",
        "变更登记住所",
        _until(today),
    )
    steps.approve(made, inspector, today)
    seen = set(Visit.objects.filter(zone=inspector.zone).values_list("enterprise", flat=True))
    others = [k for k in zone_register(found, inspector.zone)["key"].to_list() if k not in seen]
    asked = Asked(
        next(iter(others), enterprise.enterprise), (today + timedelta(days=1)).isoformat(), "complaint",
        "举报件 演-2（演示）", [_ITEM], team,
    )  # fmt: skip
    propose(inspector, found, asked, today)


def _object(enterprise: Account, inspector: Account, today: date) -> None:
    """Object to the enterprise's visits that were made; the first objection is answered."""
    made = Visit.objects.filter(enterprise=enterprise.enterprise, state=Status.DONE).order_by("pk")
    for number, visit in enumerate(list(made)[:2]):
        object_to(
            visit, enterprise, "检查当天主管出差，材料随后补交，结果请复核。（演示）", [], today
        )
        if number == 0 and made.count() > 1:
            steps.answer(
                visit, inspector, "已收到补交材料，维持结果，不作处罚。（演示）", False, today
            )
