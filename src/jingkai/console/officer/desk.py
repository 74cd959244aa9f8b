"""The officer's work list: cases and corrections that wait, near misses to call, work that runs."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from jingkai.console.answer import answer
from jingkai.console.casework.procedures import today
from jingkai.console.casework.worklist import counted, refresh_silent
from jingkai.console.models import Account, Correction, Job
from jingkai.console.officer.history import asked_words
from jingkai.console.officer.near import counted_before, near_rules
from jingkai.console.officer.register import opened_register
from jingkai.console.opened import Opened
from jingkai.console.told import hidden_from, sensitive_facts
from jingkai.console.trail import record
from jingkai.console.work.shown import job_shown

__all__ = ["desk"]

_JOBS = 5
_RULES = 12


def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits for the officer; with ``?near=1`` only the part with near misses."""
    found, lang, account = opened_register(), request.lang, request.user
    if request.GET.get("near") and "HX-Request" in request.headers:
        near = _near(found, account, lang)
        return render(request, "console/officer/near.html", {"page": {"near": near}})
    hidden = hidden_from(account, found, lang)
    ready = bool(request.GET.get("near")) or counted_before(found, account.zone, hidden)
    waiting = _waiting(found, account, lang)
    refresh_silent(account.zone, today())
    page: dict[str, Any] = {
        "zone": account.zone,
        "office": _office(found, account, lang),
        "cases": counted(account, today()),
        "waiting": waiting,
        "near": _near(found, account, lang) if ready else None,
        "jobs": _jobs(account, lang),
    }
    if waiting:
        action = (
            "corrections.export"
            if request.GET.get("format") in ("csv", "xlsx")
            else "corrections.read"
        )
        facts = sensitive_facts(found, [c["column"] for c in waiting])
        record(request, action, account.zone, facts, corrections=len(waiting))
    return answer(request, "console/officer/desk.html", page, _table(waiting), "待办更正")


def _office(found: Opened, account: Account, lang: str) -> str:
    offices = found.rulebook.vocabulary.offices
    return offices[account.office].label.text(lang) if account.office in offices else account.office


def _waiting(found: Opened, account: Account, lang: str) -> list[dict[str, Any]]:
    """Return the corrections of the officer's zone and office, the oldest first; failed ones too."""
    entity, now = found.rulebook.vocabulary.entities["enterprise"], timezone.now()
    mine = Correction.objects.filter(zone=account.zone, office=account.office)
    again = mine.filter(state=Correction.State.ACCEPTED, job__state=Job.State.FAILED)
    lines = []
    for c in [*again.order_by("at"), *mine.filter(state=Correction.State.SUBMITTED).order_by("at")]:
        known = entity.column(c.column)
        lines.append(
            {
                "correction": c.pk,
                "enterprise": c.enterprise,
                "column": c.column,
                "name": c.name or c.enterprise,
                "fact": known[0].label.text(lang) if known else c.column,
                "year": known[1] if known else None,
                **asked_words(found, c, lang),
                "at": c.at.isoformat(timespec="minutes"),
                "days": (now - c.at).days,
                "failed": c.state == Correction.State.ACCEPTED,
            }
        )
    return lines


def _near(found: Opened, account: Account, lang: str) -> list[dict[str, Any]]:
    return near_rules(found, account.zone, hidden_from(account, found, lang), lang)[:_RULES]


def _jobs(account: Account, lang: str) -> list[dict[str, Any]]:
    """Return the officer's own jobs, those under way before the last that ended."""
    mine = Job.objects.filter(by=account)
    running = list(mine.filter(state__in=(Job.State.WAITING, Job.State.RUNNING)))
    ended = mine.filter(state__in=(Job.State.DONE, Job.State.FAILED))[:_JOBS]
    lines = [job_shown(j, lang) for j in [*running, *ended]]
    names = ("id", "title", "state", "state_title", "mark", "step", "created_at")
    return [{n: line[n] for n in names} for line in lines]


def _table(waiting: list[dict[str, Any]]) -> pl.DataFrame:
    columns = {
        "name": "企业", "enterprise": "统一社会信用代码", "fact": "数据项", "year": "年", "old": "原值",
        "new": "更正为", "at": "申请时间", "days": "已等天数",
    }  # fmt: skip
    schema = {zh: pl.Int64 if n in ("year", "days") else pl.String for n, zh in columns.items()}
    return pl.DataFrame([{zh: r[n] for n, zh in columns.items()} for r in waiting], schema=schema)
