"""A visit outside the plan: on a stated ground, within the cap, approved by the head of the office.

国办发〔2024〕54号 asks for approval before, or at once after an urgent visit (INS-07). Campaigns ordered from
above do not count (INS-04). Visits on a clue count, but a full cap does not bar them: so say offices that
published theirs (https://zgwg.gov.cn/contents/62884/715678.html, not verified against the opinion itself).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from jingkai.console.access import enterprise_for
from jingkai.console.models import Account, AssignedPlan, Visit, VisitEvent
from jingkai.console.opened import Opened
from jingkai.console.trail import record_as
from jingkai.console.visits.access import VisitRefused, inspecting_office
from jingkai.console.visits.caps import Standing, plan_for, standing_of
from jingkai.console.visits.checks import need, read_day
from jingkai.console.visits.records import CLUES, kind_of
from jingkai.console.visits.state import OPEN, Kind, Status
from jingkai.console.visits.team import read_team
from jingkai.console.visits.words import code_words, codes_of

__all__ = ["GROUNDS", "OVER_CAP", "Asked", "items_of", "propose"]

#: Grounds outside a plan: a random draw is none.
GROUNDS = ("complaint", "alert", "referral", "law", "priority", "ordered")
#: What may be done where the cap is full, in Chinese and English.
OVER_CAP = (
    "上限已满：不得再做日常检查，能书面核查或信息共享的不入企。上级部署的专项检查不计入；"
    "因投诉举报、监测预警、转办交办的线索确需入企的可以提出，照样计次，由负责人批准并写明为什么非入企不可。",
    "The cap is full: no more daily visits; check on paper or by shared data. Campaigns ordered from above do not "
    "count. On a clue (complaint, alert, referral) a visit may be proposed; it counts, and the head approves it "
    "on the reason why it must be.",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an officer proposes, as a form has it.

    Parameters
    ----------
    enterprise
        Its key.
    day
        As 2026-06-30.
    ground
        A code of `GROUNDS`.
    basis
        The document or the clue; of a campaign ordered from above, the order.
    items
        What is to be looked at.
    team
        An inspector a line.
    urgent
        Whether it cannot wait for approval.
    need
        Why it must be a visit although the cap is full.
    """

    enterprise: str
    day: str
    ground: str
    basis: str
    items: Sequence[str]
    team: str
    urgent: bool = False
    need: str = ""


def items_of(zone: str, office: str, year: int) -> list[str]:
    """Return the items that an office published, as the year's plan has them; empty where none is there."""
    plan = plan_for(zone, year)
    told = plan.content["offices"].get(office) if plan else None
    return list(told["items"]) if told else []


def propose(account: Account, found: Opened, asked: Asked, today: date, address: str = "") -> Visit:
    """Propose a visit outside the plan; it waits for approval, an urgent one may be made at once.

    Raises
    ------
    VisitRefused
        If the ground, the day, the items, the team or the cap does not allow it.
    NotFound
        If the enterprise is not the officer's to see.
    """
    office = inspecting_office(account)
    if not office:
        raise VisitRefused("本部门不是检查机关，不得实施检查", hint="由有检查职权的部门提出")
    match = enterprise_for(account, found, asked.enterprise)
    day = _day(asked, today)
    with transaction.atomic():
        _hold(account)
        standing = standing_of(found, account.zone, office, match.key, day.year)
        about = _about(account, office, asked, day, match.key, standing)
        visit = Visit.objects.create(
            zone=account.zone, number=f"{day.year}-W{secrets.token_hex(4).upper()}", office=office,
            enterprise=match.key, name=match.name or "", ground=asked.ground,
            counts=asked.ground != "ordered", token=secrets.token_urlsafe(16), day=day,
            state=Status.PLANNED if asked.urgent else Status.WAITING,
        )  # fmt: skip
        VisitEvent.objects.create(
            visit=visit,
            number=1,
            kind=Kind.PROPOSED,
            day=today,
            content=about,
            account=account.username,
        )
        record_as(
            account.username, account.role, "visit.proposed", match.key, (), address,
            number=visit.number, office=office, ground=asked.ground,
        )  # fmt: skip
    return visit


def _hold(account: Account) -> None:
    """Let one officer of an office propose at a time: two at once could pass the cap together."""
    same = Account.objects.filter(zone=account.zone, office=account.office).order_by("pk")
    list(same.select_for_update(of=("self",)))


def _about(
    account: Account, office: str, asked: Asked, day: date, key: str, standing: Standing
) -> dict[str, Any]:
    """Return what the proposed visit is, as its first event says it."""
    plan = plan_for(account.zone, day.year)
    if asked.ground not in GROUNDS:
        raise VisitRefused(
            "计划外的检查没有写明事由",
            hint="选一项："
            + "、".join(codes_of("ground")[g] for g in GROUNDS)
            + "；随机抽查只能按计划",
        )
    basis = need(asked.basis, "没有写明文号或线索")
    _check_once(account.zone, office, key, day)
    over = _check_cap(asked, standing)
    return {
        "day": day.isoformat(),
        "items": _items(asked, plan, office),
        "grounds": code_words("ground", asked.ground),
        "kinds": code_words("kind", kind_of(asked.ground, asked.ground != "ordered")),
        "drawn": False,
        "team": read_team(asked.team, plan, office, day, key),
        "basis": basis,
        "urgent": asked.urgent,
        "over_cap": over,
    }


def _day(asked: Asked, today: date) -> date:
    day = read_day(asked.day, "检查日期")
    if day < today:
        raise VisitRefused(f"检查日期 {day} 已过", hint="先提出，再检查；情况紧急的选今天并注明")
    if asked.urgent and day != today:
        raise VisitRefused("情况紧急的当场检查只能是今天", hint="不是今天的，先报负责人批准")
    return day


def _items(asked: Asked, plan: AssignedPlan | None, office: str) -> list[str]:
    items = [i.strip() for i in asked.items if i.strip()]
    if not items:
        raise VisitRefused("没有写明检查事项", hint="写明查什么、依据哪一条")
    known = plan.content["offices"].get(office) if plan else None
    strange = [i for i in items if known and i not in known["items"]]
    if strange:
        raise VisitRefused(
            "没有公布的检查事项不得实施：" + "、".join(strange), hint="从本部门公布的事项里选"
        )
    return items


def _check_once(zone: str, office: str, key: str, day: date) -> None:
    there = Visit.objects.filter(
        zone=zone, office=office, enterprise=key, day=day, state__in=OPEN
    ).first()
    if there is not None:
        raise VisitRefused(
            f"当天已有本部门的检查 {there.number}", hint="能合并的不重复检查：合并到那一次"
        )


def _check_cap(asked: Asked, standing: Standing) -> str:
    """Return why a visit beyond the cap is needed, empty for one within; refuse where it may not be."""
    if asked.ground == "ordered" or not standing.full:
        return ""
    assert standing.cap is not None
    said = (
        f"本年度上限 {standing.cap.most} 次（{standing.cap.basis}），已查 {standing.made} 次、"
        f"待查 {standing.to_come} 次"
    )
    if asked.ground not in CLUES:
        raise VisitRefused(f"{said}，这一事由不能再入企", hint=OVER_CAP[0])
    if asked.urgent or not asked.need.strip():
        what = "超过上限的须先经批准" if asked.urgent else "没有写明为什么非入企不可"
        raise VisitRefused(f"{said}：{what}", hint=OVER_CAP[0])
    return need(asked.need, "")
