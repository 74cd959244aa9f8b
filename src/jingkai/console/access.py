"""Whose rows an account may see: an enterprise its own, an officer those of its zone."""

from __future__ import annotations

from jingkai.console.errors import NotFound
from jingkai.console.models import Account
from jingkai.console.opened import Opened
from jingkai.console.roles import Role
from jingkai.registry.snapshot import Match
from jingkai.vocabulary import Fact

__all__ = [
    "SENSITIVE",
    "enterprise_for",
    "may_see_enterprise",
    "may_see_fact",
    "zone_of",
]

#: Facts whose reading is written into the audit trail.
SENSITIVE = frozenset({"business", "personal", "supervision"})
#: The office of a zone that serves all others' counters: it sees what they hold.
_WHOLE = "zone_committee"


def enterprise_for(account: Account, found: Opened, key: str) -> Match:
    """Return an enterprise that an account may see.

    Raises
    ------
    NotFound
        If there is none, or it is not this account's to see: the two are not told apart.
    """
    match = found.snapshot.at_key("enterprise", key)
    if match is None or not may_see_enterprise(account, match.key, zone_of(found, match)):
        raise NotFound("没有这家企业，或不在您的管辖范围内", hint="用名称或统一社会信用代码查找")
    return match


def may_see_enterprise(account: Account, key: str, zone: str | None) -> bool:
    """Return whether an account may see the row of an enterprise in a zone."""
    if account.role == Role.ENTERPRISE:
        return account.enterprise == key
    return account.role == Role.OFFICER and zone is not None and account.zone == zone


def may_see_fact(account: Account, fact: Fact) -> bool:
    """Return whether an account may see a fact's value of an enterprise that it may see.

    An enterprise sees all of its own but what is for supervision alone; an officer what its office
    holds, what is shared between offices or not sensitive. The zone's own administration sees all.
    """
    if account.role == Role.ENTERPRISE:
        return fact.sensitivity != "supervision"
    if account.role != Role.OFFICER:
        return False
    mine = account.office in (_WHOLE, fact.holder)
    return mine or fact.shared or fact.sensitivity not in SENSITIVE


def zone_of(found: Opened, match: Match) -> str | None:
    """Return the zone that the register has an enterprise in; None: not known."""
    table = found.snapshot.table("enterprise")
    if "zone" not in table.column_names:
        return None
    zone: str | None = table["zone"][match.position].as_py()
    return zone
