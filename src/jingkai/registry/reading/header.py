"""Finds the header among title rows, merges two-row headers, refuses ambiguous ones."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from jingkai.registry.errors import HeaderError

__all__ = ["find_header", "no_duplicates", "normal_header", "table_unit"]

_LOOK = 15
_UNIT = re.compile(r"(?:金额)?(?:计量)?单位[:：]\s*([^\s，,;；）)]+)")
#: What a line above the header says of the whole table: 单位：万元, 填报日期：2024年.
_NOTE = re.compile(
    r"(?:金额|计量|填报|填表|制表|编制|报送|统计|数据)*(?:单位|日期|时间|年度|人|部门|截至)[:：]"
)
_YEAR = re.compile(r"(?:19|20)\d\d年?度?")
_NUMBER = re.compile(r"[-+]?[\d,.]+%?")


def normal_header(text: str) -> str:
    """Return a header in normal form: half-width, no line breaks, single blanks."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def table_unit(rows: list[list[str]]) -> str | None:
    """Return the unit that a title row states for the whole table."""
    for row in rows:
        for cell in row:
            found = _UNIT.search(unicodedata.normalize("NFKC", cell))
            if found and not found[1].startswith(("名", "编", "负责")):
                return found[1]
    return None


def find_header(rows: list[list[str]], path: Path) -> tuple[list[str], int, int, list[str]]:
    """Find the header among the first rows.

    Parameters
    ----------
    rows
        The first rows, cells as text (empty for none).
    path
        For messages.

    Returns
    -------
    Names by column (empty for a column without), the header's index, the index of the first data
    row, and notes.

    Raises
    ------
    HeaderError
        If no row looks like a header, or two columns have one name.
    """
    index = _header_index(rows)
    if index is None:
        raise HeaderError("找不到表头", where=str(path), hint="第一行应为各列名称")
    names = [normal_header(c) for c in rows[index]]
    notes, first = [], index + 1
    if _is_second_header(rows, index):
        names = _merge(names, [normal_header(c) for c in rows[index + 1]])
        notes.append("表头为两行，已合并")
        first += 1
    no_duplicates(names, index, path)
    return names, index, first, notes


def _header_index(rows: list[list[str]]) -> int | None:
    widths = [sum(1 for c in row if c.strip()) for row in rows[:_LOOK]]
    if not widths or max(widths) == 0:
        return None
    widest = max(widths)
    for i, row in enumerate(rows[:_LOOK]):
        filled = [c.strip() for c in row if c.strip()]
        numbers = sum(1 for c in filled if _NUMBER.fullmatch(c))
        if any(_NOTE.match(normal_header(c)) for c in filled):
            continue
        if len(filled) >= max(1, (widest + 1) // 2) and numbers <= len(filled) / 4:
            return i
    return next((i for i, w in enumerate(widths) if w), None)


def _is_second_header(rows: list[list[str]], index: int) -> bool:
    """Whether the row below continues merged header cells: years or words under gaps."""
    if index + 1 >= len(rows):
        return False
    top, below = rows[index], rows[index + 1]
    gaps = [i for i, c in enumerate(top) if not c.strip() and i < len(below)]
    inner = [i for i in gaps if any(c.strip() for c in top[:i]) and below[i].strip()]
    filled = [c.strip() for c in below if c.strip()]
    if not inner:
        only_years = bool(filled) and all(_YEAR.fullmatch(c) for c in filled)
        return only_years and not below[0].strip()
    return all(_YEAR.fullmatch(c) or re.fullmatch(r"[^\d]{1,12}", c) for c in filled)


def _merge(top: list[str], below: list[str]) -> list[str]:
    names, current = [], ""
    for i in range(max(len(top), len(below))):
        head = top[i] if i < len(top) else ""
        current = head or current
        sub = below[i] if i < len(below) else ""
        names.append(f"{current} {sub}".strip() if sub else head)
    return names


def no_duplicates(names: list[str], index: int, path: Path) -> list[str]:
    """Return the names of a header's columns.

    Raises
    ------
    HeaderError
        If two are the same.
    """
    seen: dict[str, int] = {}
    for i, name in enumerate(names):
        if name and name in seen:
            raise HeaderError(
                f"第{seen[name] + 1}列和第{i + 1}列的表头都是“{name}”",
                where=f"{path}，第{index + 1}行",
                hint="给其中一列改名，例如注明年份",
            )
        seen.setdefault(name, i)
    return names
