"""The officer's call list: records of the zone that may be repaired now or soon, and what others lack."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.credit.lines import STATE_WORDS, facts_shown, record_line
from jingkai.console.credit.records import (
    RULE,
    can_tell,
    lacking,
    list_of_records,
    zone_records,
)
from jingkai.console.officer.register import opened_register
from jingkai.console.opened import Opened
from jingkai.console.paging import paged
from jingkai.console.told import hidden_from
from jingkai.console.trail import record

__all__ = ["repairs"]

_A_PAGE = 25
_WITHIN = (0, 30, 90, 180)
_USUAL = 30
#: What the list can show, with the states of records in it.
_WHICH = {
    "ready": (("now", "soon"), "可以申请或即将届满", "Ready now or soon"),
    "todo": (("todo",), "还有事项未完成", "Something to be done"),
    "open": (("open",), "待核实", "Not known yet"),
}


def repairs(request: HttpRequest) -> HttpResponse:
    """List records of the officer's zone by how near they are to repair; query: within (days), which, page."""
    found, lang, zone = opened_register(), request.lang, request.user.zone
    hidden = hidden_from(request.user, found, lang, "penalty")
    within = _chosen(request.GET.get("within", ""))
    which = request.GET.get("which", "")
    which = which if which in _WHICH else "ready"
    rows, counts = _asked(found, zone, hidden, within, which)
    part = paged(rows.height, request.GET.get("page", ""), _A_PAGE)
    page: dict[str, Any] = {
        "zone": zone, "day": found.day.isoformat(), "rule": RULE, "list": list_of_records(found),
        "some_hidden": _some_hidden(found, hidden),
        "within": within, "days": list(_WITHIN), "which": which, "count": rows.height,
        "choices": [
            {"which": n, "title": zh if lang == "zh" else en, "count": counts[n]}
            for n, (_, zh, en) in _WHICH.items()
        ],
        "records": _lines(found, rows.slice(part.start, _A_PAGE), hidden, lang),
        "pages": part.to_dict(),
    }  # fmt: skip
    if rows.height:
        as_file = request.GET.get("format") in ("csv", "xlsx")
        action = "repairs.export" if as_file else "repairs.read"
        facts = facts_shown(found, hidden)
        record(request, action, zone, facts, rows=rows.height, days=within, state=which)
    return answer(request, "console/credit/repairs.html", page, _table(found, rows), "信用修复")


def _chosen(text: str) -> int:
    return int(text) if text in {str(n) for n in _WITHIN} else _USUAL


def _some_hidden(found: Opened, hidden: dict[str, str]) -> bool:
    """Return whether the rule on repair reads something that the office may not see."""
    return can_tell(found) and any(n in hidden for n in found.rulebook.rules[RULE].reads_facts())


def _asked(
    found: Opened, zone: str, hidden: dict[str, str], within: int, which: str
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the records asked for, and how many each choice has."""
    if not can_tell(found):
        return pl.DataFrame(), dict.fromkeys(_WHICH, 0)
    rows = zone_records(found, zone, hidden)
    near = pl.col("always").fill_null(False) | (pl.col("days") <= within).fill_null(False)
    near |= pl.col("state").is_in(["now", "open"])
    rows = rows.filter(near)
    parts = {n: rows.filter(pl.col("state").is_in(states)) for n, (states, *_) in _WHICH.items()}
    return parts[which], {n: part.height for n, part in parts.items()}


def _lines(
    found: Opened, rows: pl.DataFrame, hidden: dict[str, str], lang: str
) -> list[dict[str, Any]]:
    """Return a page's records, with the enterprise and what each fails or nobody knows."""
    if not rows.height:
        return []
    return [
        {
            **record_line(found, row, hidden, lang),
            "enterprise": row["enterprise"],
            "firm": row["firm"] or row["enterprise"],
        }
        for row in rows.with_columns(lacking(found, lang)).iter_rows(named=True)
    ]


def _table(found: Opened, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the whole list as a file has it."""
    names = ("企业", "统一社会信用代码", "案号", "类别", "处罚机关", "决定日期", "严重程度", "状态")
    rest = ("最短公示期届满", "还有天数", "未符合", "未知")
    if not rows.height:
        return pl.DataFrame(schema=dict.fromkeys((*names, *rest), pl.String))
    codes = found.rulebook.vocabulary.entities["penalty"].facts["severity"].codes
    severities = {c: t.zh for c, t in codes.items()} if isinstance(codes, dict) else {}
    states = {s: zh for s, (zh, *_) in STATE_WORDS.items()}
    columns = [
        pl.col("firm"), pl.col("enterprise"), pl.col("name").fill_null(pl.col("key")), pl.col("kind"),
        pl.col("decided_by"), pl.col("occurred_on"), pl.col("severity").replace(severities),
        pl.col("state").replace(states), *(pl.col(n) for n in ("from", "days", "unmet", "unknown")),
    ]  # fmt: skip
    shown = [e.alias(n) for e, n in zip(columns, (*names, *rest), strict=True)]
    return rows.with_columns(lacking(found)).select(shown)
