"""``jingkai indicators``: the figures of the nation, its regions, provinces and zones."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import typer

from jingkai.cli.indicators import indicator_value
from jingkai.cli.output import ChineseTable, console, line, print_json
from jingkai.cli.session import JSON, find_workspace, open_rulebook
from jingkai.cli.table_file import OUT, say_synthetic, write_table
from jingkai.engine.indicators import Level
from jingkai.engine.published import Published, published_figures
from jingkai.engine.standing import standing
from jingkai.policies import policies_folder
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook
from jingkai.rulebook.results import amount_quantum

__all__ = ["indicators_command"]

_LEVELS = {"nation": "全国", "region": "地区", "province": "省份", "zone": "经开区"}
_RELATIONS = {"equals": "", "over": "超", "at_least": "不少于"}
_SHOWN = 5


def indicators_command(
    level: Level = typer.Option("nation", "--level", help="nation、region、province 或 zone"),
    year: int | None = typer.Option(None, "--year", help="年度；默认为最新数据的上一年"),
    only: list[str] = typer.Option([], "--only", help="只要这项指标，可重复"),
    out: Path | None = typer.Option(None, "--out", help=OUT),
    as_json: bool = JSON,
) -> None:
    """指标：数值、增长、占比、名次和覆盖。Indicators with growth, share, rank and coverage."""
    workspace = find_workspace()
    rulebook = open_rulebook(workspace)
    year = year or Snapshot.current(workspace).as_of.year - 1
    snapshot, tables = standing(workspace, rulebook, year, [level], only or None)
    book = rulebook.on(snapshot.day_of(year))
    published = published_figures([policies_folder(), *workspace.layers])
    printed = {p.indicator: p for p in published if p.year == year and level == "nation"}
    first = {p.indicator for p in published}  # what releases tell of comes before the rest
    told = tables[level].sort(~pl.col("indicator").is_in(first), maintain_order=True)
    table = _named(told, book)
    synthetic = bool(snapshot.manifest.get("synthetic"))
    if out is not None:
        write_table(_for_file(table, printed, year, level), out, synthetic=synthetic)
    if as_json:
        print_json(
            {
                "year": year,
                "level": level,
                "snapshot": snapshot.id,
                "synthetic": synthetic,
                "rows": _rows(table, printed),
            }
        )
        return
    say_synthetic(snapshot.manifest)
    if level == "nation":
        _print_nation(table, printed, book, year)
    else:
        _print_groups(table, book, level, year, everything=bool(only))


def _named(table: pl.DataFrame, book: Rulebook) -> pl.DataFrame:
    """Add title, unit and quantum, the value and the sum of what is known in that unit."""
    rules = [book.rules[n] for n in table["indicator"].unique(maintain_order=True)]
    about = pl.DataFrame(
        {
            "indicator": [r.id for r in rules],
            "title": [r.source.title.zh for r in rules],
            "unit": [str(r.unit) for r in rules],
            "size": [float(amount_quantum(r.unit)) for r in rules],
            "verified": [r.verified for r in rules],
        },
        schema={
            "indicator": pl.String,
            "title": pl.String,
            "unit": pl.String,
            "size": pl.Float64,
            "verified": pl.Boolean,
        },
    )
    return table.join(about, on="indicator", how="left", maintain_order="left").with_columns(
        figure=pl.col("value") * pl.col("size"), known_figure=pl.col("partial") * pl.col("size")
    )


def _print_nation(
    table: pl.DataFrame, printed: dict[str, Published], book: Rulebook, year: int
) -> None:
    zones = table.filter(pl.col("indicator") == "zone_count")["of"].sum()
    shown = ChineseTable(title=f"{year}年指标：数据内 {zones:,} 家经开区合计")
    for name in ("指标", "数值", "增长", "公布值", "占全国", "覆盖"):
        left = name in ("指标", "覆盖")
        shown.add_column(name, justify="left" if left else "right", overflow="fold")
    for row in _with_data(table).iter_rows(named=True):
        figure = printed.get(row["indicator"])
        share = _percent(float(figure.share), 1) if figure and figure.share is not None else ""
        growth = _percent(row["growth"], signed=True)
        value = _value(row, book)
        shown.add_row(_title(row), value, growth, _printed(figure), share, _coverage(row))
    console.print(shown)
    _print_implied(table, printed)
    _notes(table)


def _print_implied(table: pl.DataFrame, printed: dict[str, Published]) -> None:
    titles = dict(zip(table["indicator"], table["title"], strict=True))
    implied = {n: text for n, p in printed.items() if n in titles and (text := _implied(p))}
    if implied:
        line(
            "公布值是全部国家级经开区的；由公布值和占全国的比重推出的全国数（括号内为四舍五入允许的范围）："
        )
        for name, text in implied.items():
            line(f"  {titles[name]} {text}", 4)


def _print_groups(
    table: pl.DataFrame, book: Rulebook, level: Level, year: int, *, everything: bool
) -> None:
    shown = ChineseTable(title=f"{year}年{_LEVELS[level]}指标")
    for name in ("指标", _LEVELS[level], "数值", "增长", "占合计", "名次", "覆盖"):
        shown.add_column(
            name,
            justify="left" if name in ("指标", _LEVELS[level], "覆盖") else "right",
            overflow="fold",
        )
    hidden = 0
    for _, part in _with_data(table).group_by("indicator", maintain_order=True):
        rows = part.sort("rank", "group", nulls_last=True)
        hidden += max(0, rows.height - _SHOWN)
        for i, row in enumerate(rows.iter_rows(named=True)):
            if i == _SHOWN and not everything:
                break
            shown.add_row(
                "" if i else _title(row),
                _group(row["group"], level, book),
                _value(row, book),
                _percent(row["growth"], signed=True),
                _percent(row["share"], 2),
                "" if row["rank"] is None else str(row["rank"]),
                _coverage(row),
            )
    console.print(shown)
    _notes(table)
    if hidden and not everything:
        line(f"每项指标列前 {_SHOWN} 名；--only 指标 列全部，--out 文件 写出全部")


def _with_data(table: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of indicators of which something is known."""
    return table.filter((pl.col("known") > 0).any().over("indicator"))


