"""Indicators as a file has them: a row an indicator and group."""

from __future__ import annotations

import polars as pl

from jingkai.console.analyst.published import published
from jingkai.console.analyst.scope import Scope, at_level, group_titles
from jingkai.console.opened import Opened
from jingkai.engine.indicators import Level
from jingkai.rulebook.results import amount_quantum

__all__ = ["figure_file"]


def figure_file(found: Opened, level: Level, scope: Scope, only: str | None) -> pl.DataFrame:
    """Return the year's indicators of a level.

    Parameters
    ----------
    level, scope
        Which groups; of a zone's analyst the zone and what it lies in.
    only
        The one indicator wanted; None: all.
    """
    levels = dict(scope.places) if level == "zone" and scope.zone else {level: None}
    tables = [_level(found, lvl, group, scope) for lvl, group in levels.items()]
    table = pl.concat(tables)
    return table if only is None else table.filter(pl.col("指标代码") == only)


def _level(found: Opened, level: Level, group: str | None, scope: Scope) -> pl.DataFrame:
    rules = found.rulebook.rules
    table = at_level(found.tables[level], level, scope).filter(pl.col("known") > 0)
    if group is not None:
        table = table.filter(pl.col("group") == group)
    names = table["indicator"].unique().to_list()
    # Whole numbers over powers of ten: exact enough as floats for a spreadsheet.
    about = pl.DataFrame(
        {
            "indicator": names,
            "title": [rules[n].source.title.zh for n in names],
            "unit": [str(rules[n].unit) for n in names],
            "quantum": [float(amount_quantum(rules[n].unit)) for n in names],
            "verified": [rules[n].verified for n in names],
            "printed": [_printed(found, n) if level == "nation" else None for n in names],
        },
        schema={"indicator": pl.String, "title": pl.String, "unit": pl.String, "quantum": pl.Float64, "verified": pl.Boolean, "printed": pl.String},
    )  # fmt: skip
    titles = group_titles(found, level, "zh")
    named = pl.DataFrame({"group": list(titles), "name": list(titles.values())}, schema={"group": pl.String, "name": pl.String})  # fmt: skip
    return (
        table.join(about, on="indicator", maintain_order="left")
        .join(named, on="group", how="left", nulls_equal=True, maintain_order="left")
        .select(
            pl.lit(level).alias("层级"),
            pl.col("name").alias("范围"),
            pl.col("indicator").alias("指标代码"),
            pl.col("title").alias("指标"),
            pl.lit(found.year).alias("年度"),
            (pl.col("value") * pl.col("quantum")).alias("数值"),
            (pl.col("partial") * pl.col("quantum")).alias("已知部分"),
            pl.col("unit").alias("单位"),
            pl.col("growth").alias("增长"),
            pl.col("share").alias("占全国"),
            pl.col("rank").alias("名次"),
            pl.col("known").alias("已知数"),
            pl.col("of").alias("总数"),
            pl.col("printed").alias("公布数"),
            pl.col("verified").alias("已核实"),
        )
    )


def _printed(found: Opened, name: str) -> str | None:
    one = published(found).get((name, found.year))
    return None if one is None else f"{float(one.value):g} {one.unit}"
