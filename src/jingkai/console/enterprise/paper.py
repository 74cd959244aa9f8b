"""Decisions as PDF for the enterprise, and what their numbers say to anyone."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from jingkai.console.address import address_of
from jingkai.console.answer import answer
from jingkai.console.enterprise.mine import own_reason
from jingkai.console.enterprise.own import own
from jingkai.console.errors import NotFound
from jingkai.console.failure_pages import failed
from jingkai.console.masking import shown_name
from jingkai.console.models import IssuedDecision
from jingkai.console.opened import opened
from jingkai.console.papers import as_number, differs_now, digest_of, issue, pdf_of
from jingkai.console.trail import record
from jingkai.console.wanted import wants_json

__all__ = ["my_paper", "paper", "verify", "verify_number"]

#: Wrong numbers from one address before it must wait. A number has 80 random bits: this only keeps
#: the log and the server quiet.
_MOST_WRONG = 20
_WAIT = 600  # seconds


@require_POST
def my_paper(request: HttpRequest, name: str) -> HttpResponse:
    """Put the decision on a rule on paper, and go to it."""
    found, match = own(request)
    reason = own_reason(request, found, match, name)
    made = issue(request.user, found, match, reason, request.lang)
    record(request, "paper.issue", match.key, number=made.number, rule=name)
    return redirect("paper", number=made.number)


def paper(request: HttpRequest, number: str) -> HttpResponse:
    """Give the PDF of one of the enterprise's own decisions."""
    key = request.user.enterprise
    mine = IssuedDecision.objects.filter(number=as_number(number), enterprise=key).first()
    if mine is None:
        raise NotFound("本企业没有这个编号的认定结果", hint="在“我的权益”里重新出具")
    where = request.build_absolute_uri(reverse("verify_number", args=[mine.number]))
    response = HttpResponse(pdf_of(mine, where), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, f"{mine.number}.pdf")
    return response


def verify(request: HttpRequest) -> HttpResponse:
    """Ask for a number; query: number, which leads to what is known of it."""
    asked = request.GET.get("number", "").strip()
    if asked:
        return redirect("verify_number", number=as_number(asked))
    return answer(request, "console/enterprise/verify.html", {"number": "", "paper": None})


def verify_number(request: HttpRequest, number: str) -> HttpResponse:
    """Show what the paper of a number says, and whether the rules say something else by now."""
    counted = f"verify-{address_of(request)}"
    if cache.get(counted, 0) >= _MOST_WRONG:
        error = NotFound("查验次数过多，暂停查验", hint="十分钟后再试，按纸上的编号输入")
        error.code = "too_many"
        return failed(request, error, 429)
    asked = as_number(number)
    known = IssuedDecision.objects.filter(number=asked).first()
    if known is None:
        cache.add(counted, 0, _WAIT)
        cache.incr(counted)
        if wants_json(request):
            raise NotFound(f"没有编号为“{asked}”的认定结果", hint="核对纸上的编号")
    page = {"number": asked, "paper": known and _said(known)}
    response = answer(request, "console/enterprise/verify.html", page)
    response.status_code = 200 if known else 404
    return response


def _said(known: IssuedDecision) -> dict[str, Any]:
    content = known.content
    who = content["enterprise"]
    return {
        "title": content["title"],
        "rule": known.rule,
        "verdict": content["verdict"],
        "enterprise": shown_name(who["name"], who["key"], who["type"]),
        "zone": who["zone"],
        "as_of": content["as_of"],
        "issued": timezone.localtime(known.at).strftime("%Y-%m-%d %H:%M"),
        "synthetic": content["synthetic"],
        "verified": content["verified"],
        "digest": known.digest,
        "whole": digest_of(content) == known.digest,
        "differs": differs_now(known, opened()),
    }
