"""The steps of a visit: each judged on what its events say by then, and written down with its trail at once.

Two officers at once end in one step and one refusal: the row is held, or on SQLite the whole database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from jingkai.allocation.inspections.plan_file import office_titles
from jingkai.console.models import Account, StoredFile, Visit, VisitEvent
from jingkai.console.trail import record_as
from jingkai.console.visits.access import VisitRefused, may_act
from jingkai.console.visits.caps import plan_for
from jingkai.console.visits.checks import check_day, check_follow_up, check_result, need
from jingkai.console.visits.state import MADE, OPEN, Kind, Status, VisitState
from jingkai.console.visits.team import read_team
from jingkai.console.visits.words import STATUS_WORDS

__all__ = [
    "answer",
    "approve",
    "arrive",
    "cancel",
    "decline",
    "finish_follow_up",
    "kept",
    "move",
    "record_result",
    "set_follow_up",
    "state_of",
    "take",
]


def state_of(visit: Visit) -> VisitState:
    """Return what a visit's events come to."""
    return VisitState.of(visit.events.all())


def take(
    visit: Visit, account: Account, kind: str, day: date,
    judge: Callable[[VisitState], dict[str, Any]], address: str = "", evidence: Sequence[StoredFile] = (),
) -> VisitEvent:  # fmt: skip
    """Write a step down, if it is lawful on what happened by then.

    Parameters
    ----------
    day
        The day on which it happens.
    judge
        Gives the step's content, or refuses.

    Raises
    ------
    VisitRefused
        If it is not lawful; nothing is written then.
    """
    with transaction.atomic():
        held = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
        events = list(held.events.all())
        content = judge(VisitState.of(events))
        event = VisitEvent.objects.create(
            visit=held, number=len(events) + 1, kind=kind, day=day, content=content,
            account=account.username,
        )  # fmt: skip
        event.evidence.set(evidence)
        kept(visit, VisitState.of([*events, event]))
        record_as(
            account.username, account.role, f"visit.{kind}", visit.enterprise, (), address,
            number=visit.number, office=visit.office,
        )  # fmt: skip
    return event


def kept(visit: Visit, state: VisitState) -> None:
    """Keep on the row what work lists ask for, as the events have it."""
    follow_up = state.open_follow_up
    visit.state, visit.day = state.status, state.arrived_on or state.day
    visit.follow_up_by = date.fromisoformat(follow_up["until"]) if follow_up else None
    visit.objected = state.open_objection is not None
    visit.save(update_fields=["state", "day", "follow_up_by", "objected"])


def approve(visit: Visit, head: Account, today: date, address: str = "") -> None:
    """Approve a visit outside the plan: before it, or afterwards one that was urgent.

    Raises
    ------
    VisitRefused
        If the account is not the office's head, or nothing waits for approval.
    """
    _check_head(visit, head)

    def judge(state: VisitState) -> dict[str, Any]:
        _waits(state)
        return {}

    take(visit, head, Kind.APPROVED, today, judge, address)


def decline(visit: Visit, head: Account, reason: str, today: date, address: str = "") -> None:
    """Refuse a visit outside the plan; one that was made already stays written as not approved.

    Raises
    ------
    VisitRefused
        If the account is not the office's head, nothing waits for approval, or no reason is given.
    """
    _check_head(visit, head)

    def judge(state: VisitState) -> dict[str, Any]:
        _waits(state)
        return {"reason": need(reason, "没有写明不批准的理由")}

    take(visit, head, Kind.DECLINED, today, judge, address)


