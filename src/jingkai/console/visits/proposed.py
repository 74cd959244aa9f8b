"""Proposing a visit outside the plan: whom, why, within which cap, who goes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from jingkai.console.access import enterprise_for
from jingkai.console.address import address_of
from jingkai.console.answer import answer
from jingkai.console.errors import ConsoleError
from jingkai.console.models import Visit
from jingkai.console.officer.register import Asked as Searched
from jingkai.console.officer.register import opened_register, searched
from jingkai.console.opened import Opened
from jingkai.console.visits.access import VisitRefused, inspecting_office
from jingkai.console.visits.caps import plan_for, standing_of
from jingkai.console.visits.checks import read_day
from jingkai.console.visits.lines import standing_line, visit_line
from jingkai.console.visits.state import MADE, OPEN
from jingkai.console.visits.unplanned import GROUNDS, OVER_CAP, Asked, items_of, propose
from jingkai.console.visits.words import codes_of

__all__ = ["visit_new"]

_FOUND = 12
_FIELDS = ("day", "ground", "basis", "team", "need")


def visit_new(request: HttpRequest) -> HttpResponse:
    """Look for an enterprise (query: q), then propose a visit to it (query: enterprise); a POST proposes."""
    found, error = opened_register(), None
    if request.method == "POST":
        try:
            made = propose(
                request.user, found, _asked(request), timezone.localdate(), address_of(request)
            )
            return redirect("visit", pk=made.pk)
        except ConsoleError as refused:
            error = {"what": refused.what, "hint": refused.hint}
    office = inspecting_office(request.user)
    key = request.POST.get("enterprise", "") or request.GET.get("enterprise", "")
    page: dict[str, Any] = {
        "zone": request.user.zone, "inspects": bool(office), "q": request.GET.get("q", "").strip(),
        "found": [], "enterprise": None, "error": error,
    }  # fmt: skip
    if office and key:
        page |= _form(request, found, office, key)
    elif office and page["q"]:
        rows = searched(found, request.user.zone, Searched(words=page["q"])).head(_FOUND)
        page["found"] = rows.select("key", "name").to_dicts()
    response = answer(request, "console/visits/visit_new.html", page)
    response.status_code = 400 if error else 200
    return response


def _asked(request: HttpRequest) -> Asked:
    told = request.POST
    items = [*told.getlist("items"), *told.get("other_items", "").splitlines()]
    return Asked(
        told.get("enterprise", ""), told.get("day", ""), told.get("ground", ""), told.get("basis", ""),
        items, told.get("team", ""), told.get("urgent") == "yes", told.get("need", ""),
    )  # fmt: skip


def _form(request: HttpRequest, found: Opened, office: str, key: str) -> dict[str, Any]:
    """Return what the form asks, and what is known of visits to the enterprise already."""
    account, lang, today = request.user, request.lang, timezone.localdate()
    match = enterprise_for(account, found, key)
    year = _year(request.POST.get("day", ""), today.year)
    standing = standing_of(found, account.zone, office, match.key, year)
    there = Visit.objects.filter(zone=account.zone, enterprise=match.key, day__year=year)
    plan = plan_for(account.zone, year)
    people = plan.content["people"] if plan else {}
    grounds = codes_of("ground", lang)
    return {
        "enterprise": {"key": match.key, "name": match.name or match.key},
        "today": today.isoformat(),
        "standing": standing_line(office, standing, lang),
        "over_cap": OVER_CAP[lang != "zh"] if standing.full else "",
        "visits": [visit_line(v, today, lang) for v in there.filter(state__in=(*OPEN, *MADE))],
        "grounds": [{"code": g, "title": grounds[g]} for g in GROUNDS],
        "items": items_of(account.zone, office, year),
        "people": [
            {"id": i, "certificate": p["certificate"], "until": p["until"] or ""}
            for i, p in people.items()
            if p["office"] == office
        ],
        "typed": {
            **{n: request.POST.get(n, "") for n in _FIELDS},
            "other_items": request.POST.get("other_items", ""),
            "items": request.POST.getlist("items"),
            "urgent": request.POST.get("urgent") == "yes",
        },
    }


def _year(day: str, this: int) -> int:
    """Return the year of the day that was typed, whose plan and cap hold; this one where it is none."""
    try:
        return read_day(day, "").year
    except VisitRefused:
        return this
