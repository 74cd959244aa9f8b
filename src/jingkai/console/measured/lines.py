"""Measures of cases as the page has them: numbers, and the same in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from jingkai.console.measured.kept import Compared
from jingkai.services.catalogue import Catalogue
from jingkai.services.logs.compare import Difference
from jingkai.services.logs.measures import Measures, summary
from jingkai.services.logs.words import MEASURES, STATISTICS, VERDICTS
from jingkai.vocabulary import Office

__all__ = [
    "COLUMNS",
    "days",
    "difference_lines",
    "disclosed",
    "figure",
    "item_line",
    "item_lines",
    "item_title",
    "office_lines",
    "passage_lines",
    "zone_lines",
]

#: What a file's columns are called, in its order.
COLUMNS = {
    "cases": "件数", "open": "未办结", "working_days_median": "工作日中位数", "working_days_p90": "工作日九成以内",
    "late_share": "超期比例", "late_known": "可判断超期的件数", "steps_median": "环节次数中位数",
    "office_handovers_mean": "部门间移交平均", "resource_handovers_mean": "经办人间移交平均",
    "rework_share": "有返工的件占比", "materials_median": "材料中位数", "materials_known": "材料已知的件数",
    "trips_median": "跑动次数中位数", "trips_known": "跑动次数已知的件数",
}  # fmt: skip
#: Figures of ended cases alone.
_OF_ENDED = (
    "working_days_median", "working_days_p90", "steps_median", "office_handovers_mean", "resource_handovers_mean",
    "rework_share",
)  # fmt: skip
#: What is told of every item when periods are compared, where there is an interval.
_REDUCTIONS = (
    *(("working_days", "median"), ("late", "mean"), ("events", "median")),
    *(("materials", "mean"), ("trips", "mean")),
)


def days(value: float | None, lang: str) -> str:
    """Return days as people say them; a dash where not known."""
    if value is None:
        return "—"
    if value >= 1 or value == 0:
        return f"{figure(value)} {'天' if lang == 'zh' else 'd'}"
    if value * 24 >= 1:
        return f"{figure(value * 24)} {'小时' if lang == 'zh' else 'h'}"
    if value * 1440 < 1:
        return "不到 1 分钟" if lang == "zh" else "under 1 min"
    return f"{value * 1440:.0f} {'分钟' if lang == 'zh' else 'min'}"


def figure(value: float | None, digits: int = 1) -> str:
    """Return a number without empty decimals; a dash where not known."""
    return "—" if value is None else f"{value:,.{digits}f}".removesuffix(".0")


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"


def disclosed(rows: pl.DataFrame, least: int) -> pl.DataFrame:
    """Return rows of `summary` of at least so many cases, without figures that rest on fewer."""
    ended = pl.col("cases") - pl.col("open")
    rests = {
        **dict.fromkeys(_OF_ENDED, ended),
        "late_share": pl.col("late_known"),
        "materials_median": pl.col("materials_known"),
        "trips_median": pl.col("trips_known"),
    }
    kept = [pl.when(known >= least).then(pl.col(name)).alias(name) for name, known in rests.items()]
    return rows.filter(pl.col("cases") >= least).with_columns(kept)


def item_line(row: Mapping[str, Any], title: str) -> dict[str, Any]:
    """Return a row of `summary` with its words."""
    return {
        "item": row.get("item"),
        "title": title,
        **{name: row[name] for name in COLUMNS},
        "words": {
            "working_days": figure(row["working_days_median"]),
            "p90": figure(row["working_days_p90"]),
            "late": _share(row["late_share"]),
            "steps": figure(row["steps_median"]),
            "handovers": figure(row["office_handovers_mean"]),
            "persons": figure(row["resource_handovers_mean"]),
            "rework": _share(row["rework_share"]),
            "materials": figure(row["materials_median"]),
            "trips": figure(row["trips_median"]),
        },
    }


def item_lines(
    found: Measures, catalogue: Catalogue, least: int, lang: str
) -> list[dict[str, Any]]:
    """Return a line an item of at least so many cases, that with most cases first."""
    rows = disclosed(found.items[1:], least)
    return [item_line(r, item_title(catalogue, r["item"], lang)) for r in rows.to_dicts()]


def item_title(catalogue: Catalogue, name: str, lang: str) -> str:
    """Return an item's title; its name where the zone has it no more."""
    item = catalogue.items.get(name)
    return item.title.text(lang) if item else name


