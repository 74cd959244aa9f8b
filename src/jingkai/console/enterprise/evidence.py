"""What an enterprise handed in as proof: for itself and for the office that decides."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse

from jingkai.console.casework.access import may_see_case
from jingkai.console.casework.recorded import read_case
from jingkai.console.corrections import may_decide
from jingkai.console.errors import NotFound
from jingkai.console.files import path_of
from jingkai.console.models import CaseFile, Correction, StoredFile
from jingkai.console.roles import Role
from jingkai.console.trail import record

__all__ = ["evidence"]

#: Whom a file is about, which facts it proves, and of what it is part.
_About = tuple[str, list[str], dict[str, Any]]
_TYPES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}


def evidence(request: HttpRequest, id: UUID) -> HttpResponse:
    """Give a file of a correction or of a case as a download; each is written into the trail."""
    stored = StoredFile.objects.filter(pk=id).first()
    about = stored and (_of_correction(request, stored) or _of_case(request, stored))
    if stored is None or about is None:
        raise NotFound("没有这份材料", hint="从更正申请或办件里打开")
    enterprise, facts, detail = about
    record(request, "evidence.read", enterprise, facts, **detail, file=str(id))
    return FileResponse(
        path_of(stored).open("rb"),
        as_attachment=True,
        filename=stored.name,
        content_type=_TYPES[stored.kind],
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"},
    )


def _of_correction(request: HttpRequest, stored: StoredFile) -> _About | None:
    asked = Correction.objects.filter(evidence=stored).first()
    if asked is None:
        return None
    own = request.user.role == Role.ENTERPRISE and request.user.enterprise == asked.enterprise
    if not own and not may_decide(request.user, asked):
        return None
    return asked.enterprise, [asked.column], {"correction": asked.pk}


def _of_case(request: HttpRequest, stored: StoredFile) -> _About | None:
    paper = CaseFile.objects.select_related("case").filter(file=stored).first()
    if paper is None or not may_see_case(request.user, read_case(paper.case)):
        return None
    return paper.case.enterprise, [], {"case": paper.case.pk, "material": paper.material}
