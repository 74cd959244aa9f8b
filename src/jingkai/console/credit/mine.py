"""The enterprise's page on its credit: its records and their repair; not its class, which is for supervision."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.credit.lines import explained_records, records_table
from jingkai.console.credit.records import RULE, list_of_records
from jingkai.console.enterprise.own import about, own

__all__ = ["my_credit"]


def my_credit(request: HttpRequest) -> HttpResponse:
    """Show an enterprise its records of penalties: what each waits for, and whether it may be repaired."""
    found, match = own(request)
    lines = explained_records(request.user, found, match.key, request.lang)
    notes = found.rulebook.rules[RULE].source.notes
    page: dict[str, Any] = {
        "enterprise": about(found, match),
        "day": found.day.isoformat(),
        "rule": RULE,
        "notes": notes.text(request.lang) if notes else "",
        "list": list_of_records(found),
        "records": lines,
        "repairable": sum(line["state"] == "now" for line in lines),
    }
    table = records_table(lines)
    return answer(request, "console/credit/mine.html", page, table, f"信用-{match.key}")
