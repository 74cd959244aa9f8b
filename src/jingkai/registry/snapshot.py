"""Snapshots: immutable dated tables of facts, memory-mapped, with the source of every cell."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

from jingkai import __version__
from jingkai.registry.cells.text import plain_text
from jingkai.registry.errors import SnapshotNotFound
from jingkai.workspace import Workspace, publish_folder

__all__ = ["UNDONE", "Batches", "Match", "Snapshot", "SourceFile", "write_snapshot"]

#: A table too large for memory: called, it gives its parts in the order of their keys.
Batches = Callable[[], Iterable[pl.DataFrame]]

_BATCH = 65_536
#: The file that marks a snapshot whose load was taken back.
UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that a snapshot's cells come from."""

    file: str
    sha256: str
    office: str
    as_of: str
    entity: str
    sheet: str | None = None
    rows: int = 0
    accepted: int = 0
    merged: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """An entity that a search found: its key, name and row (from 0)."""

    key: str
    name: str
    position: int


@dataclass(frozen=True)
class Snapshot:
    """A stored snapshot; see the storage page for its files.

    Parameters
    ----------
    path
        Its folder.
    """

    path: Path

    @classmethod
    def current(cls, workspace: Workspace) -> Snapshot:
        """Open a workspace's newest snapshot.

        Raises
        ------
        SnapshotNotFound
            If nothing was loaded yet.
        """
        found = workspace.current_snapshot_id
        if found is None:
            raise SnapshotNotFound(
                "工作区还没有数据",
                where=str(workspace.path),
                hint="先运行 `jingkai load enterprises 文件`",
            )
        snapshot = cls(workspace.snapshots / found)
        snapshot._check()
        return snapshot

    @classmethod
    def of_year(cls, workspace: Workspace, year: int) -> Snapshot:
        """Open the newest snapshot that tells of a year: its last year, else the current one if later.

        Raises
        ------
        SnapshotNotFound
            If none was loaded whose last year is this one or a later one.
        """
        found = cls.whose_last_year_is(workspace, year) or cls.current(workspace)
        if found.as_of.year - 1 < year:
            raise SnapshotNotFound(
                f"还没有{year}年的数据：最新快照的数据日期是 {found.as_of}",
                where=str(workspace.path),
                hint=f"装载数据日期在{year + 1}年的登记册，或改用 --year {found.as_of.year - 1}",
            )
        return found

    @classmethod
    def whose_last_year_is(cls, workspace: Workspace, year: int) -> Snapshot | None:
        """Open the newest snapshot whose last year is this one, None if there is none."""
        paths = (m.parent for m in workspace.snapshots.glob("[!.]*/manifest.json"))
        current = workspace.current_snapshot_id
        kept = (p for p in paths if p.name == current or not (p / UNDONE).exists())
        found = [s for s in map(cls, kept) if s.as_of.year - 1 == year]
        newest = max(found, key=lambda s: (s.id == current, s.manifest["created"]), default=None)
        if newest is not None:
            newest._check()
        return newest

    def day_of(self, year: int) -> date:
        """Return the date on which rules see a year as the last one: its own, else the first day after."""
        return self.as_of if self.as_of.year - 1 == year else date(year + 1, 1, 1)

    def _check(self) -> None:
        """Refuse a snapshot whose tables were damaged after they were written."""
        for entity in self.entities:
            path = self.path / f"{entity}.arrow"
            try:
                rows = sum(
                    file.get_batch(i).num_rows
                    for file in (pa.ipc.open_file(pa.memory_map(str(path))),)
                    for i in range(file.num_record_batches)
                )
            except (OSError, pa.ArrowInvalid):
                rows = -1
            if rows != self.rows(entity):
                before = self.manifest["previous"]
                again = (
                    f"把 snapshots/CURRENT 的内容改为上一个快照 {before}，再装载" if before else ""
                )
                raise SnapshotNotFound(
                    "快照文件已损坏", where=str(path), hint=again or "删去 snapshots 后重新装载"
                )

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Schema, sources and row counts."""
        try:
            found: dict[str, Any] = json.loads((self.path / "manifest.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise SnapshotNotFound("快照不存在或已损坏", where=str(self.path)) from error
        return found

    @property
    def id(self) -> str:
        """The hash of its content."""
        return str(self.manifest["id"])

    @property
    def as_of(self) -> date:
        """The date its facts are as of."""
        return date.fromisoformat(self.manifest["as_of"])

    @property
    def entities(self) -> list[str]:
        """The entities it has tables of."""
        return list(self.manifest["entities"])

    def rows(self, entity: str) -> int:
        """Return how many rows an entity's table has."""
        return int(self.manifest["entities"][entity]["rows"])

    def scan(self, entity: str) -> pl.LazyFrame:
        """Return an entity's table, one row each, column `key` first."""
        return pl.scan_ipc(self.path / f"{entity}.arrow")

    def columns(self, entity: str) -> list[str]:
        """Return the names of an entity's columns, `key` first."""
        return ["key", *self.manifest["entities"][entity]["columns"]]

    def table(self, entity: str) -> pa.Table:
        """Return an entity's table as a mapped Arrow table."""
        return _mapped(self.path / f"{entity}.arrow")

    def at_key(self, entity: str, text: str) -> Match | None:
        """Return the entity of a key or stock code, None if there is none."""
        table, text = self.table(entity), plain_text(text)
        stock = text.isdigit() and len(text) == 6
        found = _place(table["key"], f"stock:{text}" if stock else text)
        return None if found is None else self._positions(table, [found])[0]

    def find(self, entity: str, text: str, limit: int = 20) -> list[Match]:
        """Find entities by key, stock code or name: exact ones first, else names that hold the text."""
        exact = self.at_key(entity, text)
        if exact is not None:
            return [exact]
        table, text = self.table(entity), plain_text(text)
        for column in ("stock_code", "name", "short_name"):
            if column in table.column_names:
                rows = pc.indices_nonzero(pc.equal(table[column], text)).to_pylist()[:limit]
                if rows:
                    return self._positions(table, rows)
        if "name" not in table.column_names:
            return []
        hits = pc.indices_nonzero(pc.match_substring(table["name"], text))
        return self._positions(table, hits.to_pylist()[:limit])

    def _positions(self, table: pa.Table, rows: list[int]) -> list[Match]:
        names = table["name"] if "name" in table.column_names else None
        return [
            Match(
                table["key"][r].as_py(), (names[r].as_py() if names is not None else None) or "", r
            )
            for r in rows
        ]

    def sources(self, entity: str, position: int) -> dict[str, SourceFile]:
        """Return for each fact that is known of a row the file it came from."""
        files = [
            SourceFile(**{k: v for k, v in s.items() if k != "index"})
            for s in self.manifest["sources"]
        ]
        columns: dict[str, Any] = self.manifest["entities"][entity]["columns"]
        path = self.path / f"{entity}.sources.arrow"
        mixed: dict[str, Any] = {}
        if path.exists():
            table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
            mixed = table.slice(position, 1).to_pylist()[0]
        row = self.table(entity).slice(position, 1).to_pylist()[0]
        found = {}
        for column, described in columns.items():
            if row.get(column) is None:
                continue
            index = mixed[column] if column in mixed else described["sources"][0]
            if index is not None:
                found[column] = files[index]
        return found


