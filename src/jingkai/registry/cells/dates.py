"""Dates as people type them, and as spreadsheets number them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from jingkai.registry.cells.figures import UNKNOWN, CellProblem

__all__ = ["read_date"]

_PARTS = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"\d{4}[-/.年]\d{1,2}月?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_EPOCH = dt.date(1899, 12, 30)


def read_date(text: str, not_after: dt.date | None = None) -> dt.date | None:
    """Read one date; None where the cell says unknown.

    Raises
    ------
    CellProblem
        With the reason, in Chinese.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.lower() in UNKNOWN:
        return None
    day = _read(plain)
    if not 1900 <= day.year <= 2100:
        raise CellProblem("日期超出1900至2100年")
    if not_after is not None and day > not_after:
        raise CellProblem(f"日期晚于数据日期{not_after}")
    return day


def _read(plain: str) -> dt.date:
    match = _PARTS.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if match:
        try:
            return dt.date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError as error:
            raise CellProblem("没有这一天") from error
    if _MONTH.fullmatch(plain):
        raise CellProblem("只有年月，缺日")
    if _SERIAL.fullmatch(plain):
        return _EPOCH + dt.timedelta(days=int(float(plain)))
    raise CellProblem("不是日期")
