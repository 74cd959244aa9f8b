"""What allauth asks the site."""

from __future__ import annotations

import unicodedata
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from jingkai.console.errors import ConsoleError
from jingkai.console.failure_pages import failed

__all__ = ["AccountAdapter", "tried_name"]


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are given by who runs the site: nobody makes one alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return that nobody can sign up."""
        return False

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Answer that the account was switched off."""
        error = ConsoleError("此账户已停用", hint="请联系管理员")
        return failed(request, error, 403)


def tried_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return which account a sign-in is for, written one way, so that no spelling gives more guesses."""
    tried = (credentials or {}).get("username") or request.POST.get("login", "")
    return unicodedata.normalize("NFKC", str(tried)).strip().casefold()
