"""CSV and other delimited text: encoding and delimiter found, ragged rows told apart."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl

from jingkai.registry.errors import HeaderError, UnreadableFile
from jingkai.registry.reading.header import find_header, table_unit
from jingkai.registry.reading.table import ROW, BadRow, RawTable

__all__ = ["decode", "read_text"]

_ENCODINGS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decode(data: bytes, path: Path) -> tuple[str, str]:
    """Return a file's text and its encoding: UTF-8, UTF-16 or GB18030, found without being told.

    Raises
    ------
    UnreadableFile
        If it is none of these, with the line and byte that is not.
    """
    if not any(data.startswith(mark) for mark, _ in _ENCODINGS) and b"\x00" in data[:4096]:
        raise UnreadableFile(
            "文件不是文本（含零字节）", where=str(path), hint="请用表格软件另存为 CSV"
        )
    for mark, encoding in _ENCODINGS:
        if data.startswith(mark):
            return _strict(data, encoding, path), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as utf8:
        try:
            return data.decode("gb18030"), "gb18030"
        except UnicodeDecodeError as gb:
            error = max(utf8, gb, key=lambda e: e.start)
            line = data.count(b"\n", 0, error.start) + 1
            raise UnreadableFile(
                f"第{line}行第{error.start + 1}个字节既不是 UTF-8 也不是 GB18030",
                where=str(path),
                hint="文件可能混用编码或已损坏，请重新导出",
            ) from error


def _strict(data: bytes, encoding: str, path: Path) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"文件不是完整的 {encoding} 文本", where=str(path)) from error


def read_text(path: Path, data: bytes) -> RawTable:
    """Read delimited text.

    Raises
    ------
    UnreadableFile, HeaderError
        If it cannot be decoded, a quote is never closed, or it has no header or no rows.
    """
    text, encoding = decode(data, path)
    if not text.strip():
        raise UnreadableFile("文件是空的", where=str(path), hint="请检查导出是否成功")
    if "\x00" in text:
        raise UnreadableFile("文件含零字节，已损坏", where=str(path), hint="请重新导出")
    delimiter = _delimiter(text)
    head = [
        row
        for _, row in zip(
            range(20), csv.reader(io.StringIO(text), delimiter=delimiter), strict=False
        )
    ]
    names, index, first, notes = find_header(head, path)
    frame, bad = _fast(text, delimiter, names, first) or _slow(text, delimiter, names, first, path)
    frame, names = _named(frame, names, path)
    return RawTable(
        path, None, encoding, frame, index + 1, table_unit(head[:index]), tuple(bad), tuple(notes)
    )


def _delimiter(text: str) -> str:
    lines = [line for line in text[:65536].splitlines() if line.strip()][:20]
    counts = {d: sorted(line.count(d) for line in lines) for d in ("\t", ",", ";", "|")}
    return max(counts, key=lambda d: (counts[d][len(lines) // 2], d == ","))


def _fast(
    text: str, delimiter: str, names: list[str], first: int
) -> tuple[pl.DataFrame, list[BadRow]] | None:
    """Read with Polars where every line is one row of the right width; None where not."""
    if text.count("\r") > text.count("\r\n") or not _quotes_wrap(text, delimiter):
        return None
    try:
        frame = pl.read_csv(
            text.encode(),
            separator=delimiter,
            has_header=False,
            skip_rows=first,
            infer_schema=False,
            quote_char='"' if '"' in text else None,
            truncate_ragged_lines=False,
            new_columns=[f"c{i}" for i in range(len(names))],
        )
    except pl.exceptions.PolarsError:
        return None
    lines = text.count("\n") + (not text.endswith("\n"))
    if frame.height != lines - first or frame.width != len(names):
        return None
    if any(line.count(delimiter) != len(names) - 1 for line in text.splitlines()[first:] if line):
        return None
    return _finish(frame.with_row_index(ROW, first + 1).cast({ROW: pl.Int64})), []


def _quotes_wrap(text: str, delimiter: str) -> bool:
    """Whether every quote opens or closes a whole cell, and none runs over a line's end."""
    total = text.count('"')
    if not total:
        return True
    opening = text.count(f'{delimiter}"') + text.count('\n"') + text.startswith('"')
    closing = sum(text.count(f'"{end}') for end in (delimiter, "\n", "\r\n")) + text.endswith('"')
    if opening != closing or opening + closing != total:
        return False
    return not any(line.count('"') % 2 for line in text.splitlines())


def _slow(
    text: str, delimiter: str, names: list[str], first: int, path: Path
) -> tuple[pl.DataFrame, list[BadRow]]:
    width, rows, bad = len(names), [], []
    found = _rows(text, delimiter, first, path)
    # A delimiter at the end of every line is the export's habit; at the end of some it is a shift.
    trailing = all(len(row) == width + 1 and not row[width].strip() for _, row in found)
    for start, row in found:
        if len(row) == width or trailing:
            rows.append([start, *row[:width]])
        else:
            reason = f"有{len(row)}个单元格，表头有{width}列"
            bad.append(BadRow(start, delimiter.join(row)[:500], reason))
    columns = [ROW, *(f"c{i}" for i in range(width))]
    schema = {ROW: pl.Int64(), **{c: pl.String() for c in columns[1:]}}
    return _finish(pl.DataFrame(rows, schema=schema, orient="row")), bad


def _rows(text: str, delimiter: str, first: int, path: Path) -> list[tuple[int, list[str]]]:
    """Return the data rows with the line each starts on; rows without any text are left out."""
    if text.count('"') % 2:
        raise UnreadableFile("有引号没有闭合", where=str(path), hint="检查引号是否成对")
    reader, found, line = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [], 1
    try:
        for number, row in enumerate(reader):
            start, line = line, reader.line_num + 1
            if number >= first and any(c.strip() for c in row):
                found.append((start, row))
    except csv.Error as error:
        raise UnreadableFile(
            f"第{line}行无法读取：{error}", where=str(path), hint="检查引号是否成对"
        ) from error
    return found


def _finish(frame: pl.DataFrame) -> pl.DataFrame:
    cells = [pl.col(c).str.strip_chars().replace("", None) for c in frame.columns if c != ROW]
    frame = frame.with_columns(cells)
    empty = pl.all_horizontal(pl.exclude(ROW).is_null())
    return frame.filter(~empty)


def _named(frame: pl.DataFrame, names: list[str], path: Path) -> tuple[pl.DataFrame, list[str]]:
    """Give columns their names; a nameless column must be empty."""
    kept = {}
    for i, name in enumerate(names):
        column = f"c{i}"
        if name:
            kept[column] = name
        elif frame[column].null_count() < frame.height:
            raise HeaderError(
                f"第{i + 1}列有数据但没有表头", where=str(path), hint="给这一列写上名称"
            )
    if frame.height == 0:
        raise UnreadableFile("文件只有表头，没有数据行", where=str(path), hint="请检查导出范围")
    return frame.select(ROW, *kept).rename(kept), list(kept.values())
