"""Corrections: an enterprise says that a fact is wrong, the office that holds it decides, the register follows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from jingkai.console import jobs
from jingkai.console.access import enterprise_for
from jingkai.console.errors import ConsoleError
from jingkai.console.fact_values import read_value, written_value
from jingkai.console.files import EVIDENCE, store_file
from jingkai.console.models import Account, Correction, Job
from jingkai.console.opened import Opened
from jingkai.console.roles import Role
from jingkai.console.trail import record_as
from jingkai.vocabulary import Fact, Vocabulary

__all__ = [
    "CorrectionRefused",
    "accept",
    "correctable",
    "decider",
    "may_decide",
    "refuse",
    "submit",
    "withdraw",
]

#: Decides about what only the enterprise itself holds.
_COUNTER = "zone_committee"
_MOST_FILES = 5
_MOST_TEXT = 200  # as `Correction.new` holds
State = Correction.State


class CorrectionRefused(ConsoleError):
    """A correction that cannot be made, or not any more."""

    code = "correction"


def decider(fact: Fact) -> str:
    """Return the office that decides on a fact: its holder; of the enterprise's own the zone's."""
    return _COUNTER if fact.holder == "enterprise" else fact.holder


def correctable(vocabulary: Vocabulary, column: str) -> tuple[Fact, int | None]:
    """Return the fact and year of an enterprise's column that may be corrected.

    Raises
    ------
    CorrectionRefused
        If there is no such fact, or it says where the enterprise belongs, which no correction moves.
    """
    entity = vocabulary.entities["enterprise"]
    known = entity.column(column)
    if known is None:
        raise CorrectionRefused(f"没有数据项“{column}”", hint="从“我的数据”里选择")
    if known[0].name in entity.references:
        raise CorrectionRefused(
            f"{known[0].label.zh}不能在这里更正", hint="迁入、迁出请到经开区管委会办理"
        )
    return known


def submit(
    account: Account,
    found: Opened,
    column: str,
    new: str,
    note: str,
    files: Iterable[UploadedFile],
    address: str = "",
) -> Correction:
    """Ask to correct a fact of the account's enterprise; nothing changes until an officer accepts it.

    Parameters
    ----------
    column, new
        Which fact (a yearly one with its year), and its value as a register file would have it.
    note, files
        Why, and what proves it: at least one file.
    address
        Where it is asked from, for the trail.

    Raises
    ------
    ConsoleError
        If the value cannot be read or is what the register has, evidence is missing or refused, or
        another correction of the fact is still open.
    """
    vocabulary = found.rulebook.vocabulary
    fact, _ = correctable(vocabulary, column)
    match = enterprise_for(account, found, account.enterprise)
    row = found.explainer.row("enterprise", match.position)[0]
    value = read_value(new, fact, vocabulary, found.day)
    papers = list(files)
    _check(row, column, value, new, papers)
    if Correction.objects.filter(enterprise=match.key, column=column, state__in=_OPEN).exists():
        raise _open_already(fact)
    evidence = [store_file(paper, account, EVIDENCE, address) for paper in papers]
    try:
        with transaction.atomic():
            correction = Correction.objects.create(
                enterprise=match.key,
                name=match.name,
                zone=row["zone"],
                office=decider(fact),
                column=column,
                unit="%" if fact.type == "ratio" else fact.unit,
                old=written_value(row.get(column), fact)[:_MOST_TEXT],
                new=new.strip(),
                note=note.strip()[:2000],
                by=account,
            )
            correction.evidence.set(evidence)
            _record(account, "correction.submit", correction, address)
    except IntegrityError as error:
        raise _open_already(fact) from error
    return correction


def may_decide(account: Account, correction: Correction) -> bool:
    """Return whether an account is of the office and the zone that decide on a correction."""
    return (
        account.role == Role.OFFICER
        and account.zone == correction.zone
        and account.office == correction.office
    )


def accept(correction: Correction, officer: Account, note: str = "", address: str = "") -> Job:
    """Accept a correction: it is put into the register and decided anew in the background.

    One whose job failed may be accepted again by the same office, which starts another.

    Raises
    ------
    CorrectionRefused
        If it is not this officer's to decide, or was decided or withdrawn meanwhile.
    """
    _check_office(correction, officer)
    with transaction.atomic():
        if not _failed(correction):
            _decide(correction, officer, State.ACCEPTED, note)
        job = jobs.start("correction", officer, correction.zone, correction=correction.pk)
        Correction.objects.filter(pk=correction.pk).update(job=job)
        _record(officer, "correction.accept", correction, address)
    correction.refresh_from_db()
    return job


def refuse(correction: Correction, officer: Account, reason: str, address: str = "") -> None:
    """Refuse a correction, with the reason that the enterprise reads.

    Raises
    ------
    CorrectionRefused
        If no reason is given, it is not this officer's to decide, or was decided or withdrawn meanwhile.
    """
    _check_office(correction, officer)
    if not reason.strip():
        raise CorrectionRefused("没有写明不采纳的理由", hint="写明理由，企业会看到")
    with transaction.atomic():
        _decide(correction, officer, State.REFUSED, reason)
        _record(officer, "correction.refuse", correction, address)
    correction.refresh_from_db()


def withdraw(correction: Correction, account: Account, address: str = "") -> None:
    """Take back a correction that nobody has decided on yet.

    Raises
    ------
    CorrectionRefused
        If it is not this enterprise's, or was decided meanwhile.
    """
    if account.role != Role.ENTERPRISE or account.enterprise != correction.enterprise:
        raise CorrectionRefused("不是本企业的更正申请", hint="换本企业的账户登录")
    with transaction.atomic():
        _move(correction, state=State.WITHDRAWN)
        _record(account, "correction.withdraw", correction, address)
    correction.refresh_from_db()


_OPEN = (State.SUBMITTED, State.ACCEPTED)


def _check(row: dict[str, Any], column: str, value: Any, new: str, papers: list[Any]) -> None:
    if row.get("zone") is None:
        raise CorrectionRefused(
            "登记册里没有写明本企业所在的经开区", hint="请与所在经开区管委会联系"
        )
    if len(new.strip()) > _MOST_TEXT:
        raise CorrectionRefused(f"内容超过{_MOST_TEXT}字", hint="写得短一些，详情放进证明材料")
    if row.get(column) == value:
        raise CorrectionRefused("与登记册现有的值相同", hint="填写应当更正为的值")
    if not papers:
        raise CorrectionRefused("没有证明材料", hint="附上 PDF、PNG 或 JPG 文件")
    if len(papers) > _MOST_FILES:
        raise CorrectionRefused(f"证明材料超过{_MOST_FILES}个", hint="合并成一个 PDF")


def _open_already(fact: Fact) -> CorrectionRefused:
    return CorrectionRefused(
        f"{fact.label.zh}已有一件更正在办理", hint="在“我的更正”里查看；要改，先撤回"
    )


def _check_office(correction: Correction, officer: Account) -> None:
    if not may_decide(officer, correction):
        raise CorrectionRefused("不是本部门办理的更正", hint="由持有该数据的部门办理")


def _failed(correction: Correction) -> bool:
    """Return whether it was accepted before and its job came to nothing; holds its row."""
    held = Correction.objects.select_for_update(of=("self",)).select_related("job")
    now = held.get(pk=correction.pk)
    return now.state == State.ACCEPTED and now.job is not None and now.job.state == Job.State.FAILED


def _decide(correction: Correction, officer: Account, state: Any, reason: str) -> None:
    _move(
        correction,
        state=state,
        decided_by=officer,
        decided_at=timezone.now(),
        reason=reason.strip()[:2000],
    )


def _move(correction: Correction, **to: Any) -> None:
    """Move a correction that waits for a decision; of two at once one does, whatever the database."""
    waiting = Correction.objects.filter(pk=correction.pk, state=State.SUBMITTED)
    if waiting.update(**to):
        return
    now = Correction.objects.select_related("decided_by").get(pk=correction.pk)
    by = f"（{now.decided_by.username}）" if now.decided_by else ""
    raise CorrectionRefused(
        f"这件更正已经办理{by}：{now.get_state_display()}", hint="刷新页面查看结果"
    )


def _record(account: Account, action: str, correction: Correction, address: str) -> None:
    detail = {"correction": correction.pk, "office": correction.office}
    facts = [correction.column]
    record_as(
        account.username, account.role, action, correction.enterprise, facts, address, **detail
    )
