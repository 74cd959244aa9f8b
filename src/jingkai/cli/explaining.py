"""``jingkai explain``: one enterprise, every rule, why, what is missing, how near."""

from __future__ import annotations

import typer
from rich.text import Text

from jingkai.cli.indicators import indicator_lines
from jingkai.cli.output import console, line, print_json
from jingkai.cli.session import (
    AS_OF,
    JSON,
    LANG,
    STRICT,
    Language,
    find_workspace,
    open_run,
    read_day,
)
from jingkai.cli.table_file import say_synthetic
from jingkai.engine.store import DecisionRun
from jingkai.explain import Combination, ConditionReason, Explainer, RuleReason
from jingkai.explain.verdict_words import near_text, verdict_text
from jingkai.registry.snapshot import Match, Snapshot
from jingkai.rulebook import Rulebook

__all__ = ["explain_command", "explained", "print_reason"]

_MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "yellow")}
_SHORT = 6  # facts named in the overview; `--rule` names all


def explain_command(
    who: str = typer.Argument(..., help="统一社会信用代码、股票代码或名称"),
    rule: list[str] = typer.Option([], "--rule", help="只看这些规则"),
    as_of: str | None = AS_OF,
    lang: Language = LANG,
    strict: bool = STRICT,
    as_json: bool = JSON,
) -> None:
    """一户的每条规则：为什么，缺什么，差多少。One enterprise: every rule and why."""
    workspace = find_workspace()
    rulebook, snapshot, run = open_run(workspace, read_day(as_of), strict=strict)
    explainer = Explainer(rulebook, snapshot, run)
    entity, match = explainer.find(who)
    reasons = explainer.explain(entity, match.position, rule or None, lang)
    together = None if rule else explainer.together(entity, match.position, lang)
    if as_json:
        print_json(explained(entity, match, run, reasons, together))
        return
    day = "查询日" if lang == "zh" else "as of"
    line(
        Text(match.name or match.key, style="bold")
        + Text(f"  {match.key}  {day} {run.as_of}", style="not bold")
    )
    say_synthetic(run.manifest)
    for reason in reasons:
        print_reason(reason, lang, full=bool(rule) or len(reasons) == 1)
    if entity == "zone" and not rule:
        console.print()
        for words in indicator_lines(run, rulebook, match.key, lang):
            line(words)
    if together is not None:
        print_combination(together, lang)
    if rule:
        _print_sources(snapshot, entity, match.position, rulebook, rule, lang)


def explained(
    entity: str,
    match: Match,
    run: DecisionRun,
    reasons: list[RuleReason],
    together: Combination | None = None,
) -> dict[str, object]:
    """Return an explanation as JSON has it."""
    return {
        **({"together": together.to_dict()} if together is not None else {}),
        "key": match.key,
        "name": match.name,
        "entity": entity,
        "as_of": str(run.as_of),
        "synthetic": run.manifest["synthetic"],
        "rules": [r.to_dict() for r in reasons],
    }


def print_combination(found: Combination, lang: str) -> None:
    """Print which granted rights may be had together, the best choice and what it comes to."""
    zh = lang == "zh"
    if not (found.choices or found.words):
        return
    console.print()
    line(Text("可以同时享受" if zh else "What may be had together", style="bold"))
    for choice in found.choices:
        basis = f"（{'、'.join(choice.basis)}）" if zh else f" ({', '.join(choice.basis)})"
        if choice.take:
            take, leave = _listed(choice.take, zh, True), _listed(choice.leave, zh, True)
            worth = f"，{choice.worth}" if zh else f", {choice.worth}"
            line(f"  {'选' if zh else 'take '}{take}{worth}", 4)
            line(f"  {'不再享受' if zh else 'leave '}{leave}{basis}", 4)
            continue
        line(f"  {'不得兼得，择一' if zh else 'choose one of'}{basis}", 4)
        for names in choice.alternatives:
            line(f"    · {_listed(names, zh, True)}", 6)
    if found.words:
        line(f"  {'已知价值合计 ' if zh else 'known worth together '}{found.words}")
    for one, other in found.open:
        words = f"“{one}”与待定的“{other}”不得兼得" if zh else f"{one} excludes {other} (open)"
        line(f"  {words}", 4)


