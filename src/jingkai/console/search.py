"""One search over everything that who asks may see: zones, policies, indicators, documents, enterprises."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from jingkai.console.access import enterprise_for
from jingkai.console.answer import answer
from jingkai.console.entitlements import reason_line
from jingkai.console.errors import NotFound
from jingkai.console.fact_lines import fact_lines, known_columns
from jingkai.console.officer.register import Asked, industry_title, searched
from jingkai.console.opened import Opened, opened, rulebook
from jingkai.console.permissions import ROUTES, allowed
from jingkai.console.portal.library import rule_lines
from jingkai.console.portal.rule_words import library_day
from jingkai.console.roles import Role, role_of
from jingkai.console.told import hidden_from, reasons_told, sensitive_facts, told_rules
from jingkai.console.trail import record

__all__ = ["search"]

_MOST = 8
Group = dict[str, Any]


def search(request: HttpRequest) -> HttpResponse:
    """Show what words find, by kind of thing; query: q."""
    asked = " ".join(request.GET.get("q", "").split())[:50]
    groups = [g for g in _groups(request, asked) if g["count"]] if asked else []
    table = pl.DataFrame(
        [
            {"类别": g["title"], "名称": i["title"], "说明": i["text"]}
            for g in groups
            for i in g["items"]
        ],
        schema=dict.fromkeys(("类别", "名称", "说明"), pl.String),
    )
    page = {"asked": asked, "groups": groups, "count": sum(g["count"] for g in groups)}
    return answer(request, "console/search.html", page, table if groups else None, "搜索结果")


def _groups(request: HttpRequest, asked: str) -> list[Group]:
    found, role, lang = opened(), role_of(request.user), request.lang
    groups = []
    if found is not None and "enterprise" in found.snapshot.entities:
        if role == Role.OFFICER:
            groups.append(_enterprises(found, request.user.zone, asked, lang))
        if role == Role.ENTERPRISE:
            groups += _own(request, found, asked)
    if found is not None:
        groups.append(_zones(found, asked, lang))
    return [*groups, *_policies(asked, role, lang)]


def _group(zh: str, en: str, lang: str, items: list[dict[str, str]], more: str = "") -> Group:
    """Return a group with its first items, how many there are, and where to see them all."""
    title = zh if lang == "zh" else en
    shown = items[:_MOST]
    return {
        "title": title,
        "count": len(items),
        "items": shown,
        "more": more if len(items) > _MOST else "",
    }


def _item(title: str, link: str, text: str = "") -> dict[str, str]:
    return {"title": title, "link": link, "text": text}


def _link(route: str, *args: str, **query: str) -> str:
    address = str(reverse(route, args=args))
    return f"{address}?{urlencode(query)}" if query else address


def _enterprises(found: Opened, zone: str, asked: str, lang: str) -> Group:
    rows = searched(found, zone, Asked(asked))
    vocabulary = found.rulebook.vocabulary
    items = [
        _item(
            row["name"] or row["key"],
            _link("enterprise", row["key"]),
            f"{row['key']} {industry_title(vocabulary, row['industry_code'])}",
        )
        for row in rows.head(_MOST).iter_rows(named=True)
    ]
    group = _group("本经开区的企业", "Enterprises of the zone", lang, items)
    more = _link("enterprises", q=asked) if rows.height > _MOST else ""
    return {**group, "count": rows.height, "more": more}


def _own(request: HttpRequest, found: Opened, asked: str) -> list[Group]:
    """Return an enterprise's own facts and rules, as far as it has pages for them."""
    if not {"my_facts", "my_rule"} <= ROUTES.keys():
        return []
    lang, words = request.lang, asked.casefold().split()
    try:
        match = enterprise_for(request.user, found, request.user.enterprise)
    except NotFound:  # the register does not have it (any more)
        return []
    hidden = hidden_from(request.user, found, lang)
    columns = [c for c in known_columns(found) if c not in hidden]
    lines = [
        line
        for line in fact_lines(found, match.position, columns, lang)
        if line["known"] and all(w in line["label"].casefold() for w in words)
    ]
    shown = [line["column"] for line in lines[:_MOST]]
    if shown:
        record(request, "enterprise.read", match.key, sensitive_facts(found, shown))
    facts = [
        _item(
            line["label"] + (f"（{line['year']}）" if line["year"] else ""),
            _link("my_facts") + f"#{line['theme']}",
            line["value"],
        )
        for line in lines
    ]
    titles = {
        n: found.rulebook.rules[n].source.title.text(lang) for n in told_rules(request.user, found)
    }
    names = [n for n, t in titles.items() if all(w in t.casefold() for w in words)]
    reasons = reasons_told(request.user, found, match.position, lang, names) if names else []
    rules = [
        _item(r.title, _link("my_rule", r.rule), reason_line(found, r, lang)["word"])
        for r in reasons
    ]
    return [
        _group("本企业的政策", "What the rules give you", lang, rules, _link("my")),
        _group("本企业的数据", "Your facts", lang, facts, _link("my_facts")),
    ]


def _zones(found: Opened, asked: str, lang: str) -> Group:
    hit = pl.all_horizontal(
        pl.col("name").str.contains(w, literal=True)
        | pl.col("province").fill_null("").str.contains(w, literal=True)
        for w in asked.split()
    )
    rows = found.zones.filter(hit).sort("name")
    items = [
        _item(z["name"], _link("zone", z["key"]), z["province"] or "") for z in rows.to_dicts()
    ]
    return _group("经开区", "Zones", lang, items, _link("zones", q=asked))


def _policies(asked: str, role: Role, lang: str) -> list[Group]:
    book, day, zh = rulebook(), library_day(), lang == "zh"
    lines = rule_lines(book, asked, day, lang)
    words = asked.casefold().split()
    measures = [
        _item(m.title.text(lang), _link("measure", m.measure), m.purpose.text(lang))
        for m in sorted(book.measures.values(), key=lambda m: m.order)
        if all(w in f"{m.title.zh} {m.title.en} {m.purpose.text(lang)}".casefold() for w in words)
    ]
    rules = [
        _item(r["title"], _link("rule", r["rule"]), f"{r['kind_text']} · {r['document']}")
        for r in lines
        if r["kind"] != "indicator"
    ]
    own_page = "figure" in ROUTES and allowed("figure", role)
    indicators = [
        _item(r["title"], _link("figure" if own_page else "rule", r["rule"]), r["document"])
        for r in lines
        if r["kind"] == "indicator"
    ]
    texts: dict[tuple[str, str], int] = {}
    for r in lines:
        basis = f"{r['document']} {r['document_title']}"
        if all(w in basis.casefold() for w in words):
            place = (r["document"], r["document_title"])
            texts[place] = texts.get(place, 0) + 1
    documents = [
        _item(
            f"《{title}》" if title else document,
            _link("library", q=document or title),
            f"{document} · {count} {'条规则' if zh else 'rules'}",
        )
        for (document, title), count in texts.items()
    ]
    more = _link("library", q=asked)
    return [
        _group("举措", "Measures", lang, measures, _link("library")),
        _group("规则", "Rules", lang, rules, more),
        _group("文件", "Documents", lang, documents, more),
        _group("指标", "Indicators", lang, indicators, more),
    ]
