"""Confirming a right once, and applying for an item or a bundle."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from jingkai.console.address import address_of
from jingkai.console.answer import answer
from jingkai.console.casework.item_lines import item_line
from jingkai.console.casework.offer_lines import facts_read, offer_line, taken
from jingkai.console.casework.opening import apply, confirm
from jingkai.console.casework.procedures import procedures
from jingkai.console.casework.rights import Offer, offer, subjects
from jingkai.console.enterprise.apply_form import form_of, read_form
from jingkai.console.enterprise.own import about, own
from jingkai.console.enterprise.services import service_line
from jingkai.console.errors import ConsoleError, NotFound
from jingkai.console.opened import Opened
from jingkai.console.wanted import wants_json
from jingkai.registry.snapshot import Match
from jingkai.services.catalogue import Item

__all__ = ["my_apply", "my_confirm"]


@require_http_methods(["GET", "POST"])
def my_confirm(request: HttpRequest, item: str) -> HttpResponse:
    """Show what will be paid, why and on which facts; posting confirms it. Query: about, the row's key."""
    found, match = own(request)
    of, key = procedures().items.get(item), request.GET.get("about", match.key)
    if of is None or of.source.rule is None:
        raise NotFound("没有这项可以确认的权益", hint="从“办事”里选择")
    if request.method == "POST":
        case = confirm(request.user, found, item, key, address_of(request))
        return redirect("my_case", id=case.case.pk)
    offered = offer(found, match, of, key)
    if not offered.at_once:
        return _to("my_apply", item, key)
    page = {
        "enterprise": about(found, match),
        "day": found.day.isoformat(),
        "service": item_line(of, found.rulebook, request.lang),
        "offer": offer_line(request.user, found, offered, request.lang),
        "facts": facts_read(request.user, found, offered, request.lang),
        "case": taken(match.key, found.day.year).get((item, key)),
    }
    return answer(request, "console/enterprise/confirm.html", page)


@require_http_methods(["GET", "POST"])
def my_apply(request: HttpRequest, service: str) -> HttpResponse:
    """Show the form of an application, and take what it sends. Query: about, the row's key."""
    found, match = own(request)
    page: dict[str, Any] = {
        "enterprise": about(found, match),
        "day": found.day.isoformat(),
        "service": service_line(found, service, request.lang),
    }
    of = procedures().items.get(service)
    offered = None
    if of is not None and of.source.rule is not None:
        rows, key = subjects(found, match, of.source.entity), _asked_key(request, found, match, of)
        if not key or not page["service"]["in_force"]:
            listed = [{"key": r.key, "name": r.name or r.key} for r in rows]
            return answer(request, "console/enterprise/choose.html", {**page, "subjects": listed})
        offered = offer(found, match, of, key)
        page["case"] = taken(match.key, found.day.year).get((service, key))
        if request.method == "GET" and offered.at_once:
            return _to("my_confirm", service, key)
    return _form(request, found, match, offered, page)


def _form(
    request: HttpRequest, found: Opened, match: Match, offered: Offer | None, page: dict[str, Any]
) -> HttpResponse:
    asked = read_form(request, page["service"]["service"], offered)
    error: ConsoleError | None = None
    if request.method == "POST":
        try:
            case = apply(request.user, found, asked, address_of(request))
            return redirect("my_case", id=case.case.pk)
        except ConsoleError as raised:
            if wants_json(request):
                raise
            error = raised
    whole = {**page, **form_of(request, found, match, asked, offered, error)}
    response = answer(request, "console/enterprise/apply.html", whole)
    response.status_code = 400 if error else 200
    return response


def _asked_key(request: HttpRequest, found: Opened, match: Match, of: Item) -> str:
    """Return the key of the row that is asked about; of several none until one is chosen."""
    rows = subjects(found, match, of.source.entity)
    return request.GET.get("about", "") or (rows[0].key if len(rows) == 1 else "")


def _to(route: str, item: str, key: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse(route, args=[item])}?{urlencode({'about': key})}")
