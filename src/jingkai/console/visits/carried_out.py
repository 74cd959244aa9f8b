"""A visit before the officers who carry it out: everything about it, and the steps that are lawful now."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from jingkai.console.address import address_of
from jingkai.console.answer import answer
from jingkai.console.errors import ConsoleError
from jingkai.console.models import Visit
from jingkai.console.opened import opened
from jingkai.console.papers import qr_code
from jingkai.console.trail import record
from jingkai.console.visits import steps
from jingkai.console.visits.access import VisitRefused, may_act, seen_visit
from jingkai.console.visits.caps import standing_of
from jingkai.console.visits.lines import history_lines, standing_line, visit_line, visit_whole
from jingkai.console.visits.objection_lines import objection_lines
from jingkai.console.visits.state import SHOWN, Status, VisitState
from jingkai.console.visits.words import codes_of

__all__ = ["visit", "visit_notice"]

_TYPED = (
    "team", "reason", "scan_number", "result", "note", "follow_up", "until", "answer", "to", "why", "checked_how",
)  # fmt: skip


def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a visit of the officer's office; a POST takes one step."""
    asked = seen_visit(request.user, pk)
    today, error = timezone.localdate(), None
    if request.method == "POST":
        try:
            _step(request, asked, today)
            messages.info(request, "已记录" if request.lang == "zh" else "Recorded")
            return redirect("visit", pk=pk)
        except ConsoleError as refused:
            error = {"what": refused.what, "hint": refused.hint}
            asked = seen_visit(request.user, pk)
    page = {**_page(request, asked, today), "error": error}
    record(request, "visit.read", asked.enterprise, (), number=asked.number)
    return answer(request, "console/visits/visit.html", page)


def visit_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the notice of a visit for printing, with the code that opens its public page."""
    asked = seen_visit(request.user, pk)
    if asked.state not in SHOWN:
        raise VisitRefused("还没有批准的检查没有通知书", hint="先由本部门负责人批准")
    today, state = timezone.localdate(), steps.state_of(asked)
    where = request.build_absolute_uri(reverse("visit_code", args=[asked.token]))
    page = {
        "visit": visit_whole(asked, state, today, request.lang),
        "standing": _standing(asked, request.lang, inside=False),
        "together": _together(asked, today, request.lang),
        "address": where,
        "code": qr_code(where),
    }
    record(request, "visit.read", asked.enterprise, (), number=asked.number, what="notice")
    return answer(request, "console/visits/notice.html", page)


def _page(request: HttpRequest, asked: Visit, today: date) -> dict[str, Any]:
    state, lang = steps.state_of(asked), request.lang
    act = may_act(request.user, asked)
    waits = state.approval == "waiting" and asked.state != Status.CANCELLED
    return {
        "visit": visit_whole(asked, state, today, lang, inside=True),
        "zone": asked.zone,
        "today": today.isoformat(),
        "standing": _standing(asked, lang),
        "together": _together(asked, today, lang),
        "objections": objection_lines(asked, state),
        "history": history_lines(asked.events.all(), lang),
        "results": [{"code": c, "title": t} for c, t in codes_of("result", lang).items()],
        "can": _can(asked, state, act, waits and request.user.head, today),
        "waits": waits,
        "acts": act,
        "notice": asked.state in SHOWN,
        "typed": {n: request.POST.get(n, "") for n in _TYPED},
        "checks": _checks(request, state.about["items"]),
    }


def _checks(request: HttpRequest, items: list[str]) -> list[dict[str, Any]]:
    """Return the checklist as it was filled in, empty at first."""
    checked, notes = request.POST.getlist("checked"), request.POST.getlist("item_note")
    return [
        {"item": item, "checked": str(i) in checked, "note": notes[i] if i < len(notes) else ""}
        for i, item in enumerate(items)
    ]


def _can(asked: Visit, state: VisitState, act: bool, decide: bool, today: date) -> dict[str, bool]:
    """Return which steps may be taken now."""
    return {
        "decide": act and decide,
        "arrive": act and asked.state == Status.PLANNED and asked.day == today,
        "early": act and asked.state == Status.PLANNED and asked.day > today,
        "late": act and asked.state == Status.PLANNED and asked.day < today,
        "result": act and asked.state == Status.ARRIVED,
        "move": act and asked.state in (Status.PLANNED, Status.WAITING),
        "follow_up": act and asked.state == Status.DONE and state.result != "no_problem",
        "followed": act and state.open_follow_up is not None,
        "answer": act and state.open_objection is not None,
    }


def _standing(asked: Visit, lang: str, *, inside: bool = True) -> dict[str, Any]:
    standing = standing_of(
        opened(), asked.zone, asked.office, asked.enterprise, asked.day.year, inside=inside
    )
    return standing_line(asked.office, standing, lang)


def _together(asked: Visit, today: date, lang: str) -> list[dict[str, Any]]:
    """Return the visits of the other offices that go along."""
    others = Visit.objects.filter(zone=asked.zone, number=asked.number).exclude(pk=asked.pk)
    return [visit_line(v, today, lang) for v in others]


def _step(request: HttpRequest, asked: Visit, today: date) -> None:
    told, who, address = request.POST, request.user, address_of(request)
    match told.get("step"):
        case "approve":
            steps.approve(asked, who, today, address)
        case "decline":
            steps.decline(asked, who, told.get("why", ""), today, address)
        case "arrive":
            steps.arrive(
                asked, who, today, told.get("team", ""), told.get("reason", ""),
                told.get("scan_number", ""), address,
            )  # fmt: skip
        case "result":
            _result(request, asked, today)
        case "follow_up":
            steps.set_follow_up(
                asked, who, told.get("follow_up", ""), told.get("until", ""), today, address
            )
        case "followed":
            steps.finish_follow_up(asked, who, told.get("checked_how", ""), today, address)
        case "move":
            steps.move(asked, who, told.get("to", ""), told.get("why", ""), today, address)
        case "cancel":
            steps.cancel(asked, who, told.get("why", ""), today, address)
        case "taken" | "not_taken" as how:
            steps.answer(asked, who, told.get("answer", ""), how == "taken", today, address)
        case _:
            raise VisitRefused("没有选择要办的一步", hint="按其中一个按钮")


def _result(request: HttpRequest, asked: Visit, today: date) -> None:
    told = request.POST
    ticked = set(told.getlist("checked"))
    checked = [i for i in range(len(steps.state_of(asked).about["items"])) if str(i) in ticked]
    steps.record_result(
        asked, request.user, today, told.get("result", ""), checked, told.getlist("item_note"),
        told.get("note", ""), told.get("follow_up", ""), told.get("until", ""), address_of(request),
    )  # fmt: skip
