"""What follows when data change: the new state is decided, once, before anyone asks for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from jingkai.console.opened import rulebook
from jingkai.engine.run import decide
from jingkai.engine.store import DecisionRun
from jingkai.registry.snapshot import Snapshot
from jingkai.workspace import Workspace

__all__ = ["decide_now", "loaded_since"]

Tell = Callable[[str, int, int], None]


def decide_now(workspace: Workspace, tell: Tell, day: date | None = None) -> DecisionRun:
    """Decide the current snapshot, or find that it is decided.

    Parameters
    ----------
    tell
        Called with the entity decided, how many are done and of how many.
    day
        The day asked about; the snapshot's where none is given.

    Returns
    -------
    DecisionRun
        Where pages find it; killed at any moment it is there whole or not at all.
    """
    snapshot, rules = Snapshot.current(workspace), rulebook()
    entities = rules.vocabulary.entities

    def told(entity: str, done: int, of: int) -> None:
        known = entities.get(entity)
        tell(f"认定{known.title.zh}" if known else "汇总", done, of)

    return decide(workspace, snapshot, rules, day or snapshot.as_of, progress=told)


def loaded_since(workspace: Workspace, before: str | None, sha256: str) -> Snapshot | None:
    """Return the snapshot that a load wrote which was killed before it could say so.

    Parameters
    ----------
    before
        The current snapshot when the load began; None where there was none.
    sha256
        The loaded file's.

    Returns
    -------
    Snapshot
        The one after `before` whose newest source is the file; None where none of those that the
        current one was made from is: the load is still to be done.
    """
    found, mine = workspace.current_snapshot_id, None
    while found and found != before:
        snapshot = Snapshot(workspace.snapshots / found)
        sources = snapshot.manifest["sources"]
        if sources and sources[-1]["sha256"] == sha256:
            mine = snapshot
        found = snapshot.manifest["previous"]
    return mine if (found or None) == before else None
