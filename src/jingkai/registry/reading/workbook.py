"""Spreadsheets by calamine: one sheet with data, cells as a person sees them, exactly."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import python_calamine

from jingkai.registry.errors import HeaderError, UnreadableFile, UnsafeFile
from jingkai.registry.reading.header import find_header, table_unit
from jingkai.registry.reading.table import ROW, RawTable

__all__ = ["check_sizes", "check_zip", "read_workbook", "workbook_kind"]

_UNPACKED_LIMIT = 2_000_000_000
_RATIO_LIMIT = 200
_RATIO_FROM = 100_000_000
_PIECE = 1 << 20
#: Sheets that explain a template and hold no data.
_EXPLAINING = {"说明", "填表说明", "Notes"}


def check_zip(path: Path, data: bytes) -> None:
    """Refuse a zip that is damaged, encrypted, or unpacks into far more than it is.

    Raises
    ------
    UnreadableFile, UnsafeFile
        With what to do.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UnreadableFile(
            "工作簿不完整或已损坏", where=str(path), hint="重新下载或另存一次"
        ) from error
    size = sum(m.file_size for m in members)
    if size > _UNPACKED_LIMIT or (size > _RATIO_FROM and size > _RATIO_LIMIT * max(1, len(data))):
        raise UnsafeFile(
            f"文件解压后将达 {size // 1_000_000} MB，疑为压缩炸弹，拒绝打开",
            where=str(path),
            hint="请用表格软件另存为 CSV",
        )
    if any(m.flag_bits & 1 for m in members):
        raise UnreadableFile("工作簿有密码", where=str(path), hint="取消密码后再装载")


def check_sizes(path: Path, data: bytes) -> None:
    """Refuse a zip that unpacks into more than it says: a bomb that `check_zip` cannot see.

    Raises
    ------
    UnsafeFile
        With what to do.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
    for member in members:
        names = sum(struct.unpack("<HH", data[member.header_offset + 26 :][:4]))
        start = member.header_offset + 30 + names
        packed = data[start : start + member.compress_size]
        if member.compress_type == zipfile.ZIP_DEFLATED and _longer(packed, member.file_size):
            raise UnsafeFile(
                "文件解压后比它自己说的大，疑为压缩炸弹，拒绝打开",
                where=str(path),
                hint="请用表格软件另存为 CSV",
            )


def _longer(packed: bytes, size: int) -> bool:
    """Return whether deflated data unpack into more than some bytes, keeping none of them."""
    unpacker, left = zlib.decompressobj(-15), size
    while packed and left >= 0:
        try:
            left -= len(unpacker.decompress(packed, _PIECE))
        except zlib.error:
            return False  # damaged: told when it is read
        packed = unpacker.unconsumed_tail
    return left < 0


def workbook_kind(data: bytes) -> str:
    """Return ``xlsx`` if a zip has a workbook's parts, else empty."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {"[Content_Types].xml", "xl/workbook.xml"}
        return "xlsx" if parts <= set(archive.namelist()) else ""


def read_workbook(path: Path, data: bytes, sheet: str | None) -> RawTable:
    """Read one sheet of an xlsx, xls or ods file.

    Parameters
    ----------
    path, data
        The file and its bytes.
    sheet
        Which sheet; without it the only one that has data.

    Raises
    ------
    UnreadableFile, HeaderError
        If it is damaged or encrypted, several sheets have data, or none has.
    """
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [s.name for s in book.sheets_metadata]
        rows = {
            n: book.get_sheet_by_name(n).to_python(skip_empty_area=False)
            for n in names
            if sheet in (None, n)
        }
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        hint = "取消密码后再装载" if "assword" in str(error) else "重新下载或另存一次"
        raise UnreadableFile(f"工作簿无法打开：{error}", where=str(path), hint=hint) from error
    chosen = _choose(rows, names, sheet, path)
    cells = [[_text(c) for c in row] for row in rows[chosen]]
    return _table(path, chosen, cells, [n for n in names if n != chosen])


def _choose(rows: dict[str, Any], names: list[str], sheet: str | None, path: Path) -> str:
    if sheet is not None:
        if sheet not in rows:
            raise UnreadableFile(
                f"没有工作表“{sheet}”", where=str(path), hint="有：" + "、".join(names)
            )
        return sheet
    if "数据" in rows:
        return "数据"
    full = [n for n, r in rows.items() if n not in _EXPLAINING and any(_filled(row) for row in r)]
    if not full:
        raise UnreadableFile("工作簿里没有数据", where=str(path), hint="请检查导出范围")
    if len(full) > 1:
        raise UnreadableFile(
            f"有{len(full)}个工作表有数据：" + "、".join(full),
            where=str(path),
            hint=f"用 --sheet 指定一个，例如 --sheet {full[0]}",
        )
    return full[0]


def _filled(row: list[Any]) -> bool:
    return any(c not in ("", None) for c in row)


def _text(cell: Any) -> str:
    """Return a cell as a person sees it, without float noise."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        number = Decimal(repr(cell))
        return format(
            number.quantize(Decimal(1)) if number == number.to_integral() else number, "f"
        )
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return "" if cell is None else str(cell).strip()


def _table(path: Path, sheet: str, rows: list[list[str]], others: list[str]) -> RawTable:
    names, index, first, notes = find_header(rows[:20], path)
    if any(n not in _EXPLAINING for n in others):
        notes.append("未读取的工作表：" + "、".join(n for n in others if n not in _EXPLAINING))
    width = len(names)
    body = [[i + 1, *row[:width]] for i, row in enumerate(rows) if i >= first and any(row)]
    if not body:
        raise UnreadableFile("工作表只有表头，没有数据行", where=str(path), hint="请检查导出范围")
    schema = {ROW: pl.Int64(), **{f"c{i}": pl.String() for i in range(width)}}
    frame = pl.DataFrame(body, schema=schema, orient="row", strict=False)
    frame = frame.with_columns(pl.exclude(ROW).replace("", None))
    for i, name in enumerate(names):
        if not name and frame[f"c{i}"].null_count() < frame.height:
            raise HeaderError(
                f"第{i + 1}列有数据但没有表头", where=str(path), hint="给这一列写上名称"
            )
    kept = {f"c{i}": n for i, n in enumerate(names) if n}
    frame = frame.select(ROW, *kept).rename(kept)
    return RawTable(path, sheet, None, frame, index + 1, table_unit(rows[:index]), (), tuple(notes))
