"""Every deadline of a case on a day: which run, which are soon due, which were kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jingkai.services.case import CaseState
from jingkai.services.clock import Deadline, Standing, standing
from jingkai.services.working_days import WorkingCalendar
from jingkai.vocabulary import Label

__all__ = ["CLOCKS", "CaseClock", "clocks"]

#: The deadlines of a case, in the order in which they come.
CLOCKS = {
    "notice": Label(zh="一次性告知", en="One-time notice"),
    "promised": Label(zh="承诺办结", en="Promised decision"),
    "statutory": Label(zh="法定办结", en="Decision by law"),
    "delivery": Label(zh="送达证件", en="Delivery"),
}


@dataclass(frozen=True, slots=True)
class CaseClock:
    """One deadline of a case.

    Parameters
    ----------
    name
        One of `CLOCKS`.
    end
        Until when.
    kept
        Whether what was due was done in time; None while it is still due, or where the calendar does not reach to
        when it was done.
    now
        Where it stands while it is still due; None after it.
    """

    name: str
    end: Deadline
    kept: bool | None
    now: Standing | None


def clocks(state: CaseState, today: date, warning: int) -> list[CaseClock]:
    """Return the deadlines of a case as they stand on a day.

    Parameters
    ----------
    warning
        From how many working days before the last day on one is soon due.
    """
    state = state.on(today)
    answered = state.notified_on or state.accepted_on or state.decided_on
    if state.deemed:
        answered = None
    pairs: list[tuple[str, Deadline | None, date | None, bool]] = [
        ("notice", state.notice_limit, answered, state.status == "received"),
        ("promised", state.promised, state.decided_on, _open(state)),
        ("statutory", state.statutory, state.decided_on, _open(state)),
        ("delivery", state.delivery, state.delivered_on, state.status == "granted"),
    ]
    found = []
    for name, end, done, due in pairs:
        if end is not None and (due or done is not None):
            now = standing(end, today, warning, state.calendar) if due else None
            found.append(CaseClock(name, end, _kept(end, done, state.calendar), now))
    return found


def _open(state: CaseState) -> bool:
    return state.status in ("reviewing", "paused")


def _kept(end: Deadline, done: date | None, calendar: WorkingCalendar) -> bool | None:
    if done is None:
        return None
    if end.assured is not None:
        return done <= end.assured
    # A term that reaches beyond the announced holidays ends after them, whatever they will be.
    return True if end.assumed is not None and done <= calendar.last_known else None
