"""Opening cases: a right confirmed once, or an application with all that it needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from jingkai.console.access import enterprise_for, zone_of
from jingkai.console.casework.acting import record_events
from jingkai.console.casework.errors import CaseRefused
from jingkai.console.casework.handing_in import HandedIn, hand_in, missing
from jingkai.console.casework.procedures import items_of, procedures, today
from jingkai.console.casework.recorded import ReadCase, read_case
from jingkai.console.casework.rights import Offer, offer, open_columns
from jingkai.console.models import Account, Case, CasePart
from jingkai.console.opened import Opened
from jingkai.registry.snapshot import Match
from jingkai.services.bundle import plan_bundle
from jingkai.services.case import CaseEvent
from jingkai.services.catalogue import Item, Material

__all__ = ["Application", "apply", "asked_materials", "confirm"]

_MOST_TEXT = 200


@dataclass(frozen=True)
class Application:
    """What an applicant fills in.

    Parameters
    ----------
    service
        An item or a bundle.
    subject, matter
        The key of the row that it is about, where a rule decides; else what it is about in words.
    given
        Values stated, by column, as typed.
    files, commitments
        By material its files; the materials for which a written commitment stands.
    without
        Optional items of a bundle that are not wanted.
    """

    service: str
    subject: str = ""
    matter: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Iterable[UploadedFile]] = field(default_factory=dict)
    commitments: Collection[str] = ()
    without: Collection[str] = ()


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
    bundle = asked.service in procedures().bundles
    items = _chosen(asked, bundle)
    offered = None
    if len(items) == 1 and items[0].source.rule is not None:
        plain = offer(found, match, items[0], asked.subject)
        _check_given(found, plain, asked.given)
        offered = offer(found, match, items[0], asked.subject, asked.given)
        wanted = asked_materials(items, plain)
    else:
        wanted = asked_materials(items, None)
        if not asked.matter.strip():
            raise CaseRefused("没有写明办理内容", hint="写明企业、项目或事由的名称")
    lacking = missing(wanted, asked.files, asked.commitments)
    if lacking:
        raise CaseRefused(f"还缺材料：{'、'.join(lacking)}", hint="一次补齐后再提交")
    event = CaseEvent("submit", today(), "applicant", account.username)
    return _opened(account, found, match, asked, items, offered, event, address, wanted)


def asked_materials(items: Collection[Item], offered: Offer | None) -> tuple[Material, ...]:
    """Return what the applicant has to bring, each once: of a right only what it waits for."""
    if offered is not None and offered.entitlement.mode != "refused":
        return offered.entitlement.materials
    return tuple({m.id: m for i in items for m in i.asked}.values())


def _chosen(asked: Application, bundle: bool) -> list[Item]:
    if not bundle:
        return list(items_of(asked.service, False, today()).values())
    return list(plan_bundle(procedures().bundles[asked.service], asked.without).items)


def _check_given(found: Opened, plain: Offer, given: Mapping[str, str]) -> None:
    """Hold what is stated against what is asked: nothing less, nothing else."""
    columns = open_columns(found, plain)
    entity = found.rulebook.vocabulary.entities[plain.item.source.entity]
    if other := [c for c in given if c not in columns]:
        raise CaseRefused(f"没有要求填写“{other[0]}”", hint="登记册的值有误时，先申请更正")
    left = [c for c in columns if not given.get(c, "").strip()]
    if left:
        known = (entity.column(c) for c in left)
        titles = "、".join(k[0].label.zh + (f"（{k[1]}年）" if k[1] else "") for k in known if k)
        raise CaseRefused(f"还没有填写：{titles}", hint="一次填齐后再提交")


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
                CasePart(case=case, item=i.id, position=n, status="draft")
                for n, i in enumerate(items)
            ]
            CasePart.objects.bulk_create(parts)
            read = read_case(case)
            begun = [(i.id, event) for i in items if read.ready(i.id)]
            read = record_events(read, begun, account, address)
            hand_in(case, papers, 1)
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
        matter=asked.matter.strip()[:_MOST_TEXT] or (offered.subject.name if offered else ""),
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
