"""Figures as a report writes them: in 万 and 亿, shares in percent, ranks as 第3名."""

from __future__ import annotations

import unicodedata
from fractions import Fraction

from jingkai.vocabulary import LARGE

__all__ = ["em_width", "figure", "number", "percent", "places", "points", "signed"]

#: Units that carry a power of ten of their own, by what they count.
_COMPOUND = tuple(
    (name + currency, size, currency)
    for currency in ("美元", "欧元", "港元", "日元", "元")
    for size, name in (*LARGE, (10**3, "千"))
)


def figure(value: Fraction | None, unit: str = "") -> str:
    """Return a figure with its unit with as many digits as its size asks for: 16.9万亿元, 8.5万家, 23.4%; — for none.

    Parameters
    ----------
    value
        In `unit`.
    unit
        Empty for a ratio, which is written in percent.
    """
    if value is None:
        return "—"
    if not unit:
        return percent(value)
    for name, size, currency in _COMPOUND:
        if unit == name:
            return number(value * size) + currency
    for name, size, currency in _COMPOUND:
        if unit.startswith(name + "/"):
            return number(value * size) + currency + unit[len(name) :]
    space = " " if unit[0].isascii() else ""
    return number(value) + space + unit


def number(value: Fraction | int) -> str:
    """Return a number with 万 or 亿: 4,900,000 is 490万, 12.346 is 12.35."""
    exact = Fraction(value)
    for power, name in LARGE:
        if round(abs(exact) / power, 4) >= 1:
            return _decimal(exact / power) + name
    return _decimal(exact)


def _decimal(value: Fraction) -> str:
    """Return a number with as many decimals as its size asks for, trailing zeros left out."""
    size = abs(value)
    digits = 0 if size == int(size) else 1 if size >= 1000 else 2 if size >= 1 else 4
    text = f"{round(value * 10**digits) / 10**digits:,.{digits}f}"
    return _minus(text.rstrip("0").rstrip(".") if "." in text else text)


def percent(value: Fraction | None, digits: int = 1) -> str:
    """Return a share in percent: 23.4%; — for none."""
    if value is None:
        return "—"
    rounded = Fraction(round(value * 100 * 10**digits), 10**digits)
    return _minus(f"{float(rounded):,.{digits}f}%")


def signed(value: Fraction | None, digits: int = 1) -> str:
    """Return a growth: +5.6%, −3.0%; — for none."""
    text = percent(value, digits)
    return text if value is None or value <= 0 else f"+{text}"


def points(value: Fraction | None, digits: int = 2) -> str:
    """Return points without their unit: 83.25; — for none."""
    return "—" if value is None else _minus(f"{float(round(value, digits)):.{digits}f}")


def places(ends: tuple[int, int] | None) -> str:
    """Return a rank: 第3名, 第3—7名 where it is not certain; — for none."""
    if ends is None:
        return "—"
    first, last = ends
    return f"第{first}名" if first == last else f"第{first}—{last}名"


def _minus(text: str) -> str:
    return text.replace("-", "−")


def em_width(text: str) -> float:
    """Return how wide a text is, in widths of a Chinese character."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.56 for c in text)