def _title(row: dict[str, Any]) -> str:
    return str(row["title"]) + ("" if row["verified"] else "＊")


def _notes(table: pl.DataFrame) -> None:
    shown = _with_data(table)
    if not shown["verified"].all():
        line("＊ 指标名称或口径未核实")
    if not shown.filter(pl.col("known") < pl.col("of")).is_empty():
        line("数值为“—”的有未知，括号内是已知部分之和，不是总数")
    empty = table.join(shown, on="indicator", how="anti")["title"].unique(maintain_order=True)
    if len(empty):
        line(f"没有数据的指标 {len(empty)} 项：{'、'.join(empty)}", 4)


def _group(group: str | None, level: Level, book: Rulebook) -> str:
    if group is None:
        return "（不知所属）"
    codes = book.vocabulary.entities["zone"].facts["region"].codes
    return (
        codes[group].zh
        if level == "region" and isinstance(codes, dict) and group in codes
        else group
    )


def _value(row: dict[str, Any], book: Rulebook) -> str:
    quantum, unit = amount_quantum(book.rules[row["indicator"]].unit), row["unit"]
    if row["value"] is not None:
        return indicator_value(Fraction(row["value"]) * quantum, unit)
    if row["partial"] is None:
        return "—"
    return f"—（{indicator_value(Fraction(row['partial']) * quantum, unit)}）"


def _printed(figure: Published | None) -> str:
    return (
        _RELATIONS[figure.relation] + indicator_value(figure.value, figure.unit) if figure else ""
    )


def _implied(figure: Published | None) -> str:
    """Return the country's figure that a share implies, with the ends that rounding leaves open."""
    implied = figure.implied_country() if figure else None
    if implied is None or figure is None:
        return ""
    low, middle, high = (f"{float(v):,.{max(0, 4 - len(str(int(v))))}f}" for v in implied)
    return f"{middle} {figure.unit}（{low}—{high}）"


def _percent(ratio: float | None, digits: int = 1, *, signed: bool = False) -> str:
    if ratio is None:
        return ""
    return f"{ratio * 100:{'+' if signed else ''},.{digits}f}%"


def _coverage(row: dict[str, Any]) -> str:
    if row["of"] == 0:
        return "无记录"
    return "全部" if row["known"] == row["of"] else f"{row['known']:,}/{row['of']:,} 已知"


def _rows(table: pl.DataFrame, printed: dict[str, Published]) -> list[dict[str, Any]]:
    names = (
        "indicator",
        "title",
        "group",
        "unit",
        "figure",
        "known_figure",
        "known",
        "of",
        "growth",
        "share",
        "rank",
        "verified",
    )
    rows = []
    for row in table.select(names).iter_rows(named=True):
        figure = printed.get(row["indicator"])
        implied = figure.implied_country() if figure else None
        rows.append(row if figure is None else row | {"published": {
            "value": figure.value, "unit": figure.unit, "relation": figure.relation, "share": figure.share,
            "implied_country": list(implied) if implied else None, "source": figure.source, "verified": figure.verified}})  # fmt: skip
    return rows


def _for_file(
    table: pl.DataFrame, printed: dict[str, Published], year: int, level: Level
) -> pl.DataFrame:
    columns = {
        "indicator": "指标代码", "title": "指标", "group": _LEVELS[level], "figure": "数值", "known_figure": "已知部分之和",
        "unit": "单位", "growth": "增长", "share": "占合计", "rank": "名次", "known": "已知数", "of": "总数", "verified": "已核实",
    }  # fmt: skip
    found = table.select(
        pl.lit(year).alias("年度"), *(pl.col(c).alias(n) for c, n in columns.items())
    )
    if not printed:
        return found
    shares = [
        float(p.share) if p and p.share is not None else None
        for p in map(printed.get, table["indicator"])
    ]
    said = [_printed(printed.get(n)) for n in table["indicator"]]
    implied = [_implied(printed.get(n)) for n in table["indicator"]]
    return found.with_columns(
        pl.Series("公布值", said),
        pl.Series("公布的占全国", shares, dtype=pl.Float64),
        pl.Series("隐含的全国数", implied),
    )
