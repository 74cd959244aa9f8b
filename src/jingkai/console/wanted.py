"""In which form a request wants its answer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

__all__ = ["wants_json", "without_format"]


def wants_json(request: HttpRequest) -> bool:
    """Return whether an answer is read by a program."""
    return request.path.startswith("/api/") or request.GET.get("format") == "json"


def without_format(request: HttpRequest, **changed: Any) -> str:
    """Return the request's query with some parameters changed (None: taken away), ready for a link."""
    query = request.GET.copy()
    for name in ("format", "lang"):
        query.pop(name, None)
    for name, value in changed.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return query.urlencode()
