"""The officer's list of visits: what is due this week, what is overdue, what waits for somebody."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jingkai.console.answer import answer
from jingkai.console.models import Visit
from jingkai.console.paging import paged
from jingkai.console.trail import record
from jingkai.console.visits.access import inspecting_office, sees_every_office, visits_seen
from jingkai.console.visits.lines import visit_line
from jingkai.console.visits.records import register_table
from jingkai.console.visits.state import Kind, Status
from jingkai.console.visits.words import code_words

__all__ = ["visits"]

_A_PAGE = 50
_VIEWS = {
    "week": ("本周", "This week"),
    "overdue": ("逾期未查", "Overdue"),
    "approvals": ("待批准", "To approve"),
    "follow_up": ("待整改", "Follow-up"),
    "objections": ("异议待答复", "Objections"),
    "unplanned": ("计划外", "Unplanned"),
    "done": ("已检查", "Done"),
    "all": ("全部", "All"),
}


def visits(request: HttpRequest) -> HttpResponse:
    """List the visits of the officer's office; query: view, q (name or code), page.

    As a file the visits that are done are a register file, as `jingkai load inspections` takes it.
    """
    today, lang = timezone.localdate(), request.lang
    mine = visits_seen(request.user)
    view = request.GET.get("view", "")
    view = view if view in _VIEWS else "week"
    words = request.GET.get("q", "").strip()
    rows = _of_view(mine, view, today)
    if words:
        rows = rows.filter(Q(name__contains=words) | Q(enterprise__startswith=words.upper()))
    count = rows.count()
    part = paged(count, request.GET.get("page", ""), _A_PAGE)
    shown = rows[part.start : part.start + _A_PAGE]
    page = {
        "zone": request.user.zone,
        "office": code_words("inspecting_office", inspecting_office(request.user), lang)
        if inspecting_office(request.user)
        else "",
        "whole": sees_every_office(request.user),
        "view": view,
        "views": [
            {"view": v, "title": t[lang != "zh"], "count": _of_view(mine, v, today).count()}
            for v, t in _VIEWS.items()
        ],
        "q": words,
        "count": count,
        "visits": [visit_line(v, today, lang) for v in shown],
        "pages": part.to_dict(),
    }
    table = None
    if request.GET.get("format") in ("csv", "xlsx"):
        record(request, "visits.export", request.user.zone, rows=count, kind=view)
        table = register_table(rows) if view == "done" else _table(rows, today)
    return answer(
        request, "console/visits/visits.html", page, _table(mine.none(), today) if table is None else table,
        f"检查-{_VIEWS[view][0]}",
    )  # fmt: skip


def _of_view(mine: QuerySet[Visit], view: str, today: date) -> QuerySet[Visit]:
    monday = today - timedelta(days=today.weekday())
    week = Q(day__gte=monday, day__lt=monday + timedelta(days=7))
    undecided = mine.filter(plan=None).exclude(state=Status.CANCELLED)
    return {
        "week": mine.filter(week).exclude(state__in=(Status.CANCELLED, Status.DECLINED)),
        "overdue": mine.filter(state=Status.PLANNED, day__lt=today),
        "approvals": undecided.exclude(events__kind__in=(Kind.APPROVED, Kind.DECLINED)),
        "follow_up": mine.filter(follow_up_by__isnull=False).order_by("follow_up_by"),
        "objections": mine.filter(objected=True),
        "unplanned": mine.filter(plan=None).order_by("-day"),
        "done": mine.filter(state=Status.DONE).order_by("-day", "number"),
        "all": mine,
    }[view]


def _table(rows: QuerySet[Visit], today: date) -> pl.DataFrame:
    heads = {
        "number": "检查编号", "day": "日期", "name": "企业名称", "enterprise": "统一社会信用代码",
        "office": "检查机关", "ground": "事由", "state_text": "状态", "follow_up_by": "整改期限",
    }  # fmt: skip
    lines = (visit_line(v, today) for v in rows)
    return pl.DataFrame(
        [{zh: line[n] for n, zh in heads.items()} for line in lines],
        schema=dict.fromkeys(heads.values(), pl.String),
    )
