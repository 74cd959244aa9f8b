"""Commands that decide and explain."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import typer
from rich.table import Table
from rich.text import Text

from jingkai.cli.output import console, money, print_json, progress_bar
from jingkai.cli.session import AS_OF, JSON, LANG, find_workspace, open_rulebook, open_run, read_day
from jingkai.engine.differences import official_differences
from jingkai.engine.run import decide
from jingkai.engine.store import DecisionRun
from jingkai.engine.workbook import decision_workbook
from jingkai.explain import Explainer, RuleReason
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook
from jingkai.vocabulary import load_vocabulary

__all__ = [
    "decide_command",
    "differences_command",
    "explain_command",
    "print_reason",
    "print_summary",
]

_MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "yellow")}


def decide_command(
    as_of: str | None = AS_OF,
    xlsx: Path | None = typer.Option(None, "--xlsx", help="把逐户结果写成 Excel"),
    as_json: bool = JSON,
) -> None:
    """对全部主体逐条认定，打印汇总。Decide every rule for every entity."""
    workspace = find_workspace()
    rulebook, snapshot = open_rulebook(workspace), Snapshot.current(workspace)
    with progress_bar("认定", quiet=as_json) as progress:
        run = decide(
            workspace, snapshot, rulebook, read_day(as_of) or snapshot.as_of, progress=progress
        )
    if xlsx is not None:
        decision_workbook(run, snapshot, rulebook, xlsx)
    if as_json:
        print_json(summary_dict(run))
        return
    print_summary(run, rulebook)
    if xlsx is not None:
        console.print(f"逐户结果已写入 {xlsx}")


def summary_dict(run: DecisionRun) -> dict[str, Any]:
    """Return a run's summary as JSON has it."""
    rules = [
        {
            "rule": name,
            **{k: described[k] for k in ("measure", "kind", "entity", "verified")},
            **run.summary[name],
        }
        for name, described in run.rules.items()
    ]
    return {
        "run": run.id,
        "snapshot": run.manifest["snapshot"],
        "as_of": run.manifest["as_of"],
        "synthetic": run.manifest["synthetic"],
        "entities": run.manifest["entities"],
        "rules": rules,
        "indicators": run.manifest["indicators"],
        "not_in_force": run.manifest["not_in_force"],
    }


def print_summary(run: DecisionRun, rulebook: Rulebook) -> None:
    """Print the table a person can use: by measure and rule, what came out and what is wanted."""
    vocabulary = load_vocabulary()
    if run.manifest["synthetic"]:
        console.print("[yellow]合成数据，仅供演示 · synthetic data[/yellow]")
    rows = " · ".join(
        f"{vocabulary.entities[e].title.zh} {d['rows']:,}"
        for e, d in run.manifest["entities"].items()
    )
    table = Table(title=f"查询日 {run.as_of} · {rows}", title_justify="left", header_style="bold")
    for column, options in _COLUMNS:
        table.add_column(column, **options)
    order = {m.measure: m.order for m in rulebook.measures.values()}
    names = sorted(run.rules, key=lambda n: (order.get(run.rules[n]["measure"], 99), n))
    last = ""
    for name in names:
        described, counts = run.rules[name], run.summary[name]
        measure = rulebook.measures.get(described["measure"])
        title = measure.title.zh if measure else described["measure"]
        table.add_row(
            title if title != last else "",
            described["title"]["zh"] + ("" if described["verified"] else " *"),
            *_counts(described, counts),
            _wanted(counts, described, vocabulary),
            _total(described, counts),
        )
        last = title
    console.print(table)
    if any(not d["verified"] for d in run.rules.values()):
        console.print("* 规则含未核实的数字，见 jingkai rules show")
    closed = run.manifest["not_in_force"]
    if closed:
        console.print(f"该日期未施行的规则：{'、'.join(closed)}")
    _print_indicators(run)


_COLUMNS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("举措", {"overflow": "fold"}),
    ("规则", {"overflow": "fold"}),
    ("符合", {"justify": "right"}),
    ("不符合", {"justify": "right"}),
    ("待定", {"justify": "right"}),
    ("最缺的数据", {"overflow": "fold"}),
    ("合计", {"justify": "right"}),
)