def arrive(
    visit: Visit, account: Account, today: date, team: str = "", reason: str = "",
    scan_number: str = "", address: str = "",
) -> None:  # fmt: skip
    """Write down that the inspectors have come and shown the code, on the day itself.

    Parameters
    ----------
    team
        Who came, an inspector a line; empty: those who were to go.
    reason
        Why it is others than those of the plan.
    scan_number
        The number that the supervision system gave the visit, where it did.

    Raises
    ------
    VisitRefused
        If it is not the day, the team may not go, others come without a reason, or it is not approved.
    """
    _check_office(visit, account)

    def judge(state: VisitState) -> dict[str, Any]:
        _must_be(state, (Status.PLANNED,))
        if state.approval == "waiting" and not state.about.get("urgent"):
            raise VisitRefused("这次检查还没有批准", hint="请本部门负责人先批准")
        if state.day != today:
            raise VisitRefused(
                f"检查日期是 {state.day}，今天是 {today}", hint="先改期并写明理由，再在当天入企"
            )
        names = team.strip() or "\n".join(_line(one) for one in state.team)
        # The year's table of inspectors holds for a visit outside the plan too.
        plan = visit.plan or plan_for(visit.zone, today.year)
        found = read_team(names, plan, visit.office, today, visit.enterprise)
        changed = {one["id"] for one in found} != {one["id"] for one in state.team}
        if changed and not reason.strip():
            who = "按种子抽取的" if state.about.get("drawn") else "原定的"
            raise VisitRefused(
                f"来的不是{who}检查人员，没有写明理由", hint="写明换人的理由，企业会看到"
            )
        why = reason.strip()[:500] if changed else ""
        return {"team": found, "reason": why, "scan_number": scan_number.strip()[:80]}

    take(visit, account, Kind.ARRIVED, today, judge, address)


def record_result(
    visit: Visit, account: Account, today: date, result: str, checked: Iterable[int], notes: Iterable[str],
    note: str = "", follow_up: str = "", until: str = "", address: str = "",
) -> None:  # fmt: skip
    """Write down what the visit found.

    Parameters
    ----------
    result
        A code of the vocabulary's results.
    checked
        Numbers from 0 of the items that were looked at.
    notes
        A note an item, empty for none.
    follow_up, until
        What is to be put right and by which day; needed where the result asks for it.

    Raises
    ------
    VisitRefused
        If nobody has come yet, a result stands already, or it does not fit with what was looked at.
    """
    _check_office(visit, account)

    def judge(state: VisitState) -> dict[str, Any]:
        _must_be(state, (Status.ARRIVED,))
        said = [n.strip()[:500] for n in notes]
        looked = set(checked)
        items = [
            {"item": item, "checked": i in looked, "note": said[i] if i < len(said) else ""}
            for i, item in enumerate(state.about["items"])
        ]
        check_result(result, items, note)
        after = check_follow_up(result, follow_up, until, today)
        content: dict[str, Any] = {"result": result, "items": items, "note": note.strip()[:2000]}
        return content | ({"follow_up": after} if after else {})

    take(visit, account, Kind.RESULT, today, judge, address)


def set_follow_up(
    visit: Visit, account: Account, what: str, until: str, today: date, address: str = ""
) -> None:
    """Ask for something to be put right after a visit, or for the same by another day.

    Raises
    ------
    VisitRefused
        If the visit is not done, or found no problem.
    """
    _check_office(visit, account)

    def judge(state: VisitState) -> dict[str, Any]:
        _must_be(state, (Status.DONE,))
        found = check_follow_up(state.result, need(what, "没有写明要做什么"), until, today)
        assert found is not None
        return found

    take(visit, account, Kind.FOLLOW_UP, today, judge, address)


def finish_follow_up(
    visit: Visit, account: Account, note: str, today: date, address: str = ""
) -> None:
    """Write down that what was to be put right is.

    Raises
    ------
    VisitRefused
        If nothing is open, or it is not said how it was checked.
    """
    _check_office(visit, account)

    def judge(state: VisitState) -> dict[str, Any]:
        if state.open_follow_up is None:
            raise VisitRefused("没有待完成的后续处理", hint="刷新页面查看现状")
        return {"note": need(note, "没有写明怎样核实的")}

    take(visit, account, Kind.FOLLOWED, today, judge, address)


