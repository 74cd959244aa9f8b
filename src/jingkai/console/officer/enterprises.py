"""Search over the enterprises of the officer's zone."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.models import Correction
from jingkai.console.officer.register import (
    KINDS,
    Asked,
    industry_title,
    opened_register,
    searched,
    zone_register,
)
from jingkai.console.opened import Opened
from jingkai.console.paging import paged
from jingkai.console.trail import record
from jingkai.engine.store import RowReader

__all__ = ["enterprises", "found_lines"]

_A_PAGE = 50


def enterprises(request: HttpRequest) -> HttpResponse:
    """Show the enterprises of the zone that a search finds; query: q, industry, kind, page."""
    found, lang, zone = opened_register(), request.lang, request.user.zone
    asked = Asked(*(request.GET.get(n, "").strip()[:50] for n in ("q", "industry", "kind")))
    rows = searched(found, zone, asked)
    part = paged(rows.height, request.GET.get("page", ""), _A_PAGE)
    page: dict[str, Any] = {
        "asked": {"q": asked.words, "industry": asked.industry, "kind": asked.kind},
        "zone": zone,
        "count": rows.height,
        "of": zone_register(found, zone).height,
        "enterprises": found_lines(found, rows.slice(part.start, _A_PAGE)),
        "kinds": [
            {"kind": k, "title": zh if lang == "zh" else en} for k, (_, zh, en) in KINDS.items()
        ],
        "industries": _industries(found),
        "pages": part.to_dict(),
    }
    if request.GET.get("format") in ("csv", "xlsx"):
        record(request, "enterprises.export", zone, rows=rows.height, **page["asked"])
    return answer(request, "console/officer/enterprises.html", page, _table(found, rows), "企业")


def found_lines(found: Opened, rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Return enterprises as a list shows them, with how many rights were granted and corrections wait."""
    vocabulary, rights = found.rulebook.vocabulary, _rights(found)
    reader: RowReader = found.kept("run rows", lambda: found.run.reader("enterprise"))
    waiting = Counter(
        Correction.objects.filter(
            enterprise__in=rows["key"].to_list(), state=Correction.State.SUBMITTED
        ).values_list("enterprise", flat=True)
    )
    return [
        {
            "key": row["key"],
            "name": row["name"] or row["key"],
            "stock_code": row["stock_code"] or "",
            "industry": industry_title(vocabulary, row["industry_code"]),
            "granted": sum(v is True for v in decided.values()),
            "waiting": waiting[row["key"]],
        }
        for row in rows.iter_rows(named=True)
        for decided in (reader.row(row["position"], rights),)
    ]


def _rights(found: Opened) -> list[str]:
    """Return the columns of the run that hold the verdicts on rights."""
    rules = found.rulebook.rules
    return [
        f"{n}__right" if r["kind"] == "amount" else n
        for n, r in found.run.rules.items()
        if r["entity"] == "enterprise"
        and (r["kind"] == "eligibility" or (r["kind"] == "amount" and rules[n].conditions))
    ]


def _industries(found: Opened) -> list[dict[str, str]]:
    codes = found.rulebook.vocabulary.entities["enterprise"].facts["industry_code"].codes
    names = found.rulebook.vocabulary.codes[codes].names if isinstance(codes, str) else {}
    return [{"code": c, "title": t} for c, t in names.items() if len(c) <= 3]


def _table(found: Opened, rows: pl.DataFrame) -> pl.DataFrame:
    """Return everything that a search found as a file has it."""
    codes = rows["industry_code"].unique().drop_nulls().to_list()
    titles = {c: industry_title(found.rulebook.vocabulary, c).partition(" ")[2] for c in codes}
    industry = pl.col("industry_code")
    return rows.select(
        pl.col("name").alias("企业"),
        pl.col("key").alias("统一社会信用代码"),
        pl.col("stock_code").alias("股票代码"),
        industry.alias("行业代码"),
        industry.replace_strict(titles, default=None, return_dtype=pl.String).alias("行业"),
        *(
            pl.when(pl.col(kind)).then(pl.lit("是")).otherwise(pl.lit("")).alias(zh)
            for kind, (_, zh, _en) in KINDS.items()
        ),
    )
