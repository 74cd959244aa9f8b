"""An enterprise's own facts, by theme, with their sources."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.answer import answer
from jingkai.console.enterprise.own import about, own
from jingkai.console.errors import NotFound
from jingkai.console.fact_lines import THEMES, fact_lines, known_columns
from jingkai.console.told import hidden_from

__all__ = ["my_facts"]


def my_facts(request: HttpRequest) -> HttpResponse:
    """Show an enterprise what the register knows of it; query: theme, q (words of a fact's name)."""
    found, match = own(request)
    lang, asked = request.lang, request.GET.get("q", "").strip()[:40]
    hidden = hidden_from(request.user, found, lang)
    columns = [c for c in known_columns(found) if c not in hidden]
    every = fact_lines(found, match.position, columns, lang)
    themes = _themes(every, lang)
    theme = request.GET.get("theme", "") or ("" if asked else themes[0]["theme"])
    if theme and theme not in {t["theme"] for t in themes}:
        raise NotFound(f"没有主题“{theme}”", hint="从列表里选择")
    shown = [
        line
        for line in every
        if theme in ("", line["theme"]) and asked.casefold() in line["label"].casefold()
    ]
    page = {
        "enterprise": about(found, match),
        "day": found.day.isoformat(),
        "theme": theme,
        "asked": asked,
        "themes": themes,
        "facts": shown,
    }
    return answer(request, "console/enterprise/facts.html", page, _table(shown), "我的数据")


def _themes(lines: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Return the themes that there are facts of, with how many facts are known and how many not."""
    found = []
    for theme, group in groupby(lines, key=lambda line: line["theme"]):
        known = [line["known"] for line in group]
        title = THEMES[theme][lang != "zh"]
        counts = {"known": sum(known), "unknown": len(known) - sum(known)}
        found.append({"theme": theme, "title": title, **counts})
    return found


def _table(lines: list[dict[str, Any]]) -> pl.DataFrame:
    """Return facts as a file has them."""
    rows = [
        {
            "主题": THEMES[line["theme"]][0], "数据项": line["label"], "年份": line["year"],
            "值": line["value"] if line["known"] else None, "持有部门": line["holder"],
            "部门共享": line["shared"], "来源": line["office"], "文件": line["file"],
            "数据日期": line["as_of"], "列": line["column"],
        }
        for line in lines
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None, schema=None if rows else {"列": pl.String})
