"""What the rules give an enterprise, and one rule explained to its article."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.casework.procedures import items_by_rule
from jingkai.console.enterprise.own import about, own
from jingkai.console.entitlements import entitlements, reason_line
from jingkai.console.errors import NotFound
from jingkai.console.fact_lines import fact_lines, read_columns
from jingkai.console.models import IssuedDecision
from jingkai.console.opened import Opened
from jingkai.console.told import reasons_told, supervised_rules, told_rules
from jingkai.explain.reason import RuleReason
from jingkai.registry.snapshot import Match

__all__ = ["my", "my_rule", "own_reason"]

_STATES = {
    "granted": "符合", "near": "差一步", "missing": "缺数据", "undetermined": "待定",
    "refused": "不符合", "known": "已有结果",
}  # fmt: skip


def my(request: HttpRequest) -> HttpResponse:
    """Show an enterprise what it is entitled to; query: measure."""
    found, match = own(request)
    lang = request.lang
    every = entitlements(found, reasons_told(request.user, found, match.position, lang), lang)
    asked = request.GET.get("measure", "")
    if asked and asked not in {m["measure"] for m in every["measures"]}:
        raise NotFound(f"没有举措“{asked}”", hint="从列表里选择")
    paid = items_by_rule()
    rules = [
        {**r, "item": paid.get(r["rule"])} for r in every["rules"] if asked in ("", r["measure"])
    ]
    page = {
        "enterprise": about(found, match),
        "day": found.day.isoformat(),
        "measure": asked,
        **every,
        "rules": rules,
        "together": found.explainer.together("enterprise", match.position, lang).to_dict(),
        "papers": _papers(match.key),
    }
    return answer(request, "console/enterprise/my.html", page, _table(rules), "我的权益")


def my_rule(request: HttpRequest, name: str) -> HttpResponse:
    """Show one rule's verdict on an enterprise with every condition, item, fact and article."""
    found, match = own(request)
    lang = request.lang
    line = reason_line(found, own_reason(request, found, match, name), lang)
    page = {
        "enterprise": about(found, match),
        "day": found.day.isoformat(),
        "rule": {**line, "item": items_by_rule().get(name)},
        "facts": fact_lines(found, match.position, read_columns(found, name), lang),
        "papers": _papers(match.key, name),
    }
    return answer(request, "console/enterprise/my_rule.html", page)


def own_reason(request: HttpRequest, found: Opened, match: Match, name: str) -> RuleReason:
    """Return a rule's reason for the enterprise that asks.

    Raises
    ------
    NotFound
        If there is no such rule about enterprises in force, or what it says is for supervision alone.
    """
    if name in supervised_rules(found):
        raise NotFound("这项结果只用于监管，不公开，也不出具", hint="失信记录和修复见“信用”")
    if name not in told_rules(request.user, found):
        raise NotFound(f"没有关于企业的规则“{name}”，或现在未施行", hint="从“我的权益”进入")
    return reasons_told(request.user, found, match.position, request.lang, [name])[0]


def _papers(key: str, rule: str = "") -> list[dict[str, Any]]:
    """Return the decisions on paper that an enterprise has taken out, the newest first."""
    issued = IssuedDecision.objects.filter(enterprise=key, **({"rule": rule} if rule else {}))
    return [
        {
            "number": p.number,
            "rule": p.rule,
            "title": p.content["title"],
            "verdict": p.content["verdict"],
            "as_of": p.as_of.isoformat(),
        }
        for p in issued[:20]
    ]


def _table(rules: list[dict[str, Any]]) -> pl.DataFrame:
    """Return the rules as a file has them."""
    rows = [
        {
            "举措": r["measure_title"], "规则": r["title"], "规则代码": r["rule"],
            "类别": r["kind_text"], "状态": _STATES[r["state"]], "结果": r["word"],
            "差距": r["near"], "还缺": "；".join(m["label"] for m in r["missing"]),
            "依据": r["document"],
        }
        for r in rules
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=None if rows else {"规则": pl.String})
