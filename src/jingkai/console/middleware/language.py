"""Chinese first; English for who followed the link."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

__all__ = ["LanguageMiddleware"]

_CODES = {"zh": "zh-hans", "en": "en"}


class LanguageMiddleware:
    """Chooses by ``?lang=``, which is remembered in a cookie; never by the browser's own setting."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language."""
        name = settings.LANGUAGE_COOKIE_NAME
        asked = request.GET.get("lang", "")
        lang = next((v for v in (asked, request.COOKIES.get(name, "")) if v in _CODES), "zh")
        request.lang = lang
        with translation.override(_CODES[lang]):
            request.LANGUAGE_CODE = _CODES[lang]
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", "zh-CN" if lang == "zh" else "en")
        if asked in _CODES:
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie(name, asked, 365 * 86400, samesite="Lax", secure=secure)
        return response
