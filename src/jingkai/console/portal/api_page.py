"""The page that tells people how programs ask: made of the API's own document."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.api.site import api

__all__ = ["api_page"]


def api_page(request: HttpRequest) -> HttpResponse:
    """Show every way to ask, with what it takes."""
    document = api.get_openapi_schema()
    page: dict[str, Any] = {
        "title": document["info"]["title"],
        "version": document["info"]["version"],
        "calls": [
            _call(path, method, about)
            for path, methods in document["paths"].items()
            for method, about in methods.items()
        ],
    }
    return answer(request, "console/api.html", page)


def _call(path: str, method: str, about: dict[str, Any]) -> dict[str, Any]:
    return {
        "method": method.upper(),
        "path": path,
        "summary": about.get("description") or about.get("summary", ""),
        "takes": [
            {"name": p["name"], "in": p["in"], "required": p.get("required", False)}
            for p in about.get("parameters", [])
        ],
        "link": path if method == "get" and "{" not in path else "",
    }
