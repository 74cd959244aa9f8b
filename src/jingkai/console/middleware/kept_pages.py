"""Keeps the portal's pages as they were rendered: all who are not signed in see the same ones."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from jingkai.console.opened import opened
from jingkai.console.roles import Role, role_of

__all__ = ["KeptPagesMiddleware"]

#: Pages that say nothing of who asks; a tried project is left out, it is somebody's own.
_KEPT = frozenset({"home", "zones", "compare", "zone", "library", "measure", "rule", "api_page"})
_MOST_BYTES = 32 * 1024 * 1024


class KeptPagesMiddleware:
    """Answers a page again from memory, until data change or there is no room."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._pages: OrderedDict[Hashable, tuple[bytes, dict[str, str]]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and keep the page."""
        response = self.get_response(request)
        key = getattr(request, "kept_as", None)
        if key is not None and response.status_code == 200 and not response.streaming:
            self._keep(key, response)
        return response

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        """Return the page where it is kept; else remember under which name to keep it."""
        kept = request.method == "GET" and request.resolver_match.view_name in _KEPT
        # A message waits in a session or cookie: who has any of them is not anyone.
        apart = {settings.SESSION_COOKIE_NAME, "messages"} & request.COOKIES.keys()
        if not kept or apart or role_of(request.user) is not Role.ANONYMOUS:
            return None
        found = opened()
        key = (
            found.snapshot.id if found else "",
            str(settings.WORKSPACE.path),
            request.lang,
            request.get_full_path(),
        )
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
                return HttpResponse(page[0], headers=page[1])
        request.kept_as = key
        return None

    def _keep(self, key: Hashable, response: HttpResponse) -> None:
        with self._lock:
            if key in self._pages:
                return
            self._pages[key] = (response.content, dict(response.items()))
            self._bytes += len(response.content)
            while self._bytes > _MOST_BYTES:
                _, (content, _) = self._pages.popitem(last=False)
                self._bytes -= len(content)
