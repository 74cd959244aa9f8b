"""A comparison as people read it: what changed in the rules, what flips, for whom, why."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from rich.text import Text

from jingkai.cli.assessment_text import points_text, span_text
from jingkai.cli.output import line, money, show_table
from jingkai.cli.table_file import say_synthetic
from jingkai.engine.assessment import Span
from jingkai.engine.comparison import Comparison
from jingkai.vocabulary import load_vocabulary

__all__ = ["direction_text", "print_comparison"]

_WORDS = {
    "granted": "符合",
    "refused": "不符合",
    "undetermined": "待定",
    "not_in_force": "未施行",
    "known": "已定",
    "up": "增加",
    "down": "减少",
    "due_later": "期限推迟",
    "due_earlier": "期限提前",
    "due_known": "期限明确",
    "due_unknown": "期限待定",
}
_WHAT = {"added": "新增", "ended": "终止", "changed": "修改"}
_GROUPS = {"zone": "按经开区", "industry": "按行业", "size": "按规模"}
_CAUSES = {"facts": "数据", "rules": "规则", "date": "日期"}
_PARTS = {
    "parameters": "参数",
    "conditions": "条件",
    "basis": "依据",
    "grades": "等级",
    "items": "评分项",
}
_SHOWN = 12


def direction_text(direction: str) -> str:
    """Return a direction in Chinese: 不符合→符合, 增加, A→B."""
    return "→".join(_WORDS.get(word, word) for word in direction.split("→"))


def print_comparison(comparison: Comparison) -> None:
    """Print a comparison: its question, the changed rules, then every rule that flips."""
    manifest = comparison.manifest
    _print_head(manifest)
    _print_changes(manifest["changes"])
    moved = {n: r for n, r in comparison.rules.items() if r["flips"]}
    if not moved:
        line("没有任何认定结果改变")
    else:
        _print_directions(moved)
        for rule in moved.values():
            _print_rule(rule)
    _print_indicators(manifest.get("indicators", {}))
    _print_ranks(manifest.get("ranks", {}))
    _print_members(manifest)
    _print_read(manifest)


def _print_head(manifest: dict[str, Any]) -> None:
    if manifest["kind"] == "whatif":
        reform = manifest["reform"]
        title = f"{reform['title']['zh']}（{reform['reform']}）"
    elif manifest["kind"] == "plan":
        title = f"采用规则文件夹 {manifest['folder']}"
    else:
        ids = " → ".join(run["id"] for run in manifest["runs"])
        differ = [_CAUSES[k] for k, v in manifest["differ"].items() if v]
        title = f"两次认定 {ids}，不同在：{'、'.join(differ) or '无'}"
    line(Text(title, style="bold") + Text(f"  查询日 {manifest['as_of']}", style="not bold"))
    if manifest["kind"] == "whatif":
        line(Text(f"理由：{manifest['reform']['why']['zh']}"), 4)
    if manifest.get("strict"):
        line("未核实的数字和条件按未知处理")
    say_synthetic(manifest)


def _print_changes(changes: list[dict[str, Any]]) -> None:
    if not changes:
        line("规则没有改动")
    for change in changes:
        line(Text(f"{_WHAT[change['what']]}：") + Text(change["title"]["zh"], style="bold"))
        for place, before, after in change["details"][:_SHOWN]:
            head, _, rest = place.partition(".")
            label = f"{_PARTS[head]} {rest}" if head in _PARTS and rest else place
            line(Text(f"  {label}：{_or_none(before)} → {_or_none(after)}"), 4)
        if len(change["details"]) > _SHOWN:
            line(f"  …… 另有 {len(change['details']) - _SHOWN} 处")


def _or_none(text: str | None) -> str:
    return "（无）" if text is None else text


def _print_directions(moved: dict[str, dict[str, Any]]) -> None:
    rows = []
    for rule in moved.values():
        for i, (way, count) in enumerate(rule["directions"].items()):
            first = i == 0
            rows.append(
                [
                    rule["title"]["zh"] if first else "",
                    direction_text(way),
                    f"{count:,}",
                    _amount(rule, "gained", rule) if first else "",
                    _amount(rule, "lost", rule) if first else "",
                ]
            )
    show_table("变化", ["规则", "方向", "户数", "增加额", "减少额"], rows, right=2)
    for rule in moved.values():
        for key, words in (
            ("newly_known", "由待定转为已定的金额"),
            ("no_longer_known", "由已定转为待定的金额"),
        ):
            if Fraction(rule.get(key, "0")):
                line(f"{rule['title']['zh']}：{words} {_amount(rule, key, rule)}")


def _amount(row: dict[str, Any], key: str, rule: dict[str, Any]) -> str:
    value = Fraction(row.get(key, "0"))
    return money(value, rule["unit"]) if value else ""


def _print_rule(rule: dict[str, Any]) -> None:
    title = rule["title"]["zh"]
    for side, words in (("after", "施行后"), ("before", "施行时")):
        if side in rule:
            counts = "，".join(f"{_WORDS.get(k, k)} {n:,}" for k, n in rule[side].items())
            line(f"{title}{words}：{counts}")
    for group, words in _GROUPS.items():
        rows = rule["groups"][group]
        whole = len(rows) == 1 and (group == "zone" or rows[0]["key"] is None)
        if not whole:
            _print_rows(f"{title} · {words}", [(row["name"], row) for row in rows], rule)
    _print_rows(f"{title} · 原因", [(row["key"], row) for row in rule["reasons"]], rule)
    causes = [
        ("＋".join(_CAUSES[c] for c in row["key"].split("+")), row)
        for row in rule.get("causes", ())
        if row["key"]
    ]
    if causes:
        _print_rows(f"{title} · 源于", causes, rule)


def _print_rows(title: str, rows: list[tuple[str, dict[str, Any]]], rule: dict[str, Any]) -> None:
    ways = list(rule["directions"])[:4]
    amounts = [k for k in ("gained", "lost") if Fraction(rule.get(k, "0"))]
    head = [
        "",
        *map(direction_text, ways),
        *({"gained": "增加额", "lost": "减少额"}[k] for k in amounts),
    ]
    table = [
        [name]
        + [f"{row['directions'].get(way, 0):,}" for way in ways]
        + [_amount(row, k, rule) for k in amounts]
        for name, row in rows[:_SHOWN]
    ]
    show_table(title, head, table, right=1)
    if len(rows) > _SHOWN:
        line(f"  …… 另有 {len(rows) - _SHOWN} 组，见 --json")


def _print_indicators(indicators: dict[str, Any]) -> None:
    for indicator in indicators.values():
        rows = [
            [
                row["zone"] or "全部",
                _indicator(indicator, row["before"]),
                _indicator(indicator, row["after"]),
            ]
            for row in indicator["zones"][:_SHOWN]
        ]
        show_table(f"指标 · {indicator['title']['zh']}", ["", "现在", "之后"], rows, right=1)


def _print_ranks(ranks: dict[str, Any]) -> None:
    for moved in ranks.values():
        rows = [
            [row["name"], *_place(row["before"]), *_place(row["after"])]
            for row in moved["zones"][:_SHOWN]
        ]
        title = f"名次 · {moved['title']['zh']}：{len(moved['zones'])} 家得分或名次有变"
        heads = ["经开区", "现在名次", "现在得分", "之后名次", "之后得分"]
        show_table(title, heads, rows, right=1)


def _place(place: dict[str, Any] | None) -> tuple[str, str]:
    if place is None:
        return "不参评", "—"
    low, high = map(Fraction, place["score"])
    return span_text(Span(*place["rank"])), points_text(low, high)


def _indicator(indicator: dict[str, Any], row: dict[str, Any] | None) -> str:
    if row is None or row["partial"] is None:
        return "—"
    value = money(Fraction(row["partial"]) * Fraction(indicator["quantum"]), indicator["unit"])
    cover = "" if row["known"] == row["of"] else f"（已知 {row['known']:,}/{row['of']:,}）"
    return value + cover


def _print_members(manifest: dict[str, Any]) -> None:
    vocabulary = load_vocabulary()
    for entity, counts in manifest["entities"].items():
        if counts.get("gone") or counts.get("new"):
            title = vocabulary.entities[entity].title.zh
            line(f"{title}：新增 {counts['new']:,}，退出 {counts['gone']:,}，不计入以上变化")


def _print_read(manifest: dict[str, Any]) -> None:
    counts = [c for c in manifest["entities"].values() if "computed" in c]
    if counts:
        computed, read = (sum(c[k] for c in counts) for k in ("computed", "read"))
        line(
            Text(
                f"重新计算 {computed} 列，其余 {read} 列取自已存结果 {manifest['run']}", style="dim"
            )
        )
