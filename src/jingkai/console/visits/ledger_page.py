"""The ledger of inspections (检查台账): how often, by whom, on what ground, to what end, beside the caps.

Analysts read sums alone; enterprises by name stand before the officers of their zone and the auditor.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jingkai.allocation.inspections.ledger import (
    COUNT_HEADINGS,
    Ledger,
    caps_of_rules,
    ledger_summary,
    read_ledger,
)
from jingkai.allocation.inspections.plan import chinese_offices
from jingkai.console.answer import answer
from jingkai.console.credit.classes import LEAST, told_apart
from jingkai.console.masking import shown_names
from jingkai.console.models import Visit
from jingkai.console.officer.register import opened_register
from jingkai.console.opened import Opened
from jingkai.console.paging import paged
from jingkai.console.roles import Role
from jingkai.console.trail import record
from jingkai.console.visits.caps import plan_for
from jingkai.console.visits.records import site_visits
from jingkai.console.visits.words import code_words

__all__ = ["classes_apart", "inspection_ledger", "zone_ledger"]

_A_PAGE = 50
_TALLIES = {
    "kind": ("按类别", "By kind"),
    "ground": ("按事由", "By ground"),
    "result": ("按结果", "By result"),
}
_OPEN_CLASS = ("待定", "open")


def inspection_ledger(request: HttpRequest) -> HttpResponse:
    """Show a zone's ledger of a year; query: year, zone (the auditor's choice), page."""
    found, lang, account = opened_register(), request.lang, request.user
    zones = found.zones["key"].to_list()
    zone = account.zone
    if account.role == Role.AUDITOR:
        asked = request.GET.get("zone", "")
        zone = asked if asked in zones else _busiest(zones)
    years = [timezone.localdate().year - n for n in range(3)]
    asked_year = request.GET.get("year", "")
    year = int(asked_year) if asked_year in map(str, years) else years[0]
    ledger = zone_ledger(found, zone, year)
    by_name = account.role != Role.ZONE_ANALYST
    counts = ledger.counts()
    if account.role == Role.AUDITOR:
        counts = _masked(found, counts)
    part = paged(counts.height, request.GET.get("page", ""), _A_PAGE)
    shown = counts.slice(part.start, _A_PAGE) if by_name else counts.clear()
    page = {
        "zone": zone,
        "zones": zones if account.role == Role.AUDITOR else [],
        "years": years,
        **_summary(ledger, lang, apart=not by_name),
        "by_name": by_name,
        "counts": [_count(row, lang) for row in shown.iter_rows(named=True)],
        "pages": part.to_dict(),
    }
    table = chinese_offices(counts).rename(COUNT_HEADINGS) if by_name else _office_table(page)
    if by_name:
        form = request.GET.get("format", "")
        action = "ledger.export" if form in ("csv", "xlsx") else "ledger.read"
        record(request, action, zone, (), rows=counts.height)
    return answer(request, "console/visits/ledger.html", page, table, f"检查台账-{zone}-{year}")


def zone_ledger(found: Opened, zone: str, year: int) -> Ledger:
    """Return a zone's ledger of a year: what the register has, and what was done on the desks since."""
    plan = plan_for(zone, year)
    caps = caps_of_rules(found.rulebook, date(year, 12, 31) if year < found.day.year else found.day)
    if plan is not None:
        caps |= {name: o["cap"] for name, o in plan.content["offices"].items()}
    rule = plan.class_rule if plan else "credit_risk_class"
    classes = pl.col(rule) if rule in found.run.rules else pl.lit(None)
    return read_ledger(
        found.snapshot,
        found.run.scan("enterprise").select(classes.cast(pl.String).alias("class")),
        year, caps, None, site_visits(year, zone), zone,
    )  # fmt: skip


def _busiest(zones: list[str]) -> str:
    """Return the zone that the auditor sees first: the first with visits on its desks."""
    first = Visit.objects.order_by("zone").values_list("zone", flat=True).first()
    return first or next(iter(zones), "")


def _masked(found: Opened, counts: pl.DataFrame) -> pl.DataFrame:
    """Return counts with the names of sole traders masked, as all but their zone's officers see them."""
    form = "enterprise_type"
    if form not in found.snapshot.columns("enterprise"):
        return counts.with_columns(shown_names())
    forms = found.snapshot.scan("enterprise").select("key", form)
    mine = forms.filter(pl.col("key").is_in(counts["key"].unique().implode())).collect()
    joined = counts.join(mine, on="key", how="left", maintain_order="left")
    return joined.with_columns(shown_names(form=form)).drop(form)


def _summary(ledger: Ledger, lang: str, *, apart: bool) -> dict[str, Any]:
    """Return a ledger's sums in words; `apart`: no class of one or two enterprises stands alone."""
    found = ledger_summary(ledger)
    if apart:
        found["classes"] = classes_apart(found["classes"])
    found["offices"] = [
        {**o, "office": code_words("inspecting_office", o["office"], lang)}
        for o in found["offices"]
    ]
    for fact in _TALLIES:
        told = found[fact].items()
        found[fact] = [{"title": code_words(fact, c, lang), "visits": n} for c, n in told]
    found["tallies"] = [
        {"title": titles[lang != "zh"], "rows": found.pop(fact)}
        for fact, titles in _TALLIES.items()
    ]
    open_class = _OPEN_CLASS[lang != "zh"]
    found["classes"] = [{**c, "class": c["class"] or open_class} for c in found["classes"]]
    found["how_often"] = [{"days": d, "enterprises": n} for d, n in found["how_often"].items()]
    found["planned"] = {
        name: found["planned"].get(code, 0)
        for name, code in (("yes", "true"), ("no", "false"), ("unknown", ""))
    }
    return found


def classes_apart(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return sums by class with small classes put together, as `credit.classes.told_apart` has it."""
    known = {r["class"]: r for r in rows if r["class"] is not None}
    groups = told_apart({c: r["enterprises"] for c, r in known.items()}, sorted(known))
    names = ("enterprises", "visited", "visits", "with_result", "problems")
    joined = [
        {"class": "、".join(g), **{n: sum(known[c][n] for c in g) for n in names}} for g in groups
    ]
    large = [r for r in joined if r["enterprises"] >= LEAST]
    return [*large, *(r for r in rows if r["class"] is None)]


def _count(row: dict[str, Any], lang: str) -> dict[str, Any]:
    low, high = row["low"], row["high"]
    return {
        "key": row["key"],
        "name": row["name"] or row["key"],
        "office": code_words("inspecting_office", row["office"], lang),
        "visits": row["visits"],
        "counted": f"{low}" if low == high else f"{low}–{high}",
        "cap": row["cap"],
        "over": row["over"],
    }


def _office_table(page: dict[str, Any]) -> pl.DataFrame:
    heads = {
        "office": "检查机关", "visits": "检查次数", "enterprises": "户数", "unplanned": "计划外",
        "from_above": "上级部署", "cap": "年度上限", "over_cap": "超过上限的户数",
    }  # fmt: skip
    schema = {zh: pl.String if n == "office" else pl.Int64 for n, zh in heads.items()}
    return pl.DataFrame(
        [{zh: o[n] for n, zh in heads.items()} for o in page["offices"]], schema=schema
    )
