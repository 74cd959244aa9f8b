"""What the rules grant, refuse and leave open: by measure and rule, and by group of a level."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse

from jingkai.console.analyst.charts import Axis, ranked_bars
from jingkai.console.analyst.scope import (
    Scope,
    at_level,
    group_titles,
    level_choices,
    level_of,
    scope_of,
)
from jingkai.console.answer import answer
from jingkai.console.errors import NotFound
from jingkai.console.opened import Opened
from jingkai.console.portal.places import opened_zones
from jingkai.console.portal.rule_words import entity_title
from jingkai.engine.indicators import Level
from jingkai.report.figures import percent
from jingkai.report.from_decisions import Decided

__all__ = ["uptake"]

_COUNTS = ("granted", "refused", "undetermined")
_DRAWN = 31


def uptake(request: HttpRequest) -> HttpResponse:
    """Show uptake; query: level, and of (a measure or a rule)."""
    found, lang = opened_zones(), request.lang
    scope = scope_of(request, found)
    level = level_of(request, "zone" if scope.zone else "region")
    measures = _measures(found, scope, lang)
    of, title = _asked(request.GET.get("of", ""), measures, lang)
    groups = _groups(found, of, level, scope, lang)
    page: dict[str, Any] = {
        "level": level,
        "levels": level_choices(scope, lang),
        "own": scope.name,
        "day": found.day.isoformat(),
        "of": of,
        "of_title": title,
        "measures": measures,
        "groups": groups,
        "chart": _chart(groups, title, scope, lang),
    }
    table = _file(found, level, scope)
    return answer(request, "console/analyst/uptake.html", page, table, f"政策落实{found.day}")


def uptake_at(found: Opened, level: Level) -> pl.DataFrame:
    """Return uptake by the groups of a level: `group`, `measure`, `rule` and the three counts."""
    return found.kept(("uptake", level), lambda: _uptake_at(found, level))


def _uptake_at(found: Opened, level: Level) -> pl.DataFrame:
    place = {"nation": pl.lit(""), "zone": pl.col("zone")}.get(level, pl.col(level))
    zones = found.zones.select("province", "region", zone="key")
    rules = found.run.rules
    measures = pl.DataFrame(
        {"rule": list(rules), "measure": [r["measure"] for r in rules.values()]},
        schema={"rule": pl.String, "measure": pl.String},
    )
    table = found.uptake.join(zones, on="zone", how="left").join(measures, on="rule", how="left")
    by = (place.alias("group"), "measure", "rule")
    return table.group_by(by).agg(pl.col(*_COUNTS).sum())


def _measures(found: Opened, scope: Scope, lang: str) -> list[dict[str, Any]]:
    """Return each measure with its rules, counted in the nation, of a zone's analyst in the zone first."""
    book = found.rulebook
    whole = _by_rule(uptake_at(found, "nation"), "")
    mine = _by_rule(uptake_at(found, "zone"), scope.zone) if scope.zone else whole
    rules: dict[str, list[dict[str, Any]]] = {}
    for name in Decided(book, found.snapshot, found.run).rights:
        if sum(whole.get(name, (0,))):
            row = {"rule": name, "title": book.rules[name].source.title.text(lang),
                   "entity": entity_title(book, name, lang), "verified": book.rules[name].verified,
                   **_counted(mine.get(name, (0, 0, 0))), "nation": _counted(whole[name])}  # fmt: skip
            rules.setdefault(book.rules[name].source.measure, []).append(row)
    return [
        {"measure": m, "title": book.measures[m].title.text(lang), "rules": rows,
         **_counted(_summed(rows)), "nation": _counted(_summed([r["nation"] for r in rows]))}
        for m, rows in rules.items()
    ]  # fmt: skip


def _by_rule(table: pl.DataFrame, group: str | None) -> dict[str, tuple[int, int, int]]:
    rows = table.filter(pl.col("group") == group).select("rule", *_COUNTS)
    return {name: (g, r, u) for name, g, r, u in rows.iter_rows()}


def _summed(rows: list[dict[str, Any]]) -> tuple[int, int, int]:
    granted, refused, undetermined = (sum(r[c] for r in rows) for c in _COUNTS)
    return granted, refused, undetermined