@lru_cache(maxsize=16)
def _mapped(path: Path) -> pa.Table:
    """Map a table once, however often it is looked into: a snapshot never changes."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def _place(keys: pa.ChunkedArray, wanted: str) -> int | None:
    """Return the row of a key by halving, the keys being sorted; None if it is not there."""
    low, high = 0, len(keys)
    while low < high:
        middle = (low + high) // 2
        if keys[middle].as_py() < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < len(keys) and keys[low].as_py() == wanted else None


def write_snapshot(
    workspace: Workspace,
    frames: Mapping[str, pl.DataFrame | Batches],
    *,
    as_of: date,
    sources: list[SourceFile],
    cell_sources: Mapping[str, pl.DataFrame] | None = None,
    column_sources: Mapping[str, Mapping[str, list[int]]] | None = None,
    key_kinds: Mapping[str, str] | None = None,
    registers: Mapping[str, Any] | None = None,
    reports: Mapping[str, str] | None = None,
    synthetic: bool = False,
    population: Mapping[str, Any] | None = None,
) -> Snapshot:
    """Write a new snapshot and make it the current one, atomically.

    Parameters
    ----------
    workspace
        Where to.
    frames
        By entity: one row each, `key` (text) and stored facts; sorted here by key. Of a large table
        something that gives its parts, each of at most 65,536 rows and all of the same columns;
        these must come in the order of their keys.
    as_of, sources, registers, synthetic
        What the manifest says.
    cell_sources, column_sources
        By entity: `key` and the source index of each cell of columns with several sources; and each
        column's source indices (default: the first source).
    key_kinds
        By entity: what its keys are.
    reports
        Texts to keep beside it, by file name.
    population
        Of a synthetic one how it was made: scale, seed, year.
    """
    tmp = workspace.temporary(workspace.snapshots)
    entities: dict[str, Any] = {}
    for entity, frame in frames.items():
        rows, columns = _write(frame, tmp / f"{entity}.arrow")
        cells = (cell_sources or {}).get(entity)
        if cells is not None and cells.width > 1:
            _write_frame(cells.sort("key").drop("key"), tmp / f"{entity}.sources.arrow")
        per_column = (column_sources or {}).get(entity, {})
        entities[entity] = {
            "rows": rows,
            "sha256": _sha256(tmp / f"{entity}.arrow"),
            "key_kind": (key_kinds or {}).get(entity, "key"),
            "columns": {
                c: {"sources": list(per_column.get(c, [0]))} for c in columns if c != "key"
            },
        }
    manifest = {
        "schema": 1,
        "as_of": as_of.isoformat(),
        "jingkai": __version__,
        "previous": workspace.current_snapshot_id,
        "entities": entities,
        "sources": [{"index": i, **asdict(s)} for i, s in enumerate(sources)],
        "registers": dict(registers or {}),
        "synthetic": synthetic,
        **({"population": dict(population)} if population else {}),
    }
    identity = hashlib.sha256(
        json.dumps(manifest, sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()[:16]
    manifest = {
        "id": identity,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        **manifest,
    }
    (tmp / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    if reports:
        (tmp / "reports").mkdir()
        for name, text in reports.items():
            (tmp / "reports" / name).write_text(
                text, "utf-8-sig" if name.endswith(".csv") else "utf-8"
            )
    return _publish(workspace, tmp, identity)


def _publish(workspace: Workspace, tmp: Path, identity: str) -> Snapshot:
    final = workspace.snapshots / identity
    publish_folder(tmp, final)
    workspace.set_current(identity)
    (final / UNDONE).unlink(missing_ok=True)  # it was loaded once more
    return Snapshot(final)


def _write(table: pl.DataFrame | Batches, path: Path) -> tuple[int, list[str]]:
    """Write a table sorted by key; return how many rows and which columns it has."""
    if isinstance(table, pl.DataFrame):
        _write_frame(table.sort("key"), path)
        return table.height, table.columns
    rows, columns = 0, ["key"]
    writer: Any = None
    for part in table():
        batch = part.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
        if writer is None:
            writer = pa.ipc.new_file(str(path), batch.schema)
            columns = part.columns
        writer.write_table(batch, max_chunksize=_BATCH)
        rows += part.height
    if writer is not None:
        writer.close()
    return rows, columns


def _write_frame(frame: pl.DataFrame, path: Path) -> None:
    frame.lazy().sink_ipc(
        path,
        compression="uncompressed",
        compat_level=pl.CompatLevel.oldest(),
        record_batch_size=_BATCH,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
