"""An enterprise objects to a visit: that it should not be, how it went, what it found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from jingkai.console.files import EVIDENCE, store_file
from jingkai.console.models import Account, Visit
from jingkai.console.roles import Role
from jingkai.console.visits.access import VisitRefused
from jingkai.console.visits.checks import need
from jingkai.console.visits.state import SHOWN, Kind, VisitState
from jingkai.console.visits.steps import take

__all__ = ["object_to"]

_MOST_FILES = 5


def object_to(
    visit: Visit, account: Account, text: str, files: Iterable[UploadedFile], today: date,
    address: str = "",
) -> None:  # fmt: skip
    """Object to a visit of the account's enterprise, with files that prove it if there are any.

    Raises
    ------
    VisitRefused
        If it is another's visit, an objection still waits for its answer, or nothing is said.
    FileRefused
        If a file is not taken.
    """
    if account.role != Role.ENTERPRISE or account.enterprise != visit.enterprise:
        raise VisitRefused("不是本企业的检查", hint="换本企业的账户登录")
    said = need(text, "没有写明对什么有异议")
    papers = list(files)
    if len(papers) > _MOST_FILES:
        raise VisitRefused(f"证据超过{_MOST_FILES}个", hint="合并成一个 PDF")

    def judge(state: VisitState) -> dict[str, Any]:
        if state.status not in SHOWN:
            raise VisitRefused("这次检查还没有决定", hint="决定以后再提出")
        if state.open_objection is not None:
            raise VisitRefused("上一次异议还没有答复", hint="答复以后可以再提出")
        return {"text": said}

    judge(VisitState.of(visit.events.all()))  # before any file is kept
    evidence = [store_file(paper, account, EVIDENCE, address) for paper in papers]
    take(visit, account, Kind.OBJECTED, today, judge, address, evidence)