def _counted(counts: tuple[int, int, int]) -> dict[str, Any]:
    """Return three counts with the share that is granted of all; null where there is nobody."""
    share = counts[0] / sum(counts) if sum(counts) else None
    text = "—" if share is None else percent(Fraction(counts[0], sum(counts)), 2)
    return {**dict(zip(_COUNTS, counts, strict=True)), "share": share, "share_text": text}


def _asked(of: str, measures: list[dict[str, Any]], lang: str) -> tuple[str, str]:
    """Return the measure or rule asked for with its title; the first measure by default.

    Raises
    ------
    NotFound
        If neither a measure nor a rule of that name grants anything here.
    """
    titles = {m["measure"]: m["title"] for m in measures}
    titles |= {r["rule"]: r["title"] for m in measures for r in m["rules"]}
    if not of and titles:
        of = next(iter(titles))
    if of and of not in titles:
        raise NotFound(f"没有举措或规则“{of}”的认定结果", hint="从“政策落实”页选择")
    return of, titles.get(of, "")


def _groups(found: Opened, of: str, level: Level, scope: Scope, lang: str) -> list[dict[str, Any]]:
    """Return a row a group with its counts, those with the greatest share first."""
    mixed = level == "zone" and scope.zone
    wanted = scope.places if mixed else [(level, g) for g in group_titles(found, level, lang)]
    rows = []
    for lvl in dict(wanted):
        table = uptake_at(found, lvl).filter((pl.col("measure") == of) | (pl.col("rule") == of))
        sums = table.group_by("group").agg(pl.col(*_COUNTS).sum())
        counts = {g: (a, b, c) for g, a, b, c in sums.iter_rows()}
        titles = group_titles(found, lvl, lang)
        rows += [
            {"group": g, "title": titles.get(g, g), "own": g == scope.zone, **_counted(counts[g])}
            for at, g in wanted
            if at == lvl and g in counts
        ]
    return rows if mixed else sorted(rows, key=lambda r: -(r["share"] or 0))


def _chart(rows: list[dict[str, Any]], title: str, scope: Scope, lang: str) -> Any:
    shown = [r for r in rows if r["share"] is not None][:_DRAWN]
    if len(shown) < 2:
        return None
    mark = next((i for i, r in enumerate(shown) if r["own"]), -1)
    label = f"{title}：符合占比，数字见下表" if lang == "zh" else f"{title}: share granted; the numbers stand below"  # fmt: skip
    return ranked_bars(label, [str(r["title"]) for r in shown], [r["share"] for r in shown], Axis(100, "%"), mark)  # fmt: skip


def _file(found: Opened, level: Level, scope: Scope) -> pl.DataFrame:
    """Return a row a group and rule, as a file has them."""
    mixed = level == "zone" and scope.zone
    places = dict(scope.places) if mixed else {level: None}
    book = found.rulebook
    parts = []
    for lvl, group in places.items():
        table = at_level(uptake_at(found, lvl), lvl, scope)
        table = table if group is None else table.filter(pl.col("group") == group)
        titles = group_titles(found, lvl, "zh")
        parts.append(
            table.sort("group", "measure", "rule", nulls_last=True).select(
                pl.lit(lvl).alias("层级"),
                _named("group", titles).alias("范围"),
                _named("measure", {m: book.measures[m].title.zh for m in book.measures}).alias("举措"),
                pl.col("rule").alias("规则代码"),
                _named("rule", {r: book.rules[r].source.title.zh for r in found.run.rules}).alias("规则"),
                pl.col("granted").alias("符合"),
                pl.col("refused").alias("不符合"),
                pl.col("undetermined").alias("待定"),
                (pl.col("granted") / pl.sum_horizontal(*_COUNTS)).fill_nan(None).alias("符合占比"),
            )
        )  # fmt: skip
    return pl.concat(parts)


def _named(column: str, titles: dict[Any, str]) -> pl.Expr:
    return pl.col(column).replace_strict(
        pl.Series(list(titles), dtype=pl.String), list(titles.values()), default=pl.col(column), return_dtype=pl.String
    )  # fmt: skip
