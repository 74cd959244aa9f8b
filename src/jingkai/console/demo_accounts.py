"""Accounts to try every desk with, on made-up data only, with new pass phrases each time."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import polars as pl

from jingkai.console.casework.procedures import procedures
from jingkai.console.casework.rights import offer
from jingkai.console.casework.turns import COUNTER
from jingkai.console.corrections import decider
from jingkai.console.errors import ConsoleError
from jingkai.console.models import Account
from jingkai.console.opened import Opened
from jingkai.console.roles import Role
from jingkai.engine.near import near_misses
from jingkai.registry.snapshot import Match
from jingkai.vocabulary import Label

__all__ = [
    "RIGHT",
    "STAFF",
    "DemoAccount",
    "NearMiss",
    "Staff",
    "demo_account",
    "demo_accounts",
    "demo_name",
    "demo_near_miss",
    "having_right",
    "staff_name",
]

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
#: A right that shared data give, to be confirmed once, and the result of its rule.
RIGHT, _RESULT = "apprentice_subsidy_payout", "apprentice_training_subsidy"
#: Among how many enterprises one is looked for that has the right too.
_LOOKED_AT = 100
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account just made: `about` says in Chinese whose data it sees."""

    name: str
    password: str
    role: Role
    about: str


@dataclass(frozen=True, slots=True)
class Staff:
    """Of an office where somebody can sign in beside the counter: whether its head, and what for."""

    office: str
    head: bool
    does: Label


STAFF = {
    "demo-planning": Staff(
        "natural_resources", False, Label(zh="审查和决定规划许可", en="decides planning permits")
    ),
    "demo-head": Staff(
        "natural_resources",
        True,
        Label(zh="本机关负责人，批准延期", en="its head, approves extensions"),
    ),
    "demo-finance": Staff("finance", False, Label(zh="拨付", en="pays")),
    "demo-inspector": Staff(
        "market_supervision",
        True,
        Label(zh="实施检查、批准检查", en="carries out and approves inspections"),
    ),
}


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

    One that also has a right to confirm is taken first, where most have it.

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
    rows = rows.sort("others", "share", "key", descending=[True, False, False])
    first = rows.head(_LOOKED_AT).rows(named=True)
    granted = found.uptake.filter(pl.col("rule") == _RESULT)
    many = dict(granted.select("zone", "granted").iter_rows())
    able = {m.key for m in having_right(found, (_match(r) for r in first))}
    can = (r for r in first if r["key"] in able)
    best = max(can, key=lambda r: many.get(r["zone"], 0), default=first[0])
    column = f"{_FACT}_{found.year}"
    old = found.snapshot.scan("enterprise").select(column).slice(best["position"], 1)
    staff = int(old.collect().item())
    return NearMiss(best["key"], best["name"], best["zone"], column, staff, _enough(staff, best))


def having_right(found: Opened, matches: Iterable[Match]) -> Iterator[Match]:
    """Yield those of some enterprises that have the demo's right by one confirmation."""
    item = procedures(found.day).items.get(RIGHT)
    if item is None or _RESULT not in found.run.rules:
        return
    results = found.run.scan("enterprise").select(_RESULT).collect()[_RESULT]
    for match in matches:
        if results[match.position] and offer(found, match, item, match.key).at_once:
            yield match


def _match(row: dict[str, Any]) -> Match:
    return Match(row["key"], row["name"], row["position"])


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
        _opened(Role.ENTERPRISE, f"{near.name}（{near.zone}）", enterprise=near.key),
        _opened(Role.OFFICER, f"{near.zone}，管委会窗口", zone=near.zone, office=office),
        *_staff(found, near.zone),
        _opened(Role.ZONE_ANALYST, near.zone, zone=near.zone),
        _opened(Role.MINISTRY_ANALYST, "全国，只看汇总"),
        _opened(Role.AUDITOR, "全部审计记录"),
    ]


def _staff(found: Opened, zone: str) -> list[DemoAccount]:
    """Return those who decide, pay and answer for an office."""
    offices = found.rulebook.vocabulary.offices
    return [
        _opened(
            Role.OFFICER, f"{zone}，{offices[of.office].label.zh}：{of.does.zh}",
            name, zone=zone, office=of.office, head=of.head,
        )
        for name, of in STAFF.items()
    ]  # fmt: skip


def staff_name(office: str, head: bool = False) -> str:
    """Return the name of the demo account of an office; one that nobody signs in with is named after it."""
    if office == COUNTER and not head:
        return demo_name(Role.OFFICER)
    known = {(of.office, of.head): name for name, of in STAFF.items()}
    return known.get((office, head), f"demo-{office.replace('_', '-')}{'-head' if head else ''}")


def _office(found: Opened) -> str:
    return decider(found.rulebook.vocabulary.entities["enterprise"].facts[_FACT])


def demo_account(name: str, role: Role, **about: str | bool) -> Account:
    """Return an account of the demo, made where there is none; nobody can sign in with a new one."""
    account = Account.objects.filter(username=name).first()
    if account is None:
        account = Account(username=name, role=role, is_active=False, **about)
        account.set_unusable_password()
        account.full_clean()
        account.save()
    return account


def _opened(role: Role, said: str, name: str = "", **about: str | bool) -> DemoAccount:
    """Let an account in with a new pass phrase, about what it shall be about now."""
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    account = demo_account(name or demo_name(role), role, **about)
    account.role, account.is_active = role, True
    for field in ("enterprise", "zone", "office"):
        setattr(account, field, about.get(field, ""))
    account.head = bool(about.get("head", False))
    account.set_password(password)
    account.full_clean()
    account.save()
    return DemoAccount(account.username, password, role, said)
