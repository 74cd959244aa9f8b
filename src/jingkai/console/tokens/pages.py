"""An account's own keys: made, listed, revoked."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from jingkai.console.answer import answer
from jingkai.console.errors import ConsoleError
from jingkai.console.models import ApiToken
from jingkai.console.roles import Role
from jingkai.console.tokens.keys import MOST_DAYS, SCOPES, make_key, revoke, state_of
from jingkai.console.trail import record

__all__ = ["revoke_token", "tokens"]

_SCOPES = {
    "entitlements": (
        "企业可享受的政策及理由（GET /api/enterprises/…/entitlements）",
        "what the rules give an enterprise, with reasons",
    ),
    "enterprises": ("本区企业查找（GET /api/enterprises）", "finding enterprises of the own zone"),
    "check": ("批量核对，至多一万行（POST /api/check）", "bulk check of up to 10,000 rows"),
}
_STATES = {
    "working": ("有效", "works"),
    "revoked": ("已作废", "revoked"),
    "expired": ("已过期", "expired"),
    "closed": ("账户已停用", "account closed"),
}


@require_http_methods(["GET", "POST"])
@reauthentication_required(allow_get=True)
def tokens(request: HttpRequest) -> HttpResponse:
    """Show the account's keys; by POST (name, scope, days) make one, which is shown this once."""
    if request.method != "POST":
        return answer(request, "console/tokens/tokens.html", _page(request))
    asked = {
        "name": request.POST.get("name", "")[:100],
        "scopes": request.POST.getlist("scope"),
        "days": request.POST.get("days", ""),
    }
    days = int(asked["days"]) if asked["days"].isascii() and asked["days"].isdigit() else 0
    try:
        token, key = make_key(request.user, asked["name"], asked["scopes"], min(days, 9999))
    except ConsoleError as error:
        page = {**_page(request), "asked": asked, "error": error.to_dict()}
        response = answer(request, "console/tokens/tokens.html", page)
        response.status_code = 422
        return response
    record(request, "token.add", str(token.pk), scopes=token.scopes, days=days)
    return answer(request, "console/tokens/tokens.html", {**_page(request), "key": key})


@require_POST
def revoke_token(request: HttpRequest, number: int) -> HttpResponse:
    """End a key."""
    token = revoke(request.user, number)
    record(request, "token.revoke", str(token.pk))
    return redirect("tokens")


def _page(request: HttpRequest) -> dict[str, Any]:
    english = request.lang == "en"
    return {
        "tokens": [_line(t, english) for t in request.user.tokens.select_related("account")[:100]],
        "scopes": [
            {"scope": s, "title": _SCOPES[s][english]} for s in SCOPES[Role(request.user.role)]
        ],
        "most_days": MOST_DAYS,
        "asked": {"name": "", "scopes": [], "days": "90"},
        "key": "",
        "error": None,
    }


def _line(token: ApiToken, english: bool) -> dict[str, Any]:
    state = state_of(token)
    return {
        "number": token.pk,
        "name": token.name,
        "begins": token.begins,
        "scopes": token.scopes,
        "state": state,
        "state_text": _STATES[state][english],
        "created": _day(token.created_at),
        "expires": _day(token.expires_at),
        "used": _day(token.last_used_at) if token.last_used_at else None,
    }


def _day(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
