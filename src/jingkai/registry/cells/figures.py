"""Figures as people type them: 1,234.5  １２３４  5000万元  2.3亿  300(万元人民币)  3.5%."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from jingkai.errors import JingkaiError
from jingkai.vocabulary import Fact, units

__all__ = ["UNKNOWN", "CellProblem", "read_figure"]

#: What people write where they know nothing.
UNKNOWN = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "—",
        "——",
        "－",
        "–",
        "/",
        "\\",
        "无",
        "null",
        "none",
        "nan",
        "n/a",
        "na",
        "#n/a",
        "暂无",
        "未填",
        "不详",
        "空",
        "未知",
        "无数据",
        "保密",
        "*",
        "...",
        "…",
    }
)
_FIGURE = re.compile(
    r"(?P<open>\()?(?P<sign>[-+]?)(?P<number>\d+(?:\.\d*)?|\.\d+)(?:e(?P<exp>[-+]?\d{1,3}))?"
    r"(?P<percent>[%‰])?(?P<close>\))?(?P<unit>.*)"
)
_CURRENCY = re.compile(r"^(?:人民币|￥|¥|RMB|CNY)\s*", re.IGNORECASE)


class CellProblem(Exception):
    """Why one cell cannot be read."""


def read_figure(text: str, fact: Fact, unit: str | None) -> Fraction | None:
    """Read one figure.

    Parameters
    ----------
    text
        The cell.
    fact
        What it should be.
    unit
        The unit the map or the header gives; one written in the cell wins.

    Returns
    -------
    The value in stored quanta, exactly; None where the cell says unknown.

    Raises
    ------
    CellProblem
        With the reason, in Chinese.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.lower() in UNKNOWN:
        return None
    if plain.startswith("#"):
        raise CellProblem(f"表格错误值 {plain}")
    plain = _CURRENCY.sub("", plain).replace(",", "").replace(" ", "").replace("−", "-")
    match = _FIGURE.fullmatch(plain.replace("E", "e") if re.search(r"\dE[-+]?\d", plain) else plain)
    if match is None or bool(match["open"]) != bool(match["close"]):
        raise CellProblem("不是数字")
    value = Fraction(match["number"].rstrip(".") or "0")
    if match["exp"]:
        if abs(int(match["exp"])) > 30:
            raise CellProblem("数字过大或过小")
        value *= Fraction(10) ** int(match["exp"])
    if match["sign"] == "-" or match["open"]:
        value = -value
    return _in_quanta(value, match["percent"], match["unit"].strip("()"), fact, unit)


def _in_quanta(
    value: Fraction, percent: str | None, written: str, fact: Fact, unit: str | None
) -> Fraction:
    if fact.type == "ratio":
        return _ratio(value, percent, written, fact, unit)
    if percent:
        raise CellProblem("带百分号，此项不是比率")
    source = written or unit or fact.unit
    if not source or not fact.unit:
        if written:
            raise CellProblem(f"不认识的单位“{written}”")
        return fact.stored(value)
    if source == "万" or source == "亿":
        scale = 10_000 if source == "万" else 100_000_000
        return fact.stored(units().convert(value * scale, fact.base_unit, fact.unit))
    try:
        return fact.stored(units().convert(value, source, fact.unit))
    except JingkaiError as error:
        if fact.type == "money" and units().known(source):
            raise CellProblem(f"单位“{source}”是外币，没有当日汇率，不能折算") from error
        raise CellProblem(f"单位“{source}”不能换算为{fact.unit}") from error


def _ratio(
    value: Fraction, percent: str | None, written: str, fact: Fact, unit: str | None
) -> Fraction:
    if written:
        raise CellProblem(f"比率后有多余文字“{written}”")
    if percent or unit == "%":
        return fact.stored(value / (1000 if percent == "‰" else 100))
    top = Fraction(fact.max) if fact.max is not None else Fraction(1)
    if value > top:
        raise CellProblem("比率大于1，若是百分数请在对应表中写 unit: '%'")
    return fact.stored(value)
