"""Deciding on a cluster, and the export that it reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import typer

from jingkai.cli.output import console, print_json, progress_bar
from jingkai.cli.session import JSON, find_workspace
from jingkai.cli.table_file import say_synthetic
from jingkai.engine.exchange import export_parquet
from jingkai.engine.spark_run import decide_on_spark
from jingkai.engine.spark_session import spark_session
from jingkai.engine.store import DecisionRun
from jingkai.errors import JingkaiError
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook
from jingkai.workspace import Workspace

__all__ = ["SparkPlaces", "export_command", "spark_decision"]


@dataclass(frozen=True, slots=True)
class SparkPlaces:
    """Where Spark runs, reads facts and leaves results; see the options of `decide`."""

    master: str
    facts: str | None
    out: str | None


def spark_decision(
    workspace: Workspace,
    rulebook: Rulebook,
    day: date | None,
    places: SparkPlaces,
    conf: list[str],
    as_json: bool,
) -> tuple[DecisionRun, Snapshot] | None:
    """Decide on Spark and say where the results are; None where they are not in the workspace."""
    with (
        spark_session(places.master, _settings(conf)) as session,
        progress_bar("认定", quiet=as_json) as progress,
    ):
        manifest = decide_on_spark(
            session,
            workspace,
            rulebook,
            day,
            facts=places.facts,
            out=places.out,
            progress=progress,
        )
    run = workspace.decisions / manifest["id"]
    if run.exists():
        if places.out and not as_json:
            console.print(f"结果已写入 {places.out}/{manifest['id']}")
        return DecisionRun(run), Snapshot(workspace.snapshots / manifest["snapshot"])
    if as_json:
        print_json({"out": f"{places.out}/{manifest['id']}", **manifest})
    else:
        rows = sum(e["rows"] for e in manifest["entities"].values())
        console.print(f"{len(manifest['rules'])} 条规则、{rows:,} 行已认定")
        console.print(f"结果已写入 {places.out}/{manifest['id']}（工作区没有这份数据，未取回）")
    return None


def _settings(conf: list[str]) -> dict[str, str]:
    found = {}
    for text in conf:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise JingkaiError(f"--conf {text} 不是 名=值", hint="如 spark.executor.memory=4g")
        found[name.strip()] = value.strip()
    return found


def export_command(
    parquet: Path = typer.Option(..., "--parquet", help="导出到的文件夹（须为空）"),
    as_json: bool = JSON,
) -> None:
    """把当前数据导出为 Parquet，供集群读取。Export the facts for a cluster."""
    snapshot = Snapshot.current(find_workspace())
    export_parquet(snapshot, parquet)
    rows = {entity: snapshot.rows(entity) for entity in snapshot.entities}
    if not as_json:
        say_synthetic(snapshot.manifest)
    if as_json:
        print_json({"folder": str(parquet), "snapshot": snapshot.id, "rows": rows})
    else:
        console.print(f"已导出 {sum(rows.values()):,} 行到 {parquet}（快照 {snapshot.id}）")
