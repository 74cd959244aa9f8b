"""A decision run on Spark: where its facts come from, where its results go, what is kept here."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from jingkai.engine.exchange import exchange_folder
from jingkai.engine.run import decide, decide_there, run_id
from jingkai.engine.spark_engine import SparkEngine
from jingkai.engine.spark_joins import SparkTables
from jingkai.engine.spark_session import SparkFiles
from jingkai.engine.store import DecisionRun, EngineError
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook
from jingkai.workspace import Workspace

__all__ = ["decide_on_spark"]

Progress = Callable[[str, int, int], None]


def decide_on_spark(
    session: Any,
    workspace: Workspace,
    rulebook: Rulebook,
    as_of: date | None = None,
    *,
    facts: str | None = None,
    out: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Decide on Spark, and bring the results into the workspace where it has the snapshot.

    Parameters
    ----------
    session
        An open Spark session.
    workspace, rulebook, as_of
        Where the run is stored, with what rules, about which date (default: the facts').
    facts
        The URL of an exported snapshot; default: the workspace's newest, exported once.
    out
        The URL of a folder where the results stay as Parquet, under the run's id with its manifest.

    Returns
    -------
    The run's manifest. Of a snapshot that the workspace does not have it lies at `out` alone and
    has no summary.

    Raises
    ------
    EngineError
        If there are no such facts, or the results would be kept nowhere.
    """
    files = SparkFiles(session)
    with tempfile.TemporaryDirectory() as scratch:
        snapshot, url = _snapshot(workspace, files, facts, Path(scratch))
        day = as_of or snapshot.as_of
        rulebook = rulebook.on(day)
        identity = run_id(snapshot, rulebook, day, SparkEngine.name)
        there = None if out is None else f"{_url(out)}/{identity}"
        engine = SparkEngine(SparkTables(session, url, snapshot), rulebook, there)
        if snapshot.path.parent == workspace.snapshots:
            stored = (workspace.decisions / identity).exists()
            run = decide(workspace, snapshot, rulebook, day, engine=engine, progress=progress)
            if there is not None:
                _publish(run, files, there, stored)
            return run.manifest
        if there is None:
            raise EngineError(
                f"工作区没有快照 {snapshot.id}，结果无处存放",
                where=url,
                hint="用 --out 给出存放结果的地址，或在有这个快照的工作区运行",
            )
        manifest = decide_there(snapshot, rulebook, day, engine, there, progress)
        files.write_text(f"{there}/manifest.json", _text(manifest))
        return manifest


def _url(place: str) -> str:
    """Return a place as a URL; a path is one of this machine."""
    place = place.rstrip("/")
    return place if "://" in place else Path(place).resolve().as_uri()


def _snapshot(
    workspace: Workspace, files: SparkFiles, facts: str | None, scratch: Path
) -> tuple[Snapshot, str]:
    if facts is None:
        current = Snapshot.current(workspace)
        return current, exchange_folder(workspace, current).as_uri()
    url = _url(facts)
    text = files.read_text(f"{url}/manifest.json")
    if text is None:
        raise EngineError(
            "这个地址没有导出的快照（缺少 manifest.json）",
            where=url,
            hint="先运行 `jingkai export --parquet 文件夹`，再把文件夹放到这个地址",
        )
    folder = workspace.snapshots / str(json.loads(text)["id"])
    if not folder.exists():
        folder = scratch
        (scratch / "manifest.json").write_text(text, "utf-8")
    return Snapshot(folder), url


def _publish(run: DecisionRun, files: SparkFiles, there: str, stored: bool) -> None:
    """Leave the run at its URL; its manifest last, so that it stands for a whole run."""
    if files.read_text(f"{there}/manifest.json") is not None:
        return
    if stored:
        with tempfile.TemporaryDirectory() as folder:
            for entity in run.manifest["entities"]:
                table = Path(folder) / f"{entity}.parquet"
                table.mkdir()
                run.scan(entity).sink_parquet(table / "part-00000.parquet", maintain_order=True)
                files.send(table, f"{there}/{entity}.parquet")
    files.write_text(f"{there}/manifest.json", _text(run.manifest))


def _text(manifest: dict[str, Any]) -> str:
    return json.dumps(manifest, ensure_ascii=False, indent=1)
