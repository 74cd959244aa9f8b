"""Whose cases an account may see: an enterprise its own, an officer those of its zone that its office takes part in."""

from __future__ import annotations

from jingkai.console.casework.recorded import ReadCase, read_case
from jingkai.console.casework.turns import COUNTER
from jingkai.console.errors import NotFound
from jingkai.console.models import Account, Case
from jingkai.console.roles import Role
from jingkai.services.catalogue import Item

__all__ = ["case_for", "may_know_amount", "may_see_case"]


def case_for(account: Account, number: int) -> ReadCase:
    """Return a case that an account may see.

    Raises
    ------
    NotFound
        If there is none, or it is not this account's to see: the two are not told apart.
    """
    case = Case.objects.select_related("by").filter(pk=number).first()
    found = read_case(case) if case is not None else None
    if found is None or not may_see_case(account, found):
        raise NotFound("没有这个办件，或不由您办理", hint="从办件列表进入")
    return found


def may_see_case(account: Account, found: ReadCase) -> bool:
    """Return whether an account may see a case."""
    case = found.case
    if account.role == Role.ENTERPRISE:
        return account.enterprise == case.enterprise
    if account.role != Role.OFFICER or account.zone != case.zone:
        return False
    offices = {o for item in found.items.values() for o in item.offices}
    return account.office in offices | {COUNTER}


def may_know_amount(account: Account, item: Item) -> bool:
    """Return whether an officer's office decides or hands over an item, and so may know what the rule pays."""
    return account.office in (item.source.office, item.hands_over, COUNTER)
