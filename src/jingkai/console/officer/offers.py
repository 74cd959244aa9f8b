"""Whom to call: enterprises of the zone that shared data entitle to a payment and that have not confirmed it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.casework.access import may_know_amount
from jingkai.console.casework.entitled import entitled
from jingkai.console.casework.procedures import pays_out
from jingkai.console.models import Account, Case
from jingkai.console.officer.register import opened_register
from jingkai.console.opened import Opened
from jingkai.console.paging import paged
from jingkai.console.told import sensitive_facts
from jingkai.console.trail import record
from jingkai.services.catalogue import Item

__all__ = ["offers", "unconfirmed"]

_A_PAGE = 50
_FILES = ("csv", "xlsx")


def offers(request: HttpRequest) -> HttpResponse:
    """Show who could confirm a payment at once and has not yet this year; query: item, page."""
    found, lang, account = opened_register(), request.lang, request.user
    every = {i.id: (i, unconfirmed(found, i, account.zone)) for i in _items(account)}
    name = request.GET.get("item", "")
    name = name if name in every else next((n for n, (_, r) in every.items() if r.height), "")
    rows = every[name][1] if name else None
    part = paged(rows.height if rows is not None else 0, request.GET.get("page", ""), _A_PAGE)
    page: dict[str, Any] = {
        "zone": account.zone,
        "year": found.day.year,
        "items": [
            {"item": n, "title": i.title.text(lang), "count": r.height, "total": _sum(r)}
            for n, (i, r) in every.items()
        ],
        "item": name,
        "title": every[name][0].title.text(lang) if name else "",
        "offers": [] if rows is None else _lines(rows.slice(part.start, _A_PAGE)),
        "count": 0 if rows is None else rows.height,
        "total": "0.00" if rows is None else _sum(rows),
        "pages": part.to_dict(),
    }
    as_file = request.GET.get("format") in _FILES
    if rows is not None and rows.height:
        facts = _facts(found, every[name][0])
        action = "offers.export" if as_file else "offers.read"
        record(request, action, account.zone, facts, item=name, rows=rows.height)
    table = None if rows is None else _table(rows, every[name][0])
    return answer(request, "console/officer/offers.html", page, table, f"待确认-{page['title']}")


def unconfirmed(found: Opened, item: Item, zone: str) -> pl.DataFrame:
    """Return `entitled` without those that were granted it this year or have a case of it under way."""
    rows = entitled(found, item, zone)
    had = Q(year=found.day.year, amount__isnull=False) | Q(ended=False)
    cases = Case.objects.filter(had, service=item.id)
    return rows.filter(~pl.col("subject").is_in([*cases.values_list("subject", flat=True)]))


def _items(account: Account) -> list[Item]:
    """Return the payments that an officer's office decides or pays; the counter all."""
    return [i for i in pays_out() if may_know_amount(account, i)]


def _facts(found: Opened, item: Item) -> list[str]:
    """Return the sensitive facts that being on the list tells of."""
    rule = found.rulebook.rules[item.source.rule] if item.source.rule else None
    read = [str(f) for f in rule.reads_facts()] if rule is not None else []
    return sensitive_facts(found, read, item.source.entity)


def _sum(rows: pl.DataFrame) -> str:
    return f"{sum(rows['amount'], Decimal(0)):,.2f}"


def _lines(rows: pl.DataFrame) -> list[dict[str, Any]]:
    return [{**row, "amount": f"{row['amount']:,.2f}"} for row in rows.iter_rows(named=True)]


def _table(rows: pl.DataFrame, item: Item) -> pl.DataFrame:
    return rows.select(
        pl.col("name").alias("企业"),
        pl.col("enterprise").alias("统一社会信用代码"),
        pl.lit(item.title.zh).alias("事项"),
        pl.col("matter").alias("对象"),
        pl.col("amount").alias("金额（元）"),
    )
