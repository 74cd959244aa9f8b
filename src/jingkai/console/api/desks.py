"""What programs ask with a key: an enterprise's entitlements, enterprises of a zone, many rows at once."""

from __future__ import annotations

import json
from typing import Annotated, Any

import polars as pl
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from ninja.errors import ValidationError
from pydantic import ValidationError as Invalid

from jingkai.console.access import enterprise_for
from jingkai.console.api.keys import Scope
from jingkai.console.api.rates import AddressThrottle, TokenThrottle
from jingkai.console.api.shapes import (
    CheckAnswer,
    CheckQuestion,
    Enterprises,
    Entitlements,
    Failure,
    Lang,
)
from jingkai.console.bulk_check import check_rows
from jingkai.console.entitlements import entitlements as given_to
from jingkai.console.middleware.bodies import most_body
from jingkai.console.opened import rulebook
from jingkai.console.portal.places import opened_zones
from jingkai.console.told import hidden_from, reasons_told, sensitive_facts
from jingkai.console.trail import record

__all__ = ["router"]

router = Router(tags=["desks"])
_FAILS = dict.fromkeys((400, 401, 403, 404, 422, 429), Failure)
_MOST = 50
_COLUMNS = ("key", "name", "industry_code", "established_on")


@router.get(
    "/enterprises/{key}/entitlements",
    response={200: Entitlements, **_FAILS},
    url_name="entitlements",
    auth=Scope("entitlements"),
)
def entitlements(request: HttpRequest, key: str, lang: Lang = "zh") -> Any:
    """What the rules give an enterprise, each with its reasons (scope `entitlements`).

    An enterprise's key sees itself alone, an officer's the enterprises of its zone; what the office may
    not see is left out and said to be.
    """
    found = opened_zones()
    match = enterprise_for(request.user, found, key)
    hidden = hidden_from(request.user, found, lang)
    seen = [c for c in found.snapshot.columns("enterprise") if c not in hidden]
    record(request, "enterprise.read", match.key, sensitive_facts(found, seen), by="api")
    reasons = reasons_told(request.user, found, match.position, lang)
    return {
        "key": match.key,
        "name": match.name,
        "snapshot": found.snapshot.id,
        "as_of": found.day,
        "synthetic": found.synthetic,
        **given_to(found, reasons, lang),
    }


@router.get(
    "/enterprises",
    response={200: Enterprises, **_FAILS},
    url_name="enterprises",
    auth=Scope("enterprises"),
)
def enterprises(
    request: HttpRequest,
    q: Annotated[str, Query(min_length=2, max_length=50, description="code or part of the name")],
) -> Any:
    """Enterprises of the officer's own zone by code or part of the name (scope `enterprises`)."""
    found = opened_zones()
    rows: list[dict[str, Any]] = []
    if "enterprise" in found.snapshot.entities:
        have = set(found.snapshot.columns("enterprise"))
        shown = [pl.col(c) if c in have else pl.lit(None).alias(c) for c in _COLUMNS]
        text = q.strip()
        fits = (pl.col("key") == text) | pl.col("name").str.contains(text, literal=True)
        frame = found.snapshot.scan("enterprise").filter(pl.col("zone") == request.user.zone, fits)
        rows = frame.select(shown).head(_MOST + 1).collect().to_dicts()
    return {
        "snapshot": found.snapshot.id,
        "synthetic": found.synthetic,
        "more": len(rows) > _MOST,
        "enterprises": rows[:_MOST],
    }


@router.post(
    "/check",
    response={200: CheckAnswer, 413: Failure, **_FAILS},
    url_name="check",
    auth=Scope("check"),
    throttle=[AddressThrottle("api", 120), TokenThrottle("check", 20)],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": CheckQuestion.model_json_schema()}},
        }
    },
)
def check(request: HttpRequest) -> HttpResponse:
    """Decide up to 10,000 rows of facts by chosen rules on a day (scope `check`); nothing is stored.

    A cell is text as in a register file (`"1,200万元"`, `"是"`, `"2024-03-05"`), a number in the fact's
    unit, true or false, or null. What is left out is unknown, which is not no. A row of which a cell
    cannot be read is not decided (`results` null) and told under `errors`; the others are.
    """
    question = _question(request)
    found = opened_zones()
    day = question.day or found.day
    checked = check_rows(rulebook(), day, question.rules, question.rows, found.zone_facts)
    answer = {
        "day": day.isoformat(),
        "entity": checked.entity,
        "rows": checked.rows,
        "errors": checked.errors,
        "error_count": checked.error_count,
    }
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, content_type="application/json; charset=utf-8")


def _question(request: HttpRequest) -> CheckQuestion:
    """Read the body, which for this call alone may be large."""
    most = most_body(request.resolver_match.view_name)
    body = request.read(most + 1)
    if len(body) > most:
        raise RequestDataTooBig("body")
    try:
        return CheckQuestion.model_validate_json(body)
    except Invalid as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise ValidationError([dict(e) for e in found[:_MOST]]) from error
