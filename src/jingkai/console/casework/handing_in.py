"""The materials of a case: files kept, commitments noted, what is still missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from jingkai.console.casework.acting import act, may_act
from jingkai.console.casework.errors import CaseRefused
from jingkai.console.casework.recorded import ReadCase, read_case
from jingkai.console.files import EVIDENCE, check_paper, store_file
from jingkai.console.models import Account, Case, CaseFile, StoredFile
from jingkai.services.catalogue import Material

__all__ = ["HandedIn", "begin", "correct", "hand_in"]

_MOST_FILES = 20


@dataclass(frozen=True)
class HandedIn:
    """Materials that were taken in: by material its stored files, and those committed to."""

    files: Mapping[str, list[StoredFile]]
    commitments: Collection[str]

    @classmethod
    def stored(
        cls,
        files: Mapping[str, Iterable[UploadedFile]],
        commitments: Collection[str],
        wanted: Collection[Material],
        account: Account,
        address: str,
    ) -> HandedIn:
        """Keep the files of an application.

        Raises
        ------
        CaseRefused
            If they are for something that is not asked for, too many, or a commitment cannot stand for one.
        FileRefused
            If a file is not taken.
        """
        sent = {m: list(f) for m, f in files.items()}
        sent = {m: f for m, f in sent.items() if f}
        known = {m.id: m for m in wanted}
        if other := [m for m in (*sent, *commitments) if m not in known]:
            raise CaseRefused(f"没有要求材料“{other[0]}”", hint="只提交页面上列出的材料")
        if never := [m for m in commitments if not known[m].commitment]:
            raise CaseRefused(
                f"“{known[never[0]].title.zh}”不能以承诺代替", hint="附上 PDF、PNG 或 JPG 文件"
            )
        if sum(len(f) for f in sent.values()) > _MOST_FILES:
            raise CaseRefused(f"材料超过{_MOST_FILES}个文件", hint="合并成较少的 PDF")
        for paper in (one for f in sent.values() for one in f):
            check_paper(paper)  # all before any is kept
        kept = {
            m: [store_file(one, account, EVIDENCE, address) for one in f] for m, f in sent.items()
        }
        return cls(kept, commitments)


def correct(
    number: int,
    item: str,
    account: Account,
    files: Mapping[str, Iterable[UploadedFile]],
    commitments: Collection[str] = (),
    reason: str = "",
    address: str = "",
) -> ReadCase:
    """Answer a notice of defects: what was wrong is handed in anew, once.

    Parameters
    ----------
    reason
        What the applicant says about it; needed where nothing is handed in.

    Raises
    ------
    CaseRefused
        If nothing waits to be corrected, nothing comes, or something that the item does not ask for.
    """
    case = Case.objects.get(pk=number)
    before = read_case(case)
    if not may_act(account, before, item, "correct"):
        raise CaseRefused("不是本企业的办件", hint="从“我的办件”进入")
    papers = HandedIn.stored(files, commitments, before.items[item].asked, account, address)
    if not papers.files and not papers.commitments and not reason.strip():
        raise CaseRefused("没有补正任何内容", hint="附上材料，或写明说明")
    with transaction.atomic():
        found = act(number, item, "correct", account, address=address, reason=reason.strip()[:2000])
        hand_in(case, papers, found.case.length)
    return found


def begin(
    number: int,
    item: str,
    account: Account,
    files: Mapping[str, Iterable[UploadedFile]],
    commitments: Collection[str] = (),
    address: str = "",
) -> ReadCase:
    """Begin an item of a bundle whose forerunners were granted, with the materials that it still lacks.

    Raises
    ------
    CaseRefused
        If it may not begin yet, or something is still missing, with all of it at once.
    """
    case = Case.objects.get(pk=number)
    before = read_case(case)
    if not may_act(account, before, item, "submit"):
        raise CaseRefused("不是本企业的办件", hint="从“我的办件”进入")
    if not before.ready(item):
        raise CaseRefused("这个事项现在不能开始", hint="等前面的事项准予，或刷新页面查看现状")
    sent = {m for m, f in files.items() if list(f)} | set(commitments)
    if left := [m.title.zh for m in before.lacking(item) if m.id not in sent]:
        raise CaseRefused(f"还缺材料：{'、'.join(left)}", hint="一次补齐后再提交")
    papers = HandedIn.stored(files, commitments, before.items[item].asked, account, address)
    with transaction.atomic():
        found = act(number, item, "submit", account, address=address)
        hand_in(case, papers, found.case.length)
    return found


def hand_in(case: Case, papers: HandedIn, event: int) -> None:
    """Put materials into a case, with the event that they came with."""
    rows = [CaseFile(case=case, material=m, file=f, event=event)
            for m, files in papers.files.items() for f in files]  # fmt: skip
    rows += [CaseFile(case=case, material=m, event=event) for m in papers.commitments]
    CaseFile.objects.bulk_create(rows)
