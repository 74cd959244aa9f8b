"""Asking to correct a fact, following the corrections, taking one back."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from jingkai.console import corrections
from jingkai.console.access import may_see_fact
from jingkai.console.address import address_of
from jingkai.console.answer import answer
from jingkai.console.correction_lines import correction_line, corrections_of
from jingkai.console.enterprise.own import about, own
from jingkai.console.errors import ConsoleError, NotFound
from jingkai.console.fact_lines import fact_lines
from jingkai.console.fact_values import asked_value
from jingkai.console.files import EVIDENCE, most_bytes
from jingkai.console.models import Correction
from jingkai.console.opened import Opened
from jingkai.console.told import supervised_rules
from jingkai.console.wanted import wants_json
from jingkai.vocabulary import Fact

__all__ = ["my_correct", "my_correction", "my_corrections"]


@require_http_methods(["GET", "POST"])
def my_correct(request: HttpRequest, column: str) -> HttpResponse:
    """Show the form to correct a fact, and take what it sends."""
    found, match = own(request)
    fact, year = _correctable(request, found, column)
    error: ConsoleError | None = None
    if request.method == "POST":
        try:
            made = corrections.submit(
                request.user, found, column, request.POST.get("new", ""),
                request.POST.get("note", ""), request.FILES.getlist("evidence"),
                address_of(request),
            )  # fmt: skip
            return redirect("my_correction", id=made.pk)
        except ConsoleError as raised:
            if wants_json(request):
                raise
            error = raised
    page = {
        "enterprise": about(found, match),
        "fact": fact_lines(found, match.position, [column], request.lang)[0],
        **_form(found, fact, request.lang),
        "years": _years(found, fact, year),
        "typed": {n: request.POST.get(n, "") for n in ("new", "note")},
        "error": error and {"what": error.what, "hint": error.hint},
    }
    response = answer(request, "console/enterprise/correct.html", page)
    response.status_code = 400 if error else 200
    return response


def my_corrections(request: HttpRequest) -> HttpResponse:
    """List an enterprise's corrections, the newest first."""
    found, match = own(request)
    rows = Correction.objects.filter(enterprise=match.key).order_by("-at")
    lines = corrections_of(rows[:200], found.rulebook, request.lang)
    page = {"enterprise": about(found, match), "corrections": lines}
    return answer(request, "console/enterprise/corrections.html", page, _table(lines), "我的更正")


@require_http_methods(["GET", "POST"])
def my_correction(request: HttpRequest, id: int) -> HttpResponse:
    """Show how a correction stands and what came of it; posting takes it back."""
    found, match = own(request)
    rows = Correction.objects.select_related("job").prefetch_related("evidence")
    mine = rows.filter(pk=id, enterprise=match.key).first()
    if mine is None:
        raise NotFound("没有这件更正申请", hint="从“我的更正”进入")
    if request.method == "POST":
        corrections.withdraw(mine, request.user, address_of(request))
        return redirect("my_correction", id=id)
    line = correction_line(mine, found.rulebook, request.lang)
    withheld = supervised_rules(found)
    if line["changed"]:  # what changed is of every rule that was run: its class too
        line["changed"] = [c for c in line["changed"] if c["rule"] not in withheld]
    page = {"enterprise": about(found, match), "correction": line}
    return answer(request, "console/enterprise/correction.html", page)


def _correctable(request: HttpRequest, found: Opened, column: str) -> tuple[Fact, int | None]:
    known = found.rulebook.vocabulary.entities["enterprise"].column(column)
    if known is None or not may_see_fact(request.user, known[0]):
        raise NotFound("没有这个数据项", hint="从“我的数据”里选择")
    return corrections.correctable(found.rulebook.vocabulary, column)


def _form(found: Opened, fact: Fact, lang: str) -> dict[str, Any]:
    """Return what the form asks: choices where there are few, else how to type it; who decides."""
    vocabulary = found.rulebook.vocabulary
    office = vocabulary.offices[corrections.decider(fact)]
    return {
        **asked_value(fact, lang),
        "decider": office.label.text(lang),
        "own": fact.holder == "enterprise",
        "title": bool(fact.title),
        "kinds": sorted(EVIDENCE),
        "megabytes": most_bytes(EVIDENCE) // (1024 * 1024),
    }


def _years(found: Opened, fact: Fact, year: int | None) -> list[dict[str, Any]]:
    """Return the years of a yearly fact that may be corrected, with their columns."""
    if year is None:
        return []
    years = sorted({year, *range(found.year - 3, found.day.year + 1)}, reverse=True)
    return [{"year": y, "column": fact.column(y)} for y in years]


def _table(lines: list[dict[str, Any]]) -> pl.DataFrame:
    rows = [
        {
            "申请": line["id"], "数据项": line["label"], "年份": line["year"], "原值": line["old"],
            "更正为": line["new"], "部门": line["office"], "提交": line["at"],
            "状态": line["state_text"], "理由": line["reason"],
        }
        for line in lines
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None, schema=None if rows else {"申请": pl.Int64})
