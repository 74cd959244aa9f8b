"""What a visit's events come to: where it stands, who goes, what was found, what is still open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

__all__ = ["MADE", "OPEN", "SHOWN", "Kind", "Objection", "Status", "VisitState"]


class Kind:
    """What can happen to a visit."""

    ASSIGNED = "assigned"
    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    MOVED = "moved"
    ARRIVED = "arrived"
    RESULT = "result"
    FOLLOW_UP = "follow_up"
    FOLLOWED = "followed"
    CANCELLED = "cancelled"
    OBJECTED = "objected"
    ANSWERED = "answered"


class Status:
    """Where a visit stands."""

    WAITING = "waiting"
    PLANNED = "planned"
    ARRIVED = "arrived"
    DONE = "done"
    CANCELLED = "cancelled"
    DECLINED = "declined"


#: Visits that took place, those still to come, and those that the enterprise may see.
MADE = (Status.ARRIVED, Status.DONE)
OPEN = (Status.WAITING, Status.PLANNED)
SHOWN = (Status.PLANNED, *MADE, Status.CANCELLED)


class Event(Protocol):
    """What is read of an event."""

    number: int
    kind: str
    day: date
    content: Any
    account: str


@dataclass(frozen=True, slots=True)
class Objection:
    """What the enterprise objects to, and the office's answer; `taken` None until it has answered."""

    text: str
    day: date
    number: int
    answer: str = ""
    taken: bool | None = None
    answered_on: date | None = None


@dataclass(frozen=True)
class VisitState:
    """Everything that the events of a visit come to.

    Parameters
    ----------
    about
        What the visit is, as it was assigned or proposed: `items`, `grounds`, `kinds`, `team`, `drawn`.
    team
        Who came; before that, who is to go: each `id` and `certificate`.
    approval
        `plan` (the plan was), `waiting`, `given`, `afterwards` (given after an urgent visit), `refused`.
    follow_up
        `what` and `until` of the newest one, `done_on` and `note` once it is done; None: nothing.
    last
        The account of the last step.
    """

    status: str
    day: date
    about: dict[str, Any]
    team: list[dict[str, str]]
    approval: str
    team_reason: str = ""
    arrived_on: date | None = None
    scan_number: str = ""
    result: str = ""
    checklist: list[dict[str, Any]] = field(default_factory=list)
    note: str = ""
    follow_up: dict[str, Any] | None = None
    objections: tuple[Objection, ...] = ()
    moves: tuple[dict[str, str], ...] = ()
    reason: str = ""
    last: str = ""

    @classmethod
    def of(cls, events: Iterable[Event]) -> VisitState:
        """Read a visit's events; the first says what the visit is."""
        first, *others = sorted(events, key=lambda e: e.number)
        about = first.content
        urgent = bool(about.get("urgent"))
        planned = first.kind == Kind.ASSIGNED
        state = cls(
            Status.PLANNED if planned or urgent else Status.WAITING,
            date.fromisoformat(about["day"]),
            about,
            about["team"],
            "plan" if planned else "waiting",
            last=first.account,
        )
        for event in others:
            state = replace(_AFTER[event.kind](state, event), last=event.account)
        return state

    @property
    def open_objection(self) -> Objection | None:
        """The objection that waits for its answer."""
        last = self.objections[-1] if self.objections else None
        return last if last is not None and last.taken is None else None

    @property
    def open_follow_up(self) -> dict[str, Any] | None:
        """What is still to be put right."""
        return self.follow_up if self.follow_up and not self.follow_up.get("done_on") else None


def _approved(state: VisitState, event: Event) -> VisitState:
    late = state.status in MADE
    status = Status.PLANNED if state.status == Status.WAITING else state.status
    return replace(state, status=status, approval="afterwards" if late else "given")


def _declined(state: VisitState, event: Event) -> VisitState:
    status = state.status if state.status in MADE else Status.DECLINED
    return replace(state, status=status, approval="refused", reason=event.content["reason"])


def _moved(state: VisitState, event: Event) -> VisitState:
    to = date.fromisoformat(event.content["to"])
    told = {"from": state.day.isoformat(), **event.content}
    return replace(state, day=to, moves=(*state.moves, told))


def _arrived(state: VisitState, event: Event) -> VisitState:
    told = event.content
    return replace(
        state, status=Status.ARRIVED, arrived_on=event.day, team=told["team"],
        team_reason=told.get("reason", ""), scan_number=told.get("scan_number", ""),
    )  # fmt: skip


def _result(state: VisitState, event: Event) -> VisitState:
    told = event.content
    return replace(
        state, status=Status.DONE, result=told["result"], checklist=told["items"], note=told["note"],
        follow_up=told.get("follow_up"),
    )  # fmt: skip


def _follow_up(state: VisitState, event: Event) -> VisitState:
    return replace(state, follow_up=event.content)


def _followed(state: VisitState, event: Event) -> VisitState:
    done = {"done_on": event.day.isoformat(), "note": event.content["note"]}
    return replace(state, follow_up={**(state.follow_up or {}), **done})


def _cancelled(state: VisitState, event: Event) -> VisitState:
    return replace(state, status=Status.CANCELLED, reason=event.content["reason"])


def _objected(state: VisitState, event: Event) -> VisitState:
    new = Objection(event.content["text"], event.day, event.number)
    return replace(state, objections=(*state.objections, new))


def _answered(state: VisitState, event: Event) -> VisitState:
    *before, last = state.objections
    told = event.content
    answered = replace(last, answer=told["answer"], taken=told["taken"], answered_on=event.day)
    return replace(state, objections=(*before, answered))


_AFTER = {
    Kind.APPROVED: _approved,
    Kind.DECLINED: _declined,
    Kind.MOVED: _moved,
    Kind.ARRIVED: _arrived,
    Kind.RESULT: _result,
    Kind.FOLLOW_UP: _follow_up,
    Kind.FOLLOWED: _followed,
    Kind.CANCELLED: _cancelled,
    Kind.OBJECTED: _objected,
    Kind.ANSWERED: _answered,
}
