"""Measures of an event log as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jingkai.cli.output import line, show_table
from jingkai.services.logs.compare import FEW, RESAMPLES, SEED, Difference
from jingkai.services.logs.draw import days_text
from jingkai.services.logs.measures import Measures
from jingkai.services.logs.words import MEASURES, STATISTICS, VERDICTS

__all__ = ["print_differences", "print_measures"]

_MOST_ITEMS, _MOST_ROWS, _MOST_REJECTS = 20, 8, 5
_ROLES = {
    "case": "办件", "item": "事项", "activity": "环节", "resource": "经办人", "office": "部门",
    "start": "开始", "complete": "完成", "instance": "活动编号", "lifecycle": "状态", "deadline": "期限",
    "materials": "材料", "trips": "跑动", "applied": "申请", "ended": "办结",
}  # fmt: skip
_POINTS = " 个百分点"


def print_measures(found: Measures, name: str, titles: Mapping[str, str]) -> None:
    """Print measures: all, by item, by office, where the time goes, and what was assumed.

    Parameters
    ----------
    titles
        Of items and offices that the log names by their ids; of "" who has no office.
    """
    total = found.total
    line(
        f"{name}：{total['cases']:,} 件，{total['events']:,} 个事件，{total['activities']:,} 种环节，"
        f"{total['variants']:,} 种走法"
    )
    line("  列：" + "，".join(f"{_ROLES[r]}={c}" for r, c in found.log.columns.items()))
    _print_rejects(found)
    _print_total(total)
    if found.items.height > 1:
        _print_items(found, titles)
    if found.offices.height:
        _print_offices(found, titles)
    _print_transitions(found)
    line("说明：")
    for note in found.notes:
        line(f"  · {note}", 4)


def _print_rejects(found: Measures) -> None:
    rejected = found.log.rejected
    if not rejected.height:
        line(f"  读入 {found.log.rows_read:,} 行，全部可读")
        return
    line(f"  读入 {found.log.rows_read:,} 行，其中 {rejected.height:,} 行不能作为事件：")
    counted = rejected.group_by("reason", maintain_order=True).agg("row").rows()
    for reason, rows in counted:
        first = "、".join(f"{r:,}" for r in rows[:_MOST_REJECTS])
        line(
            f"  · {reason}：{len(rows):,} 行（第 {first} {'…' if len(rows) > _MOST_REJECTS else '行'}）",
            4,
        )


def _print_total(total: Mapping[str, Any]) -> None:
    rows = [
        [
            "全程",
            days_text(total["elapsed_days_median"]) or "不知",
            days_text(total["elapsed_days_p90"]) or "不知",
            "",
        ],
        ["工作日", _number(total["working_days_median"]), _number(total["working_days_p90"]), ""],
        ["自然日", _number(total["calendar_days_median"]), _number(total["calendar_days_p90"]), ""],
    ]
    for key, zh in (
        ("steps", "环节次数"),
        ("office_handovers", "部门间移交"),
        ("resource_handovers", "经办人间移交"),
        ("rework", "返工（同一环节再做）"),
        ("materials", "材料"),
        ("trips", "跑动"),
    ):
        rows.append([zh, _number(total[f"{key}_median"]), "", _number(total[f"{key}_mean"], 2)])
    show_table("每件", ["", "中位数", "九成以内", "平均"], rows, right=1)
    open_cases = f"，未办结 {total['open']:,} 件" if total["open"] else ""
    late = _share(total["late_share"])
    known = f"（可判断的 {total['late_known']:,} 件中）" if total["late_known"] else ""
    line(f"  超期 {late}{known}；有返工的件占 {_share(total['rework_share'])}{open_cases}")


def _print_items(found: Measures, titles: Mapping[str, str]) -> None:
    rows = [
        [
            titles.get(r["item"], r["item"]),
            f"{r['cases']:,}",
            _number(r["working_days_median"]),
            _number(r["working_days_p90"]),
            _share(r["late_share"]),
            _number(r["steps_median"]),
            _number(r["office_handovers_mean"], 1),
            _number(r["materials_median"]),
            _number(r["trips_median"]),
        ]
        for r in found.items[1 : 1 + _MOST_ITEMS].iter_rows(named=True)
    ]
    heads = ["事项", "件", "工作日", "九成以内", "超期", "环节", "移交", "材料", "跑动"]
    show_table("按事项（工作日、环节、材料、跑动为中位数，移交为平均）", heads, rows, right=1)
    if found.items.height - 1 > _MOST_ITEMS:
        line(f"  另有 {found.items.height - 1 - _MOST_ITEMS} 个事项，见 --out 或 --json")


def _print_offices(found: Measures, titles: Mapping[str, str]) -> None:
    single = found.log.single
    rows = [
        [
            titles.get(r["office"] or "", r["office"] or "（没有写）"),
            f"{r['events']:,}",
            *([] if single else [days_text(r["waiting_median"]), days_text(r["working_median"])]),
            days_text(r["sojourn_median"]) or "不知",
            _share(r["share"]),
        ]
        for r in found.offices.head(_MOST_ROWS).iter_rows(named=True)
    ]
    heads = ["部门", "事件", *([] if single else ["等待", "办理"]), "停留", "占全部时间"]
    show_table("按部门（每个事件的中位数）", heads, rows, right=1)


def _print_transitions(found: Measures) -> None:
    rows = [
        [
            r["from"],
            r["to"],
            f"{r['count']:,}",
            days_text(r["median_days"]),
            f"{r['total_days']:,.0f} 天",
            _share(r["share"]),
        ]
        for r in found.transitions.head(_MOST_ROWS).iter_rows(named=True)
    ]
    show_table("时间花在哪里", ["自", "到", "次数", "中位数", "合计", "占全部时间"], rows, right=2)


def print_differences(
    differences: Sequence[Difference],
    names: tuple[str, str],
    cases: tuple[int, int],
    titles: Mapping[str, str],
) -> None:
    """Print differences with their intervals; what may be chance is not called a change."""
    rows = [
        [
            titles.get(d.item, d.item) if d.item else "全部",
            _told(d),
            _value(d, d.before),
            _value(d, d.after),
            _value(d, d.difference, sign="+"),
            _interval(d),
            VERDICTS[d.verdict].zh + ("（样本少）" if d.few else ""),
        ]
        for d in differences
    ]
    heads = ["事项", "量", "之前", "之后", "差", "95% 区间", "判断"]
    show_table(
        f"比较：{names[0]}（{cases[0]:,} 件）和 {names[1]}（{cases[1]:,} 件）", heads, rows, right=2
    )
    line(
        f"  区间：对办件有放回地重抽 {RESAMPLES:,} 次，种子 {SEED}；含 0 的不称变化；任一方不足 {FEW} 件为样本少。"
        "看了多个量，总有个别会碰巧；先后不同不等于因果；近期的件若只收已办结的，时间会偏短"
    )


def _told(difference: Difference) -> str:
    name = MEASURES[difference.measure].zh
    return (
        name if difference.measure == "late" else f"{name}（{STATISTICS[difference.statistic].zh}）"
    )


def _interval(difference: Difference) -> str:
    if difference.low is None or difference.high is None:
        return "不知"
    high = _value(difference, difference.high, "+")
    return f"{_value(difference, difference.low, '+').removesuffix(_POINTS)} 至 {high}"


def _value(difference: Difference, value: float | None, sign: str = "") -> str:
    if value is None:
        return "不知"
    if difference.measure == "late":
        return f"{value * 100:{sign}.1f}{_POINTS if sign else '%'}"
    text = f"{value:{sign}.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("+0", "-0") else text


def _number(value: float | None, digits: int = 1) -> str:
    return (
        "不知" if value is None else f"{value:,.{digits}f}".removesuffix(".0").removesuffix(".00")
    )


def _share(value: float | None) -> str:
    return "不知" if value is None else f"{value:.1%}"
