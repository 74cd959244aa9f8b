"""A reform asked for: a rule found, its figures changed, a day; what cannot be read is said by its field."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from jingkai.console.analyst.reforms.fields import Field, filled, patches
from jingkai.console.analyst.reforms.written import reformed, removable
from jingkai.console.analyst.scope import own_zone
from jingkai.console.answer import answer
from jingkai.console.errors import NotFound
from jingkai.console.jobs import start
from jingkai.console.models import Job
from jingkai.console.opened import Opened, rulebook
from jingkai.console.portal.library import rule_lines
from jingkai.console.portal.places import opened_zones
from jingkai.console.portal.rule_words import rule_line
from jingkai.console.trail import record
from jingkai.errors import JingkaiError
from jingkai.explain.sentences import Sentences
from jingkai.rulebook import Rule

__all__ = ["reform_new"]

_SHOWN = 60
_BACK, _AHEAD = timedelta(days=366), timedelta(days=5 * 366)


def reform_new(request: HttpRequest) -> HttpResponse:
    """Ask for a reform; query: q to find a rule, rule, and by name what to fill in; posting starts it."""
    found, lang = opened_zones(), request.lang
    name = request.GET.get("rule", "")
    if not name:
        return _choose(request, found, lang)
    if name not in rulebook().rules:
        raise NotFound(f"没有规则“{name}”", hint="按名称或文号查找")
    typed = request.POST if request.method == "POST" else request.GET
    errors: list[dict[str, str]] = []
    day = _day(typed.get("day", ""), found, errors, lang)
    rule = rulebook().rules[name].at(day)
    fields = filled(rule, typed.dict(), _words(rule, day, lang), day, lang)
    if request.method == "POST":
        asked = _asked(typed, rule, fields, day, found)
        errors += _errors(fields, asked, found, lang) if not errors else []
        if not errors:
            return _started(request, asked)
    page = _form(rule, fields, typed, day, lang) | {"errors": errors}
    response = answer(request, "console/analyst/reform_new.html", page)
    response.status_code = 400 if errors and request.method == "POST" else 200
    return response


def _choose(request: HttpRequest, found: Opened, lang: str) -> HttpResponse:
    """Show the rules that have figures, or those that a search finds."""
    asked = request.GET.get("q", "").strip()[:50]
    rules = found.rulebook.rules
    lines = [
        line
        for line in rule_lines(rulebook(), asked, found.day, lang)
        if line["rule"] in rules and rules[line["rule"]].in_force(found.day)
        and (rules[line["rule"]].parameters or removable(rules[line["rule"]]))
    ]  # fmt: skip
    page = {"asked": asked, "rules": lines[:_SHOWN], "of": len(lines)}
    return answer(request, "console/analyst/reform_choose.html", page)


def _words(rule: Rule, day: date, lang: str) -> Sentences:
    book = rulebook()
    titles = {n: r.source.title.text(lang) for n, r in book.rules.items()}
    return Sentences(rule, book.vocabulary, day, titles, lang)


def _day(text: str, found: Opened, errors: list[dict[str, str]], lang: str) -> date:
    try:
        day = date.fromisoformat(text) if text else found.day
    except ValueError:
        day = None
    if day is not None and found.day - _BACK <= day <= found.day + _AHEAD:
        return day
    label, error = ("查询日", f"写成日期，在 {found.day - _BACK} 至 {found.day + _AHEAD} 之间") if lang == "zh" else ("Day", f"a date between {found.day - _BACK} and {found.day + _AHEAD}")  # fmt: skip
    errors.append({"name": "day", "label": label, "error": error})
    return found.day


def _asked(typed: Any, rule: Rule, fields: list[Field], day: date, found: Opened) -> dict[str, Any]:
    """Return what a job is given: plain JSON that is the same for the same reform."""
    can = removable(rule)
    drop = [c for c in can if c in typed.getlist("drop")]
    return {
        "snapshot": found.snapshot.id,
        "day": day.isoformat(),
        "rule": rule.id,
        "parameters": patches(fields),
        "drop": drop,
        "end": typed.get("end") == "yes",
        "said": _said(rule, fields, drop, typed.get("end") == "yes", day),
        "typed": {f.name: f.text for f in fields if f.changed},
        "title": typed.get("title", "").strip()[:80],
    }


def _said(rule: Rule, fields: list[Field], drop: list[str], end: bool, day: date) -> list[dict[str, str]]:  # fmt: skip
    """Return the changes as both languages have them."""
    english = {f.name: f.title for f in filled(rule, {}, _words(rule, day, "en"), day, "en")}
    chinese = {f.name: f.title for f in filled(rule, {}, _words(rule, day, "zh"), day, "zh")}
    said = [
        {"zh": chinese[f.name], "en": english[f.name], "was": f"{f.today} {f.unit if f.today else ''}".strip(), "will": f"{f.text} {f.unit}".strip()}
        for f in fields
        if f.changed
    ]  # fmt: skip
    said += [{"zh": f"取消条件：{rule.condition(c).label('zh')}", "en": f"without: {rule.condition(c).label('en')}", "was": "", "will": ""} for c in drop]  # fmt: skip
    return said + ([{"zh": "规则停止施行", "en": "rule ended", "was": "", "will": ""}] if end else [])  # fmt: skip


def _errors(fields: list[Field], asked: dict[str, Any], found: Opened, lang: str) -> list[dict[str, str]]:  # fmt: skip
    """Return what is wrong: fields that cannot be read, nothing changed, rules that do not hold together."""
    wrong = [{"name": f.name, "label": f.title, "error": f.error} for f in fields if f.error]
    if wrong:
        return wrong
    label = "改动" if lang == "zh" else "The change"
    if not asked["parameters"] and not asked["drop"] and not asked["end"]:
        text = "还没有改动：改一个数、取消一个条件，或停止施行" if lang == "zh" else "nothing is changed yet: change a figure, take out a condition, or end the rule"  # fmt: skip
        return [{"name": "form", "label": label, "error": text}]
    try:
        reformed(found.workspace, rulebook(), asked)
    except JingkaiError as error:
        texts = [f.what for f in error.findings] or [error.what]
        return [{"name": "form", "label": label, "error": t} for t in texts[:8]]
    return []


def _started(request: HttpRequest, asked: dict[str, Any]) -> HttpResponse:
    """Put the reform in line, or find that it was asked for before, and go to its page."""
    zone = own_zone(request.user)
    same = Job.objects.filter(kind="reform", zone=zone, arguments=asked)
    job = same.exclude(state=Job.State.FAILED).first()
    if job is None:
        job = start("reform", request.user, zone, **asked)
        record(request, "reform.start", asked["rule"], job=str(job.pk))
    return redirect("reform", job.pk)


def _form(rule: Rule, fields: list[Field], typed: Any, day: date, lang: str) -> dict[str, Any]:
    can = removable(rule)
    used = set(rule.parameters)
    return {
        "rule": rule_line(rule, day, lang),
        "day": typed.get("day", "") or day.isoformat(),
        "title": typed.get("title", ""),
        "fields": [
            {n: getattr(f, n) for n in ("name", "title", "kind", "unit", "today", "text", "basis", "values", "most", "step", "error")} | {"code": f.path[0]}
            for f in fields
        ],
        "left_out": sorted(used - {f.path[0] for f in fields}),
        "conditions": [
            {"id": c.id, "title": c.label(lang), "basis": c.basis, "dropped": c.id in typed.getlist("drop")}
            for c in rule.conditions
            if c.id in can
        ],
        "end": typed.get("end") == "yes",
    }  # fmt: skip
