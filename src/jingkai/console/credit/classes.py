"""The analysts' page: how many enterprises are of each class of credit risk; nobody by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.analyst.scope import scope_of
from jingkai.console.answer import answer
from jingkai.console.opened import Opened
from jingkai.console.portal.places import opened_zones
from jingkai.explain.words import grade_text
from jingkai.report.figures import percent

__all__ = ["LEAST", "credit_classes", "told_apart"]

#: The rules of the class: the office's result, and where there is none the class by points.
_RULES = ("credit_risk_class", "credit_risk_class_by_points")
#: The fewest enterprises that are told apart, as of groups everywhere.
LEAST = 3


def credit_classes(request: HttpRequest) -> HttpResponse:
    """Show the classes of a zone beside the nation's, of the ministry the nation's alone."""
    found, lang = opened_zones(), request.lang
    scope = scope_of(request, found)
    whole = ("全国" if lang == "zh" else "Nation", None)
    places = [(scope.name, scope.zone), whole] if scope.zone else [whole]
    page: dict[str, Any] = {
        "day": found.day.isoformat(),
        "own": scope.name,
        "rule": _RULES[0],
        "places": [{"title": title, "rows": _rows(found, zone, lang)} for title, zone in places],
    }
    return answer(request, "console/credit/classes.html", page, _table(page), "信用风险分类")


def told_apart(rows: Mapping[str, int], grades: Sequence[str]) -> list[list[str]]:
    """Return classes in groups of which none has one or two enterprises, as far as that can be.

    Parameters
    ----------
    rows
        Enterprises by class.
    grades
        The classes in rising order of risk; a small one goes with the next lower.

    Returns
    -------
    list
        Groups in that order. Only where all together are fewer than three is one of them small.
    """
    groups: list[list[str]] = []
    held: list[str] = []
    for grade in reversed(grades):
        held.insert(0, grade)
        if _count(rows, held) == 0 or _count(rows, held) >= LEAST:
            groups, held = [held, *groups], []
    while held and groups and _count(rows, held) < LEAST:
        held += groups.pop(0)
    return [held, *groups] if held else groups


def _count(rows: Mapping[str, int], grades: Sequence[str]) -> int:
    return sum(rows.get(g, 0) for g in grades)


def _counted(found: Opened) -> pl.DataFrame:
    """Return enterprises by zone and class: `zone`, `grade` (null: open), `rows`, `count` (weighted)."""

    def count() -> pl.DataFrame:
        schema = {"zone": pl.String, "grade": pl.String, "rows": pl.Int64, "count": pl.Int64}
        rules = [n for n in _RULES if n in found.run.rules]
        if "enterprise" not in found.snapshot.entities or not rules:
            return pl.DataFrame(schema=schema)
        have = found.snapshot.columns("enterprise")
        zone = pl.col("zone") if "zone" in have else pl.lit(None, pl.String)
        weight = pl.col("weight") if "weight" in have else pl.lit(1)
        facts = found.snapshot.scan("enterprise").select(zone.alias("zone"), weight.alias("weight"))
        grades = found.run.scan("enterprise").select(
            pl.coalesce(pl.col(rules).cast(pl.String)).alias("grade")
        )
        rows = pl.concat([facts, grades], how="horizontal").group_by("zone", "grade")
        sums = rows.agg(pl.len().alias("rows"), pl.col("weight").sum().alias("count"))
        typed = sums.select(pl.col(n).cast(t) for n, t in schema.items())
        return typed.collect(engine="streaming")

    return found.kept("credit classes", count)


def _rows(found: Opened, zone: str | None, lang: str) -> list[dict[str, Any]]:
    """Return the classes of a zone (None: of all) with how many are of each; the open ones last."""
    table = _counted(found)
    table = table if zone is None else table.filter(pl.col("zone") == zone)
    sums = table.group_by("grade").agg(pl.col("rows", "count").sum())
    rows = {g: (n, c) for g, n, c in sums.iter_rows()}
    total, rule = sum(c for _, c in rows.values()), found.rulebook.rules[_RULES[0]]
    known = {g: n for g, (n, _) in rows.items() if g is not None}
    grades = [g for g, _ in rule.grades if g != "E" or "E" in known]
    lines = [
        {
            "title": ("、" if lang == "zh" else ", ").join(
                grade_text(rule, g, lang) for g in group
            ),
            "count": sum(rows.get(g, (0, 0))[1] for g in group) if _shown(known, group) else None,
        }
        for group in told_apart(known, grades)
    ]
    unknown = "待定" if lang == "zh" else "undetermined"
    lines.append({"title": unknown, "count": rows.get(None, (0, 0))[1]})
    return [{**line, "share": _share(line["count"], total)} for line in lines]


def _shown(known: Mapping[str, int], group: Sequence[str]) -> bool:
    return _count(known, group) == 0 or _count(known, group) >= LEAST


def _share(count: Any, total: int) -> str:
    return "—" if count is None or not total else percent(Fraction(count, total))


def _table(page: dict[str, Any]) -> pl.DataFrame:
    rows = [
        {"范围": p["title"], "类别": r["title"], "户数": r["count"], "占比": r["share"]}
        for p in page["places"]
        for r in p["rows"]
    ]
    return pl.DataFrame(rows, infer_schema_length=None)