def zone_lines(cases: pl.DataFrame, names: Mapping[str, str], least: int) -> list[dict[str, Any]]:
    """Return a line a zone of at least so many cases."""
    rows = disclosed(summary(cases, ["zone"]), least)
    rows = rows.sort("cases", "zone", descending=[True, False])
    return [item_line(r, names.get(r["zone"], r["zone"])) for r in rows.to_dicts()]


def office_lines(
    found: Measures, offices: Mapping[str, Office], least: int, lang: str
) -> list[dict[str, Any]]:
    """Return where cases lay how long: with each office, and with the applicants."""
    applicants = "申请人" if lang == "zh" else "Applicants"
    cases = found.log.frame.group_by("office").agg(pl.col("case").n_unique().alias("cases"))
    table = found.offices.join(cases, on="office", how="left", nulls_equal=True)
    lines = []
    for row in table.filter(pl.col("cases") >= least).to_dicts():
        office = offices.get(row["office"] or "")
        words = {n: days(row[f"{n}_median"], lang) for n in ("waiting", "working", "sojourn")}
        title = office.label.text(lang) if office else (row["office"] or applicants)
        lines.append({**row, "title": title, "words": {**words, "share": _share(row["share"])}})
    return lines


def passage_lines(found: Measures, least: int, lang: str) -> list[dict[str, Any]]:
    """Return the ten passages that cost most days in all, of those that so many cases went."""
    frame = found.log.frame.select(
        "case", pl.col("activity").shift(1).over("case").alias("from"), to="activity"
    )
    cases = frame.group_by("from", "to").agg(pl.col("case").n_unique().alias("cases"))
    table = found.transitions.join(cases, on=["from", "to"], maintain_order="left")
    rows = table.filter(pl.col("cases") >= least).head(10).to_dicts()
    return [
        {
            **row,
            "words": {
                "median": days(row["median_days"], lang),
                "total": days(row["total_days"], lang),
                "share": _share(row["share"]),
            },
        }
        for row in rows
    ]


def difference_lines(
    found: Compared, catalogue: Catalogue, least: int, lang: str
) -> list[dict[str, Any]]:
    """Return what two periods differ in, of at least so many cases a side; of an item the four reductions."""
    kept = [
        d
        for d in found.differences
        if min(d.before_cases, d.after_cases) >= least
        and (d.item is None or (d.low is not None and (d.measure, d.statistic) in _REDUCTIONS))
    ]
    return [
        {
            **d.to_dict(),
            "title": item_title(catalogue, d.item, lang) if d.item else "",
            "words": {
                "measure": _measure(d, lang),
                "before": _value(d, d.before),
                "after": _value(d, d.after),
                "difference": _change(d, d.difference, lang),
                "interval": _interval(d, lang),
                "verdict": VERDICTS[d.verdict].text(lang),
            },
        }
        for d in kept
    ]


def _measure(found: Difference, lang: str) -> str:
    name = MEASURES[found.measure].text(lang)
    if found.measure == "late":
        return name
    statistic = STATISTICS[found.statistic].text(lang)
    return f"{name}（{statistic}）" if lang == "zh" else f"{name} ({statistic})"


def _interval(found: Difference, lang: str) -> str:
    if found.low is None or found.high is None:
        return "—"
    between = " 至 " if lang == "zh" else " to "
    return between.join(_change(found, v, lang) for v in (found.low, found.high))


def _change(found: Difference, value: float | None, lang: str) -> str:
    """Say by how much something changed: shares change by points, which are no per cent of the share before."""
    if value is None or found.measure != "late":
        return _value(found, value, "+")
    points = f"{value * 100:+.1f}"
    points = "0" if points in ("+0.0", "-0.0") else points
    return f"{points} {'个百分点' if lang == 'zh' else 'points'}"


def _value(found: Difference, value: float | None, sign: str = "") -> str:
    if value is None:
        return "—"
    if found.measure == "late":
        return _share(value)
    text = f"{value:{sign}.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("+0", "-0") else text
