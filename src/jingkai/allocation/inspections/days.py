"""On which days of a year enterprises may be visited: working days that are not quiet ones."""

from __future__ import annotations

from datetime import date, timedelta

from jingkai.allocation.inspections.errors import PlanFileError
from jingkai.allocation.inspections.plan_file import PlanFile
from jingkai.services.errors import CalendarError
from jingkai.services.working_days import CHINA, WorkingCalendar

__all__ = ["visiting_days"]


def visiting_days(plan: PlanFile) -> list[date]:
    """Return the days of the plan's year on which anyone may be visited, in order.

    A day of which it is not known whether it is worked is none: a year nobody arranged is not guessed.

    Raises
    ------
    PlanFileError
        If the year's holidays are not known and the plan does not give them, or no day is left.
    """
    calendar = _calendar(plan)
    first = max(date(plan.year, 1, 1), plan.begins or date.min)
    if first > calendar.last_known:
        raise PlanFileError(
            f"还不知道{plan.year}年的放假安排",
            hint="国务院办公厅公布后，在计划文件写 calendar：basis 文件、rest 放假日、work 调休上班日",
        )
    days = (first + timedelta(n) for n in range((date(plan.year + 1, 1, 1) - first).days))
    found = [d for d in days if calendar.is_working_day(d) is True and not _quiet(plan, d)]
    if not found:
        raise PlanFileError("除去放假和无事不扰的日子，没有一天可以检查", hint="核对 quiet")
    return found


def _calendar(plan: PlanFile) -> WorkingCalendar:
    if plan.calendar is None:
        return CHINA
    try:
        return WorkingCalendar({plan.year: plan.calendar})
    except CalendarError as error:
        raise PlanFileError(f"calendar：{error.what}", hint=error.hint) from error


def _quiet(plan: PlanFile, day: date) -> bool:
    for quiet in plan.quiet:
        if day.day in quiet.days_of_month:
            return True
        if quiet.begins and quiet.ends and quiet.begins <= day <= quiet.ends:
            return True
    return False
