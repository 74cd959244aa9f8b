"""Decision runs as they lie on disk: results and conditions, memory-mapped to read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.ipc

from jingkai.errors import JingkaiError

__all__ = ["DecisionRun", "EngineError", "RowReader"]


class EngineError(JingkaiError):
    """A decision run that cannot be made or read."""

    code = "engine"


class RowReader:
    """One row at a time out of an Arrow IPC file that stays mapped.

    Parameters
    ----------
    path
        An uncompressed Arrow IPC file.
    """

    def __init__(self, path: Path) -> None:
        self._file = pa.ipc.open_file(pa.memory_map(str(path)))
        self._starts: list[int] | None = None

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        return list(self._file.schema.names)

    def row(self, position: int, columns: Sequence[str] | None = None) -> dict[str, Any]:
        """Return one row (position from 0) by column, reading only its batch; all columns by default."""
        batch, offset = self._locate(position)
        batch = batch if columns is None else batch.select(list(columns))
        row: dict[str, Any] = batch.slice(offset, 1).to_pylist()[0]
        return row

    @cached_property
    def _size(self) -> int:
        return int(self._file.get_batch(0).num_rows)

    def _locate(self, position: int) -> tuple[pa.RecordBatch, int]:
        size = self._size
        index = min(position // size, self._file.num_record_batches - 1) if size else 0
        batch = self._file.get_batch(index)
        offset = position - index * size
        if 0 <= offset < batch.num_rows:
            return batch, offset
        start = 0  # batches of different sizes: walk them
        for i in range(self._file.num_record_batches):
            batch = self._file.get_batch(i)
            if position < start + batch.num_rows:
                return batch, position - start
            start += batch.num_rows
        raise IndexError(position)


@dataclass(frozen=True)
class DecisionRun:
    """One stored run: which snapshot, rules and date, and every result.

    Parameters
    ----------
    path
        The run's folder, with ``manifest.json`` and ``ENTITY.arrow``.
    """

    path: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was decided with what (see the storage page)."""
        try:
            found: dict[str, Any] = json.loads((self.path / "manifest.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise EngineError(
                "there is no decision run here", where=str(self.path), hint="run `jingkai decide`"
            ) from error
        return found

    @property
    def id(self) -> str:
        """The run's identity: the hash of everything that decides its results."""
        return str(self.manifest["id"])

    @property
    def as_of(self) -> date:
        """The date decided about."""
        return date.fromisoformat(self.manifest["as_of"])

    @property
    def summary(self) -> dict[str, Any]:
        """Counts and totals by rule."""
        found: dict[str, Any] = self.manifest["summary"]
        return found

    @property
    def rules(self) -> dict[str, dict[str, Any]]:
        """Layout, kind and words of each rule that was run."""
        found: dict[str, dict[str, Any]] = self.manifest["rules"]
        return found

    def scan(self, entity: str) -> pl.LazyFrame:
        """Return every result of an entity, one row each, in the snapshot's order."""
        return pl.scan_ipc(self.path / f"{entity}.arrow")

    def reader(self, entity: str) -> RowReader:
        """Return a reader of single rows."""
        return RowReader(self.path / f"{entity}.arrow")