def _counts(described: dict[str, Any], counts: dict[str, Any]) -> tuple[str, str, str]:
    undetermined = f"{counts['undetermined']:,}"
    if described["kind"] == "grade":
        grades = " ".join(f"{g}:{counts[g]:,}" for g in described["grades"])
        return grades, "", undetermined
    yes, no = (
        ("granted", "refused")
        if described["kind"] in ("eligibility", "duty")
        else ("positive", "zero")
    )
    return f"{counts[yes]:,}", f"{counts[no]:,}", undetermined


def _wanted(counts: dict[str, Any], described: dict[str, Any], vocabulary: Any) -> str:
    if not counts["missing"]:
        return ""
    name, count = counts["missing"][0]
    if name.startswith("parameter:"):
        return f"经开区未设定参数 {name.partition(':')[2]}（{count:,}）"
    fact = vocabulary.fact(described["entity"], name)
    return f"{fact.label.zh if fact else name}（{count:,}）"


def _total(described: dict[str, Any], counts: dict[str, Any]) -> str:
    if "total" not in counts:
        return ""
    return money(Fraction(counts["total"]), counts["unit"])


def _print_indicators(run: DecisionRun) -> None:
    for name, indicator in run.manifest["indicators"].items():
        for row in indicator["zones"]:
            if row["zone"] == "" and row["partial"] is not None:
                value = money(
                    Fraction(row["partial"]) * Fraction(indicator["quantum"]), indicator["unit"]
                )
                cover = (
                    ""
                    if row["known"] == row["of"]
                    else f"（仅 {row['known']:,}/{row['of']:,} 户已知，不是总数）"
                )
                console.print(f"指标 {name}：{value}{cover}")


def explain_command(
    who: str = typer.Argument(..., help="统一社会信用代码、股票代码或名称"),
    rule: list[str] = typer.Option([], "--rule", help="只看这些规则"),
    as_of: str | None = AS_OF,
    lang: str = LANG,
    as_json: bool = JSON,
) -> None:
    """一户的每条规则：为什么，缺什么，差多少。One enterprise: every rule and why."""
    workspace = find_workspace()
    rulebook, snapshot, run = open_run(workspace, read_day(as_of))
    explainer = Explainer(rulebook, snapshot, run)
    entity, match = explainer.find(who)
    reasons = explainer.explain(entity, match.position, rule or None, lang)
    if as_json:
        print_json(
            {
                "key": match.key,
                "name": match.name,
                "entity": entity,
                "as_of": str(run.as_of),
                "synthetic": run.manifest["synthetic"],
                "rules": [r.to_dict() for r in reasons],
            }
        )
        return
    console.print(
        f"[bold]{match.name or match.key}[/bold]  {match.key}  {'查询日' if lang == 'zh' else 'as of'} {run.as_of}"
    )
    if run.manifest["synthetic"]:
        console.print("[yellow]合成数据，仅供演示 · synthetic data[/yellow]")
    for reason in reasons:
        print_reason(reason, lang, full=bool(rule) or len(reasons) == 1)
    if rule:
        _print_sources(snapshot, entity, match.position, rulebook, rule, lang)


def print_reason(reason: RuleReason, lang: str, *, full: bool) -> None:
    """Print a rule's explanation; `full` shows the conditions that hold too."""
    zh = lang == "zh"
    mark, colour = _MARKS[reason.verdict]
    head = (
        Text(f"\n{mark} ", style=colour)
        + Text(reason.title, style="bold")
        + Text(f"：{_word(reason, zh)}", style=colour)
    )
    if not reason.verified:
        head += Text("（含未核实的数字）" if zh else " (unverified figures)", style="yellow")
    console.print(head)
    if full:
        console.print(Text(f"  {reason.document}", style="dim"))
    for c in reason.conditions:
        if full or c.verdict is False:
            _print_condition(c, zh)
    if reason.due:
        console.print(f"  {'期限' if zh else 'due'}：{reason.due}")
    if reason.missing:
        shared = [m["label"] + f"（{m['holder']}）" for m in reason.missing if m["shared"]]
        bring = [m for m in reason.missing if not m["shared"]]
        if shared:
            console.print(
                f"  {'部门可共享，无需提供' if zh else 'shared by offices'}：{'、'.join(shared)}"
            )
        if bring:
            console.print(
                f"  {'还缺' if zh else 'missing'}：{'、'.join(m['label'] for m in bring)}"
            )
        if reason.materials:
            console.print(f"  {'需提供材料' if zh else 'materials'}：{'、'.join(reason.materials)}")
    if reason.near_miss == "one":
        console.print(
            f"  [cyan]{'临界：仅此一项不符合' if zh else 'near miss: this condition alone'}[/cyan]"
        )
    elif reason.near_miss == "possible":
        console.print(
            f"  [cyan]{'可能临界：仅此一项不符合，另有条件待定' if zh else 'possible near miss'}[/cyan]"
        )


