"""The reforms that were tried, the newest first."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.analyst.scope import own_zone
from jingkai.console.answer import answer
from jingkai.console.models import Job
from jingkai.console.opened import rulebook

__all__ = ["reforms"]

_SHOWN = 100


def reforms(request: HttpRequest) -> HttpResponse:
    """Show the reforms of the ministry, or of the analyst's zone."""
    lang = request.lang
    jobs = (
        Job.objects.filter(kind="reform", zone=own_zone(request.user))
        .select_related("by")
        .defer("result")
    )
    rows = [_line(job, lang) for job in jobs[:_SHOWN]]
    table = pl.DataFrame(
        {
            "测算": [r["id"] for r in rows],
            "规则": [r["rule_title"] for r in rows],
            "改动": [r["text"] for r in rows],
            "查询日": [r["day"] for r in rows],
            "状态": [r["state"] for r in rows],
            "发起人": [r["by"] for r in rows],
            "时间": [r["created"] for r in rows],
        },
        schema=dict.fromkeys(("测算", "规则", "改动", "查询日", "状态", "发起人", "时间"), pl.String),
    )  # fmt: skip
    page = {"reforms": rows, "most": _SHOWN}
    return answer(request, "console/analyst/reforms.html", page, table, "改革测算")


def _line(job: Job, lang: str) -> dict[str, Any]:
    asked = job.arguments
    rule = rulebook().rules.get(asked["rule"])
    said = [f"{s[lang]} {s['was']}→{s['will']}" if s["will"] else s[lang] for s in asked["said"]]
    return {
        "id": str(job.pk),
        "title": asked["title"],
        "rule": asked["rule"],
        "rule_title": rule.source.title.text(lang) if rule else asked["rule"],
        "text": ("；" if lang == "zh" else "; ").join(said),
        "day": asked["day"],
        "state": job.state,
        "by": job.by.username,
        "created": job.created_at.isoformat(timespec="minutes"),
    }
