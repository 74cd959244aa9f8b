"""An enterprise as the officers of its zone see it: decisions with reasons, outcomes, facts, history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.access import enterprise_for
from jingkai.console.answer import answer
from jingkai.console.credit.section import credit_facts, credit_section
from jingkai.console.entitlements import STATES, entitlements, reason_line
from jingkai.console.errors import NotFound
from jingkai.console.fact_lines import THEMES, fact_lines, known_columns, theme_of
from jingkai.console.officer.history import (
    case_lines,
    correction_lines,
    paper_lines,
    register_changes,
)
from jingkai.console.officer.outcomes import outcomes
from jingkai.console.officer.register import industry_title, opened_register
from jingkai.console.opened import Opened
from jingkai.console.told import hidden_from, reasons_told, sensitive_facts, supervised_rules
from jingkai.console.trail import record
from jingkai.registry.snapshot import Match

__all__ = ["enterprise", "enterprise_rule"]

_FILES = ("csv", "xlsx")
_STATES = {
    "granted": ("符合", "Granted"),
    "near": ("差一步", "One step away"),
    "missing": ("缺数据", "Facts are missing"),
    "undetermined": ("待定", "Undetermined"),
    "refused": ("不符合", "Refused"),
}
_SORTS = {
    "duty": ("义务", "Duties"),
    "class": ("等级", "Classes"),
    "score": ("评分", "Scores"),
    "figure": ("测算金额", "Figures"),
}


def enterprise(request: HttpRequest, key: str) -> HttpResponse:
    """Show an enterprise of the officer's zone; as a file its facts."""
    found, lang, account = opened_register(), request.lang, request.user
    match = enterprise_for(account, found, key)
    hidden = hidden_from(account, found, lang)
    lines = fact_lines(found, match.position, _visible(found, hidden), lang)
    told = entitlements(found, reasons_told(account, found, match.position, lang), lang)
    supervised = supervised_rules(found)  # they stand under credit
    values = found.explainer.row("enterprise", match.position)[0]
    corrections = correction_lines(found, match.key, hidden, lang)
    page: dict[str, Any] = {
        **_head(found, match, values, lang),
        "counts": told["counts"],
        "waiting": sum(c["state"] == "submitted" for c in corrections),
        "states": _by_state(told["rules"], lang),
        "sorts": _by_sort([r for r in told["rules"] if r["rule"] not in supervised], lang),
        "credit": credit_section(account, found, match.key, told["rules"], lang),
        "outcomes": outcomes(found, values, lang),
        "themes": _themes(found, lines, hidden, lang),
        "cases": case_lines(account, found, match.key, lang),
        "corrections": corrections,
        "papers": paper_lines(found, match.key, lang),
        "changes": register_changes(found, match.key, hidden, lang),
    }
    shown = sensitive_facts(found, [line["column"] for line in lines if line["known"]])
    _write_down(request, match, shown + credit_facts(account, found, page["credit"]))
    return answer(
        request, "console/officer/enterprise.html", page, _facts_table(lines, lang), match.name
    )


