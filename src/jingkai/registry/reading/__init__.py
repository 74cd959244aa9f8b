"""Files into tables of text: the kind is told by content, every refusal says what to do."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from jingkai.registry.errors import UnreadableFile
from jingkai.registry.reading.header import no_duplicates, normal_header
from jingkai.registry.reading.table import ROW, BadRow, RawTable
from jingkai.registry.reading.text import decode, read_text
from jingkai.registry.reading.workbook import check_sizes, check_zip, read_workbook, workbook_kind

__all__ = ["ROW", "BadRow", "RawTable", "file_kind", "read_table"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What an OLE file holds if it is an old workbook; a locked new one is OLE too, a letter as well.
_XLS_STREAMS = ("Workbook", "Book")
#: Characters that no table has: a program or picture without a zero byte at its beginning.
_CONTROLS = frozenset(range(32)) - set(map(ord, "\t\n\r\f\v"))


def read_table(path: Path, sheet: str | None = None) -> RawTable:
    """Read one table from a file: xlsx, xls, ods, csv, tsv, text or parquet.

    Parameters
    ----------
    path
        The file; what it is is told by its first bytes, not its name.
    sheet
        Which sheet of a workbook.

    Raises
    ------
    RegistryError
        If it cannot be taken: what happened, where, and what to do.
    """
    data = _bytes(path)
    if data.startswith(b"PAR1"):
        return _read_parquet(path)
    if data.startswith(b"PK"):
        check_zip(path, data)
        table = read_workbook(path, data, sheet)
    elif data.startswith(_OLE):
        table = read_workbook(path, data, sheet)
    else:
        _no_web_page(path, data)
        table = read_text(path, data)
        if path.suffix.lower() in (".xlsx", ".xls", ".ods"):
            note = f"扩展名是{path.suffix}，内容是文本，已按文本读取"
            table = RawTable(
                table.path,
                None,
                table.encoding,
                table.frame,
                table.header_row,
                table.unit_note,
                table.bad_rows,
                (*table.notes, note),
            )
    return table


def file_kind(path: Path) -> str:
    """Return what a file is by its content: ``xlsx``, ``xls``, ``csv`` (any text), else empty.

    Raises
    ------
    RegistryError
        If it is one of these and damaged, encrypted or unsafe to open.
    """
    data = _bytes(path)
    if data.startswith(b"PK"):
        check_zip(path, data)
        check_sizes(path, data)
        return workbook_kind(data)
    if data.startswith(_OLE):
        return "xls" if any(name.encode("utf-16-le") in data for name in _XLS_STREAMS) else ""
    _no_web_page(path, data)
    text, _ = decode(data, path)
    return "" if _CONTROLS & set(map(ord, text)) else "csv"


def _no_web_page(path: Path, data: bytes) -> None:
    if data.lstrip()[:200].lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise UnreadableFile(
            "这是网页（HTML 或 XML），不是表格文件",
            where=str(path),
            hint="用表格软件打开后另存为 xlsx",
        )


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise UnreadableFile("这是文件夹，不是文件", where=str(path), hint="给出其中的文件")
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableFile("没有这个文件", where=str(path), hint="检查路径") from error
    except OSError as error:
        raise UnreadableFile(f"文件无法读取：{error.strerror}", where=str(path)) from error
    if not data:
        raise UnreadableFile("文件是空的（0 字节）", where=str(path), hint="请检查导出是否成功")
    return data


def _read_parquet(path: Path) -> RawTable:
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise UnreadableFile(
            "Parquet 文件不完整或已损坏", where=str(path), hint="请重新导出"
        ) from error
    nested = [n for n, t in frame.schema.items() if t.is_nested()]
    if nested:
        raise UnreadableFile(f"列“{nested[0]}”是嵌套数据", where=str(path), hint="展开成平面表")
    if frame.height == 0:
        raise UnreadableFile("文件没有数据行", where=str(path), hint="请检查导出范围")
    binary = [n for n, t in frame.schema.items() if t in (pl.Binary, pl.Duration, pl.Object)]
    names = no_duplicates([normal_header(n) for n in frame.columns], 0, path)
    frame = frame.rename(dict(zip(frame.columns, names, strict=True))).drop(
        map(normal_header, binary)
    )
    texts = frame.select(pl.all().cast(pl.String).str.strip_chars().replace("", None))
    texts = texts.with_row_index(ROW, 1).cast({ROW: pl.Int64})
    notes = (f"列“{'”“'.join(binary)}”不是文字、数字或日期，未读取",) if binary else ()
    return RawTable(path, None, None, texts, 0, notes=notes)
