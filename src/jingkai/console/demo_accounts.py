"""Accounts to try every desk with, on made-up data only: one a role, with new pass phrases each time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from math import ceil
from typing import Any

import polars as pl

from jingkai.console.errors import ConsoleError
from jingkai.console.opened import Opened
from jingkai.console.roles import Role
from jingkai.engine.near import near_misses

__all__ = ["DemoAccount", "NearMiss", "demo_accounts", "demo_name", "demo_near_miss"]

_RULE = "high_tech_enterprise"
#: Of a fact that an enterprise itself can prove, and that the zone's own office decides on.
_CONDITION, _FACT = "tech_staff_share", "tech_staff"
_NAMES = {
    Role.ENTERPRISE: "demo-enterprise",
    Role.OFFICER: "demo-officer",
    Role.ZONE_ANALYST: "demo-analyst",
    Role.MINISTRY_ANALYST: "demo-ministry",
    Role.AUDITOR: "demo-auditor",
}
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account just made: `about` says in Chinese whose data it sees."""

    name: str
    password: str
    role: Role
    about: str


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An enterprise that one condition of a rule alone refused, and what would grant it.

    Parameters
    ----------
    key, name, zone
        The enterprise.
    column, old, new
        The fact that it is refused for, its value, and the least that would do; persons.
    """

    key: str
    name: str
    zone: str
    column: str
    old: int
    new: int


def demo_name(role: Role) -> str:
    """Return the name of a role's demo account."""
    return _NAMES[role]


def demo_near_miss(found: Opened) -> NearMiss:
    """Return the enterprise to try the desks with: refused by one condition, where others are too.

    Raises
    ------
    ConsoleError
        If the data have none.
    """
    near = near_misses(found.rulebook, found.snapshot, found.run, _RULE).rows
    of_zone = near.group_by("zone").len("others")
    rows = near.filter(pl.col("condition") == _CONDITION).join(of_zone, on="zone")
    if rows.is_empty():
        raise ConsoleError("数据太少，没有可供演示的企业", hint="用 --scale 0.01 合成")
    best = rows.sort("others", "share", "key", descending=[True, False, False]).row(0, named=True)
    column = f"{_FACT}_{found.year}"
    old = found.snapshot.scan("enterprise").select(column).slice(best["position"], 1)
    staff = int(old.collect().item())
    return NearMiss(best["key"], best["name"], best["zone"], column, staff, _enough(staff, best))


def _enough(staff: int, near: dict[str, Any]) -> int:
    """Return how many technical staff lift the share to what is needed."""
    return ceil(round(staff * near["needed"] / near["value"], 6))


def demo_accounts(found: Opened) -> list[DemoAccount]:
    """Make the accounts, or give those of an earlier time new pass phrases.

    Raises
    ------
    ConsoleError
        If the data are real, or have no enterprise to try the desks with.
    """
    if not found.synthetic:
        raise ConsoleError(
            "演示账户只用于合成数据", hint="先 jingkai population make，在那个工作区里运行"
        )
    near = demo_near_miss(found)
    office = _office(found)
    return [
        _account(Role.ENTERPRISE, f"{near.name}（{near.zone}）", enterprise=near.key),
        _account(Role.OFFICER, f"{near.zone}，管委会窗口", zone=near.zone, office=office),
        _account(Role.ZONE_ANALYST, near.zone, zone=near.zone),
        _account(Role.MINISTRY_ANALYST, "全国，只看汇总"),
        _account(Role.AUDITOR, "全部审计记录"),
    ]


def _office(found: Opened) -> str:
    from jingkai.console.corrections import decider

    return decider(found.rulebook.vocabulary.entities["enterprise"].facts[_FACT])


def _account(role: Role, said: str, **about: str) -> DemoAccount:
    from jingkai.console.models import Account

    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    account = Account.objects.filter(username=demo_name(role)).first() or Account(
        username=demo_name(role)
    )
    account.role, account.is_active = role, True
    for name in ("enterprise", "zone", "office"):
        setattr(account, name, about.get(name, ""))
    account.set_password(password)
    account.full_clean()
    account.save()
    return DemoAccount(account.username, password, role, said)
