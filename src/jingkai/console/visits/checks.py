"""What a step of a visit must say: days that may be, results that fit with what was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from jingkai.console.models import Visit
from jingkai.console.visits.access import VisitRefused
from jingkai.console.visits.state import VisitState
from jingkai.console.visits.words import codes_of

__all__ = ["check_day", "check_follow_up", "check_result", "need", "read_day"]

_MOST_TEXT = 2000
#: Results with which nothing is to be put right, and the one that is nothing without it.
_CLEAN, _PENDING, _ABSENT = "no_problem", "follow_up", "unreachable"


def need(text: str, what: str) -> str:
    """Return a text that must be there.

    Raises
    ------
    VisitRefused
        Saying `what`, if it is not; or if it is too long.
    """
    if not text.strip():
        raise VisitRefused(what, hint="写明后再提交，企业和审计都看得到")
    if len(text.strip()) > _MOST_TEXT:
        raise VisitRefused(f"文字超过{_MOST_TEXT}字", hint="写得短一些")
    return text.strip()


def read_day(text: str, what: str) -> date:
    """Return a day as a form has it.

    Raises
    ------
    VisitRefused
        If it is none.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise VisitRefused(f"{what}“{text}”不是日期", hint="写成 2026-06-30") from error


def check_day(text: str, state: VisitState, visit: Visit, today: date) -> date:
    """Return the day to which a visit may be moved.

    Raises
    ------
    VisitRefused
        If it is past, the same, of another year, or not a day of the plan or of its campaign.
    """
    day = read_day(text, "新日期")
    if day < today or day == state.day:
        raise VisitRefused(f"不能改到 {day}", hint="选今天或以后、与原来不同的一天")
    if day.year != state.day.year:
        raise VisitRefused("不能改到别的年度：频次按公历年计", hint="取消，并列入那一年的计划")
    if visit.plan is not None and day.isoformat() not in visit.plan.content["days"]:
        raise VisitRefused(
            f"{day} 不是计划中可以检查的日子（放假或无事不扰）", hint="选计划里的工作日"
        )
    for span in state.about.get("spans", ()):
        if not (span["begins"] or "") <= day.isoformat() <= (span["ends"] or "9999"):
            raise VisitRefused(
                f"专项“{span['title']}”只在 {span['begins'] or '—'} 至 {span['ends'] or '—'} 之间",
                hint="选这个期间里的一天",
            )
    return day


def check_result(result: str, items: Sequence[dict[str, Any]], note: str) -> None:
    """Hold a result against what was looked at.

    Raises
    ------
    VisitRefused
        If there is no such result, or items were left out without a word why.
    """
    if result not in codes_of("result"):
        raise VisitRefused("没有选择检查结果", hint="从检查结果里选一项")
    if result == _ABSENT:
        need(note, "没有写明怎样联系不上的")
        return
    if not any(one["checked"] for one in items):
        raise VisitRefused("没有勾选任何检查事项", hint="勾选查过的事项")
    missed = [one["item"] for one in items if not one["checked"] and not one["note"]]
    if missed and not note.strip():
        raise VisitRefused(
            "有事项没有查，也没有说明：" + "、".join(missed), hint="勾选，或在说明里写明为什么没查"
        )


def check_follow_up(result: str, what: str, until: str, today: date) -> dict[str, str] | None:
    """Return what is to be put right, or None for nothing.

    Raises
    ------
    VisitRefused
        If the result asks for it and it is not said, or the result leaves nothing to put right.
    """
    if not what.strip():
        if result == _PENDING:
            raise VisitRefused("待后续处理的，要写明做什么、到哪一天", hint="填“后续处理”和期限")
        return None
    if result == _CLEAN:
        raise VisitRefused("未发现问题的，不能要求企业整改", hint="删去后续处理，或改正结果")
    day = read_day(until, "期限")
    if day < today:
        raise VisitRefused(f"期限 {day} 已过", hint="写今天或以后的一天")
    return {"what": need(what, "没有写明要做什么"), "until": day.isoformat()}