def _word(reason: RuleReason, zh: bool) -> str:
    if reason.kind in ("score", "grade"):
        return reason.result
    words = {
        True: ("符合", "granted"),
        False: ("不符合", "refused"),
        None: ("待定", "undetermined"),
    }
    if reason.kind == "duty":
        words = {
            True: ("有此义务", "binding"),
            False: ("无此义务", "not binding"),
            None: ("待定", "undetermined"),
        }
    word = words[reason.verdict][0 if zh else 1]
    return (
        f"{reason.result}"
        if reason.kind == "amount" and reason.verdict
        else f"{word} {reason.result}".strip()
    )


def _print_condition(c: Any, zh: bool) -> None:
    mark, colour = _MARKS[c.verdict]
    if c.applies is False:
        console.print(Text(f"  – {c.title}：{'不适用' if zh else 'does not apply'}", style="dim"))
        return
    console.print(
        Text(f"  {mark} ", style=colour) + Text(c.title) + Text(f"  {c.basis}", style="dim")
    )
    for atom in c.atoms:
        if len(c.atoms) > 1 or atom.needed or atom.verdict is None:
            needed = f"，{'需' if zh else 'needs'} {atom.needed}" if atom.needed else ""
            distance = f"，{atom.distance}" if atom.distance else ""
            console.print(f"      {atom.text}：{atom.found}{needed}{distance}")


def _print_sources(
    snapshot: Snapshot, entity: str, position: int, rulebook: Rulebook, rules: list[str], lang: str
) -> None:
    wanted = {n for r in rules for n in rulebook.rules[r].reads_facts()}
    described = rulebook.vocabulary.entities[entity]
    offices = rulebook.vocabulary.offices
    lines = []
    for column, source in snapshot.sources(entity, position).items():
        known = described.column(column)
        if known is not None and known[0].name in wanted:
            label = known[0].label.text(lang) + (f" {known[1]}" if known[1] else "")
            lines.append(
                f"  {label}：{source.file}，{offices[source.office].label.text(lang)}，{source.as_of}"
            )
    if lines:
        console.print(f"\n[bold]{'数据来源' if lang == 'zh' else 'Sources'}[/bold]")
        for line in lines:
            console.print(line)


def differences_command(as_of: str | None = AS_OF, as_json: bool = JSON) -> None:
    """官方认定与测算结果的对照。Official outcomes beside computed verdicts."""
    workspace = find_workspace()
    rulebook, snapshot, run = open_run(workspace, read_day(as_of))
    frame = official_differences(snapshot, run, rulebook.vocabulary)
    if as_json:
        print_json(frame.to_dicts())
        return
    if frame.height == 0:
        console.print("没有官方认定数据：用 jingkai load outcomes 名单.xlsx 装载")
        return
    counts = frame.group_by("title", "rule").agg(
        both=(pl.col("official") & pl.col("computed")).sum(),
        official_only=(pl.col("official") & ~pl.col("computed")).sum(),
        computed_only=(~pl.col("official") & pl.col("computed")).sum(),
        neither=(~pl.col("official") & ~pl.col("computed")).sum(),
        undetermined=pl.col("computed").is_null().sum(),
    )
    table = Table(title="官方认定与测算", title_justify="left")
    for column in (
        "称号",
        "规则",
        "均符合",
        "官方有、测算不符",
        "官方无、测算符合",
        "均不符合",
        "测算待定",
    ):
        table.add_column(column, justify="right" if column not in ("称号", "规则") else "left")
    for figures in counts.sort("title", "rule").iter_rows():
        label = rulebook.vocabulary.titles[figures[0]].label.zh
        table.add_row(label, figures[1], *(f"{v:,}" for v in figures[2:]))
    console.print(table)
    for row in frame.filter(~pl.col("agrees")).head(10).iter_rows(named=True):
        held = "官方持有，测算不符合" if row["official"] else "官方未持有，测算符合"
        console.print(
            f"  {row['name'] or row['key']}：{held}（{row['rule']}），jingkai explain {row['key']} --rule {row['rule']}"
        )
