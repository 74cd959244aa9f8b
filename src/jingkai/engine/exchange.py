"""Snapshots as Parquet folders: what other engines and other machines read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from jingkai.engine.store import EngineError
from jingkai.engine.table_file import SYNTHETIC
from jingkai.registry.snapshot import Snapshot
from jingkai.workspace import Workspace, publish_folder

__all__ = ["exchange_folder", "export_parquet"]

_ROWS_A_GROUP = 131_072


def export_parquet(snapshot: Snapshot, folder: Path) -> None:
    """Write a snapshot's tables as ``ENTITY.parquet`` folders, and its manifest last.

    Raises
    ------
    EngineError
        If the folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise EngineError("文件夹不为空，未导出", where=str(folder), hint="换一个空的文件夹")
    for entity in snapshot.entities:
        table = folder / f"{entity}.parquet"
        table.mkdir(parents=True)
        snapshot.scan(entity).sink_parquet(
            table / "part-00000.parquet",
            row_group_size=_ROWS_A_GROUP,
            maintain_order=True,
            metadata={"nature": SYNTHETIC} if snapshot.manifest.get("synthetic") else None,
        )
    text = json.dumps(snapshot.manifest, ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(text, "utf-8")


def exchange_folder(workspace: Workspace, snapshot: Snapshot) -> Path:
    """Return a workspace's own export of a snapshot, written on first use."""
    folder = workspace.path / "exchange" / snapshot.id
    if not (folder / "manifest.json").exists():
        tmp = workspace.temporary(folder.parent)
        try:
            export_parquet(snapshot, tmp)
            publish_folder(tmp, folder)
        except BaseException:
            shutil.rmtree(tmp, ignore_errors=True)
            raise
    return folder
