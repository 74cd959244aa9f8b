"""What stands on the screen, or in JSON, when a request is not answered: one shape of error everywhere."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from jingkai.console.errors import ConsoleError, NotFound
from jingkai.console.trail import record
from jingkai.console.wanted import wants_json
from jingkai.errors import JingkaiError

__all__ = ["bad_request", "csrf_failed", "failed", "missing_page", "refused", "server_failed"]


def failed(request: HttpRequest, error: JingkaiError, status: int) -> HttpResponse:
    """Answer with what happened and what to do."""
    found = error.to_dict()
    if wants_json(request):
        return JsonResponse(found, status=status, json_dumps_params={"ensure_ascii": False})
    return render(request, "console/failed.html", {"error": found, "status": status}, status=status)


def refused(request: HttpRequest) -> HttpResponse:
    """Answer that the route is not for this role."""
    error = ConsoleError("当前账户不能打开这一页", hint="换一个有此权限的账户登录")
    error.code = "forbidden"
    return failed(request, error, 401 if not request.user.is_authenticated else 403)


def missing_page(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer that there is no such page, or that an address that is one has nothing to show."""
    if exception is not None and request.resolver_match is not None:
        return failed(request, NotFound("这里没有可看的内容", hint="返回上一页"), 404)
    return failed(request, NotFound("没有这一页", hint="从首页或上方的栏目进入"), 404)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer that a request is none: a wrong host, a broken form. Plain: nothing of it is trusted."""
    if wants_json(request):
        error = ConsoleError("请求无法识别", hint="检查大小和格式")
        return failed(request, error, 400)
    return HttpResponse("请求无法识别\n", status=400, content_type="text/plain; charset=utf-8")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer that a form was not sent from this site's own page."""
    error = ConsoleError("表单已失效，未做任何更改", hint="返回上一页，刷新后重新提交")
    error.code = "csrf"
    if request.user.is_authenticated:
        record(request, "request.forged", request.resolver_match.view_name)
    return failed(request, error, 403)


def server_failed(request: HttpRequest) -> HttpResponse:
    """Answer that something broke; what broke stands in the log, never on the page."""
    error = ConsoleError("系统出错，未能完成这一请求", hint="稍后再试；仍不行请联系管理员查看日志")
    return failed(request, error, 500)
