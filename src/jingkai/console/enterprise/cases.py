"""An enterprise's cases: where they stand, what is its turn, and what it does about it."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from jingkai.console.address import address_of
from jingkai.console.answer import answer
from jingkai.console.casework.access import case_for
from jingkai.console.casework.acting import act
from jingkai.console.casework.errors import CaseRefused
from jingkai.console.casework.handing_in import begin, correct
from jingkai.console.casework.lines import case_line, part_line, service_title
from jingkai.console.casework.procedures import today
from jingkai.console.casework.recorded import READY, ReadCase, read_cases
from jingkai.console.enterprise.apply_form import limits, material_fields, sent_papers
from jingkai.console.enterprise.own import about, own
from jingkai.console.errors import ConsoleError
from jingkai.console.models import Case
from jingkai.console.opened import Opened
from jingkai.console.wanted import wants_json

__all__ = ["my_case", "my_cases"]

_MOST = 200


def my_cases(request: HttpRequest) -> HttpResponse:
    """List an enterprise's cases, the newest first: those that wait for it, those under way, those that ended."""
    found, match = own(request)
    rows = Case.objects.filter(enterprise=match.key).select_related("by")[:_MOST]
    lines = [_line(read, found, request.lang) for read in read_cases(rows)]
    page = {
        "enterprise": about(found, match),
        "waiting": [x for x in lines if x["waits"]],
        "open": [x for x in lines if not x["waits"] and not x["ended"]],
        "ended": [x for x in lines if x["ended"]],
    }
    return answer(request, "console/enterprise/cases.html", page, _table(lines), "我的办件")


@require_http_methods(["GET", "POST"])
def my_case(request: HttpRequest, id: int) -> HttpResponse:
    """Show a case; posting answers a notice, takes an item back, or notes an appeal."""
    found, match = own(request)
    read, error = case_for(request.user, id), None
    if request.method == "POST":
        try:
            _step(request, read)
            return redirect("my_case", id=id)
        except ConsoleError as raised:
            if wants_json(request):
                raise
            error, read = raised, case_for(request.user, id)
    line = case_line(read, found.rulebook, request.user, today(), request.lang)
    for part in line["parts"]:
        name = part["item"]
        part["turn"] = part_line(read, name, found.rulebook, today(), request.lang)["turn"]
        part["asked"] = _asked(found, read, part, request.lang)
    page = {
        "enterprise": about(found, match),
        "today": today().isoformat(),
        "case": line,
        "typed": {n: request.POST.get(n, "") for n in ("item", "do", "reason")},
        "error": error and {"what": error.what, "hint": error.hint},
        **limits(),
    }
    response = answer(request, "console/enterprise/case.html", page)
    response.status_code = 400 if error else 200
    return response


def _line(read: ReadCase, found: Opened, lang: str) -> dict[str, Any]:
    """Return a case as the list shows it: what waits for the enterprise, and what is due next of any of its items."""
    case = read.case
    parts = [part_line(read, n, found.rulebook, today(), lang) for n in read.states]
    due = [p["due"] for p in parts if p["due"]]
    return {
        "id": case.pk,
        "number": case.number,
        "title": service_title(read, lang),
        "bundle": case.bundle,
        "about": case.matter,
        "at": timezone.localtime(case.at).strftime("%Y-%m-%d"),
        "parts": parts,
        "waits": any(p["status"] in ("correcting", READY) for p in parts),
        "due": min(due, key=lambda d: d["end"] or d["assumed"] or "9999", default=None),
        "amount": None if case.amount is None else f"{case.amount:,.2f}",
        "ended": case.ended,
    }


def _step(request: HttpRequest, read: ReadCase) -> None:
    """Do what was asked for, as the account that asked."""
    posted, number, address = request.POST, read.case.pk, address_of(request)
    item, kind, reason = (posted.get(n, "").strip() for n in ("item", "do", "reason"))
    if item not in read.items or kind not in ("submit", "correct", "withdraw", "appeal"):
        raise CaseRefused("没有选择要办理的事项", hint="从办件页面办理")
    if kind in ("submit", "correct"):
        files, commitments = sent_papers(request, read.items[item].asked)
        if kind == "submit":
            begin(number, item, request.user, files, commitments, address)
        else:
            correct(number, item, request.user, files, commitments, reason, address)
        return
    channel = posted.get("channel", "") if kind == "appeal" else ""
    act(number, item, kind, request.user, address=address, reason=reason[:2000], channel=channel)


def _asked(found: Opened, read: ReadCase, part: dict[str, Any], lang: str) -> list[dict[str, Any]]:
    """Return the papers that may be handed in: anew where a notice is to be answered, or for an item to begin."""
    if "submit" in part["can"]:
        here = {f.material for f in read.case.files.all()}
        asked = tuple(m for m in read.items[part["item"]].asked if m.id not in here)
        return material_fields(found, asked, lang, {})
    if "correct" not in part["can"]:
        return []
    return material_fields(found, read.items[part["item"]].asked, lang, {})


def _told(part: dict[str, Any], bundle: bool) -> str:
    return f"{part['title']}：{part['status_text']}" if bundle else str(part["status_text"])


def _table(lines: list[dict[str, Any]]) -> pl.DataFrame:
    rows = [
        {
            "办件编号": line["number"], "事项": line["title"], "办理内容": line["about"],
            "提交": line["at"], "状态": "；".join(_told(p, line["bundle"]) for p in line["parts"]),
            "到期日": line["due"] and (line["due"]["end"] or line["due"]["assumed"]), "金额（元）": line["amount"],
        }
        for line in lines
    ]  # fmt: skip
    schema = None if rows else {"办件编号": pl.String}
    return pl.DataFrame(rows, infer_schema_length=None, schema=schema)
