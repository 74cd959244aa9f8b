"""Refuses whatever the table of permissions does not allow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from jingkai.console.failure_pages import refused
from jingkai.console.permissions import allowed, check_routes
from jingkai.console.roles import Role, role_of
from jingkai.console.trail import record
from jingkai.console.wanted import wants_json

__all__ = ["PermissionMiddleware"]


class PermissionMiddleware:
    """Asks the table before any view; the table is held against the routes when the site starts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        check_routes()
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        """Let a request through to its view, or answer that it may not."""
        route = request.resolver_match.view_name
        role = role_of(request.user)
        if allowed(route, role, request.method):
            return None
        if role is not Role.ANONYMOUS:
            record(request, "request.refused", route, method=request.method)
        elif not wants_json(request):
            return redirect_to_login(request.get_full_path())
        return refused(request)