def enterprise_rule(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """Show one rule explained for an enterprise of the officer's zone; as a file its conditions."""
    found, lang, account = opened_register(), request.lang, request.user
    match = enterprise_for(account, found, key)
    known = found.run.rules.get(name)
    if known is None or known["entity"] != "enterprise":
        raise NotFound(f"这次认定里没有规则“{name}”", hint="从企业页进入")
    (reason,) = reasons_told(account, found, match.position, lang, [name])
    hidden = hidden_from(account, found, lang)
    atoms = [a for c in reason.conditions for a in c.atoms]
    atoms += [a for p in reason.parts for a in p.atoms]
    read = sorted({f for a in atoms for f in a.facts} - set(hidden))
    lines = fact_lines(found, match.position, read, lang)
    page: dict[str, Any] = {
        **_head(found, match, found.explainer.row("enterprise", match.position)[0], lang),
        "rule": reason_line(found, reason, lang),
        "facts": lines,
    }
    shown = sensitive_facts(found, [line["column"] for line in lines if line["known"]])
    _write_down(request, match, shown, rule=name)
    table = _conditions_table(page["rule"])
    return answer(
        request, "console/officer/enterprise_rule.html", page, table, f"{match.name}-{name}"
    )


def _visible(found: Opened, hidden: Mapping[str, str]) -> list[str]:
    return [c for c in known_columns(found) if c not in hidden]


def _write_down(request: HttpRequest, match: Match, facts: list[str], **detail: str) -> None:
    """Write into the trail which sensitive facts were shown, and in which form."""
    form = request.GET.get("format", "")
    action = "enterprise.export" if form in _FILES else "enterprise.read"
    detail |= {"format": form} if form else {}
    record(request, action, match.key, facts, **detail)


def _head(found: Opened, match: Match, values: dict[str, Any], lang: str) -> dict[str, Any]:
    established = values.get("established_on")
    return {
        "key": match.key,
        "name": match.name or match.key,
        "zone": values.get("zone"),
        "stock_code": values.get("stock_code"),
        "industry": industry_title(found.rulebook.vocabulary, values.get("industry_code")),
        "established_on": established.isoformat() if established else None,
        "day": found.run.as_of.isoformat(),
    }


def _by_state(rules: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Return the rights by state, those without any left out."""
    rights = [r for r in rules if r["sort"] == "right"]
    found = [
        {
            "state": state,
            "title": _STATES[state][lang != "zh"],
            "rules": [r for r in rights if r["state"] == state],
        }
        for state in STATES
    ]
    return [group for group in found if group["rules"]]


def _by_sort(rules: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Return what is no right: duties, classes, scores, figures."""
    found = [
        {
            "sort": sort,
            "title": titles[lang != "zh"],
            "rules": [r for r in rules if r["sort"] == sort],
        }
        for sort, titles in _SORTS.items()
    ]
    return [group for group in found if group["rules"]]


def _themes(
    found: Opened, lines: list[dict[str, Any]], hidden: Mapping[str, str], lang: str
) -> list[dict[str, Any]]:
    """Return by theme the facts that are known, the names of those that are not, and what is hidden."""
    vocabulary = found.rulebook.vocabulary
    facts = vocabulary.entities["enterprise"].facts
    kept = [
        (theme_of(vocabulary, f), f.label.text(lang), hidden[n])
        for n, f in facts.items()
        if n in hidden
    ]
    themes = []
    for theme, titles in THEMES.items():
        mine = [line for line in lines if line["theme"] == theme]
        unknown = dict.fromkeys(line["label"] for line in mine if not line["known"])
        known = [line for line in mine if line["known"]]
        themes.append(
            {
                "theme": theme,
                "title": titles[lang != "zh"],
                "facts": known,
                "unknown": [n for n in unknown if n not in {k["label"] for k in known}],
                "hidden": [{"label": n, "why": why} for t, n, why in kept if t == theme],
            }
        )
    return [t for t in themes if t["facts"] or t["unknown"] or t["hidden"]]


def _facts_table(lines: list[dict[str, Any]], lang: str) -> pl.DataFrame:
    columns = {
        "label": "数据项", "year": "年", "value": "值", "office": "来源部门", "file": "来源文件",
        "as_of": "数据日期", "holder": "持有部门",
    }  # fmt: skip
    known = [line for line in lines if line["known"]]
    schema = {zh: pl.Int64 if n == "year" else pl.String for n, zh in columns.items()}
    return pl.DataFrame([{zh: r[n] for n, zh in columns.items()} for r in known], schema=schema)


def _conditions_table(rule: dict[str, Any]) -> pl.DataFrame:
    """Return the comparisons of a rule as a file has them."""
    words = {True: "符合", False: "不符合", None: "未知"}
    rows = [
        {
            "规则": rule["title"],
            "条件": c["title"],
            "条件结果": c["hidden"] or ("不适用" if c["applies"] is False else words[c["verdict"]]),
            "项目": a["text"],
            "现状": a["found"],
            "要求": a["needed"],
            "差距": a["distance"],
            "条款": c["basis"],
        }
        for c in rule["conditions"]
        for a in c["atoms"] or [{"text": "", "found": "", "needed": "", "distance": ""}]
    ]
    names = ("规则", "条件", "条件结果", "项目", "现状", "要求", "差距", "条款")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
