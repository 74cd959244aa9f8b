"""One step of a case: judged, recorded and told, whole or not at all; of two at once one is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from jingkai.console.casework.errors import CaseRefused
from jingkai.console.casework.granting import check_handing_over, grant_told
from jingkai.console.casework.procedures import today
from jingkai.console.casework.recorded import ReadCase, read_case
from jingkai.console.casework.turns import COUNTER
from jingkai.console.casework.worklist import keep_parts
from jingkai.console.models import Account, Case, RecordedEvent
from jingkai.console.roles import Role
from jingkai.console.trail import record_as
from jingkai.services import lawful
from jingkai.services.case import Actor, CaseEvent
from jingkai.services.case_machine import STEPS, possible_steps
from jingkai.services.lawful import Refusal

__all__ = ["act", "may_act", "record_events"]

#: What ends a question: who decides must have seen all that happened before.
_DECISIONS = frozenset({"grant", "refuse", "decline", "revoke", "uphold"})
_COUNTER_STEPS = frozenset({"accept", "notify"})
_APPLICANT = frozenset({"submit", "confirm", "correct", "withdraw", "appeal"})
_AFTERWARDS = frozenset({"deliver", "decline"})  # nothing is left to do but to file it


def act(
    number: int,
    item: str,
    kind: str,
    account: Account,
    *,
    seen: int | None = None,
    on: date | None = None,
    address: str = "",
    **told: Any,
) -> ReadCase:
    """Take a step of a case.

    Parameters
    ----------
    number
        The case's.
    item, kind
        Of which item, and which step of the chart.
    account
        Who takes it.
    seen
        The number of the last event that was seen before deciding; None: not said.
    on
        The day of the step; None: today.
    address
        Where from, for the trail.
    told
        What else the event says, as `CaseEvent` has it.

    Returns
    -------
    ReadCase
        The case after it.

    Raises
    ------
    CaseRefused
        If the step is not this account's, not lawful as the case stands, decides otherwise than the rule
        without a reason, or somebody decided meanwhile: with who did what.
    """
    day = on or today()
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=number)
        found = read_case(case)
        if item not in found.states:
            raise CaseRefused(f"这个办件里没有事项“{item}”", hint="从办件页面办理")
        _check_account(found, item, kind, account, told)
        office = account.office if account.role == Role.OFFICER else ""
        event = CaseEvent(kind, day, _actor(account), account.username, office, **told)
        _check_seen(found, item, event, seen)
        if kind == "grant":
            event = grant_told(found, item, event)
        elif kind == "deliver":
            check_handing_over(found, item, event)
        return record_events(found, [(item, event)], account, address)


def may_act(account: Account, found: ReadCase, item: str, kind: str, step: str = "") -> bool:
    """Return whether a kind of step of an item is an account's to take, whatever the case's state.

    Parameters
    ----------
    step
        Of ``finish_step``: which step of the item.
    """
    case, of = found.case, found.items[item]
    if account.role == Role.ENTERPRISE:
        return kind in _APPLICANT and account.enterprise == case.enterprise
    if account.role != Role.OFFICER or account.zone != case.zone or kind in _APPLICANT:
        return False
    if kind == "finish_step":
        wanted = of.step(step)
        return wanted is not None and account.office == wanted.office
    if kind == "deliver" and found.states[item].granted:
        return account.office == of.hands_over
    if kind in _COUNTER_STEPS and account.office == COUNTER:
        return True
    return account.office == of.source.office and (kind != "extend" or account.head)


def record_events(
    found: ReadCase, events: Iterable[tuple[str, CaseEvent]], account: Account, address: str = ""
) -> ReadCase:
    """Record lawful events and all that follows from them; only within a transaction that holds the case.

    Raises
    ------
    CaseRefused
        If one of them is not lawful, or a right would be granted twice a year.
    """
    waiting = list(events)
    while waiting:
        item, event = waiting.pop(0)
        judged = lawful.step(found.states[item], event)
        if isinstance(judged, Refusal):
            raise _refused(found, item, event, judged)
        before, found = found, found.after(item, event)
        found = _recorded(found, item, event, account, address)
        waiting += _following(before, found, item, event)
    _keep(found)
    return found


def _check_account(
    found: ReadCase, item: str, kind: str, account: Account, told: dict[str, Any]
) -> None:
    if kind not in STEPS:
        raise CaseRefused(f"没有“{kind}”这一步", hint="从办件页面办理")
    if may_act(account, found, item, kind, str(told.get("step", ""))):
        return
    if kind == "extend" and account.role == Role.OFFICER:
        raise CaseRefused("延长期限由本机关负责人批准", hint="由负责人的账户办理")
    raise CaseRefused(
        f"“{STEPS[kind].zh}”不由您的账户办理", hint="由事项的主管部门、环节所在部门或申请人办理"
    )


def _check_seen(found: ReadCase, item: str, event: CaseEvent, seen: int | None) -> None:
    """Let nobody decide on a case that changed since it was looked at; what is unlawful now is said so."""
    judged = lawful.step(found.states[item], event)
    if isinstance(judged, Refusal):
        raise _refused(found, item, event, judged)
    if event.kind in _DECISIONS and seen is not None and seen != found.case.length:
        raise CaseRefused("打开页面后办件有了新的进展" + _last(found), hint="看过新的进展后再决定")


def _refused(found: ReadCase, item: str, event: CaseEvent, why: Refusal) -> CaseRefused:
    """Say why a step is refused; where the case has gone on meanwhile, also who took it on."""
    gone_on = event.kind not in possible_steps(found.states[item].on(event.on).status)
    return CaseRefused(why.reason + (_last(found, item) if gone_on else ""), hint=why.hint)


def _last(found: ReadCase, item: str = "") -> str:
    """Tell who did what last."""
    own = [e for e in found.events if item in ("", e.item)]
    if not own:
        return ""
    last = own[-1]
    return f"（{last.account} 已于 {timezone.localtime(last.at):%Y-%m-%d %H:%M} {STEPS[last.kind].zh}）"


def _actor(account: Account) -> Actor:
    if account.role == Role.ENTERPRISE:
        return "applicant"
    return "head" if account.head else "officer"


def _recorded(
    found: ReadCase, item: str, event: CaseEvent, account: Account, address: str
) -> ReadCase:
    case = found.case
    case.length += 1
    row = RecordedEvent.objects.create(
        case=case, number=case.length, item=item, kind=event.kind, content=event.to_dict(),
        account=account.username,
    )  # fmt: skip
    detail = {"case": case.pk, "item": item, "event": case.length}
    record_as(
        account.username, account.role, f"case.{event.kind}", case.enterprise, (), address, **detail
    )
    return replace(found, events=(*found.events, row))


def _following(
    before: ReadCase, found: ReadCase, item: str, event: CaseEvent
) -> list[tuple[str, CaseEvent]]:
    """Return what an event brings with it: filing what is done, the items that waited for a grant."""
    plain = replace(
        event, reason="", defects=(), step="", ground="", days=None, channel="", amount=""
    )
    follows: list[tuple[str, CaseEvent]] = []
    first = found.items[item].step("accept") if event.kind == "accept" else None
    if first and first.office == event.office and first.id in found.states[item].open_steps:
        follows.append((item, replace(plain, kind="finish_step", step=first.id)))
    if event.kind in _AFTERWARDS:
        follows.append((item, replace(plain, kind="close")))
    if event.kind in ("grant", "confirm"):
        begun = [n for n in found.items if found.ready(n) and not before.ready(n)]
        begun = [n for n in begun if not found.lacking(n)]  # the others wait for the applicant
        by = found.case.by.username
        again = CaseEvent("submit", event.on, "applicant", by, reason="前一事项已准予，自动转入")
        follows += [(n, again) for n in begun]
    return follows


def _keep(found: ReadCase) -> None:
    """Keep what work lists ask for, as the events have it."""
    case = found.case
    # Paid is paid: where the decision was revoked or is now a refusal, the year's right is used all the same.
    used = (s.paid or None if s.amount is None else s.amount for s in found.states.values())
    amounts = [a for a in used if a is not None]
    case.amount = sum(amounts, Decimal(0)) if amounts else None
    case.ended = found.ended
    try:
        with transaction.atomic():
            case.save(update_fields=["length", "amount", "ended"])
    except IntegrityError as error:
        raise CaseRefused(
            "同一权利本年度已经兑现，或同一事项另有办件在办", hint="查看这家企业的其他办件"
        ) from error
    keep_parts(found.parts(today()))
