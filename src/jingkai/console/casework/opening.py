"""Opening cases: a right confirmed once, or an application with all that it needs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction

from jingkai.console.access import enterprise_for, zone_of
from jingkai.console.casework.acting import record_events
from jingkai.console.casework.application import Application, problems
from jingkai.console.casework.errors import CaseRefused
from jingkai.console.casework.handing_in import HandedIn, hand_in
from jingkai.console.casework.procedures import items_of, procedures, today
from jingkai.console.casework.recorded import ReadCase, read_case
from jingkai.console.casework.rights import Offer, offer
from jingkai.console.models import Account, Case, CasePart
from jingkai.console.opened import Opened
from jingkai.registry.snapshot import Match
from jingkai.services.bundle import plan_bundle
from jingkai.services.case import CaseEvent
from jingkai.services.catalogue import Item, Material

__all__ = ["Application", "apply", "asked_materials", "chosen", "confirm", "later_materials"]

_MOST_TEXT = 200


def confirm(
    account: Account, found: Opened, item: str, subject: str, address: str = ""
) -> ReadCase:
    """Confirm a right that shared data decide: it is granted at once, and the money is to be paid.

    Raises
    ------
    CaseRefused
        If the right needs an application, is not granted, or was granted this year already.
    """
    match = enterprise_for(account, found, account.enterprise)
    of = items_of(item, False, today())[item]
    offered = offer(found, match, of, subject)
    if not offered.at_once:
        raise CaseRefused(f"“{of.title.zh}”现在不能免申即享", hint="从“办事”里提交申请")
    amount = f"{offered.entitlement.amount:.2f}"
    event = CaseEvent("confirm", today(), "applicant", account.username, amount=amount)
    return _opened(account, found, match, Application(item, subject), [of], offered, event, address)


def apply(account: Account, found: Opened, asked: Application, address: str = "") -> ReadCase:
    """Apply for an item or a bundle.

    Raises
    ------
    CaseRefused
        If something that is needed is missing, with all of it at once; or the same is under way already.
    ConsoleError
        If a stated value or a file is refused.
    """
    match = enterprise_for(account, found, account.enterprise)
    items = chosen(asked)
    ruled = len(items) == 1 and items[0].source.rule is not None
    plain = offer(found, match, items[0], asked.subject) if ruled else None
    wanted = asked_materials(items, plain)
    if told := problems(found, asked, wanted, plain, later_materials(asked, items)):
        what = told[0].what if len(told) == 1 else f"申请有 {len(told)} 处需要补充或更正"
        raise CaseRefused(what, hint=told[0].hint if len(told) == 1 else "", findings=told)
    offered = offer(found, match, items[0], asked.subject, asked.given) if ruled else None
    event = CaseEvent("submit", today(), "applicant", account.username)
    return _opened(account, found, match, asked, items, offered, event, address, wanted)


def asked_materials(items: Collection[Item], offered: Offer | None) -> tuple[Material, ...]:
    """Return what the applicant has to bring, each once: of a right only what it waits for."""
    if offered is not None and offered.entitlement.mode != "refused":
        return offered.entitlement.materials
    return tuple({m.id: m for i in items for m in i.asked}.values())


def later_materials(asked: Application, items: Collection[Item]) -> frozenset[str]:
    """Return the materials of a bundle that may come later: only items that wait for others ask for them."""
    bundle = procedures().bundles.get(asked.service)
    if bundle is None:
        return frozenset()
    names = {i.id for i in items}
    waits = {p.item for p in bundle.parts if names & set(p.after)}
    first = {m.id for i in items if i.id not in waits for m in i.asked}
    return frozenset(m.id for i in items for m in i.asked if m.id not in first)


def chosen(asked: Application) -> list[Item]:
    """Return the items that are applied for, of a bundle without those that are not wanted.

    Raises
    ------
    CaseRefused
        If there is no such service.
    """
    if asked.service not in procedures().bundles:
        return list(items_of(asked.service, False, today()).values())
    return list(plan_bundle(procedures().bundles[asked.service], asked.without).items)


def _opened(
    account: Account,
    found: Opened,
    match: Match,
    asked: Application,
    items: list[Item],
    offered: Offer | None,
    event: CaseEvent,
    address: str,
    wanted: Collection[Material] = (),
) -> ReadCase:
    papers = HandedIn.stored(asked.files, asked.commitments, wanted, account, address)
    try:
        with transaction.atomic():
            case = _row(account, found, match, asked, items, offered)
            parts = [
                CasePart(case=case, item=i.id, position=n, status="draft", promised=i.promised)
                for n, i in enumerate(items)
            ]
            CasePart.objects.bulk_create(parts)
            hand_in(case, papers, 1)
            read = read_case(case)
            begun = [(i.id, event) for i in items if read.ready(i.id)]
            read = record_events(read, begun, account, address)
    except IntegrityError as error:
        raise CaseRefused(
            "同一事项已有办件在办，或本年度已经兑现", hint="在“我的办件”里查看"
        ) from error
    return read


def _row(
    account: Account,
    found: Opened,
    match: Match,
    asked: Application,
    items: list[Item],
    offered: Offer | None,
) -> Case:
    zone = zone_of(found, match)
    if zone is None:
        raise CaseRefused("登记册里没有写明本企业所在的经开区", hint="请与所在经开区管委会联系")
    paid = offered is not None and offered.item.source.kind == "payment"
    case = Case(
        service=asked.service,
        bundle=asked.service in procedures().bundles,
        entity=items[0].source.entity,
        subject=offered.subject.key if offered else "",
        matter=(offered.subject.name if offered else asked.matter.strip())[:_MOST_TEXT],
        enterprise=match.key,
        name=match.name,
        zone=zone,
        by=account,
        given=dict(asked.given),
        right=offered and _right(found, offered),
        year=found.day.year if paid else None,
    )
    if paid and _paid(case):
        raise CaseRefused(f"“{items[0].title.zh}”{case.year}年已经兑现", hint="在“我的办件”里查看")
    case.save(force_insert=True)
    return case


def _paid(case: Case) -> bool:
    same = Case.objects.filter(subject=case.subject, service=case.service, year=case.year)
    return same.filter(amount__isnull=False).exists()


def _right(found: Opened, offered: Offer) -> dict[str, Any]:
    """Return what the rules said, as it is kept with the case."""
    said = offered.entitlement
    return {
        "rule": said.rule,
        "mode": said.mode,
        "verdict": said.reason.verdict,
        "result": said.reason.result,
        "amount": None if said.amount is None else f"{said.amount:.2f}",
        "needed": [{"fact": n.fact, "known": n.known, "asked": n.asked} for n in said.needed],
        "snapshot": found.snapshot.id,
        "run": found.run.id,
        "day": found.day.isoformat(),
    }