def print_reason(reason: RuleReason, lang: str, *, full: bool) -> None:
    """Print a rule's explanation; `full` shows the conditions that hold too."""
    zh = lang == "zh"
    settled = None if reason.missing else reason.verdict
    mark, colour = _MARKS[settled]
    head = Text(f"{mark} ", style=colour) + Text(reason.title, style="bold")
    head += Text(("：" if zh else ": ") + verdict_text(reason, lang), style=f"not bold {colour}")
    if not reason.verified:
        head += Text("（含未核实的数字）" if zh else " (unverified figures)", style="yellow")
    console.print()
    line(head)
    if full:
        line(Text(f"  {reason.document}", style="dim"))
    for c in reason.conditions:
        if full or (c.verdict is False and reason.verdict is not True):
            _print_condition(c, zh)
    if reason.due:
        line(f"  {'期限：' if zh else 'due: '}{reason.due}")
    _print_missing(reason, zh, full)
    if reason.near_miss:
        line(Text(f"  {near_text(reason, lang)}", style="cyan"))


def _print_missing(reason: RuleReason, zh: bool, full: bool) -> None:
    shared = [
        m["label"] + (f"（{m['holder']}）" if zh else f" ({m['holder']})")
        for m in reason.missing
        if m["shared"]
    ]
    bring = [m["label"] for m in reason.missing if not m["shared"]]
    rows = (
        ("部门可共享，无需提供", "shared by offices, need not be brought", shared),
        ("还缺", "missing", bring),
        ("需提供材料", "materials to bring", reason.materials),
    )
    for chinese, english, names in rows:
        if names:
            line(f"  {chinese + '：' if zh else english + ': '}{_listed(names, zh, full)}", 4)


def _listed(names: list[str], zh: bool, full: bool) -> str:
    """Join names; in the overview a long list is cut and counted."""
    comma = "、" if zh else ", "
    if full or len(names) <= _SHORT + 1:
        return comma.join(names)
    more = f"等 {len(names)} 项" if zh else f" and {len(names) - _SHORT} more"
    return comma.join(names[:_SHORT]) + more


def _print_condition(c: ConditionReason, zh: bool) -> None:
    mark, colour = _MARKS[c.verdict]
    if c.applies is False:
        line(Text(f"  – {c.title}{'：不适用' if zh else ': does not apply'}", style="dim"), 4)
        return
    line(
        Text("  ") + Text(f"{mark} ", style=colour) + Text(c.title) + Text(f"  {c.basis}", "dim"), 4
    )
    comma, colon = ("，", "：") if zh else (", ", ": ")
    for atom in c.atoms:
        if len(c.atoms) > 1 or atom.needed or atom.verdict is None:
            needed = f"{comma}{'需' if zh else 'needs '}{atom.needed}" if atom.needed else ""
            distance = f"{comma}{atom.distance}" if atom.distance else ""
            line(Text(f"      {atom.text}{colon}{atom.found}{needed}{distance}"), 8)


def _print_sources(
    snapshot: Snapshot, entity: str, position: int, rulebook: Rulebook, rules: list[str], lang: str
) -> None:
    """Print which file, office and date the facts that the rules read came from."""
    wanted = {n for r in rules for n in rulebook.rules[r].reads_facts()}
    described = rulebook.vocabulary.entities[entity]
    zh = lang == "zh"
    by_source: dict[str, dict[str, list[str]]] = {}
    for column, source in snapshot.sources(entity, position).items():
        known = described.column(column)
        if known is None or known[0].name not in wanted:
            continue
        office = rulebook.vocabulary.offices[source.office].label.text(lang)
        place = ("，" if zh else ", ").join((source.file, office, source.as_of))
        years = by_source.setdefault(place, {}).setdefault(known[0].label.text(lang), [])
        if known[1]:
            years.append(str(known[1]))
    if not by_source:
        return
    console.print()
    line(Text("数据来源" if zh else "Sources", style="bold"))
    for place, facts in by_source.items():
        shown = [f"{f} {_span(y)}".strip() for f, y in facts.items()]
        line(Text(f"  {place}{'：' if zh else ': '}{('、' if zh else ', ').join(shown)}"), 4)


def _span(years: list[str]) -> str:
    """Write years shortly: 2022–2024."""
    if len(years) > 2 and int(max(years)) - int(min(years)) == len(years) - 1:
        return f"{min(years)}–{max(years)}"
    return "、".join(sorted(years))
