"""Commands that decide and explain."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import typer
from rich.text import Text

from jingkai.cli.cluster import SparkPlaces, spark_decision
from jingkai.cli.indicators import indicator_lines
from jingkai.cli.output import ChineseTable, console, line, money, print_json, progress_bar
from jingkai.cli.session import (
    AS_OF,
    JSON,
    STRICT,
    find_workspace,
    open_rulebook,
    open_run,
    read_day,
)
from jingkai.cli.table_file import say_synthetic
from jingkai.engine.differences import official_differences
from jingkai.engine.run import decide
from jingkai.engine.store import DecisionRun, EngineError
from jingkai.engine.workbook import decision_workbook
from jingkai.errors import Finding, JingkaiError
from jingkai.explain.missing import fact_of
from jingkai.explain.words import parameter_text
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rule, Rulebook, strict_rulebook
from jingkai.vocabulary import Vocabulary, load_vocabulary

__all__ = [
    "decide_command",
    "differences_command",
    "print_summary",
]


def decide_command(
    as_of: str | None = AS_OF,
    xlsx: Path | None = typer.Option(None, "--xlsx", help="把逐户结果写成 Excel"),
    strict: bool = STRICT,
    current: bool = typer.Option(
        False, "--current", help="有依据只核对到查询日之前的规则时停止，不作认定"
    ),
    engine: str = typer.Option("polars", "--engine", help="polars（本机）或 spark（集群）"),
    master: str = typer.Option("local[*]", "--master", help="Spark 的地址，如 spark://主机:7077"),
    facts: str | None = typer.Option(None, "--facts", help="jingkai export 所导出数据的地址"),
    out: str | None = typer.Option(None, "--out", help="把结果以 Parquet 留在这个地址"),
    conf: list[str] = typer.Option([], "--conf", help="Spark 设置，写成 名=值，可重复"),
    as_json: bool = JSON,
) -> None:
    """对全部主体逐条认定，打印汇总。Decide every rule for every entity."""
    workspace, asked = find_workspace(), read_day(as_of)
    rulebook = open_rulebook(workspace)
    if strict:
        rulebook = strict_rulebook(rulebook)

    day = asked or (None if facts else Snapshot.current(workspace).as_of)
    if current:
        _stop_if_old(rulebook, day)
    if _on_spark(engine, facts, out, conf):
        places = SparkPlaces(master, facts, out)
        found = spark_decision(workspace, rulebook, day, places, conf, as_json)
        if found is None:
            return
        run, snapshot = found
    else:
        snapshot = Snapshot.current(workspace)
        with progress_bar("认定", quiet=as_json) as progress:
            run = decide(workspace, snapshot, rulebook, day or snapshot.as_of, progress=progress)
    if xlsx is not None:
        decision_workbook(run, snapshot, rulebook, xlsx)
    if as_json:
        print_json(summary_dict(run))
        return
    print_summary(run, rulebook)
    if any("weight" in snapshot.columns(entity) for entity in snapshot.entities):
        line("抽样的快照一行代表多户：以上是行数，未加权；加权的合计见 jingkai indicators")
    if xlsx is not None:
        line(f"逐户结果已写入 {xlsx}")


def _stop_if_old(rulebook: Rulebook, day: date | None) -> None:
    if day is None:
        raise JingkaiError("--current 需要查询日", hint="加上 --as-of")
    rulebook = rulebook.on(day)
    old = [(r, known) for r in rulebook.in_force(day) if (known := r.known_until(day))]
    findings = [
        Finding(f"{r.source.title.zh}（{r.id}）核对至 {known}", r.place)
        for r, known in old
        if known < day
    ]
    if findings:
        raise EngineError(
            f"{len(findings)} 条规则的依据未核对到 {day}",
            findings=findings,
            hint="核对来源后改 checked，或去掉 --current",
        )


def old_rules(run: DecisionRun) -> dict[str, list[str]]:
    """Return the titles of a run's rules whose sources were last seen before its date, by that day."""
    found: dict[str, list[str]] = {}
    for described in run.rules.values():
        known = described["known_until"]
        if known is not None and known < run.as_of.isoformat():
            found.setdefault(known, []).append(described["title"]["zh"])
    return found


def _on_spark(engine: str, facts: str | None, out: str | None, conf: list[str]) -> bool:
    if engine not in ("polars", "spark"):
        raise JingkaiError(f"没有引擎“{engine}”", hint="用 polars 或 spark")
    if engine == "polars" and (facts or out or conf):
        raise JingkaiError("--facts、--out、--conf 只用于 Spark", hint="加上 --engine spark")
    return engine == "spark"


