"""What anyone who scans a visit's code sees: who comes, why, for what, and what the enterprise may do."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jingkai.console.address import address_of
from jingkai.console.answer import answer
from jingkai.console.errors import NotFound
from jingkai.console.failure_pages import failed
from jingkai.console.masking import shown_name
from jingkai.console.models import Visit
from jingkai.console.opened import opened
from jingkai.console.roles import Role, role_of
from jingkai.console.trail import record
from jingkai.console.visits.access import shown_visits, visits_seen
from jingkai.console.visits.lines import visit_whole
from jingkai.console.visits.steps import state_of

__all__ = ["visit_code"]

#: Wrong codes from one address before it must wait. A code has 128 random bits: this keeps the trail short.
_MOST_WRONG = 20
_WAIT = 600  # seconds
#: What of a visit stands on its public page.
_TOLD = (
    "number", "office", "day", "state", "state_text", "mark", "ground", "grounds", "kinds", "counts", "basis",
    "items", "drawn", "plan", "planned", "urgent", "approval_text", "team", "team_reason", "moves",
)  # fmt: skip


def visit_code(request: HttpRequest, token: str) -> HttpResponse:
    """Show the visits of a code; a wrong code is written into the trail."""
    counted = f"visit-code-{address_of(request)}"
    if cache.get(counted, 0) >= _MOST_WRONG:
        error = NotFound("扫码错误次数过多，暂停查看", hint="十分钟后再扫通知书上的二维码")
        error.code = "too_many"
        return _unseen(failed(request, error, 429))
    there = shown_visits().filter(token=token).select_related("plan")
    visits = list(there.prefetch_related("events").order_by("office"))
    if not visits:
        cache.add(counted, 0, _WAIT)
        cache.incr(counted)
        record(request, "visit.code_wrong")
        error = NotFound("没有这次检查", hint="核对通知书；没有通知书或者码不对的，可以拒绝检查")
        return _unseen(failed(request, error, 404))
    page = {**_page(visits, request.lang), **_doors(request, visits)}
    return _unseen(answer(request, "console/visits/code.html", page))


def _page(visits: list[Visit], lang: str) -> dict[str, Any]:
    today, first = timezone.localdate(), visits[0]
    whole = [visit_whole(v, state_of(v), today, lang) for v in visits]
    return {
        "enterprise": shown_name(first.name or first.enterprise, first.enterprise, _form(first)),
        "zone": first.zone,
        "today": today.isoformat(),
        "visits": [{n: w[n] for n in _TOLD} for w in whole],
    }


def _form(visit: Visit) -> str | None:
    """Return the registered legal form of the enterprise: sole traders are shown masked."""
    found = opened()
    match = found.snapshot.at_key("enterprise", visit.enterprise) if found else None
    if found is None or match is None:
        return None
    form: str | None = found.explainer.row("enterprise", match.position)[0].get("enterprise_type")
    return form


def _doors(request: HttpRequest, visits: list[Visit]) -> dict[str, Any]:
    """Return where who scanned may go on: its officer to write the arrival down, the enterprise to object."""
    role, keys = role_of(request.user), [v.pk for v in visits]
    mine: list[int] = []
    if role is Role.OFFICER:
        mine = list(visits_seen(request.user).filter(pk__in=keys).values_list("pk", flat=True))
    if role is Role.ENTERPRISE and request.user.enterprise == visits[0].enterprise:
        mine = keys
    return {
        "officer": mine if role is Role.OFFICER else [],
        "own": mine if role is Role.ENTERPRISE else [],
    }


def _unseen(response: HttpResponse) -> HttpResponse:
    """Keep the page out of stores and search engines: its address is the key to it."""
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
