"""Writes a log as CSV, or as XES (IEEE 1849) for the tools that read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import polars as pl

from jingkai.engine.table_file import SYNTHETIC, write_table
from jingkai.services.logs.errors import LogError

__all__ = ["write_log"]

#: Which column is which attribute of a trace and of an event, with its kind.
_TRACE = {
    "办件编号": ("concept:name", "string"), "事项": ("item", "string"), "截止日期": ("deadline", "date"),
    "材料数": ("materials", "int"), "跑动次数": ("trips", "int"), "申请时间": ("applied", "date"),
    "办结时间": ("ended", "date"),
}  # fmt: skip
_EVENT = {
    "环节": ("concept:name", "string"), "部门": ("org:group", "string"),
    "经办人": ("org:resource", "string"), "完成时间": ("time:timestamp", "date"),
}  # fmt: skip
_EXTENSIONS = {"Concept": "concept", "Organizational": "org", "Time": "time"}


def write_log(table: pl.DataFrame, path: Path, *, synthetic: bool = False) -> None:
    """Write the events of cases so that `read_log` reads the same back.

    Parameters
    ----------
    table
        As `table_of_cases` gives it, the events of a case one after another.
    path
        Ends in .csv or .xes.
    synthetic
        Whether the file says that the cases are made up.

    Raises
    ------
    LogError
        If the name ends otherwise.
    OSError
        If the file cannot be written.
    """
    kind = path.suffix.lower()
    if kind == ".csv":
        write_table(table, path, synthetic=synthetic)
    elif kind == ".xes":
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in _xes(table, synthetic))
    else:
        raise LogError(f"不能写成“{path.name}”", hint="文件名以 .csv 或 .xes 结尾")


def _xes(table: pl.DataFrame, synthetic: bool) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">'
    for name, prefix in _EXTENSIONS.items():
        uri = f"http://www.xes-standard.org/{prefix}.xesext"
        yield f'<extension name="{name}" prefix="{prefix}" uri="{uri}"/>'
    if synthetic:
        yield _attribute("nature", "string", SYNTHETIC)
    for (number,), events in table.group_by("办件编号", maintain_order=True):
        rows = events.to_dicts()
        yield "<trace>"
        yield from _attributes(rows[0] | {"办件编号": number}, _TRACE.items())
        for row in rows:
            yield "<event>"
            yield from _attributes(row, _EVENT.items())
            yield "</event>"
        yield "</trace>"
    yield "</log>"


def _attributes(
    row: Mapping[str, Any], wanted: Iterable[tuple[str, tuple[str, str]]]
) -> Iterator[str]:
    """Yield attributes; one that is not known is an empty text, so that its column is there."""
    for column, (key, kind) in wanted:
        value = row[column]
        if value is None:
            yield _attribute(key, "string", "")
        else:
            yield _attribute(key, kind, _instant(value) if kind == "date" else value)


def _instant(text: str) -> str:
    """Return a time as XML has it; a day as its beginning in China."""
    return f"{text}T00:00:00+08:00" if len(text) == len("2026-01-01") else text.replace(" ", "T")


def _attribute(key: str, kind: str, value: str) -> str:
    return f"<{kind} key={quoteattr(key)} value={quoteattr(value)}/>"
