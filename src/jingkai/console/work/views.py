"""An account's own jobs, and one of them as it goes on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jingkai.console.answer import answer
from jingkai.console.errors import NotFound
from jingkai.console.models import Job
from jingkai.console.opened import opened
from jingkai.console.roles import Role, role_of
from jingkai.console.trail import record
from jingkai.console.work.deciding import start_deciding
from jingkai.console.work.shown import job_shown

__all__ = ["job", "jobs"]

_MOST = 200


def jobs(request: HttpRequest) -> HttpResponse:
    """Show the jobs that the account asked for, the newest first; posted: decide as of a day."""
    officer = role_of(request.user) is Role.OFFICER
    if request.method == "POST" and officer:
        started = start_deciding(request.user, request.POST.get("as_of", ""))
        record(request, "decide.start", str(started.pk), as_of=started.arguments["as_of"])
        return redirect("job", pk=started.pk)
    lines = [job_shown(j, request.lang) for j in Job.objects.filter(by=request.user)[:_MOST]]
    found = opened()
    page = {"jobs": lines, "day": found.day.isoformat() if found else "", "may_decide": officer}
    return answer(request, "console/work/jobs.html", page, _table(lines), "任务")


def job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a job; ``part=1`` gives only how far it is, ``then=reload`` has the page that asks loaded anew."""
    found = Job.objects.filter(pk=pk, by=request.user).first()
    if found is None:
        raise NotFound("没有这项任务", hint="从任务列表进入")
    page = job_shown(found, request.lang)
    if "part" not in request.GET:
        return answer(request, "console/work/job.html", page)
    reload = request.GET.get("then") == "reload"
    response = render(request, "console/work/progress.html", {"job": page, "reload": reload})
    if found.ended and reload:
        response["HX-Refresh"] = "true"
    return response


def _table(lines: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "事项": [j["title"] for j in lines],
            "状态": [j["state_title"] for j in lines],
            "发起": [j["created_at"].isoformat(" ", "seconds") for j in lines],
            "说明": [j["error"]["what"] if j["error"] else j["step"] for j in lines],
        },
        schema=dict.fromkeys(("事项", "状态", "发起", "说明"), pl.String),
    )
