"""A correction before the officer who decides on it: what is asked, what proves it, what it would change."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from jingkai.console.access import enterprise_for
from jingkai.console.answer import answer
from jingkai.console.corrections import accept, correctable, may_decide, refuse
from jingkai.console.errors import ConsoleError, NotFound
from jingkai.console.fact_lines import fact_lines
from jingkai.console.fact_values import read_value
from jingkai.console.models import Correction, Job
from jingkai.console.officer.changes import would_change
from jingkai.console.officer.history import asked_words
from jingkai.console.officer.register import opened_register
from jingkai.console.opened import Opened
from jingkai.console.told import sensitive_facts
from jingkai.console.trail import record

__all__ = ["correction"]


def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a correction of the officer's zone and office; a POST accepts or refuses it."""
    asked = _mine(request, pk)
    error = ""
    if request.method == "POST":
        try:
            _decide(request, asked)
            return redirect("correction", pk=pk)
        except ConsoleError as refused:
            error = f"{refused.what}。{refused.hint}"
            asked.refresh_from_db()
    found = opened_register()
    page = {
        **_page(request, found, asked),
        "error": error,
        "reason": request.POST.get("reason", ""),
    }
    record(
        request, "correction.read", asked.enterprise, sensitive_facts(found, [asked.column]),
        correction=asked.pk,
    )  # fmt: skip
    return answer(
        request, "console/officer/correction.html", page, _table(page["changes"]), f"更正-{pk}"
    )


def _mine(request: HttpRequest, pk: int) -> Correction:
    """Return a correction of the officer's zone and office; any other is as if it were not there."""
    found = Correction.objects.select_related("job", "decided_by").filter(pk=pk).first()
    if found is None or not may_decide(request.user, found):
        raise NotFound("没有这件更正，或不由本部门办理", hint="从工作台进入")
    return found


def _decide(request: HttpRequest, asked: Correction) -> None:
    reason, address = request.POST.get("reason", ""), request.META.get("REMOTE_ADDR", "")
    zh = request.lang == "zh"
    match request.POST.get("decision"):
        case "accept":
            accept(asked, request.user, reason, address)
            text = (
                "已采纳，正在更新登记册并重新认定"
                if zh
                else "Accepted; the register is being updated"
            )
        case "refuse":
            refuse(asked, request.user, reason, address)
            text = "未采纳，理由已告知企业" if zh else "Refused; the enterprise reads the reason"
        case _:
            raise ConsoleError("没有选择采纳还是不采纳", hint="按其中一个按钮")
    messages.info(request, text)


def _page(request: HttpRequest, found: Opened, asked: Correction) -> dict[str, Any]:
    lang, vocabulary = request.lang, found.rulebook.vocabulary
    fact, year = correctable(vocabulary, asked.column)
    match = enterprise_for(request.user, found, asked.enterprise)
    (now,) = fact_lines(found, match.position, [asked.column], lang)
    value, unreadable = _value(asked, found)
    stored = found.explainer.row("enterprise", match.position)[0].get(asked.column)
    waits = asked.state == Correction.State.SUBMITTED
    failed = (
        asked.state == asked.State.ACCEPTED and asked.job and asked.job.state == Job.State.FAILED
    )
    changed = {asked.column: value}
    return {
        "correction": asked.pk,
        "enterprise": asked.enterprise,
        "name": match.name or match.key,
        "fact": fact.label.text(lang),
        "definition": fact.definition.text(lang),
        "year": year,
        **asked_words(found, asked, lang),
        "unreadable": unreadable,
        "now": now,
        "same": not unreadable and stored == value,
        "note": asked.note,
        "at": asked.at.isoformat(timespec="minutes"),
        "evidence": [
            {"file": str(f.pk), "name": f.name, "kind": f.kind, "size": f.size}
            for f in asked.evidence.all()
        ],
        "state": asked.state,
        "state_text": asked.get_state_display(),
        "open": bool(waits or failed),
        "failed": bool(failed),
        "decided_by": asked.decided_by.username if asked.decided_by else "",
        "decided_at": asked.decided_at.isoformat(timespec="minutes") if asked.decided_at else "",
        "decision_reason": asked.reason,
        "job": str(asked.job_id) if asked.job_id else "",
        "changes": [] if unreadable or not (waits or failed)
        else would_change(request.user, found, match.position, changed, lang),
    }  # fmt: skip


def _value(asked: Correction, found: Opened) -> tuple[Any, str]:
    """Return the stored value that is asked for, or why it cannot be read with today's dictionary."""
    vocabulary = found.rulebook.vocabulary
    fact, _ = correctable(vocabulary, asked.column)
    try:
        return read_value(asked.new, fact, vocabulary, found.day), ""
    except ConsoleError as error:
        return None, error.what


def _table(changes: list[dict[str, Any]]) -> pl.DataFrame:
    """Return what would change as a file has it."""
    names = {"title": "政策", "before": "现在", "after": "更正后"}
    rows = [{zh: c[n] or c["hidden"] for n, zh in names.items()} for c in changes]
    return pl.DataFrame(rows, schema=dict.fromkeys(names.values(), pl.String))
