"""A case as its events: what happened, and the state that follows from it.

Nothing is stored here. A case is a list of `CaseEvent`; `CaseState.of` folds it, `lawful.step` says whether one
more may follow. That a file was not answered in time and so counts as accepted is no event: it follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from jingkai.services.case_machine import next_status, status_title
from jingkai.services.catalogue import Item
from jingkai.services.clock import Deadline, Pause, deadline
from jingkai.services.errors import CaseError
from jingkai.services.law import licensing_law
from jingkai.services.working_days import CHINA, WorkingCalendar

__all__ = ["Actor", "CaseEvent", "CaseState"]

Actor = Literal["applicant", "officer", "head", "system"]


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One thing that happened.

    Parameters
    ----------
    kind
        A step of the chart, such as ``accept``.
    on, actor, by, office
        When, in which role, who, and for which office.
    reason
        Why; needed to decline, to refuse and to extend.
    defects
        Of a notice: everything that is wrong with the file.
    step
        Which step of the item was finished.
    ground, days
        Of a stop: on which ground, and how many working days the applicant was told that it takes.
    channel
        Of an appeal: ``review`` or ``court``.
    amount
        Of what was granted: how much is paid, yuan with two decimals; empty: no money.
    """

    kind: str
    on: date
    actor: Actor
    by: str = ""
    office: str = ""
    reason: str = ""
    defects: tuple[str, ...] = ()
    step: str = ""
    ground: str = ""
    days: int | None = None
    channel: str = ""
    amount: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it, without what is empty."""
        told = {**asdict(self), "on": str(self.on), "defects": list(self.defects)}
        return {k: v for k, v in told.items() if v not in ("", [], None)}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> CaseEvent:
        """Read what `to_dict` wrote.

        Raises
        ------
        CaseError
            If something is missing or unknown.
        """
        names = {f.name for f in fields(cls)}
        if unknown := sorted(set(told) - names):
            raise CaseError(f"办件事件中没有 {'、'.join(unknown)}", hint="检查事件记录")
        try:
            day = date.fromisoformat(told["on"])
            return cls(**{**told, "on": day, "defects": tuple(told.get("defects", ()))})
        except (KeyError, TypeError, ValueError) as error:
            raise CaseError("办件事件缺少种类、日期或经办角色", hint="检查事件记录") from error


@dataclass(frozen=True)
class CaseState:
    """Where a case stands after its events.

    Parameters
    ----------
    item, calendar
        What is applied for, and the days that count.
    status
        A state of the chart.
    received_on, notified_on, corrected_on, accepted_on, decided_on, delivered_on
        None where it has not come to that.
    deemed
        Whether it counts as accepted because nobody answered in time.
    done
        The item's finished steps.
    granted, reason
        The decision; None and empty before it.
    extended
        Whether its time was extended.
    appealed
        The ways of appeal that were taken.
    amount
        What is paid, yuan; None: not granted, or no money.
    paid
        What was paid already, yuan; a decision that is revoked does not undo it.
    """

    item: Item
    calendar: WorkingCalendar = CHINA
    status: str = "draft"
    events: tuple[CaseEvent, ...] = ()
    received_on: date | None = None
    notified_on: date | None = None
    defects: tuple[str, ...] = ()
    corrected_on: date | None = None
    accepted_on: date | None = None
    deemed: bool = False
    done: tuple[str, ...] = ()
    pauses: tuple[Pause, ...] = ()
    extended: bool = False
    decided_on: date | None = None
    granted: bool | None = None
    reason: str = ""
    delivered_on: date | None = None
    appealed: tuple[str, ...] = field(default=())
    amount: Decimal | None = None
    paid: Decimal = Decimal(0)

    @classmethod
    def of(
        cls, item: Item, events: Iterable[CaseEvent], calendar: WorkingCalendar = CHINA
    ) -> CaseState:
        """Return the state that recorded events lead to; each was judged by `lawful.step` before it was recorded.

        Raises
        ------
        CaseError
            If one of them leads nowhere from where it stands.
        """
        state = cls(item, calendar)
        for event in events:
            state = state.after(event)
        return state

    @property
    def title(self) -> str:
        """The state in Chinese."""
        return status_title(self.status)

    @property
    def open_steps(self) -> tuple[str, ...]:
        """The item's steps that may be worked on now, those they wait for being finished."""
        return tuple(
            s.id
            for s in self.item.steps
            if s.id not in self.done and all(a in self.done for a in s.after)
        )

    @property
    def to_pay(self) -> Decimal | None:
        """What is granted beyond what was paid already, yuan; None: not granted, or no money."""
        return None if self.amount is None else max(self.amount - self.paid, Decimal(0))

    def on(self, day: date) -> CaseState:
        """Return the state as it is on a day: accepted by silence where the time for a notice has passed."""
        limit = self.notice_limit
        if self.status != "received" or limit is None or limit.assured is None:
            return self
        if day <= limit.assured:
            return self
        return replace(self, status="reviewing", accepted_on=self.received_on, deemed=True)

    def after(self, event: CaseEvent) -> CaseState:
        """Return the state after an event that is lawful."""
        state = self.on(event.on)
        status = next_status(state.status, event.kind)
        if status is None:
            what = f"{event.on}：“{state.title}”时没有“{event.kind}”这一步"
            raise CaseError(what, hint="检查事件记录")
        changed = _CHANGES.get(event.kind, _nothing)(state, event)
        return replace(state, status=status, events=(*self.events, event), **changed)

    # --- deadlines

    @property
    def notice_limit(self) -> Deadline | None:
        """Until when a defective file must be answered; None where silence means nothing."""
        if self.item.notice is None or self.received_on is None:
            return None
        return deadline(self.received_on, self.item.notice.term, calendar=self.calendar)

    @property
    def statutory(self) -> Deadline | None:
        """Until when the law wants a decision; None before it runs, or where no law says."""
        limit = self.item.statutory
        if limit is None or self.accepted_on is None:
            return None
        start = self.accepted_on
        if limit.runs_from == "receipt":
            start = self.corrected_on or self.received_on or start
        more = self.item.extension.term if self.extended and self.item.extension else None
        return deadline(start, limit.term, self.pauses, more, self.calendar)

    @property
    def promised(self) -> Deadline | None:
        """Until when the zone promises a decision; None before it runs, or where nothing is set."""
        if self.item.promised_term is None or self.accepted_on is None:
            return None
        more = self.item.extension.term if self.extended and self.item.extension else None
        more = more if more is not None and more.unit == "working" else None
        return deadline(self.accepted_on, self.item.promised_term, self.pauses, more, self.calendar)

    @property
    def delivery(self) -> Deadline | None:
        """Until when a certificate must be handed over; None where nothing was granted."""
        if self.item.delivery is None or not self.granted or self.decided_on is None:
            return None
        return deadline(self.decided_on, self.item.delivery.term, calendar=self.calendar)

    def appeal_limit(self, channel: str) -> Deadline | None:
        """Return until when one may appeal by a way; None where no decision is known to the applicant yet."""
        known = self.delivered_on or (self.decided_on if self.granted is None else None)
        if known is None:
            return None
        term = licensing_law().appeals[channel].term
        return deadline(known, term, calendar=self.calendar)


