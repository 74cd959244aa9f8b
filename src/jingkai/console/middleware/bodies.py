"""Refuses a request's body by the size it says, before anything of it is read, and what no database keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from jingkai.console.errors import ConsoleError
from jingkai.console.failure_pages import failed
from jingkai.console.files import EVIDENCE, REGISTERS, most_bytes
from jingkai.console.trail import record

__all__ = ["BodiesMiddleware", "largest_body", "most_body"]

#: Routes that take files: which kinds, and how many at once.
_FILES = {
    "import_new": (REGISTERS, 1),
    "my_correct": (EVIDENCE, 5),
    "my_apply": (EVIDENCE, 5),
    "my_case": (EVIDENCE, 5),
    "my_visit": (EVIDENCE, 5),
}
_FIELDS = 64 * 1024
#: Routes that take more JSON than a form is: ten thousand rows of facts.
_LARGE = {"api:check": 32 * 1024 * 1024}


def most_body(route: str) -> int:
    """Return how many bytes the body of a request to a route may have."""
    limit: int = _LARGE.get(route, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if route in _FILES:
        kinds, count = _FILES[route]
        limit = most_bytes(kinds) * count + _FIELDS
    return limit


def largest_body() -> int:
    """Return the most that any route takes, for the server before the site."""
    return max(map(most_body, (*_FILES, *_LARGE)))


class BodiesMiddleware:
    """Holds what a request says of its size against what its route takes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        """Let a request through, or answer that it is too large or holds a NUL."""
        size, most = request.META.get("CONTENT_LENGTH") or "0", most_body(_route(request))
        if not size.isdigit() or int(size) <= most:
            return _refuse_nul(request)
        if request.user.is_authenticated:  # anyone else could fill the trail
            record(request, "body.refused", _route(request), bytes=int(size), most=most)
        error = ConsoleError(
            f"提交的内容超过 {most / 1024 / 1024:.2g} MB，未接收", hint="分成几个文件后再传"
        )
        error.code = "too_large"
        return failed(request, error, 413)


def _refuse_nul(request: HttpRequest) -> HttpResponse | None:
    """Refuse a NUL typed into a form or an address: PostgreSQL takes none in a text."""
    if request.path.startswith("/api/"):  # reads its body itself
        return None
    typed = [
        v for told in (request.GET, request.POST) for _, values in told.lists() for v in values
    ]
    if not any("\0" in text for text in (request.path, *typed)):
        return None
    error = ConsoleError("提交的文字里有空字符，未接收", hint="删去看不见的字符，重新输入")
    return failed(request, error, 400)


def _route(request: HttpRequest) -> str:
    return str(request.resolver_match.view_name)
