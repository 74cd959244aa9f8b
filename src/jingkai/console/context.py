"""What every page shows around what it is about."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from jingkai.console.casework.recorded import READY
from jingkai.console.desks import menu_of
from jingkai.console.models import CasePart
from jingkai.console.opened import opened
from jingkai.console.roles import Role, role_of
from jingkai.engine.table_file import SYNTHETIC

__all__ = ["site"]

_SYNTHETIC_EN = "Synthetic data, not the state of any real zone or enterprise"


def site(request: HttpRequest) -> dict[str, Any]:
    """Return language, role and what data the page is of."""
    found = opened()
    lang = getattr(request, "lang", "zh")
    warning = (SYNTHETIC if lang == "zh" else _SYNTHETIC_EN) if found and found.synthetic else ""
    user = getattr(request, "user", None)
    role = role_of(user) if user is not None else Role.ANONYMOUS
    return {
        "lang": lang,
        "role": str(role),
        "desk": menu_of(role, getattr(user, "office", "")),
        "waits": _waits(user) if role == Role.ENTERPRISE else None,
        "data": {"day": found.day, "year": found.year, "id": found.snapshot.id} if found else None,
        "synthetic": warning,
        "identity_provider": settings.OIDC_NAME,
    }


def _waits(account: Any) -> dict[str, Any] | None:
    """Return how many of an enterprise's cases wait for its papers, and the page that lists them."""
    count = CasePart.objects.filter(
        case__enterprise=account.enterprise, case__ended=False, status__in=("correcting", READY)
    ).count()
    return {"route": "my_cases", "count": count} if count else None
