"""The work list: items of cases of an officer's zone, by whose turn it is and what is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Q, QuerySet

from jingkai.console.casework.procedures import procedures
from jingkai.console.casework.recorded import read_case
from jingkai.console.casework.turns import COUNTER
from jingkai.console.models import Account, Case, CasePart

__all__ = ["STATES", "AskedCases", "counted", "keep_parts", "refresh_silent", "work_list"]

_ENDED = ("closed", "withdrawn")
#: What a list may be narrowed to, in words.
STATES = {
    "open": ("在办", "open"),
    "soon": ("快到期", "due soon"),
    "late": ("已逾期", "late"),
    "ended": ("已结束", "ended"),
}


@dataclass(frozen=True, slots=True)
class AskedCases:
    """What is looked for.

    Parameters
    ----------
    whose
        ``mine``: what waits for the officer's own office; ``all``: what the office takes part in.
    state
        One of `STATES`; of what has ended nothing waits, so that it is told of all.
    item
        Of one item; empty: of every.
    """

    whose: str = "mine"
    state: str = "open"
    item: str = ""


def work_list(account: Account, asked: AskedCases, day: date) -> QuerySet[CasePart]:
    """Return items of cases of an officer's zone, what is due first standing first."""
    rows = CasePart.objects.filter(case__zone=account.zone).filter(_of_office(account))
    if asked.item:
        rows = rows.filter(item=asked.item)
    rows = _in_state(rows, asked.state, day)
    if asked.whose == "mine" and asked.state != "ended":
        rows = rows.filter(_turn_of(account.office))
    order = "-case" if asked.state == "ended" else F("due_on").asc(nulls_last=True)
    return rows.select_related("case").order_by(order, "case", "position")


def counted(account: Account, day: date) -> dict[str, int]:
    """Return how many items wait for an officer's office: ``waiting``, and of these ``soon`` and ``late``."""
    return {
        name: work_list(account, AskedCases("mine", state), day).count()
        for name, state in (("waiting", "open"), ("soon", "soon"), ("late", "late"))
    }


def refresh_silent(zone: str, day: date) -> None:
    """Bring up to a day what changed without an event: files that count as accepted by silence.

    What is kept for lists follows from the events and the day, so that it is written anew only for the
    few whose time for an answer has passed since.
    """
    silent = CasePart.objects.filter(case__zone=zone, status="received", due_on__lt=day)
    for number in silent.values_list("case", flat=True).distinct():
        with transaction.atomic():
            case = Case.objects.select_for_update().get(pk=number)
            keep_parts(read_case(case).parts(day))


def keep_parts(parts: Iterable[CasePart]) -> None:
    """Keep where the items of a case stand, as `ReadCase.parts` has it."""
    for part in parts:
        CasePart.objects.filter(case=part.case, item=part.item).update(
            status=part.status, turn=part.turn, due_on=part.due_on, sure=part.sure,
            granted=part.granted,
        )  # fmt: skip


def _of_office(account: Account) -> Q:
    """Return the items that an office takes part in: the counter all of its zone, another its own."""
    if account.office == COUNTER:
        return Q()
    items = [n for n, i in procedures().items.items() if account.office in i.offices]
    return Q(item__in=items) | _turn_of(account.office)


def _turn_of(office: str) -> Q:
    return Q(turn__contains=f",{office},")


def _in_state(rows: QuerySet[CasePart], state: str, day: date) -> QuerySet[CasePart]:
    ended = Q(status__in=_ENDED) | Q(case__ended=True)
    if state == "ended":
        return rows.filter(ended)
    rows = rows.exclude(ended)
    if state == "soon":
        catalogue = procedures(day)
        until = catalogue.calendar.add(day, catalogue.warning).assumed
        return rows.filter(due_on__gte=day, due_on__lte=until).exclude(status="paused")
    if state == "late":
        return rows.filter(due_on__lt=day).exclude(status="paused")
    return rows
