"""Whose visits an account sees and carries out."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from jingkai.allocation.inspections.plan_file import office_titles
from jingkai.console.errors import ConsoleError, NotFound
from jingkai.console.models import Account, Visit, VisitEvent
from jingkai.console.roles import Role
from jingkai.console.visits.state import SHOWN, Kind, Status

__all__ = [
    "VisitRefused",
    "inspecting_office",
    "may_act",
    "own_visit",
    "seen_visit",
    "sees_every_office",
    "shown_visits",
    "visits_seen",
]

#: The zone's administration sees every office's visits; it inspects nobody itself.
_WHOLE = "zone_committee"
#: Offices that hold facts under another code than the one under which they inspect.
_SAME = {"housing_construction": "construction"}


class VisitRefused(ConsoleError):
    """A step of a visit that is not lawful, or not any more."""

    code = "visit"


def inspecting_office(account: Account) -> str:
    """Return the code under which an officer's office inspects; empty where it does not."""
    code = _SAME.get(account.office, account.office)
    return code if account.role == Role.OFFICER and code in office_titles() else ""


def may_act(account: Account, visit: Visit) -> bool:
    """Return whether a visit is of the officer's own zone and office."""
    office = inspecting_office(account)
    return bool(office) and account.zone == visit.zone and office == visit.office


def sees_every_office(account: Account) -> bool:
    """Return whether an officer is of the zone's administration, which reads what all offices do."""
    return account.role == Role.OFFICER and account.office == _WHOLE


def visits_seen(account: Account) -> QuerySet[Visit]:
    """Return the visits that an officer sees: of its own office, of the administration the zone's."""
    here = Visit.objects.filter(zone=account.zone)
    if sees_every_office(account):
        return here
    return here.filter(office=inspecting_office(account) or "-")


def seen_visit(account: Account, pk: int) -> Visit:
    """Return a visit that an officer sees; any other is as if it were not there.

    Raises
    ------
    NotFound
        If there is none, or not for this officer.
    """
    found = visits_seen(account).select_related("plan").filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这次检查，或不由本部门实施", hint="从“检查”的清单进入")
    return found


def shown_visits() -> QuerySet[Visit]:
    """Return the visits of which it was decided that somebody comes: not those given up before that."""
    decided = Q(kind__in=(Kind.ASSIGNED, Kind.APPROVED)) | Q(
        kind=Kind.PROPOSED, content__urgent=True
    )
    ever = Exists(VisitEvent.objects.filter(decided, visit=OuterRef("pk")))
    return Visit.objects.filter(~Q(state=Status.CANCELLED) | ever, state__in=SHOWN)


def own_visit(enterprise: str, pk: int) -> Visit:
    """Return a visit that an enterprise sees: its own, once it is decided that somebody comes.

    Raises
    ------
    NotFound
        If there is none.
    """
    mine = shown_visits().filter(enterprise=enterprise)
    found = mine.select_related("plan").filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这次检查", hint="从“检查”的清单进入")
    return found
