"""Ranks, points, weights and values of an assessment as people read them."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from jingkai.engine.assessment import Span, WeighedItem
from jingkai.engine.exit_warnings import ExitWarning
from jingkai.vocabulary import at_size

__all__ = ["percent_text", "points_text", "ranks_text", "span_text", "value_text"]


def ranks_text(warning: ExitWarning, key: str) -> str:
    """Return the bottom ranks that a warning went by: 2023 年倒数第 3（官方），2024 年倒数第 1–4."""
    ranks = warning.ranks[key].items()
    official = {year for k, year in warning.official if k == key}
    said = [
        f"{year} 年倒数第 {span_text(rank)}" + ("（公布）" if year in official else "")
        for year, rank in ranks
        if rank is not None
    ]
    return "，".join(said) or "没有名次"


def span_text(span: Span) -> str:
    """Return a rank: 3, or 3–17 where it is not certain."""
    return str(span.first) if span.first == span.last else f"{span.first}–{span.last}"


def points_text(low: Fraction, high: Fraction) -> str:
    """Return points to two decimals: 91.24, or 88.00–92.50 where they are not certain."""
    return f"{float(low):.2f}" if low == high else f"{float(low):.2f}–{float(high):.2f}"


def percent_text(ratio: Fraction) -> str:
    """Return a weight in percent: 30%, 4.29%."""
    return f"{float(ratio * 100):.2f}".rstrip("0").rstrip(".") + "%"


def value_text(item: WeighedItem, quanta: int | None, toward: int = 0) -> str:
    """Return an item's value with its unit, a ratio in percent; 缺报 where it is not known.

    Parameters
    ----------
    toward
        1 to round up, -1 to round down, so that what a value must reach is not shown short of it.
    """
    if quanta is None:
        return "缺报"
    value, unit = quanta * item.quantum, str(item.unit)
    if item.unit.currency:
        amount, name = at_size(value, unit)
        return f"{_rounded(amount, 2, toward)} {name}"
    if not unit:
        return f"{_rounded(value * 100, 2, toward)}%"
    digits = 0 if abs(value) >= 1000 else 2 if abs(value) >= 10 else 4
    return f"{_rounded(value, digits, toward)} {unit}"


def _rounded(value: Fraction, digits: int, toward: int) -> str:
    scaled = value * 10**digits
    whole = round(scaled) if not toward else math.ceil(scaled) if toward > 0 else math.floor(scaled)
    text = f"{Decimal(whole).scaleb(-digits):,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text
