"""A case before the officer who takes its next step: what is asked, what the rule says, what happened."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from jingkai.console.access import may_see_enterprise
from jingkai.console.address import address_of
from jingkai.console.answer import answer
from jingkai.console.casework.access import case_for
from jingkai.console.casework.acting import act
from jingkai.console.casework.errors import CaseRefused
from jingkai.console.casework.lines import case_line
from jingkai.console.casework.procedures import today
from jingkai.console.casework.recorded import ReadCase
from jingkai.console.officer.case_forms import read_step, step_forms, typed_in
from jingkai.console.officer.case_right import right_shown
from jingkai.console.officer.register import opened_register
from jingkai.console.opened import Opened
from jingkai.console.told import sensitive_facts
from jingkai.console.trail import record
from jingkai.console.wanted import wants_json
from jingkai.services.case_machine import STEPS

__all__ = ["case"]


@require_http_methods(["GET", "POST"])
def case(request: HttpRequest, id: int) -> HttpResponse:
    """Show a case of the officer's zone and office; a POST takes a step of it."""
    found, read = opened_register(), case_for(request.user, id)
    error, status = None, 200
    if request.method == "POST":
        try:
            _take(request, read)
            return redirect("case", id=id)
        except CaseRefused as refused:
            if wants_json(request):
                raise
            read = case_for(request.user, id)
            error = {"what": refused.what, "hint": refused.hint}
            status = 409 if request.POST.get("seen") != str(read.case.length) else 400
    page = {**_page(request, found, read), "error": error}
    page["kept"] = _without_form(page, typed_in(request.POST))
    shown = [c["column"] for c in page["given"]] + page["right_facts"]
    facts = sensitive_facts(found, shown, read.case.entity)
    record(request, "case.read", read.case.enterprise, facts, case=read.case.pk)
    response = answer(
        request, "console/officer/case.html", page, _table(page["events"]), read.case.number
    )
    response.status_code = status
    return response


def _take(request: HttpRequest, read: ReadCase) -> None:
    """Take the step that a form asks for."""
    item, kind, seen, told = read_step(request.POST)
    act(read.case.pk, item, kind, request.user, seen=seen, address=address_of(request), **told)
    title = STEPS[kind].text(request.lang)
    messages.info(request, f"已记录：{title}" if request.lang == "zh" else f"Recorded: {title}")


def _page(request: HttpRequest, found: Opened, read: ReadCase) -> dict[str, Any]:
    account, lang = request.user, request.lang
    line = case_line(read, found.rulebook, account, today(), lang)
    line.pop("right")  # told as `ruled`, without what is not this office's to know
    right = right_shown(account, found, read, lang)
    here = found.snapshot.at_key("enterprise", read.case.enterprise)
    typed = typed_in(request.POST)
    for part in line["parts"]:
        papers = _papers(read, part["item"], line["files"])
        part["forms"] = step_forms(part, right, papers, typed, lang)
    return {
        **line,
        "day": today().isoformat(),
        "in_register": here is not None and may_see_enterprise(account, here.key, read.case.zone),
        "given": _beside(line["given"], right),
        "ruled": right,
        "right_facts": right["facts"] if right else [],
    }


def _without_form(page: dict[str, Any], typed: dict[str, Any]) -> list[str]:
    """Return the texts that were typed for a step that is not to be taken any more, so that none is lost."""
    if any(form["open"] for part in page["parts"] for form in part["forms"]):
        return []
    return [typed[name] for name in ("defects", "amount", "reason") if typed[name]]


def _papers(read: ReadCase, item: str, files: list[dict[str, Any]]) -> list[str]:
    """Return the titles of an item's materials: handed in, or asked for."""
    own = {m.id: m.title.zh for m in read.items[item].materials}
    here = {f["material"] for f in files}
    asked = {m.id for m in read.items[item].asked}
    return [title for m, title in own.items() if m in here | asked]


def _beside(given: list[dict[str, Any]], right: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return what the applicant stated, each beside what the register has."""
    register = right["register"] if right else {}
    return [{**g, "register": register.get(g["column"], "")} for g in given]


def _table(events: list[dict[str, Any]]) -> pl.DataFrame:
    columns = {
        "number": "序号", "on": "日期", "at": "记录时间", "item_title": "事项", "title": "环节", "step": "步骤",
        "office": "部门", "by": "经办", "reason": "理由", "amount": "金额",
    }  # fmt: skip
    schema = {zh: pl.Int64 if n == "number" else pl.String for n, zh in columns.items()}
    return pl.DataFrame([{zh: e[n] for n, zh in columns.items()} for e in events], schema=schema)
