"""Turns an error into a page or JSON that says what to do."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from jingkai.console.errors import NotFound
from jingkai.console.failure_pages import failed
from jingkai.errors import JingkaiError

__all__ = ["FailuresMiddleware"]


class FailuresMiddleware:
    """Answers an error that jingkai raised; any other is left to the log and the page of a 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer an error of jingkai."""
        if not isinstance(error, JingkaiError):
            return None
        return failed(request, error, 404 if isinstance(error, NotFound) else 400)
