"""Try a project: what an investor describes, decided in every zone, with reasons; nothing is stored."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.opened import Opened
from jingkai.console.portal.places import named_zone, opened_zones, region_titles
from jingkai.console.portal.rule_words import kind_text
from jingkai.console.portal.trial_form import ASSUMED, Filled, fill, sections
from jingkai.explain.reason import RuleReason
from jingkai.explain.trial import Trial, TriedRule, plans_on
from jingkai.explain.words import grade_text

__all__ = ["tried", "try_page", "try_project"]

_NEAR = 3


def try_project(request: HttpRequest) -> HttpResponse:
    """Show the form, and what the rulebook says of a project; query: the form's names, zone, province."""
    found, lang = opened_zones(), request.lang
    page = try_page(found, request.GET.dict(), lang)
    table = _table(page) if page["zones"] else None
    return answer(request, "console/try.html", page, table, "试算" if lang == "zh" else "trial")


def try_page(found: Opened, answers: dict[str, str], lang: str) -> dict[str, Any]:
    """Return the form with its answers and, where something was answered, what comes of it."""
    vocabulary = found.rulebook.vocabulary
    filled = fill(answers, vocabulary, found.day, lang)
    codes = vocabulary.codes["gbt4754"].names
    page: dict[str, Any] = {
        "day": found.day.isoformat(),
        "year": found.year,
        "sections": [
            {"name": n, "title": t, "fields": [asdict(a) for a in filled.asked if a.section == n]}
            for n, t in sections(lang)
        ],
        "industries": [{"code": c, "title": t} for c, t in codes.items() if len(c) == 3],
        "errors": [{"name": a.name, "label": a.label, "error": a.error} for a in filled.errors],
        "answered": filled.answered and not filled.errors,
        "rules": [],
        "zones": [],
        "differ": [],
        "zone": None,
    }
    if page["answered"]:
        page |= tried(found, filled, answers.get("zone", ""), lang)
    return page


def tried(found: Opened, filled: Filled, zone: str, lang: str) -> dict[str, Any]:
    """Return the rules' verdicts over all zones, the zones by what they grant, one zone's reasons.

    Parameters
    ----------
    filled
        The project's facts.
    zone
        The key of the zone that is asked about; empty for none.
    """
    book, day = found.rulebook, found.day
    plans = found.kept("plans", lambda: plans_on(book, day))
    trial = Trial(book, day, found.zone_facts, filled.given, ASSUMED, plans)
    differ = [t for t in trial.rules if t.same is None]
    chosen = named_zone(found, zone) if zone else None
    where = zone or found.zones["key"][0]
    reasons = trial.explain(where, [t.rule.id for t in trial.rules], lang)
    lines = [
        _line(t, reason, where if zone or t.same else "", lang)
        for t, reason in zip(trial.rules, reasons, strict=True)
    ]
    return {
        "zone": chosen
        and {"key": chosen["key"], "name": chosen["name"], "province": chosen["province"]},
        "counts": dict(Counter(line["state"] for line in lines)),
        "rules": lines,
        "differ": [{"rule": t.rule.id, "title": t.rule.source.title.text(lang)} for t in differ],
        "zones": _zones(found, differ, filled, lang),
    }


def _line(tried: TriedRule, reason: RuleReason, zone: str, lang: str) -> dict[str, Any]:
    """Return a rule's verdict in the zone asked about, or over all zones, with its reason."""
    rule = tried.rule
    verdict = tried.verdicts[zone] if zone else "differs"
    state = verdict if verdict in ("granted", "refused", "undetermined", "differs") else "granted"
    near = state == "undetermined" and len(reason.missing) <= _NEAR
    return {
        "rule": rule.id,
        "title": rule.source.title.text(lang),
        "measure": rule.source.measure,
        "kind": kind_text(rule.kind, lang),
        "document": rule.source.basis.document,
        "verified": rule.verified,
        "verdict": verdict,
        "state": "near" if near else state,
        "grade": grade_text(rule, verdict, lang)
        if rule.kind == "grade" and state == "granted"
        else "",
        "granted_in": sum(v == "granted" for v in tried.verdicts.values()),
        "result": reason.result if zone else "",
        "missing": [m["label"] for m in reason.missing] if zone else [],
        "conditions": [asdict(c) for c in reason.conditions] if zone else [],
        "blocking": reason.blocking if zone else [],
        "notes": reason.notes,
    }


def _zones(
    found: Opened, differ: list[TriedRule], filled: Filled, lang: str
) -> list[dict[str, Any]]:
    """Return every zone with its verdicts on the rules that differ, those that grant most first."""
    regions = region_titles(found, lang)
    section = str(filled.given["enterprise"].get("industry_code", ""))[:1]
    peers = dict(
        found.sections.filter(pl.col("code") == section).select("zone", "count").iter_rows()
    )
    rows = []
    for z in found.zones.iter_rows(named=True):
        verdicts = [t.verdicts[z["key"]] for t in differ]
        rows.append(
            {
                "key": z["key"],
                "name": z["name"],
                "province": z["province"],
                "region": regions.get(z["region"] or "", ""),
                "verdicts": verdicts,
                "granted": verdicts.count("granted"),
                "open": verdicts.count("undetermined"),
                "peers": peers.get(z["key"]) if section else None,
            }
        )
    return sorted(rows, key=lambda r: (-r["granted"], -r["open"], -(r["peers"] or 0), r["name"]))


def _table(page: dict[str, Any]) -> pl.DataFrame:
    """Return the zones as a file has them."""
    words = {"granted": "符合", "refused": "不符合", "undetermined": "待定"}
    found: dict[str, Any] = {
        "经开区": [z["name"] for z in page["zones"]],
        "省份": [z["province"] for z in page["zones"]],
        "同门类企业数": [z["peers"] for z in page["zones"]],
    }
    for i, rule in enumerate(page["differ"]):
        found[rule["title"]] = [
            words.get(z["verdicts"][i], z["verdicts"][i]) for z in page["zones"]
        ]
    return pl.DataFrame(found, strict=False)
