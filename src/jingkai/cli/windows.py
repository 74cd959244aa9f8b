"""What stands around a rule: when one can apply, what it excludes, which layer it comes from."""

from __future__ import annotations

from datetime import date
from typing import Any

from jingkai.cli.output import ChineseTable, console, line, print_json
from jingkai.rulebook import Rule, Rulebook
from jingkai.rulebook.together import ApplicationDays, application_days, exclusions

__all__ = ["print_around", "print_open"]

_STATES = {"open": "可申报", "later": "未到时间", "closed": "已结束", "unknown": "待经开区公布"}
_ORDER = list(_STATES)
_CHOOSE = {"applicant": "由申请人择一", "higher": "就高享受"}
_BENEFITS = {"cash": "资金", "tax": "减免税款", "deduction": "减少应纳税所得额"}


def print_open(rulebook: Rulebook, day: date, as_json: bool) -> None:
    """Print the rules one can apply for on a day, then those that open later, by their days."""
    book = rulebook.on(day)
    found = [(r, days) for r in book.rules.values() if (days := application_days(r, day))]
    found = [(r, d) for r, d in found if d.state != "closed" or r.in_force(day)]
    found.sort(key=lambda pair: (_ORDER.index(pair[1].state), pair[1].last or date.max, pair[0].id))
    if as_json:
        print_json([_as_json(rule, days, day) for rule, days in found])
        return
    if not found:
        line(f"{day} 的申报期：没有规则写明，0 条现在可以申报")
        return
    table = ChineseTable(title=f"{day} 的申报期")
    for column in ("状态", "规则", "名称", "起", "止", "剩余", "批次", "依据"):
        table.add_column(column, overflow="fold")
    for rule, days in found:
        left = f"{(days.last - day).days + 1} 天" if days.state == "open" and days.last else ""
        table.add_row(
            _STATES[days.state],
            rule.id,
            rule.source.title.zh,
            str(days.first or ""),
            str(days.last or ""),
            left,
            days.round,
            rule.window.basis if rule.window else "",
        )
    console.print(table)
    line(f"{sum(d.state == 'open' for _, d in found)} 条现在可以申报；起止日均含当日")


def _as_json(rule: Rule, days: ApplicationDays, day: date) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "title": rule.source.title.model_dump(),
        "state": days.state,
        "from": str(days.first) if days.first else None,
        "to": str(days.last) if days.last else None,
        "round": days.round,
        "basis": rule.window.basis if rule.window else "",
        "as_of": str(day),
    }


def print_around(rule: Rule, rulebook: Rulebook) -> None:
    """Print a rule's layer, window, exclusions and worth."""
    source = rule.source
    if source.replaces is not None:
        line(f"自 {source.replaces.from_} 起替代下层同名规则：{source.replaces.why}")
    if rule.ended is not None:
        line(f"自 {rule.ended.from_} 起停止执行：{rule.ended.why}")
    if rule.window is not None:
        line(f"申报期：{_window_text(rule)}（{rule.window.basis}）")
    if source.benefit != "none":
        line(
            f"利益：{_BENEFITS[source.benefit]}"
            + (f"，价值 {source.worth}" if source.worth else "")
        )
    for name, e in exclusions(rulebook.rules, rule.id).items():
        other = rulebook.rules[name].source.title.zh if name in rulebook.rules else name
        line(f"不得兼得：{other}（{name}），{_CHOOSE[e.choose]}（{e.basis}）")


def _window_text(rule: Rule) -> str:
    window = rule.window
    assert window is not None
    if window.always:
        return "全年"
    if window.yearly is not None:
        return f"每年 {window.yearly.from_} 至 {window.yearly.to}"
    rounds = "；".join(f"{r.round} {r.from_} 至 {r.to}".strip() for r in window.rounds)
    return rounds or "由经开区公布，尚未设定"
