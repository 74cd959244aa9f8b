"""What ``jingkai inspect ledger`` prints."""

from __future__ import annotations

from typing import Any

import polars as pl
from rich.text import Text

from jingkai.allocation.inspections.ledger import Ledger
from jingkai.allocation.inspections.plan_file import office_titles
from jingkai.cli.output import line, show_table
from jingkai.vocabulary import load_vocabulary

__all__ = ["print_ledger", "print_visits"]

_ASKED = {"kind": "类别", "ground": "事由", "result": "结果"}
_TRUTH = {"true": "计划内", "false": "计划外", "": "未记录"}
_MANY = 20


def print_ledger(found: dict[str, Any], counts: pl.DataFrame) -> None:
    """Print a ledger's summary and whoever is over a cap."""
    until = (
        f"，记录完整至 {found['until']}" if found["until"] else "，记录没有完整装载，次数只是下限"
    )
    line(Text(f"{found['year']}年检查台账{until}", style="bold"))
    if not found["visits"]:
        line("这一年没有检查记录：装载用 jingkai load inspections 文件 --complete")
        return
    line(
        f"{found['enterprises']:,} 户被检查，各部门共 {found['visits']:,} 次，"
        f"同日几个部门算一次入企，共 {found['entries']:,} 次。"
    )
    if found["not_in_data"]:
        line(f"其中 {found['not_in_data']:,} 户不在企业数据中，没有名称和类别。")
    _print_offices(found)
    rows = [[f"{n} 天", f"{k:,}"] for n, k in found["how_often"].items()]
    show_table("一年被入企几天", ["天数", "户数"], rows, right=1)
    for by, title in _ASKED.items():
        rows = [[_word(by, code), f"{n:,}"] for code, n in found[by].items()]
        show_table(f"按{title}", [title, "次数"], rows, right=1)
    rows = [[_TRUTH[code], f"{n:,}"] for code, n in found["planned"].items()]
    show_table("按是否在计划中", ["计划", "次数"], rows, right=1)
    missing = found["without_ground"]
    line(
        f"计划外又没有写明事由的 {missing['surely']:,} 次；"
        f"是否在计划中或者有无事由没有记录的 {missing['not_recorded']:,} 次。计划外检查须有事由并计入上限。"
    )
    _print_classes(found)
    _print_over(counts)


def print_visits(name: str, ledger: Ledger, visits: pl.DataFrame, counts: pl.DataFrame) -> None:
    """Print each visit to one enterprise, and its counts beside the caps."""
    line(Text(f"{name}：{ledger.year}年 {visits.height} 次检查", style="bold"))
    names = office_titles()
    rows = [
        [str(v["day"]), names.get(v["office"] or "", "未记录"), _word("kind", v["kind"] or ""),
         _word("ground", v["ground"] or ""), _word("result", v["result"] or ""),
         {True: "计划内", False: "计划外"}.get(v["planned"], "未记录")]
        for v in visits.iter_rows(named=True)
    ]  # fmt: skip
    if rows:
        show_table("检查", ["日期", "部门", "类别", "事由", "结果", "计划"], rows)
    for row in counts.iter_rows(named=True):
        cap = "未设定上限" if row["cap"] is None else f"上限 {row['cap']} 次"
        line(
            f"{names.get(row['office'] or '', '未记录')}：计入 {_bounds(row)} 次，{cap}{_over(row)}"
        )


def _print_offices(found: dict[str, Any]) -> None:
    names = office_titles()
    rows = [
        [names.get(o["office"] or "", "未记录"), f"{o['visits']:,}", f"{o['enterprises']:,}",
         f"{o['unplanned']:,}", f"{o['from_above']:,}", f"{o['most']}",
         "未设定" if o["cap"] is None else str(o["cap"]),
         "—" if o["cap"] is None else f"{o['over_cap']:,}",
         "—" if o["cap"] is None else f"{o['maybe_over']:,}"]
        for o in found["offices"]
    ]  # fmt: skip
    heads = ["部门", "次数", "户数", "计划外", "上级部署", "最多", "上限", "超过", "可能超过"]
    show_table("按部门", heads, rows, right=1)
    if any(o["cap"] is None for o in found["offices"]):
        line(
            "上限未设定的不能说谁超过：在规则参数写 inspection_cap_left 的 cap，或用 --plan 给出本年计划。"
        )


def _print_classes(found: dict[str, Any]) -> None:
    rows = [
        [c["class"] or "待定", f"{c['enterprises']:,}", f"{c['visited']:,}",
         f"{c['visited'] / c['enterprises']:.1%}", f"{c['visits']:,}",
         f"{c['problems']:,}/{c['with_result']:,}"]
        for c in found["classes"]
    ]  # fmt: skip
    heads = ["类别", "户数", "被检查", "占比", "次数", "有问题/有结果"]
    show_table("按信用风险类别（只供内部掌握，不按企业名称公布）", heads, rows, right=1)


def _print_over(counts: pl.DataFrame) -> None:
    over = counts.filter("over")
    if over.is_empty():
        return
    names = office_titles()
    rows = [
        [row["key"], row["name"] or "", names.get(row["office"], ""), _bounds(row), f"{row['cap']}"]
        for row in over.head(_MANY).iter_rows(named=True)
    ]
    title = f"超过上限的 {over.height:,} 户次" + (
        f"，前 {_MANY} 个（加 --out 写出全部）" if over.height > _MANY else ""
    )
    show_table(title, ["代码", "名称", "部门", "计入", "上限"], rows, right=3)


def _bounds(row: dict[str, Any]) -> str:
    return f"{row['low']}" if row["low"] == row["high"] else f"{row['low']}至{row['high']}"


def _over(row: dict[str, Any]) -> str:
    if row["cap"] is None:
        return ""
    return {True: "，超过", False: "，没有超过"}.get(row["over"], "，是否超过不能确定")


def _word(fact: str, code: str) -> str:
    if not code:
        return "未记录"
    found = load_vocabulary().fact("inspection", fact)
    codes = found.codes if found is not None and isinstance(found.codes, dict) else {}
    return codes[code].zh if code in codes else code
