"""Lets a program ask the API in an account's name, by a key in the header `Authorization`."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from jingkai.console.address import address_of
from jingkai.console.api.rates import Rate
from jingkai.console.errors import ConsoleError
from jingkai.console.failure_pages import failed
from jingkai.console.tokens.keys import state_of, token_of, used
from jingkai.console.trail import record_as

__all__ = ["TokenMiddleware"]

_log = logging.getLogger(__name__)
_WRONG = Rate("wrong-key", 30)  # a minute from an address, then neither looked up nor written down


class TokenMiddleware:
    """Makes the account of a key that works the one who asks; a session counts for nothing then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or refuse a key that does not work."""
        request.api_token = None
        told = request.headers.get("Authorization")
        if told is None or not request.path.startswith("/api/"):
            return self.get_response(request)
        request.user = AnonymousUser()
        address = address_of(request)
        wait = _WRONG.wait_for(address)
        if wait:
            return _too_many(request, wait)
        kind, _, key = told.partition(" ")
        token = token_of(key.strip()) if kind.lower() == "bearer" else None
        state = state_of(token) if token else "unknown"
        if token is None or state != "working":
            _WRONG.count(address)
            _log.warning("an API key was refused (%s) from %s", state, address)
            if token is not None:
                who = token.account
                record_as(
                    who.username, who.role, "token.refused", str(token.pk), (), address, state=state
                )
            return _refused(request)
        request.user, request.api_token = token.account, token
        used(token)
        return self.get_response(request)


def _refused(request: HttpRequest) -> HttpResponse:
    error = ConsoleError("接口密钥无效、已过期或已作废", hint="登录后在“接口密钥”页新建一个")
    error.code = "unauthorized"
    response = failed(request, error, 401)
    response["WWW-Authenticate"] = "Bearer"
    return response


def _too_many(request: HttpRequest, wait: int) -> HttpResponse:
    error = ConsoleError("请求过于频繁", hint=f"{wait} 秒后再试")
    error.code = "throttled"
    response = failed(request, error, 429)
    response["Retry-After"] = str(wait)
    return response