def summary_dict(run: DecisionRun) -> dict[str, Any]:
    """Return a run's summary as JSON has it."""
    rules = [
        {
            "rule": name,
            **{k: described[k] for k in ("measure", "kind", "entity", "verified", "known_until")},
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
    say_synthetic(run.manifest)
    rows = " · ".join(
        f"{vocabulary.entities[e].title.zh} {d['rows']:,}"
        for e, d in run.manifest["entities"].items()
    )
    table = ChineseTable(title=f"查询日 {run.as_of} · {rows}", header_style="bold")
    for column, options in _COLUMNS:
        table.add_column(column, **options)
    names = rulebook.in_order(run.rules)
    last = ""
    for name in names:
        described, counts = run.rules[name], run.summary[name]
        measure = rulebook.measures.get(described["measure"])
        title = measure.title.zh if measure else described["measure"]
        if title != last:
            table.add_section()
            table.add_row(Text(title, style="bold cyan"))
        table.add_row(
            described["title"]["zh"]
            + ("" if described["verified"] else " *")
            + _grades(described, counts),
            *_counts(described, counts),
            _wanted(counts, described, rulebook.rules.get(name), vocabulary),
            _total(described, counts),
        )
        last = title
    console.print(table)
    if run.manifest.get("weighted"):
        line("以上是数据的行数；有的行代表多个主体（weight 列），指标和报告按代表数合计")
    if any(not d["verified"] for d in run.rules.values()):
        line("* 规则含未核实的数字，见 jingkai rules show")
    for known, titles in sorted(old_rules(run).items()):
        line(f"来源只核对到 {known}，此后是否仍有效未经确认：{'、'.join(titles)}")
    closed = [rulebook.rules[n].source.title.zh for n in run.manifest["not_in_force"]]
    if closed:
        line(f"该日期未施行的规则：{'、'.join(closed)}")
    for words in indicator_lines(run, rulebook):
        line(words)


_COLUMNS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("举措与规则", {"overflow": "fold"}),
    ("符合", {"justify": "right", "no_wrap": True}),
    ("不符合", {"justify": "right", "no_wrap": True}),
    ("待定", {"justify": "right", "no_wrap": True}),
    ("最缺的数据与户数", {"overflow": "fold"}),
    ("合计", {"justify": "right", "no_wrap": True}),
)


def _counts(described: dict[str, Any], counts: dict[str, Any]) -> tuple[str, str, str]:
    undetermined = f"{counts['undetermined']:,}"
    if described["kind"] == "grade":
        return "", "", undetermined
    if described["kind"] in ("eligibility", "duty"):
        yes, no = counts["granted"], counts["refused"]
    else:
        yes, no = counts["positive"], counts["zero"] + counts["negative"]
    return f"{yes:,}", f"{no:,}", undetermined


def _grades(described: dict[str, Any], counts: dict[str, Any]) -> str:
    if described["kind"] != "grade":
        return ""
    return "\n" + "　".join(f"{g}\u00a0{counts[g]:,}" for g in described["grades"])


def _wanted(
    counts: dict[str, Any], described: dict[str, Any], rule: Rule | None, vocabulary: Vocabulary
) -> str:
    if not counts["missing"]:
        return ""
    name, count = counts["missing"][0]
    if name.startswith("parameter:") and rule is not None:
        return f"{parameter_text(name.partition(':')[2], rule, why=False)} {count:,}"
    fact = fact_of(name, rule, vocabulary) if rule is not None else None
    if fact is None and name in vocabulary.entities:
        return f"完整的{vocabulary.entities[name].title.zh}记录 {count:,}"
    return f"{fact.label.zh if fact else name} {count:,}"


def _total(described: dict[str, Any], counts: dict[str, Any]) -> str:
    """Return the sum of the known amounts; nothing where none is known."""
    known = counts.get("positive", 0) + counts.get("zero", 0) + counts.get("negative", 0)
    if "total" not in counts or not known:
        return ""
    return money(Fraction(counts["total"]), counts["unit"])


def differences_command(as_of: str | None = AS_OF, as_json: bool = JSON) -> None:
    """官方认定与测算结果的对照。Official outcomes beside computed verdicts."""
    workspace = find_workspace()
    rulebook, snapshot, run = open_run(workspace, read_day(as_of))
    frame = official_differences(snapshot, run, rulebook.vocabulary)
    if as_json:
        print_json(frame.to_dicts())
        return
    if frame.height == 0:
        line("没有官方认定数据：用 jingkai load outcomes 名单.xlsx 装载")
        return
    say_synthetic(run.manifest)
    counts = frame.group_by("title", "rule").agg(
        both=(pl.col("official") & pl.col("computed")).sum(),
        official_only=(pl.col("official") & ~pl.col("computed")).sum(),
        computed_only=(~pl.col("official") & pl.col("computed")).sum(),
        neither=(~pl.col("official") & ~pl.col("computed")).sum(),
        undetermined=pl.col("computed").is_null().sum(),
    )
    table = ChineseTable(title=f"官方认定与测算 · 查询日 {run.as_of}")
    for column in ("称号与规则", *_COMPARED):
        right = column in _COMPARED
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    titles = {n: r.source.title.zh for n, r in rulebook.rules.items()}
    for title, rule, *figures in counts.sort("title", "rule").iter_rows():
        label = rulebook.vocabulary.titles[title].label.zh
        table.add_row(f"{label}\n  {titles[rule]}", *(f"{v:,}" for v in figures))
    console.print(table)
    apart = frame.filter(~pl.col("agrees"))
    for row in apart.head(_NAMED).iter_rows(named=True):
        held = "官方持有，测算不符合" if row["official"] else "官方未持有，测算符合"
        line(f"  {row['name'] or row['key']}：{held} {titles[row['rule']]}")
        line(f"    jingkai explain {row['key']} --rule {row['rule']}")
    if apart.height > _NAMED:
        line(f"  另有 {apart.height - _NAMED:,} 处，见 jingkai differences --json")


_COMPARED = ("均符合", "官方有\n测算不符", "官方无\n测算符合", "均不符合", "测算\n待定")
_NAMED = 10