def move(
    visit: Visit, account: Account, to: str, reason: str, today: date, address: str = ""
) -> list[Visit]:
    """Set another day, for every office that goes along and has not come yet.

    Returns
    -------
    list
        The visits that were moved.

    Raises
    ------
    VisitRefused
        If the day is past, not one of the plan's, no reason is given, or the visit was made.
    """
    _check_office(visit, account)
    why = need(reason, "没有写明改期的理由")
    along = Visit.objects.filter(zone=visit.zone, number=visit.number, state__in=OPEN)
    with transaction.atomic():
        others = along.exclude(pk=visit.pk).select_related("plan")
        moved = sorted([visit, *others], key=lambda v: v.pk)  # one order: nobody waits in a ring
        for each in moved:
            take(each, account, Kind.MOVED, today, _moving(each, to, why, today), address)
    return moved


def cancel(visit: Visit, account: Account, reason: str, today: date, address: str = "") -> None:
    """Give a visit up before it is made.

    Raises
    ------
    VisitRefused
        If it was made already, or no reason is given.
    """
    _check_office(visit, account)

    def judge(state: VisitState) -> dict[str, Any]:
        _must_be(state, OPEN)
        return {"reason": need(reason, "没有写明取消的理由")}

    take(visit, account, Kind.CANCELLED, today, judge, address)


def answer(
    visit: Visit, account: Account, text: str, taken: bool, today: date, address: str = ""
) -> None:
    """Answer the enterprise's objection.

    Raises
    ------
    VisitRefused
        If none waits, or the answer is empty.
    """
    _check_office(visit, account)

    def judge(state: VisitState) -> dict[str, Any]:
        if state.open_objection is None:
            raise VisitRefused("没有待答复的异议", hint="刷新页面查看现状")
        return {"answer": need(text, "没有写答复"), "taken": taken}

    take(visit, account, Kind.ANSWERED, today, judge, address)


def _moving(
    visit: Visit, to: str, reason: str, today: date
) -> Callable[[VisitState], dict[str, Any]]:
    def judge(state: VisitState) -> dict[str, Any]:
        _must_be(state, OPEN)
        if state.status == Status.PLANNED and state.approval == "waiting":
            raise VisitRefused(
                "情况紧急、还没有批准的检查只能在当天", hint="先请本部门负责人批准，再改期；或取消"
            )
        return {"to": check_day(to, state, visit, today).isoformat(), "reason": reason}

    return judge


def _line(one: dict[str, str]) -> str:
    return f"{one['id']} {one['certificate']}"


def _check_office(visit: Visit, account: Account) -> None:
    if not may_act(account, visit):
        raise VisitRefused(
            "不是本部门的检查", hint=f"由{office_titles().get(visit.office, visit.office)}办理"
        )


def _check_head(visit: Visit, account: Account) -> None:
    _check_office(visit, account)
    if not account.head:
        raise VisitRefused("检查须经行政机关负责人批准", hint="请本部门负责人用自己的账户批准")


def _waits(state: VisitState) -> None:
    if state.approval != "waiting" or state.status == Status.CANCELLED:
        raise VisitRefused(_stands("没有待批准的检查", state), hint="刷新页面查看现状")


def _must_be(state: VisitState, allowed: Sequence[str]) -> None:
    if state.status in allowed:
        return
    if state.status == Status.PLANNED and set(allowed) & set(MADE):
        raise VisitRefused("还没有登记入企", hint="先扫码登记到场的检查人员")
    if state.status == Status.WAITING:
        raise VisitRefused("这次检查还没有批准", hint="请本部门负责人先批准")
    raise VisitRefused(_stands("这一步已经不能办理", state), hint="刷新页面查看现状")


def _stands(what: str, state: VisitState) -> str:
    by = f"（{state.last}）" if state.last else ""
    return f"{what}：{STATUS_WORDS[state.status][0]}{by}"
