"""The cases that jingkai itself runs, as a log of events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from jingkai.registry.reading import ROW
from jingkai.services.case import CaseEvent, CaseState
from jingkai.services.case_machine import STEPS
from jingkai.services.logs.columns import LogMap
from jingkai.services.logs.errors import LogError
from jingkai.services.logs.events import EventLog, log_of_table

__all__ = ["log_of_cases"]

_ROLES = (
    "case",
    "item",
    "activity",
    "office",
    "resource",
    "complete",
    "deadline",
    "materials",
    "trips",
    "applied",
    "ended",
)


def log_of_cases(cases: Mapping[str, CaseState]) -> EventLog:
    """Return the events of cases as a log.

    Parameters
    ----------
    cases
        By the case's number. A case is applied for on the day of receipt and ends with the decision or withdrawal; its
        deadline is the promised, else the lawful one with its stops; its materials and trips are those the item asks
        for. Events have a day and no hour.

    Raises
    ------
    LogError
        If there is no event.
    """
    rows = [row for number, state in cases.items() for row in _rows(number, state)]
    if not rows:
        raise LogError("这些办件还没有事件", hint="有办件提交后再量测")
    raw = pl.DataFrame(rows, schema=dict.fromkeys(_ROLES, pl.String), orient="row")
    raw = raw.with_row_index(ROW, 1).cast({ROW: pl.Int64})
    return log_of_table(raw, None, LogMap(), "办件", ["办件事件只记到日，同一天的间隔为 0"])


def _rows(number: str, state: CaseState) -> Iterator[tuple[str | None, ...]]:
    left = [e.on for e in state.events if e.kind == "withdraw"]
    ended = state.decided_on or (left[0] if left else None)
    limit = state.promised or state.statutory
    deadline = limit.assured if limit is not None else None
    for event in state.events:
        yield (
            number,
            state.item.id,
            _activity(state, event),
            event.office or None,
            event.by or None,
            str(event.on),
            _text(deadline),
            str(len(state.item.asked)),
            _text(state.item.trips),
            _text(state.received_on),
            _text(ended),
        )


def _activity(state: CaseState, event: CaseEvent) -> str:
    steps = {s.id: s.title.zh for s in state.item.steps}
    return steps.get(event.step) or STEPS[event.kind].zh


def _text(value: object) -> str | None:
    return None if value is None else str(value)
