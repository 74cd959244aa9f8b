"""A load taken back: the snapshot before it is the current one again."""

from __future__ import annotations

from jingkai.registry.errors import RegistryError
from jingkai.registry.snapshot import UNDONE, Snapshot
from jingkai.workspace import Workspace, sync_folder

__all__ = ["check_undo", "undo"]


def check_undo(workspace: Workspace, snapshot_id: str) -> Snapshot:
    """Return the snapshot that a load made, if it can be taken back.

    Raises
    ------
    RegistryError
        If something came after it, with what; or if nothing was there before it.
    """
    current = Snapshot.current(workspace)
    if current.id != snapshot_id:
        sources = current.manifest["sources"]
        last = f"最近装载的是 {sources[-1]['file']}" if sources else "数据已更换"
        raise RegistryError(f"之后又有新的数据，不能撤销：{last}", hint="先撤销之后的装载")
    if not current.manifest["previous"]:
        raise RegistryError("这是第一次装载，之前没有数据可以恢复", hint="装载改正后的文件")
    return current


def undo(workspace: Workspace, snapshot_id: str) -> Snapshot:
    """Make the snapshot before a load current again; the load's stays, marked, and is not read.

    Parameters
    ----------
    snapshot_id
        The one that the load made; it must still be the current one.

    Returns
    -------
    Snapshot
        The one that is current now.

    Raises
    ------
    RegistryError
        If it cannot be taken back.
    """
    with workspace.locked():
        current = check_undo(workspace, snapshot_id)
        (current.path / UNDONE).touch()
        sync_folder(current.path)
        workspace.set_current(current.manifest["previous"])
    return Snapshot.current(workspace)
