"""What ``jingkai inspect`` prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.text import Text

from jingkai.allocation.inspections.checks import Check
from jingkai.allocation.inspections.plan_file import ANY_CLASS, office_titles
from jingkai.cli.output import line, show_table

__all__ = ["print_checks", "print_own", "print_plan", "print_pool"]


def print_pool(found: dict[str, Any], out: Path) -> None:
    """Print what was announced and what to do next."""
    _print_head(found)
    _print_strata(found)
    line(f"\n名单已写入 {out}/published，抽取前公布整个文件夹；{out}/internal 不公布。")
    line("种子揭晓后运行同一条命令，加 --seed（每方一个，按公布的顺序）。")


def print_plan(found: dict[str, Any], out: Path) -> None:
    """Print a plan's summary: what was drawn, saved, capped, checked and not placed."""
    _print_head(found)
    line(f"种子摘要 SHA-256 {found['seed_sha256']}")
    if not found["announced_before"]:
        line(
            Text(
                "名单和种子同时给出：外人无从知道种子不是挑出来的。正式抽取请先不带 --seed 公布名单。",
                style="yellow",
            )
        )
    _print_strata(found)
    line(
        f"\n抽中 {found['drawn']:,} 户，连同重点领域和专项共检查 {found['visited']:,} 户。"
        f"各清单分别检查要入企 {found['separate']:,} 次，联合后 {found['visits']:,} 次"
        f"（其中 {found['joint_visits']:,} 次有几个部门），少 {found['saved']:,} 次。"
    )
    names = office_titles()
    rows = [
        [names[c["office"]], f"{c['cap']}", f"{c['most']}", f"{c['over_cap']}", f"{c['at_cap']:,}",
         f"{c['enterprises']:,}", f"{c['visits']:,}", f"{c['uncounted']:,}"]
        for c in found["caps"]
    ]  # fmt: skip
    heads = ["部门", "上限", "最多", "超过", "恰达", "户数", "检查次数", "不计上限"]
    show_table("年度上限（按企业计，含本年已查）", heads, rows, right=1)
    if not found["made_known"]:
        line("没有装载检查记录：本年已经做过的检查未计入上限。")
    elif found["made_until"] is None:
        line("检查记录没有完整装载（--complete）：本年已查次数只是下限。")
    else:
        line(f"本年已查次数计至 {found['made_until']}。")
    if found["unassigned"]:
        rows = [[reason, f"{n:,}"] for reason, n in found["unassigned"].items()]
        show_table("未能安排（见 unassigned.csv）", ["原因", "次数"], rows, right=1)
    print_checks([Check(c["what"], c["holds"], c["said"]) for c in found["checks"]])
    line(f"\n计划已写入 {out}/internal/plan；{out}/published 补上了种子和抽中的编号。")
    line(f"核对：jingkai inspect verify {out}")


def print_checks(checks: Sequence[Check]) -> None:
    """Print each check with its outcome, told by a word and not by colour alone."""
    rows = [["符合" if c.holds else "不符", c.what, c.said] for c in checks]
    show_table("核对", ["结果", "项目", "说明"], rows)
    wrong = sum(not c.holds for c in checks)
    line(f"{len(checks)} 项，{wrong} 项不符" if wrong else f"{len(checks)} 项全部相符")


def print_own(own: pl.DataFrame) -> None:
    """Print in which lists an enterprise is and whether it was drawn."""
    said = {True: "抽中", False: "未抽中", None: "尚未抽取"}
    names = office_titles()
    rows = [
        [names.get(office, office), title, said[drawn]]
        for office, title, drawn in own.select("office", "title", "drawn").iter_rows()
    ]
    show_table("本企业", ["部门", "清单", "结果"], rows)


def _print_head(found: dict[str, Any]) -> None:
    line(Text(f"{found['plan']}（{found['year']}年）", style="bold"))
    line(
        f"{found['enterprises']:,} 户企业，{found['in_pool']:,} 户在抽取名单中，"
        f"全年 {found['visiting_days']} 天可以检查。"
    )
    for left in found["left_out"]:
        name = f"{office_titles()[left['office']]}“{left['draw']}”"
        if left["priority"] or left["cap"]:
            line(
                f"{name}清单 {left['listed']:,} 户，其中重点领域 {left['priority']:,} 户、"
                f"本年已达上限 {left['cap']:,} 户不进抽取。"
            )
        if left["open"]:
            line(f"{name}：另有 {left['open']:,} 户是否属于清单待定，未列入。")
    for office in found["capacity"]:
        if office["asked"] > office["teams"]:
            line(
                Text(
                    f"{office_titles()[office['office']]}要检查至多 {office['asked']:,} 次，全年最多派出 "
                    f"{office['teams']:,} 组：会有排不下的，公布名单之前先减比例或加人手。",
                    style="yellow",
                )
            )
    if found["smallest_cell"]:
        line(
            f"所在清单和层完全相同的企业，最少的一组 {found['smallest_cell']:,} 户；组太小时，"
            "知道清单的人可能由此认出类别，可改用 ranking: by_office。"
        )


def _print_strata(found: dict[str, Any]) -> None:
    names = office_titles()
    rows = [
        [
            names[s["office"]],
            s["title"],
            "待定" if s["class"] == ANY_CLASS else s["class"],
            f"{s['size']:,}",
            f"{s['number']:,}",
            "—" if s["share"] is None else f"{s['share']:.1%}",
            f"{s['ratio']:.1%}",
        ]
        for s in found["strata"]
    ]
    heads = ["部门", "清单", "类别", "户数", "抽取", "占比", "设定"]
    show_table("抽取名单（类别只供内部掌握，不公布）", heads, rows, right=3)
