"""Whose act a case waits for, and what is due next."""

from __future__ import annotations

from datetime import date

from jingkai.services.case import CaseState
from jingkai.services.case_clock import clocks
from jingkai.services.clock import Deadline

__all__ = ["COUNTER", "next_due", "turn"]

#: The zone's own counter takes applications in for every office (一窗受理).
COUNTER = "zone_committee"


def turn(state: CaseState) -> tuple[str, ...]:
    """Return the offices whose act an item waits for; none where it is the applicant's turn or it has ended."""
    item = state.item
    office = item.source.office
    if state.status in ("received", "corrected"):
        return tuple(dict.fromkeys((office, COUNTER)))
    if state.status == "reviewing":
        steps = (item.step(name) for name in state.open_steps)
        return tuple(dict.fromkeys(s.office for s in steps if s is not None)) or (office,)
    if state.status in ("granted", "refused"):
        return (item.hands_over if state.status == "granted" else office,)
    return (office,) if state.status in ("paused", "appealed") else ()


def next_due(state: CaseState, day: date, warning: int) -> Deadline | None:
    """Return what is due next on a day; None where nothing runs."""
    running = [c.end for c in clocks(state, day, warning) if c.now is not None]
    dated = [e for e in running if (e.assured or e.assumed) is not None]
    return min(dated, key=lambda e: e.assured or e.assumed or day, default=None)
