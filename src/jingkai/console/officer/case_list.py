"""The officer's work list: items of cases by whose turn it is and what is due first."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.casework.lines import part_line
from jingkai.console.casework.procedures import procedures, today
from jingkai.console.casework.recorded import read_cases
from jingkai.console.casework.turns import COUNTER
from jingkai.console.casework.worklist import STATES, AskedCases, refresh_silent, work_list
from jingkai.console.models import Account, CasePart
from jingkai.console.opened import rulebook
from jingkai.console.paging import paged
from jingkai.console.trail import record

__all__ = ["cases", "part_lines"]

_A_PAGE = 50
_FILES = ("csv", "xlsx")
_WHOSE = {
    "mine": ("待我部门办理", "waiting for my office"),
    "all": ("我部门参与的", "my office takes part in"),
}


def cases(request: HttpRequest) -> HttpResponse:
    """Show the items of cases of the officer's zone and office; query: whose, state, item, page."""
    account, lang, day = request.user, request.lang, today()
    refresh_silent(account.zone, day)
    asked = AskedCases(
        _one_of(request, "whose", _WHOSE), _one_of(request, "state", STATES), request.GET.get("item", "")
    )  # fmt: skip
    rows = work_list(account, asked, day)
    count = rows.count()
    part = paged(count, request.GET.get("page", ""), _A_PAGE)
    as_file = request.GET.get("format") in _FILES
    shown = rows if as_file else rows[part.start : part.start + _A_PAGE]
    lines = part_lines(shown, day, lang)
    page: dict[str, Any] = {
        "zone": account.zone,
        "day": day.isoformat(),
        "asked": {"whose": asked.whose, "state": asked.state, "item": asked.item},
        "whose": [{"value": n, "text": t[lang != "zh"]} for n, t in _WHOSE.items()],
        "states": [{"value": n, "text": t[lang != "zh"]} for n, t in STATES.items()],
        "items": own_items(account, lang),
        "count": count,
        "cases": [] if as_file else lines,
        "pages": part.to_dict(),
    }
    if lines:
        record(
            request, "cases.export" if as_file else "cases.read", account.zone,
            cases=len({line["case"] for line in lines}), state=asked.state,
        )  # fmt: skip
    return answer(request, "console/officer/cases.html", page, _table(lines), "办件")


def part_lines(parts: QuerySet[CasePart], day: date, lang: str = "zh") -> list[dict[str, Any]]:
    """Return items of cases as a list shows them, each as its events and the day have it."""
    rows, book = list(parts), rulebook().on(day)
    found = {c.case.pk: c for c in read_cases({p.case_id: p.case for p in rows}.values())}
    return [part_line(found[p.case_id], p.item, book, day, lang) for p in rows]


def own_items(account: Account, lang: str = "zh") -> list[dict[str, str]]:
    """Return the items that an officer's office takes part in; the counter all."""
    return [
        {"item": n, "title": i.title.text(lang)}
        for n, i in procedures().items.items()
        if account.office in (*i.offices, COUNTER)
    ]


def _one_of(request: HttpRequest, name: str, known: dict[str, Any]) -> str:
    asked = request.GET.get(name, "")
    return asked if asked in known else next(iter(known))


def _table(lines: list[dict[str, Any]]) -> pl.DataFrame:
    rows = [
        {
            "办件编号": c["number"], "事项": c["title"], "企业": c["enterprise"]["name"],
            "统一社会信用代码": c["enterprise"]["key"], "办理内容": c["matter"], "申请日期": c["at"],
            "状态": c["status_text"], "待办部门": "、".join(c["turn"]),
            "到期事项": c["due"]["title"] if c["due"] else "",
            "到期日": (c["due"]["end"] or c["due"]["assumed"] or "") if c["due"] else "",
            "期限": c["due"]["text"] if c["due"] else "",
        }
        for c in lines
    ]  # fmt: skip
    names = (
        *(
            "办件编号",
            "事项",
            "企业",
            "统一社会信用代码",
            "办理内容",
            "申请日期",
            "状态",
            "待办部门",
        ),
        *("到期事项", "到期日", "期限"),
    )
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
