"""XES, the standard XML of event logs (IEEE 1849), read as a stream."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Any
from xml.parsers import expat

import polars as pl

from jingkai.registry.reading import ROW
from jingkai.services.logs.errors import LogError

__all__ = ["read_xes"]

_VALUES = {"string", "date", "int", "float", "boolean", "id"}
_CHUNK = 1 << 20


def read_xes(path: Path) -> tuple[pl.DataFrame, list[str]]:
    """Read a log's events.

    Parameters
    ----------
    path
        A .xes or .xes.gz file.

    Returns
    -------
    tuple
        One row an event, every attribute as text by its key, a trace's with ``case:`` before it, the event's
        number as `__row`; and notes.

    Raises
    ------
    LogError
        If it is no well-formed XML, has a document type or entities, or no event.
    """
    reader = _Reader(path)
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                reader.feed(chunk)
            reader.feed(b"", last=True)
    except expat.ExpatError as error:
        raise LogError(
            f"第{error.lineno}行不是完整的 XML：{expat.ErrorString(error.code)}",
            where=str(path),
            hint="重新导出 XES",
        ) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise LogError("压缩文件不完整或已损坏", where=str(path), hint="重新传送") from error
    return reader.frame(), reader.notes()


class _Reader:
    """Collects the attributes of traces and of their events; deeper ones are not read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.columns: dict[str, list[str | None]] = {}
        self.count = self.traces = self.unnamed = 0
        self._open: list[str] = []
        self._trace: dict[str, str] = {}
        self._event: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse

    def feed(self, chunk: bytes, last: bool = False) -> None:
        self._parser.Parse(chunk, last)

    def _refuse(self, *_: Any) -> None:
        raise LogError(
            "XES 中有文档类型或实体定义，不予读取", where=str(self.path), hint="删去 DOCTYPE"
        )

    def _start(self, tag: str, told: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        above = self._open[-1] if self._open else ""
        if name in _VALUES and above in ("trace", "event") and "key" in told:
            held = self._event if above == "event" else self._trace
            value = told.get("value", "")
            held[told["key"]] = self._known.setdefault(value, value)
        elif name == "trace":
            self._trace = {}
            self.traces += 1
        elif name == "event":
            self._event = {}
        self._open.append(name)

    def _end(self, tag: str) -> None:
        name = self._open.pop()
        if name == "event":
            self._keep(inside="trace" in self._open)
        elif name == "trace" and "concept:name" not in self._trace:
            self.unnamed += 1

    def _keep(self, inside: bool) -> None:
        row = {f"case:{k}": v for k, v in self._trace.items()} if inside else {}
        if inside:
            row.setdefault("case:concept:name", f"trace {self.traces}")
        row |= self._event
        for key in row.keys() - self.columns.keys():
            self.columns[key] = [None] * self.count
        for key, values in self.columns.items():
            values.append(row.get(key))
        self.count += 1

    def frame(self) -> pl.DataFrame:
        if not self.count:
            raise LogError("XES 中没有事件", where=str(self.path), hint="检查导出范围")
        schema = dict.fromkeys(self.columns, pl.String)
        cells = pl.all().str.strip_chars().replace("", None)
        return (
            pl.DataFrame(self.columns, schema=schema)
            .select(cells)
            .with_row_index(ROW, 1)
            .cast({ROW: pl.Int64})
        )

    def notes(self) -> list[str]:
        said = f"{self.unnamed} 个 trace 没有名称，按先后编号"
        return [said] if self.unnamed else []
