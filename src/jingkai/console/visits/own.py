"""Inspections as the enterprise sees them: who came and comes, why, what was found, what it objects to."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from jingkai.allocation.inspections.ledger import not_recorded
from jingkai.console.address import address_of
from jingkai.console.answer import answer
from jingkai.console.enterprise.own import about, own
from jingkai.console.errors import ConsoleError
from jingkai.console.files import EVIDENCE, most_bytes
from jingkai.console.opened import Opened
from jingkai.console.visits.access import own_visit, shown_visits
from jingkai.console.visits.caps import standing_of
from jingkai.console.visits.lines import standing_line, visit_line, visit_whole
from jingkai.console.visits.objection_lines import objection_lines
from jingkai.console.visits.objections import object_to
from jingkai.console.visits.records import registry_visits, visit_rows
from jingkai.console.visits.steps import state_of
from jingkai.console.visits.words import code_words

__all__ = ["my_visit", "my_visits"]


def my_visits(request: HttpRequest) -> HttpResponse:
    """List the visits to the enterprise: to come, made, and those that only the register knows."""
    found, match = own(request)
    today, lang = timezone.localdate(), request.lang
    mine = shown_visits().filter(enterprise=match.key)
    lines = [visit_line(v, today, lang) for v in mine.order_by("-day", "office")]
    zone = about(found, match)["zone"] or ""
    recorded = _recorded(found, match.key, mine, today.year, lang)
    offices = {*mine.filter(day__year=today.year).values_list("office", flat=True)}
    offices |= {r["code"] for r in recorded if r["code"]}
    page = {
        "enterprise": about(found, match),
        "year": today.year,
        "visits": lines,
        "recorded": recorded,
        "standings": [
            standing_line(o, standing_of(found, zone, o, match.key, today.year, inside=False), lang)
            for o in sorted(offices)
        ],
    }
    return answer(request, "console/visits/my_visits.html", page, _table(lines), "检查")


def my_visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one visit to the enterprise; a POST objects to it."""
    found, match = own(request)
    asked, error = own_visit(match.key, pk), None
    today, lang = timezone.localdate(), request.lang
    if request.method == "POST":
        try:
            object_to(
                asked, request.user, request.POST.get("text", ""), request.FILES.getlist("evidence"),
                today, address_of(request),
            )  # fmt: skip
            return redirect("my_visit", pk=pk)
        except ConsoleError as refused:
            error = {"what": refused.what, "hint": refused.hint}
    state = state_of(asked)
    standing = standing_of(found, asked.zone, asked.office, match.key, asked.day.year, inside=False)
    page = {
        "enterprise": about(found, match),
        "visit": visit_whole(asked, state, today, lang),
        "standing": standing_line(asked.office, standing, lang),
        "year": asked.day.year,
        "objections": objection_lines(asked, state),
        "may_object": state.open_objection is None,
        "token": asked.token,
        "text": request.POST.get("text", "") if error else "",
        "kinds": sorted(EVIDENCE),
        "megabytes": most_bytes(EVIDENCE) // (1024 * 1024),
        "error": error,
    }
    response = answer(request, "console/visits/my_visit.html", page)
    response.status_code = 400 if error else 200
    return response


def _recorded(found: Opened, key: str, mine: Any, year: int, lang: str) -> list[dict[str, Any]]:
    """Return the year's visits that the register has and the desks do not."""
    register = registry_visits(found, year, key)
    desks = visit_rows(mine)
    # What the desks have is what of them the register is not new to: asked the other way round.
    rest = not_recorded(
        register.with_columns(record=pl.coalesce("plan_visit", "record", pl.lit(""))),
        desks.with_columns(plan_visit=pl.col("record")),
    ).sort("day")
    return [
        {
            "day": row["day"].isoformat(),
            "code": row["office"] or "",
            "office": code_words("inspecting_office", row["office"], lang),
            "ground": code_words("ground", row["ground"], lang),
            "result": code_words("result", row["result"], lang),
        }
        for row in rest.iter_rows(named=True)
    ]


def _table(lines: list[dict[str, Any]]) -> pl.DataFrame:
    heads = {
        "number": "检查编号", "day": "日期", "office": "检查机关", "ground": "事由", "state_text": "状态",
        "follow_up_by": "整改期限",
    }  # fmt: skip
    return pl.DataFrame(
        [{zh: line[n] for n, zh in heads.items()} for line in lines],
        schema=dict.fromkeys(heads.values(), pl.String),
    )
