"""What an enterprise handed in with an objection: for itself and for the office that answers."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse

from jingkai.console.errors import NotFound
from jingkai.console.files import path_of
from jingkai.console.models import Visit, VisitEvent
from jingkai.console.roles import Role
from jingkai.console.trail import record
from jingkai.console.visits.access import visits_seen

__all__ = ["visit_evidence"]

_TYPES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}


def visit_evidence(request: HttpRequest, id: UUID) -> HttpResponse:
    """Give a file of an objection as a download; each is written into the trail."""
    event = VisitEvent.objects.filter(evidence=id).select_related("visit").first()
    if event is None or not _may_see(request, event.visit):
        raise NotFound("没有这份证据", hint="从检查的异议里打开")
    stored, visit = event.evidence.get(pk=id), event.visit
    record(request, "evidence.read", visit.enterprise, (), number=visit.number, file=str(id))
    return FileResponse(
        path_of(stored).open("rb"), as_attachment=True, filename=stored.name,
        content_type=_TYPES[stored.kind],
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"},
    )  # fmt: skip


def _may_see(request: HttpRequest, visit: Visit) -> bool:
    if request.user.role == Role.ENTERPRISE:
        return bool(request.user.enterprise == visit.enterprise)
    return visits_seen(request.user).filter(pk=visit.pk).exists()
