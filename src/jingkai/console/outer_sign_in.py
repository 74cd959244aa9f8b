"""What allauth asks of somebody whom an identity provider has signed in."""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from jingkai.console.address import address_of
from jingkai.console.errors import ConsoleError
from jingkai.console.failure_pages import failed
from jingkai.console.models import Account
from jingkai.console.trail import record_as

__all__ = ["IdentityAdapter"]


class IdentityAdapter(DefaultSocialAccountAdapter):
    """Finds the account of an outer identity anew at each sign-in; makes none, links none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Return that nobody can sign up."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Give the login the account that the claim names, or refuse it.

        Raises
        ------
        ImmediateHttpResponse
            With the page that says that there is no account.
        """
        claims = sociallogin.account.get_provider_account().get_user_data() or {}
        told = claims.get(settings.OIDC_CLAIM)
        account = _account(told) if isinstance(told, str) else None
        if account is None:
            subject = str(sociallogin.account.uid)
            _refuse(request, "identity.refused", subject, "这个身份在本站没有账户")
        sociallogin.user = account

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        **_: Any,
    ) -> None:
        """Say that the provider's answer was not taken: a wrong state, a refusal, no answer.

        Raises
        ------
        ImmediateHttpResponse
            Always, with the page that says so.
        """
        reason = str(error or type(exception).__name__)
        _refuse(request, "identity.failed", "", "统一身份认证没有完成", reason=reason[:100])


def _account(told: str) -> Account | None:
    """Return the account of an outer id; else the one of this name that has no outer id."""
    told = told.replace("\0", "").strip()
    if not told:
        return None
    by_id = Account.objects.filter(external_id=told).first()
    return by_id or Account.objects.filter(username=told, external_id="").first()


def _refuse(request: HttpRequest, action: str, about: str, what: str, **detail: Any) -> None:
    record_as("", "anonymous", action, about, (), address_of(request), **detail)
    error = ConsoleError(what, hint="请联系管理员，或用账户和密码登录")
    error.code = "identity"
    raise ImmediateHttpResponse(failed(request, error, 403))
