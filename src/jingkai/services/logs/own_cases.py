"""The cases that jingkai itself runs, as a log of events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

import polars as pl

from jingkai.registry.reading import ROW
from jingkai.services.case import CaseEvent, CaseState
from jingkai.services.case_machine import STEPS
from jingkai.services.logs.columns import LogMap
from jingkai.services.logs.events import EventLog, log_of_table
from jingkai.services.logs.times import HOME

__all__ = ["COLUMNS", "OwnCase", "log_of_own_table", "table_of_cases"]

#: As an office's system would name them; the case first.
COLUMNS = (
    *("办件编号", "事项", "环节", "部门", "经办人", "完成时间"),
    *("截止日期", "材料数", "跑动次数", "申请时间", "办结时间", "补记"),
)
_HERE = ZoneInfo(HOME)
#: What ends a case; an appeal that was lost leaves it ended as it was.
_ENDS = ("confirm", "grant", "refuse", "decline", "withdraw")


@dataclass(frozen=True)
class OwnCase:
    """A case to be measured.

    Parameters
    ----------
    state
        Its item, its events and where it stands.
    recorded
        When each event was recorded; empty: not known, events have a day and no hour.
    materials
        How many materials the applicant handed in, each counted once; None: not known.
    """

    state: CaseState
    recorded: Sequence[datetime] = ()
    materials: int | None = None


def log_of_own_table(table: pl.DataFrame) -> EventLog:
    """Return the log that the table of one's own cases is.

    Parameters
    ----------
    table
        As `table_of_cases` gives it.

    Raises
    ------
    LogError
        If there is no event.
    """
    raw = table.with_row_index(ROW, 1).cast({ROW: pl.Int64})
    return log_of_table(raw, None, LogMap(), "办件", list(_notes(table)))


def table_of_cases(cases: Mapping[str, OwnCase]) -> pl.DataFrame:
    """Return the events of cases as the table of texts that an office's system would export.

    Parameters
    ----------
    cases
        By the case's number. A case is applied for with its first event and ends with the decision or withdrawal; its
        deadline is the promised, else the lawful one with its stops; its trips are those the item asks for. Acceptance
        that finished the item's step of the same kind is one event. Applicants have no name here.

    Returns
    -------
    polars.DataFrame
        One row an event, with the columns that `read_log` knows; times in China's. 补记 marks what was recorded on
        another day than it happened.
    """
    rows = [row for number, case in cases.items() for row in _rows(number, case)]
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def _rows(number: str, case: OwnCase) -> Iterator[tuple[str | None, ...]]:
    state = case.state
    limit = state.promised or state.statutory
    times = _times(case)
    deadline = limit.assured if limit is not None else None
    for i, (event, at) in enumerate(zip(state.events, times, strict=True)):
        if i and _same_act(state.events[i - 1], event):
            continue
        yield (
            number,
            state.item.id,
            _activity(state, event),
            event.office or None,
            None if event.actor == "applicant" else event.by or None,
            _text(at),
            _text(deadline),
            _text(case.materials),
            _text(state.item.trips),
            _text(times[0]),
            _text(_ended(state, times)),
            _put_down_late(case, i),
        )


def _same_act(before: CaseEvent, event: CaseEvent) -> bool:
    """Return whether an event is the item's step of acceptance, which acceptance itself finished."""
    accepted = (before.kind, event.kind, event.step) == ("accept", "finish_step", "accept")
    return accepted and (before.on, before.by) == (event.on, event.by)


def _times(case: OwnCase) -> list[datetime]:
    """Return when each event was: as recorded, or the beginning of its day where it was recorded on another.

    None comes before the one that it followed.
    """
    found: list[datetime] = []
    for i, event in enumerate(case.state.events):
        at = datetime.combine(event.on, time(), _HERE)
        if case.recorded and (told := case.recorded[i].astimezone(_HERE)).date() == event.on:
            at = told.replace(microsecond=0)
        found.append(max(at, found[-1]) if found else at)
    return found


def _put_down_late(case: OwnCase, i: int) -> str | None:
    """Say of an event that it was recorded on another day than it happened."""
    if not case.recorded or case.recorded[i].astimezone(_HERE).date() == case.state.events[i].on:
        return None
    return "是"


def _ended(state: CaseState, times: Sequence[datetime]) -> datetime | None:
    if state.decided_on is None and state.status != "withdrawn":
        return None
    return [t for e, t in zip(state.events, times, strict=True) if e.kind in _ENDS][-1]


def _activity(state: CaseState, event: CaseEvent) -> str:
    steps = {s.id: s.title.zh for s in state.item.steps}
    return steps.get(event.step) or STEPS[event.kind].zh


def _notes(table: pl.DataFrame) -> Iterator[str]:
    if table["完成时间"].str.contains(" 00:00:00", literal=True).all():
        yield "办件事件只记到日，同一天的间隔为 0"
    elif late := table.height - table["补记"].null_count():
        yield f"{late:,} 个事件不是当天记的，只计到日"


def _text(value: object) -> str | None:
    return None if value is None else str(value)
