"""Commands over all entities of one rule: who nearly qualified, what applications need."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import typer

from jingkai.cli.output import ChineseTable, console, line, print_json
from jingkai.cli.session import AS_OF, JSON, find_workspace, open_run, read_day
from jingkai.cli.table_file import say_synthetic
from jingkai.engine.materials import MaterialCount, count_materials
from jingkai.engine.near import NearMisses, near_misses
from jingkai.engine.table_file import write_table
from jingkai.errors import JingkaiError
from jingkai.explain import Explainer
from jingkai.rulebook import Rule
from jingkai.vocabulary import parse_figure

__all__ = ["materials_command", "near_command"]

RULE = typer.Option(..., "--rule", help="规则名称，见 jingkai rules list")
CSV = typer.Option(None, "--csv", help="把全部户写入 CSV 文件")
_SHOWN = 20


def near_command(
    rule: str = RULE,
    within: str | None = typer.Option(None, "--within", help="差距不超过标准的多少，如 10%"),
    as_of: str | None = AS_OF,
    csv: Path | None = CSV,
    as_json: bool = JSON,
) -> None:
    """临界名单：仅因一项条件不符合的每一户。Everyone whom one condition alone refuses."""
    rulebook, snapshot, run = open_run(find_workspace(), read_day(as_of))
    found = near_misses(rulebook, snapshot, run, rule, _share(within))
    rows = found.rows.drop("position")
    if csv is not None:
        write_table(rows, csv, synthetic=run.manifest["synthetic"])
    if as_json:
        conditions = found.conditions.to_dicts()
        day = str(run.as_of)
        about = {"rule": rule, "as_of": day, "synthetic": run.manifest["synthetic"]}
        print_json({**about, "conditions": conditions, "rows": rows.to_dicts()})
        return
    say_synthetic(run.manifest)
    _print_conditions(found, rulebook.rules[rule])
    _print_rows(found, rulebook.rules[rule], Explainer(rulebook, snapshot, run))
    if csv is not None:
        line(f"已写入 {csv}，{rows.height:,} 户")


def _share(text: str | None) -> Fraction | None:
    if text is None:
        return None
    figure = parse_figure(text)
    if figure is None or figure[1] or figure[0] < 0:
        raise JingkaiError(f"“{text}”不是比例", hint="写成 10% 或 0.1")
    return figure[0]


def _print_conditions(found: NearMisses, rule: Rule) -> None:
    table = ChineseTable(title=f"{rule.source.title.zh}：哪些条件卡住最多")
    for column in ("条件", "条款"):
        table.add_column(column, overflow="fold")
    for column in ("不符合", "仅此一项", "临界"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in found.conditions.iter_rows(named=True):
        c = rule.condition(row["condition"])
        counts = (f"{row[n]:,}" for n in ("refused", "alone", "near"))
        table.add_row(c.label(), c.basis, *counts)
    console.print(table)


def _print_rows(found: NearMisses, rule: Rule, explainer: Explainer) -> None:
    if not found.rows.height:
        line("没有临界的户")
        return
    table = ChineseTable(title=f"临界 {found.rows.height:,} 户")
    table.add_column("标识", no_wrap=True)
    for column in ("名称", "条件", "现值与标准", "差距"):
        table.add_column(column)
    for row in found.rows.head(_SHOWN).iter_rows(named=True):
        (reason,) = explainer.explain(rule.entity, row["position"], [rule.id])
        condition = next(c for c in reason.conditions if c.id == row["condition"])
        atoms = [a for a in condition.atoms if a.verdict is False]
        values = "；".join(f"{a.found}，需{a.needed}" if a.needed else a.found for a in atoms)
        distance = "；".join(a.distance for a in atoms if a.distance)
        table.add_row(row["key"], row["name"] or "", condition.title, values, distance)
    console.print(table)
    if found.rows.height > _SHOWN:
        line(f"只列出差距最小的 {_SHOWN} 户；全部用 --csv 写入文件")


def materials_command(
    rule: str = RULE,
    as_of: str | None = AS_OF,
    csv: Path | None = CSV,
    as_json: bool = JSON,
) -> None:
    """减材料：申请今天要几份材料，用上部门共享数据后还要几份。Materials before and after sharing."""
    rulebook, snapshot, run = open_run(find_workspace(), read_day(as_of))
    found = count_materials(rulebook, snapshot, run, rule)
    if csv is not None:
        write_table(found.entities, csv, synthetic=run.manifest["synthetic"])
    if as_json:
        about = {"rule": rule, "as_of": str(run.as_of), "synthetic": run.manifest["synthetic"]}
        print_json({**about, **_as_json(found)})
        return
    say_synthetic(run.manifest)
    title = f"{rulebook.rules[rule].source.title.zh}：申请材料"
    table = ChineseTable(title=title)
    table.add_column("材料", overflow="fold")
    table.add_column("部门共享")
    for column in ("今天需要", "共享后还需", "其中已有留存"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in found.materials.iter_rows(named=True):
        counts = (f"{row[n]:,}" for n in ("today", "left", "held"))
        table.add_row(row["material"], "是" if row["shared"] else "否", *counts)
    console.print(table)
    means = _means(found)
    line(
        f"{found.entities.height:,} 户平均：今天 {means['today']:.1f} 份，"
        f"共享后 {means['left']:.1f} 份，再用已有留存 {means['left_reused']:.1f} 份"
    )
    if csv is not None:
        line(f"已写入 {csv}")


def _means(found: MaterialCount) -> dict[str, float]:
    names = ("today", "left", "left_reused")
    return {n: found.entities.select(pl.col(n).mean()).item() or 0.0 for n in names}


def _as_json(found: MaterialCount) -> dict[str, Any]:
    groups = found.entities.group_by("today", "left", "left_reused").len("entities")
    return {
        "entities": found.entities.height,
        "mean": _means(found),
        "materials": found.materials.to_dicts(),
        "distribution": groups.sort("today", "left", "left_reused").to_dicts(),
    }
