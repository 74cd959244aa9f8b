"""What was granted and is to be paid: a list for the treasury, marked as paid with the voucher."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
from django.contrib import messages
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from jingkai.console.address import address_of
from jingkai.console.answer import answer
from jingkai.console.casework.acting import act
from jingkai.console.casework.errors import CaseRefused
from jingkai.console.casework.lines import part_line
from jingkai.console.casework.procedures import pays_out, today
from jingkai.console.casework.recorded import ReadCase, read_cases
from jingkai.console.casework.turns import COUNTER
from jingkai.console.models import Account, CasePart, RecordedEvent
from jingkai.console.opened import rulebook
from jingkai.console.paging import paged
from jingkai.console.trail import record
from jingkai.console.wanted import without_format

__all__ = ["payments"]

_A_PAGE = 100
_FILES = ("csv", "xlsx")


@require_http_methods(["GET", "POST"])
def payments(request: HttpRequest) -> HttpResponse:
    """Show what is to be paid in the officer's zone; query: item, page. A POST marks some of it as paid."""
    account, lang = request.user, request.lang
    told: list[dict[str, str]] = []
    if request.method == "POST":
        told = _pay(request)
        if not told:
            return redirect(f"{request.path}?{without_format(request)}")
    items = {i.id: i for i in pays_out("" if account.office == COUNTER else account.office)}
    item = request.GET.get("item", "")
    wanted = [item] if item in items else [*items]
    rows = _due(account, wanted)
    count = rows.count()
    part = paged(count, request.GET.get("page", ""), _A_PAGE)
    as_file = request.GET.get("format") in _FILES
    lines = _lines(rows if as_file else rows[part.start : part.start + _A_PAGE], account, lang)
    page: dict[str, Any] = {
        "zone": account.zone,
        "items": [{"item": n, "title": i.title.text(lang)} for n, i in items.items()],
        "item": item if item in items else "",
        "count": count,
        "total": f"{_total(rows):,.2f}",
        "payments": [] if as_file else lines,
        "refused": told,
        "voucher": request.POST.get("voucher", ""),
        "ticked": request.POST.getlist("part"),
        "pages": part.to_dict(),
    }
    if lines:
        action = "payments.export" if as_file else "payments.read"
        record(request, action, account.zone, cases=count, total=page["total"])
    response = answer(request, "console/officer/payments.html", page, _table(lines), "待拨付")
    response.status_code = 409 if told else 200
    return response


def _pay(request: HttpRequest) -> list[dict[str, str]]:
    """Mark what was ticked as paid, each by itself; return what was refused, and why."""
    ticked, voucher = request.POST.getlist("part"), request.POST.get("voucher", "").strip()[:200]
    refused = (
        [] if ticked else [{"part": "", "what": "没有勾选要登记的办件", "hint": "勾选后再登记"}]
    )
    paid = 0
    for name in ticked:
        part = _part(request.user, name)
        try:
            if part is None:
                raise CaseRefused("没有这个办件", hint="从列表里勾选")
            act(
                part.case_id, part.item, "deliver", request.user,
                address=address_of(request), reason=voucher,
            )  # fmt: skip
            paid += 1
        except CaseRefused as error:
            about = part.case.number if part is not None else ""
            refused.append({"part": about, "what": error.what, "hint": error.hint or ""})
    if paid:
        text = f"已登记拨付 {paid} 件" if request.lang == "zh" else f"{paid} marked as paid"
        messages.info(request, text)
    return refused


def _part(account: Account, name: str) -> CasePart | None:
    """Return the item of a case of an officer's zone that a tick names."""
    number, _, item = name.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    rows = CasePart.objects.select_related("case").filter(case__zone=account.zone)
    return rows.filter(case=int(number), item=item).first()


def _due(account: Account, items: list[str]) -> QuerySet[CasePart]:
    rows = CasePart.objects.filter(case__zone=account.zone, status="granted", item__in=items)
    return rows.select_related("case").order_by("case", "position")


def _total(rows: QuerySet[CasePart]) -> Decimal:
    """Return what is to be paid altogether; a bundle keeps one sum, and of what was decided anew some may be paid."""
    anew = RecordedEvent.objects.filter(kind="revoke").values("case")
    read = Q(case__bundle=True) | Q(case__in=anew)
    alone = rows.exclude(read).order_by().aggregate(sum=Sum("case__amount"))["sum"]
    parts = list(rows.filter(read))
    found = _read(parts)
    amounts = [found[p.case_id].states[p.item].to_pay for p in parts]
    return sum((a for a in amounts if a is not None), alone or Decimal(0))


def _read(parts: list[CasePart]) -> dict[int, ReadCase]:
    return {c.case.pk: c for c in read_cases({p.case_id: p.case for p in parts}.values())}


def _lines(rows: QuerySet[CasePart], account: Account, lang: str) -> list[dict[str, Any]]:
    parts, day = list(rows), today()
    found, book = _read(parts), rulebook().on(day)
    lines = []
    for part in parts:
        read = found[part.case_id]
        state = read.states[part.item]
        lines.append(
            part_line(read, part.item, book, day, lang)
            | {
                "part": f"{part.case_id}:{part.item}",
                "amount": None if state.to_pay is None else f"{state.to_pay:,.2f}",
                "granted_on": state.decided_on and state.decided_on.isoformat(),
                "year": read.case.year,
                "mine": account.office == read.items[part.item].hands_over,
            }
        )
    return lines


def _table(lines: list[dict[str, Any]]) -> pl.DataFrame:
    """Return the list as a treasury system reads it: amounts as numbers, no bank accounts."""
    rows = [
        {
            "办件编号": p["number"], "事项": p["title"], "收款企业": p["enterprise"]["name"],
            "统一社会信用代码": p["enterprise"]["key"], "对象": p["matter"], "年度": p["year"],
            "准予日期": p["granted_on"],
            "金额（元）": Decimal((p["amount"] or "0").replace(",", "")),
        }
        for p in lines
    ]  # fmt: skip
    schema: dict[str, Any] = dict.fromkeys(
        ("办件编号", "事项", "收款企业", "统一社会信用代码", "对象"), pl.String
    )
    schema |= {"年度": pl.Int64, "准予日期": pl.String, "金额（元）": pl.Decimal(20, 2)}
    return pl.DataFrame(rows, schema=schema)
