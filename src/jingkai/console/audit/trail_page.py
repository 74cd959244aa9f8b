"""The trail as the auditor reads it: filtered, page by page, as a file, and held against its chain."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import polars as pl
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jingkai.console.answer import answer
from jingkai.console.audit.action_words import action_text, detail_text, role_text
from jingkai.console.models import TrailEntry
from jingkai.console.trail import breaks, record

__all__ = ["trail"]

_PAGE = 50
_MOST = 100_000  # rows of a file
_BREAKS = 20
_TABLE = {
    "序号": "number",
    "时间": "time",
    "账户": "account",
    "角色": "role_text",
    "事项": "action_text",
    "事项代码": "action",
    "对象": "about",
    "数据项": "facts_text",
    "说明": "detail_text",
    "来源地址": "address",
    "摘要": "digest",
}


def trail(request: HttpRequest) -> HttpResponse:
    """Show the trail, the newest first; query: account, action, about, from, to, before, check."""
    lang, asked = request.lang, _asked(request)
    found = _filtered(asked)
    before = request.GET.get("before", "")
    shown = found.filter(number__lt=int(before)) if _number(before) else found
    entries = list(shown[: _PAGE + 1])
    page: dict[str, Any] = {
        "asked": asked,
        "filtered": any(asked.values()),
        "count": found.count(),
        "entries": [_line(e, lang) for e in entries[:_PAGE]],
        "next": entries[_PAGE - 1].number if len(entries) > _PAGE else None,
        "newest": not _number(before),
        "actions": [
            {"action": a, "title": action_text(a, lang)}
            for a in TrailEntry.objects.order_by("action")
            .values_list("action", flat=True)
            .distinct()
        ],
        "check": _check() if request.GET.get("check") else None,
    }
    wanted = request.GET.get("format", "")
    table, notes = pl.DataFrame(), []
    if wanted in ("csv", "xlsx"):
        record(request, "trail.export", form=wanted, asked={k: v for k, v in asked.items() if v})
        table = _table([_line(e, lang) for e in found[:_MOST]])
        if page["count"] > _MOST:
            notes.append(f"共 {page['count']} 条，只含最新 {_MOST} 条；按日期分段导出其余部分")
    return answer(request, "console/audit/trail.html", page, table, "审计记录", notes)


def _asked(request: HttpRequest) -> dict[str, str]:
    names = ("account", "action", "about", "from", "to")
    asked = {n: request.GET.get(n, "").strip()[:200] for n in names}
    return asked | {n: asked[n] if _day(asked[n]) else "" for n in ("from", "to")}


def _filtered(asked: dict[str, str]) -> QuerySet[TrailEntry]:
    found = TrailEntry.objects.order_by("-number")
    for name in ("account", "action"):
        if asked[name]:
            found = found.filter(**{name: asked[name]})
    if asked["about"]:
        found = found.filter(about__contains=asked["about"])
    begin, end = _day(asked["from"]), _day(asked["to"])
    if begin:
        found = found.filter(at__gte=_midnight(begin))
    if end:
        found = found.filter(at__lt=_midnight(end + timedelta(days=1)))
    return found


def _line(entry: TrailEntry, lang: str) -> dict[str, Any]:
    at = timezone.localtime(entry.at)
    return {
        "number": entry.number,
        "at": at.isoformat(timespec="seconds"),
        "time": at.strftime("%Y-%m-%d %H:%M:%S"),
        "account": entry.account,
        "role": entry.role,
        "role_text": role_text(entry.role, lang),
        "action": entry.action,
        "action_text": action_text(entry.action, lang),
        "about": entry.about,
        "facts": entry.facts,
        "facts_text": "、".join(entry.facts),
        "detail": entry.detail,
        "detail_text": detail_text(entry.detail, lang),
        "address": entry.address,
        "digest": entry.digest,
    }


def _check() -> dict[str, Any]:
    """Hold the whole chain against itself: how many entries, the last digest, where it breaks."""
    last = TrailEntry.objects.order_by("-number").first()
    found = [{"number": b.number, "what": b.what} for b in islice(breaks(), _BREAKS)]
    return {
        "holds": not found,
        "breaks": found,
        "number": last.number if last else 0,
        "digest": last.digest if last else "",
    }


def _table(lines: list[dict[str, Any]]) -> pl.DataFrame:
    schema = {title: pl.Int64 if n == "number" else pl.String for title, n in _TABLE.items()}
    rows = [[line[n] for n in _TABLE.values()] for line in lines]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 and "1900" < text < "9999" else None
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())