def _nothing(_: CaseState, __: CaseEvent) -> dict[str, Any]:
    return {}


def _paused(state: CaseState, event: CaseEvent) -> dict[str, Any]:
    title = state.item.grounds[event.ground].title.zh
    return {"pauses": (*state.pauses, Pause(title, event.on))}


def _resumed(state: CaseState, event: CaseEvent) -> dict[str, Any]:
    return {"pauses": (*state.pauses[:-1], replace(state.pauses[-1], resumed_on=event.on))}


def _decided(granted: bool) -> Any:
    return lambda _, e: {
        "decided_on": e.on,
        "granted": granted,
        "reason": e.reason,
        "amount": _amount(e),
    }


def _amount(event: CaseEvent) -> Decimal | None:
    return Decimal(event.amount) if event.amount else None


def _anew(_: CaseState, event: CaseEvent) -> dict[str, Any]:
    """A revoked decision is decided anew: the clock and the steps begin again."""
    return {
        "accepted_on": event.on,
        "corrected_on": event.on,
        "done": (),
        "pauses": (),
        "extended": False,
        "decided_on": None,
        "granted": None,
        "reason": "",
        "delivered_on": None,
        "amount": None,
    }


_CHANGES: Mapping[str, Any] = {
    "submit": lambda _, e: {"received_on": e.on},
    "confirm": lambda s, e: {"received_on": e.on, **_decided(True)(s, e)},
    "accept": lambda _, e: {"accepted_on": e.on},
    "notify": lambda _, e: {"notified_on": e.on, "defects": e.defects},
    "correct": lambda _, e: {"corrected_on": e.on},
    "decline": lambda _, e: {"decided_on": e.on, "reason": e.reason},
    "finish_step": lambda s, e: {"done": (*s.done, e.step)},
    "pause": _paused,
    "resume": _resumed,
    "extend": lambda _, __: {"extended": True},
    "grant": _decided(True),
    "refuse": _decided(False),
    "deliver": lambda s, e: {"delivered_on": e.on, "paid": s.paid + (s.to_pay or 0)},
    "appeal": lambda s, e: {"appealed": (*s.appealed, e.channel)},
    "revoke": _anew,
}
