"""XES, the standard XML of event logs (IEEE 1849), read as a stream."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any
from xml.parsers import expat

import polars as pl

from jingkai.registry.reading import ROW
from jingkai.services.logs.errors import LogError

__all__ = ["read_xes"]

_CHUNK, _BATCH = 1 << 20, 100_000
_NAME = "concept:name"


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
    """Collects the attributes of traces and of their events; deeper ones are not read.

    The parser calls its handlers ten million times for a million events, so they do little, and events become
    columns by batches.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.traces: list[dict[str, str]] = []
        self._events: list[dict[str, str]] = []
        self._trace_of: list[int] = []
        self._frames: list[pl.DataFrame] = []
        self._parser = expat.ParserCreate()
        self._parser.ordered_attributes = True
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._handlers()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse

    def feed(self, chunk: bytes, last: bool = False) -> None:
        self._parser.Parse(chunk, last)
        if last or len(self._events) >= _BATCH:
            self._flush()

    def _refuse(self, *_: Any) -> None:
        raise LogError(
            "XES 中有文档类型或实体定义，不予读取", where=str(self.path), hint="删去 DOCTYPE"
        )

    def _handlers(self) -> tuple[Callable[[str, list[str]], None], Callable[[str], None]]:
        deep = 0  # open elements below what is collected
        trace: dict[str, str] | None = None
        event: dict[str, str] | None = None

        def start(tag: str, told: list[str]) -> None:
            nonlocal deep, trace, event
            if deep:
                deep += 1
            elif event is not None:
                deep = 1
                if len(told) == 4 and told[0] == "key" and told[2] == "value":
                    event[told[1]] = told[3]
                else:
                    _hold(event, told)
            elif (name := tag.rpartition(":")[2]) == "event":
                event = {}
            elif trace is not None:
                deep = 1
                _hold(trace, told)
            elif name == "trace":
                trace = {}
            elif name != "log":
                deep = 1

        def end(tag: str) -> None:
            nonlocal deep, trace, event
            if deep:
                deep -= 1
            elif event is not None:
                self._events.append(event)
                self._trace_of.append(-1 if trace is None else len(self.traces))
                event = None
            elif trace is not None:
                self.traces.append(trace)
                trace = None

        return start, end

    def _flush(self) -> None:
        frame = _columns(self._events).with_columns(
            pl.Series("trace", self._trace_of, dtype=pl.Int64)
        )
        self._frames.append(frame)
        self._events, self._trace_of = [], []

    def frame(self) -> pl.DataFrame:
        events = pl.concat(self._frames, how="diagonal")
        if not events.height:
            raise LogError("XES 中没有事件", where=str(self.path), hint="检查导出范围")
        named = [
            {f"case:{k}": v for k, v in {_NAME: f"trace {i}", **t}.items()}
            for i, t in enumerate(self.traces, 1)
        ]
        traces = _columns(named).with_columns(pl.int_range(pl.len()).alias("trace"))
        whole = traces.join(events, on="trace", how="right", maintain_order="right").drop("trace")
        cells = pl.all().str.strip_chars().replace("", None)
        return whole.select(cells).with_row_index(ROW, 1).cast({ROW: pl.Int64})

    def notes(self) -> list[str]:
        unnamed = sum(_NAME not in t for t in self.traces)
        return [f"{unnamed} 个 trace 没有名称，按先后编号"] if unnamed else []


def _columns(rows: list[dict[str, str]]) -> pl.DataFrame:
    keys = dict.fromkeys(chain.from_iterable(rows))
    columns = {k: pl.Series(k, [r.get(k) for r in rows], dtype=pl.String) for k in keys}
    return pl.DataFrame(columns)


def _hold(held: dict[str, str], told: list[str]) -> None:
    """Keep an attribute; a list or a container has no value."""
    by_name = dict(zip(told[::2], told[1::2], strict=True))
    if "key" in by_name and "value" in by_name:
        held[by_name["key"]] = by_name["value"]
