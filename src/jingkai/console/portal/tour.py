"""A guided tour: for each desk what to open, and what to see there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from jingkai.console.answer import answer
from jingkai.console.demo_accounts import STAFF, demo_name
from jingkai.console.models import Account
from jingkai.console.opened import Opened, opened
from jingkai.console.permissions import allowed
from jingkai.console.portal.tour_steps import STOPS, Step, Stop
from jingkai.console.roles import Role, role_of

__all__ = ["tour"]


def tour(request: HttpRequest) -> HttpResponse:
    """Show every desk's steps, each with the page it is about."""
    found, role = opened(), role_of(request.user)
    accounts = _demo_accounts(found)
    stops = [_stop(stop, role, accounts, found, request.lang) for stop in STOPS]
    return answer(request, "console/tour.html", {"stops": stops, "demo": bool(accounts)})


def _demo_accounts(found: Opened | None) -> set[str]:
    """Return the demo accounts that there are; on real data none is told of."""
    if found is None or not found.synthetic:
        return set()
    names = [demo_name(role) for role in Role if role is not Role.ANONYMOUS] + [*STAFF]
    there = Account.objects.filter(username__in=names, is_active=True)
    return set(there.values_list("username", flat=True))


def _stop(
    stop: Stop, role: Role, accounts: set[str], found: Opened | None, lang: str
) -> dict[str, Any]:
    public = stop.role is Role.ANONYMOUS
    name = "" if public else demo_name(stop.role)
    return {
        "role": str(stop.role),
        "title": stop.title[lang],
        "account": name if name in accounts else "",
        "also": _also(accounts, found, lang) if stop.role is Role.OFFICER else [],
        "sign_in": not public and role is Role.ANONYMOUS,
        "other": not public and role not in (Role.ANONYMOUS, stop.role),
        "steps": [
            {
                "title": step.title[lang],
                "see": step.see[lang],
                "link": _link(step, found) if _opens(step, role) else "",
            }
            for step in stop.steps
        ],
    }


def _also(accounts: set[str], found: Opened | None, lang: str) -> list[dict[str, str]]:
    """Return the demo accounts of single offices that there are, with what each is for."""
    if found is None:
        return []
    offices = found.rulebook.vocabulary.offices
    told = []
    for name, staff in STAFF.items():
        if name in accounts:
            office = offices[staff.office].label.text(lang)
            told.append({"account": name, "office": office, "does": staff.does.text(lang)})
    return told


def _opens(step: Step, role: Role) -> bool:
    """Return whether who asks can open it, after signing in where not signed in."""
    return role is Role.ANONYMOUS or allowed(step.route, role)


def _link(step: Step, found: Opened | None) -> str:
    query = list(step.query)
    if step.largest_zones:
        query += [("zone", zone) for zone in _largest(found)]
    address = reverse(step.route, args=step.arguments)
    return f"{address}?{urlencode(query)}" if query else address


def _largest(found: Opened | None) -> list[str]:
    """Return the two zones with the largest output, to set side by side."""
    if found is None:
        return []
    rows = found.tables["zone"].filter(
        pl.col("indicator") == "zone_gdp", pl.col("value").is_not_null()
    )
    return rows.sort("value", descending=True)["group"].head(2).to_list()
