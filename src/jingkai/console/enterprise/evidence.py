"""What an enterprise handed in as proof: for itself and for the office that decides."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse

from jingkai.console.corrections import may_decide
from jingkai.console.errors import NotFound
from jingkai.console.files import path_of
from jingkai.console.models import Correction
from jingkai.console.roles import Role
from jingkai.console.trail import record

__all__ = ["evidence"]

_TYPES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}


def evidence(request: HttpRequest, id: UUID) -> HttpResponse:
    """Give a file of a correction as a download; each is written into the trail."""
    asked = Correction.objects.filter(evidence=id).prefetch_related("evidence").first()
    if asked is None or not _may_see(request, asked):
        raise NotFound("没有这份材料", hint="从更正申请里打开")
    stored = asked.evidence.get(pk=id)
    record(
        request,
        "evidence.read",
        asked.enterprise,
        [asked.column],
        correction=asked.pk,
        file=str(id),
    )
    return FileResponse(
        path_of(stored).open("rb"),
        as_attachment=True,
        filename=stored.name,
        content_type=_TYPES[stored.kind],
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"},
    )


def _may_see(request: HttpRequest, asked: Correction) -> bool:
    if request.user.role == Role.ENTERPRISE:
        return request.user.enterprise == asked.enterprise
    return may_decide(request.user, asked)
