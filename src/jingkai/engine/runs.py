"""The stored runs of a workspace: all of them, or one by the beginning of its id."""

from __future__ import annotations

from jingkai.engine.store import DecisionRun, EngineError
from jingkai.registry.snapshot import Snapshot
from jingkai.workspace import Workspace

__all__ = ["find_run", "snapshot_of", "stored_runs"]


def stored_runs(workspace: Workspace) -> list[DecisionRun]:
    """Return every stored run, the newest first."""
    found = [DecisionRun(path.parent) for path in workspace.decisions.glob("[!.]*/manifest.json")]
    return sorted(found, key=lambda run: (run.manifest["created"], run.id), reverse=True)


def find_run(workspace: Workspace, prefix: str) -> DecisionRun:
    """Return the run whose id begins so.

    Raises
    ------
    EngineError
        If there is none, or more than one.
    """
    found = [run for run in stored_runs(workspace) if prefix and run.id.startswith(prefix)]
    if len(found) == 1:
        return found[0]
    what = f"有 {len(found)} 次认定的编号以“{prefix}”开头" if found else f"没有认定“{prefix}”"
    raise EngineError(what, where=str(workspace.decisions), hint="用 jingkai runs 查看编号")


def snapshot_of(workspace: Workspace, run: DecisionRun) -> Snapshot:
    """Return the facts that a run decided about.

    Raises
    ------
    SnapshotNotFound
        If they are no longer in the workspace.
    """
    snapshot = Snapshot(workspace.snapshots / run.manifest["snapshot"])
    _ = snapshot.manifest
    return snapshot
