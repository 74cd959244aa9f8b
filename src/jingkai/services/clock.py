"""The clock of a case: when it ends, stops and goes on, and where it stands on a day.

How days are counted
--------------------
The day on which something begins is not counted (民法典 art. 201, taken likewise). Time limits of the
licensing law are working days (行政许可法 art. 82); of other laws that say only 日, calendar days, and where
the last one is no working day the next working day (民法典 art. 203). On the day on which the clock is stopped
it still runs, on the day on which it is set going again not yet: what is taken out is the time from the
stop to the resumption, its first day not counted as with any period.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from jingkai.services.errors import ClockError
from jingkai.services.working_days import CHINA, ReckonedDay, WorkingCalendar

__all__ = ["Deadline", "Pause", "Standing", "Term", "Unit", "add_months", "deadline", "standing"]

Unit = Literal["working", "calendar", "months"]
State = Literal["running", "soon", "due", "late", "paused"]
_DAY = timedelta(days=1)
_WORDS = {"working": "个工作日", "calendar": "日", "months": "个月"}
_ENGLISH = {"working": "working day", "calendar": "day", "months": "month"}


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time: working days, calendar days or months."""

    days: int
    unit: Unit = "working"

    def __str__(self) -> str:
        return f"{self.days}{_WORDS[self.unit]}" if self.days else "即办"

    def text(self, lang: str = "zh") -> str:
        """Return it in words."""
        if lang == "zh":
            return str(self)
        if not self.days:
            return "at once"
        return f"{self.days} {_ENGLISH[self.unit]}{'' if self.days == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that is not counted, from the day it was stopped; still stopped where `resumed_on` is None."""

    ground: str
    stopped_on: date
    resumed_on: date | None = None

    def covers(self, day: date) -> bool:
        """Return whether a day is taken out."""
        return self.stopped_on < day and (self.resumed_on is None or day <= self.resumed_on)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something has to be done by.

    Parameters
    ----------
    start
        The day that begins it, itself not counted.
    term
        How long, extension included.
    assured
        The last day; None while it is stopped, or where the holidays are not known so far.
    assumed
        The last day with Monday to Friday assumed where they are not known; None while it is stopped.
    note
        Why `assured` is None, in Chinese; empty where it is not.
    """

    start: date
    term: Term
    pauses: tuple[Pause, ...]
    assured: date | None
    assumed: date | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a deadline stands on a day.

    Parameters
    ----------
    state
        ``running``, ``soon`` (within the warning), ``due`` (today), ``late``, or ``paused``.
    left
        Working days left after today; None while stopped or late.
    late_by
        Working days past the deadline; 0 where it is not.
    used
        Days of the term used up to today, in the term's unit (working days of a term in months).
    note
        What is assumed.
    """

    state: State
    left: int | None
    late_by: int
    used: int
    note: str = ""


def deadline(
    start: date,
    term: Term,
    pauses: Sequence[Pause] = (),
    extension: Term | None = None,
    calendar: WorkingCalendar = CHINA,
) -> Deadline:
    """Return when a term ends.

    Parameters
    ----------
    start
        The day of acceptance, decision or notice; not counted itself.
    extension
        What was approved in addition, in the same unit.

    Raises
    ------
    ClockError
        If pauses overlap, run backwards or begin before the start, or the units differ.
    """
    whole = _with_extension(term, extension)
    ordered = _in_order(start, pauses)
    found = _last_day(start, whole, ordered, calendar)
    if found is None:
        stopped = ordered[-1]
        note = f"自 {stopped.stopped_on} 起因{stopped.ground}停止计时，恢复后才能确定"
        return Deadline(start, whole, ordered, None, None, note)
    return Deadline(start, whole, ordered, found.assured, found.assumed, found.note)


def _with_extension(term: Term, extension: Term | None) -> Term:
    if extension is None:
        return term
    if extension.unit != term.unit:
        raise ClockError("延长的单位与期限的单位不同", hint="用同一种单位")
    return Term(term.days + extension.days, term.unit)


def _in_order(start: date, pauses: Sequence[Pause]) -> tuple[Pause, ...]:
    ordered = tuple(sorted(pauses, key=lambda p: p.stopped_on))
    last: date | None = start
    for p in ordered:
        if last is None or p.stopped_on < last:
            raise ClockError(
                f"{p.stopped_on} 的暂停早于起算日或与前一次暂停重叠", hint="检查暂停和恢复的日期"
            )
        if p.resumed_on is not None and p.resumed_on < p.stopped_on:
            raise ClockError(f"{p.stopped_on} 的暂停在开始之前恢复", hint="检查恢复日期")
        last = p.resumed_on
    return ordered


def _last_day(
    start: date, term: Term, pauses: tuple[Pause, ...], calendar: WorkingCalendar
) -> ReckonedDay | None:
    """Return the last day; None where an open pause comes first."""
    if term.unit == "months":
        return calendar.next_working_day(add_months(start, term.days))
    day, left = start, term.days
    while left:
        day += _DAY
        covering = next((p for p in pauses if p.covers(day)), None)
        if covering is not None and covering.resumed_on is None:
            return None
        if covering is None and _counts(day, term.unit, calendar):
            left -= 1
    return calendar.next_working_day(day)


def _counts(day: date, unit: Unit, calendar: WorkingCalendar) -> bool:
    return unit == "calendar" or calendar.works(day)


def add_months(day: date, n: int) -> date:
    """Return the same day n months later, the month's last day where there is none (民法典 art. 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + _DAY * (day.day - 1), following - _DAY)


def standing(
    end: Deadline, today: date, warning: int, calendar: WorkingCalendar = CHINA
) -> Standing:
    """Return where a deadline stands on a day.

    Parameters
    ----------
    warning
        From how many working days before the last day on it is ``soon``.
    """
    used = _used(end, today, calendar)
    stopped = end.pauses[-1] if end.pauses and end.pauses[-1].resumed_on is None else None
    if end.assumed is None:
        early = stopped is not None and today < stopped.stopped_on
        return Standing("running" if early else "paused", None, 0, used, end.note)
    if any(p.covers(today) for p in end.pauses) and today <= end.assumed:
        return Standing("paused", None, 0, used, end.note)
    if today > end.assumed:
        over = calendar.between(end.assumed, today)
        return Standing("late", None, over.assumed, used, over.note)
    left = calendar.between(today, end.assumed).assumed
    state: State = "due" if today == end.assumed else "soon" if left <= warning else "running"
    return Standing(state, left, 0, used, end.note)


def _used(end: Deadline, today: date, calendar: WorkingCalendar) -> int:
    days = (end.start + _DAY * i for i in range(1, (today - end.start).days + 1))
    unit: Unit = "working" if end.term.unit == "months" else end.term.unit
    return sum(_counts(d, unit, calendar) for d in days if not any(p.covers(d) for p in end.pauses))
