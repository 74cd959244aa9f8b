"""The API as a whole: its document, its limits, and how it says what went wrong."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.renderers import JSONRenderer

from jingkai import __version__
from jingkai.console.api import desks, portal
from jingkai.console.api.rates import AddressThrottle, TokenThrottle
from jingkai.console.errors import ConsoleError, NotFound
from jingkai.errors import Finding, JingkaiError

__all__ = ["api"]


class ChineseRenderer(JSONRenderer):
    """JSON that a person can read too."""

    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False}


_log = logging.getLogger(__name__)

api = NinjaAPI(
    title="jingkai",
    version=__version__,
    description="国家级经开区的指标、规则和项目试算。Figures, rules and trials of national development zones.",
    docs_url=None,  # the site's own page shows the document: the usual ones load scripts from elsewhere
    openapi_url="/openapi.json",
    urls_namespace="api",
    renderer=ChineseRenderer(),
    throttle=[AddressThrottle("api", 120), TokenThrottle("api", 600)],
)
api.add_router("", portal.router)
api.add_router("", desks.router)


def _said(request: HttpRequest, error: JingkaiError, status: int) -> HttpResponse:
    return api.create_response(request, error.to_dict(), status=status)


@api.exception_handler(JingkaiError)
def jingkai_failed(request: HttpRequest, error: JingkaiError) -> HttpResponse:
    """Say what jingkai said."""
    return _said(request, error, 404 if isinstance(error, NotFound) else 400)


@api.exception_handler(ValidationError)
def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Say which parts of a request are not as the document has them."""
    findings = [
        Finding(e["msg"], ".".join(map(str, e["loc"])), code=e["type"]) for e in error.errors
    ]
    found = ConsoleError(
        "请求与接口说明不符", hint="按 /api/openapi.json 的格式改正", findings=findings
    )
    found.code = "invalid"
    return _said(request, found, 422)


@api.exception_handler(Throttled)
def too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    """Say when one may ask again."""
    found = ConsoleError("请求过于频繁", hint=f"{error.wait or 60:.0f} 秒后再试")
    found.code = "throttled"
    response = _said(request, found, 429)
    response["Retry-After"] = str(int(error.wait or 60))
    return response


@api.exception_handler(AuthenticationError)
def no_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Say that a call wants a key."""
    found = ConsoleError(
        "这个接口要用密钥", hint="登录后在“接口密钥”页新建，放在请求头 Authorization: Bearer 里"
    )
    found.code = "unauthorized"
    response = _said(request, found, 401)
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(HttpError)
def http_failed(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Say why a request is none: a body that is no JSON, a key for other things."""
    refused = error.status_code == 403
    found = ConsoleError("不能这样请求" if refused else "请求无法读取", hint=str(error))
    found.code = "forbidden" if refused else found.code
    return _said(request, found, error.status_code)


@api.exception_handler(SuspiciousOperation)
def suspicious(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
    """Refuse a request that is too large, or built to do harm."""
    _log.warning("the API refused %s: %s", request.path, error)
    large = isinstance(error, RequestDataTooBig)
    found = ConsoleError("请求过大" if large else "请求无法识别", hint="检查大小和格式")
    return _said(request, found, 413 if large else 400)


@api.exception_handler(Exception)
def broken(request: HttpRequest, error: Exception) -> Any:
    """Say that something broke; what broke stands in the log."""
    _log.exception("the API failed on %s", request.path)
    found = ConsoleError("系统出错，未能完成这一请求", hint="稍后再试；仍不行请联系管理员查看日志")
    return _said(request, found, 500)
