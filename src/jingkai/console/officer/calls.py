"""The call list: enterprises of the zone that one condition alone keeps from a right, the nearest first."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.officer.near import WITHIN, called, near_rules, unit_text
from jingkai.console.officer.register import opened_register
from jingkai.console.opened import Opened
from jingkai.console.paging import paged
from jingkai.console.told import hidden_from, reasons_told, sensitive_facts
from jingkai.console.trail import record
from jingkai.rulebook import Rule

__all__ = ["call_list"]

_A_PAGE = 25
_SHARES = (("10", "10%"), ("20", "20%"), ("50", "50%"), ("all", ""))


def call_list(request: HttpRequest) -> HttpResponse:
    """Show the near misses of a rule in the officer's zone; query: rule, within (per cent, all), page."""
    found, lang, account = opened_register(), request.lang, request.user
    hidden = hidden_from(account, found, lang)
    rules = near_rules(found, account.zone, hidden, lang)
    name = request.GET.get("rule", "")
    within = request.GET.get("within", "")
    within = within if within in dict(_SHARES) else str(int(WITHIN * 100))
    page: dict[str, Any] = {
        "zone": account.zone, "rules": rules, "rule": name, "some_hidden": bool(hidden), "within": within, "title": "", "count": 0,
        "shares": [{"share": s, "text": t} for s, t in _SHARES], "calls": [], "pages": None,
    }  # fmt: skip
    table = None
    if name:
        rows = called(found, account.zone, name, hidden)
        rows = rows if within == "all" else rows.filter(pl.col("share") <= int(within) / 100)
        rule = found.rulebook.rules[name]
        part = paged(rows.height, request.GET.get("page", ""), _A_PAGE)
        shown = rows.clear() if _as_file(request) else rows.slice(part.start, _A_PAGE)
        page |= {
            "title": rule.source.title.text(lang),
            "count": rows.height,
            "calls": _lines(request, found, rule, shown),
            "pages": part.to_dict(),
        }
        table = _table(found, rule, rows)
        _write_down(request, found, rule, rows)
    return answer(request, "console/officer/call_list.html", page, table, f"临界名单-{name}")


def _lines(
    request: HttpRequest, found: Opened, rule: Rule, rows: pl.DataFrame
) -> list[dict[str, Any]]:
    """Return who is on the list with the condition that fails, what was found and what it lacks."""
    lines = []
    for row in rows.iter_rows(named=True):
        (reason,) = reasons_told(request.user, found, row["position"], request.lang, [rule.id])
        failed = next(c for c in reason.conditions if c.id == row["condition"])
        atoms = [a for a in failed.atoms if a.verdict is not True] or failed.atoms
        lines.append(
            {
                "key": row["key"],
                "name": row["name"] or row["key"],
                "condition": failed.title,
                "basis": failed.basis,
                "atoms": [
                    {"text": a.text, "found": a.found, "needed": a.needed, "distance": a.distance}
                    for a in atoms
                ],
                "share": row["share"],
            }
        )
    return lines


def _table(found: Opened, rule: Rule, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the whole list as a file has it, figures in the unit of the comparison."""
    titles = {c.id: c.label() for c in rule.conditions}
    units = {c.id: unit_text(found, rule, c.id) for c in rule.conditions}
    condition = pl.col("condition")
    return rows.select(
        pl.col("name").alias("企业"),
        pl.col("key").alias("统一社会信用代码"),
        pl.lit(rule.source.title.zh).alias("政策"),
        condition.replace_strict(titles, return_dtype=pl.String).alias("未符合的条件"),
        pl.col("value").alias("现状"),
        pl.col("needed").alias("要求"),
        pl.col("gap").alias("差距"),
        condition.replace_strict(units, return_dtype=pl.String).alias("单位"),
        pl.col("share").alias("差距占要求"),
    )


def _write_down(request: HttpRequest, found: Opened, rule: Rule, rows: pl.DataFrame) -> None:
    """Write into the trail which sensitive facts the list tells of."""
    facts = found.explainer.plans.facts
    read = [
        column
        for c in rows["condition"].unique().to_list()
        for column in facts.of_test(rule, rule.condition(c).test)
    ]
    action = "calls.export" if _as_file(request) else "calls.read"
    names = sensitive_facts(found, read)
    record(request, action, request.user.zone, names, rule=rule.id, rows=rows.height)


def _as_file(request: HttpRequest) -> bool:
    return request.GET.get("format") in ("csv", "xlsx")
