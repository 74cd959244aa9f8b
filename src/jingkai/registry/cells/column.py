"""One column of text into typed cells: plain figures in one pass, odd ones by distinct value."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.registry.cells.dates import read_date
from jingkai.registry.cells.figures import UNKNOWN, CellProblem, read_figure
from jingkai.registry.cells.text import plain_text
from jingkai.vocabulary import CodeList, Fact, units

__all__ = ["ParsedColumn", "parse_column"]

_YES = {"是", "y", "yes", "true", "t", "1", "√", "✓", "✔", "有", "对", "1.0"}
_NO = {"否", "n", "no", "false", "f", "0", "×", "✗", "没有", "无", "0.0"}
_PLAIN = r"^[+-]?\d{1,14}(\.\d{1,4})?$"
_PROBLEMS = {"index": pl.UInt32(), "value": pl.String(), "reason": pl.String()}


@dataclass(frozen=True, slots=True)
class ParsedColumn:
    """A column read by a fact.

    Parameters
    ----------
    values
        In the fact's stored type; null where unknown or not readable.
    problems
        One row a cell that could not be read: `index` (from 0), `value`, `reason`.
    rounded
        How many figures had more digits than are stored and were rounded half to even.
    """

    values: pl.Series
    problems: pl.DataFrame
    rounded: int = 0


def parse_column(
    raw: pl.Series,
    fact: Fact,
    *,
    unit: str | None = None,
    blank_is_zero: bool = False,
    code_list: CodeList | None = None,
    not_after: dt.date | None = None,
) -> ParsedColumn:
    """Read a column of text by a fact.

    Parameters
    ----------
    raw
        Cells as text, null for empty.
    fact
        What they should be.
    unit
        The unit that the map or header gives; ``%`` for a ratio.
    blank_is_zero
        Whether an empty cell, — or 无 means zero (numbers only; the map says so).
    code_list
        The codes a code fact may take, None for any.
    not_after
        The last day a date may be; None for no limit.
    """
    raw = raw.cast(pl.String).alias("raw")
    if fact.numeric:
        return _numbers(raw, fact, unit, blank_is_zero)
    readers: dict[str, Callable[[str], Any]] = {
        "bool": _bool,
        "date": lambda text: read_date(text, not_after),
        "code": lambda text: _code(text, code_list),
        "text": _text,
    }
    return _by_distinct(raw, readers[fact.type], fact.arrow_type)


def _numbers(raw: pl.Series, fact: Fact, unit: str | None, blank_is_zero: bool) -> ParsedColumn:
    factor = _factor(fact, unit)
    frame = pl.DataFrame([raw])
    plain = frame.select(pl.col("raw").str.contains(_PLAIN).fill_null(False)).to_series()
    fast = (
        _plain_numbers(raw, factor)
        if factor is not None
        else pl.Series([None] * len(raw), dtype=pl.Int64)
    )
    easy = plain & fast.is_not_null()
    rest = frame.select(
        pl.when(pl.Series(easy)).then(None).otherwise(pl.col("raw")).alias("raw")
    ).to_series()
    slow = _by_distinct(rest, lambda text: _whole(read_figure(text, fact, unit), fact), pl.Int64())
    values = (
        pl.DataFrame({"fast": fast, "easy": easy, "slow": slow.values})
        .select(pl.when(pl.col("easy")).then(pl.col("fast")).otherwise(pl.col("slow")))
        .to_series()
    )
    rounded = _rounded(rest, fact, unit)
    if blank_is_zero:
        blank = frame.select(
            (
                pl.col("raw").is_null() | pl.col("raw").str.strip_chars().is_in(list(UNKNOWN))
            ).fill_null(True)
        ).to_series()
        values = (
            pl.DataFrame({"v": values, "b": blank})
            .select(pl.when(pl.col("b")).then(0).otherwise(pl.col("v")))
            .to_series()
        )
    return _within_bounds(raw, values.cast(pl.Int64), fact, slow.problems, rounded)


def _factor(fact: Fact, unit: str | None) -> Fraction | None:
    """Return stored quanta a unit of the file; None where each cell must be looked at."""
    if fact.type == "ratio":
        return 1 / fact.quantum / 100 if unit == "%" else None
    if unit and fact.unit and unit not in ("万", "亿"):
        if not units().known(unit):
            return None
        try:
            return units().factor(unit, fact.unit) / fact.quantum
        except Exception:  # each cell is then refused with its reason
            return None
    return None if unit else 1 / fact.quantum


def _plain_numbers(raw: pl.Series, factor: Fraction) -> pl.Series:
    """Return plain decimals times a factor where the result is whole and in 64 bits, else null."""
    whole, decimals = (
        pl.col("raw").str.replace(".", "", literal=True),
        pl.col("raw").str.extract(r"\.(\d+)$"),
    )
    mantissa = whole.cast(pl.Int64, strict=False).cast(pl.Int128)
    digits = decimals.str.len_bytes().fill_null(0)
    scale = pl.lit(factor.denominator, dtype=pl.Int128)
    for n in range(1, 5):
        wide = pl.lit(factor.denominator * 10**n, dtype=pl.Int128)
        scale = pl.when(digits == n).then(wide).otherwise(scale)
    product = mantissa * pl.lit(factor.numerator, dtype=pl.Int128)
    quotient = product // scale
    exact = (quotient * scale == product) & (quotient.abs() < 2**62)
    return pl.DataFrame([raw]).select(pl.when(exact).then(quotient).cast(pl.Int64)).to_series()


def _whole(value: Fraction | None, fact: Fact) -> int | None:
    if value is None:
        return None
    whole = round(value)
    if fact.type == "count" and whole != value:
        raise CellProblem("应为整数")
    if abs(whole) >= 2**62:
        raise CellProblem("数字过大")
    return whole


def _rounded(rest: pl.Series, fact: Fact, unit: str | None) -> int:
    counts = rest.drop_nulls().value_counts(name="n")
    total = 0
    for text, n in counts.iter_rows():
        try:
            value = read_figure(text, fact, unit)
        except CellProblem:
            continue
        total += n if value is not None and value.denominator != 1 else 0
    return total


def _within_bounds(
    raw: pl.Series, values: pl.Series, fact: Fact, problems: pl.DataFrame, rounded: int
) -> ParsedColumn:
    low = None if fact.min is None else int(Fraction(fact.min) / fact.quantum)
    low = 0 if low is None and fact.type == "count" else low
    high = None if fact.max is None else int(Fraction(fact.max) / fact.quantum)
    v = pl.col("v")
    reason: Any = pl.when(v.abs() > fact.bound).then(pl.lit("数字过大，超出可精确表示的范围"))
    if low is not None:
        text = "不应为负数" if low == 0 else f"小于允许的最小值 {fact.min}"
        reason = reason.when(v < low).then(pl.lit(text))
    if high is not None:
        reason = reason.when(v > high).then(pl.lit(f"大于允许的最大值 {fact.max}"))
    frame = (
        pl.DataFrame({"v": values, "raw": raw})
        .with_row_index("index")
        .with_columns(reason.otherwise(None).alias("reason"))
    )
    found = frame.filter(pl.col("reason").is_not_null()).select(
        pl.col("index").cast(pl.UInt32), pl.col("raw").alias("value"), "reason"
    )
    kept = frame.select(pl.when(pl.col("reason").is_null()).then(v)).to_series()
    return ParsedColumn(kept, pl.concat([problems, found]).sort("index"), rounded)


def _by_distinct(raw: pl.Series, reader: Callable[[str], Any], dtype: pl.DataType) -> ParsedColumn:
    distinct = raw.drop_nulls().unique()
    values: list[Any] = []
    reasons: list[str | None] = []
    for text in distinct:
        try:
            values.append(reader(text))
            reasons.append(None)
        except CellProblem as problem:
            values.append(None)
            reasons.append(str(problem))
    table = pl.DataFrame(
        {
            "raw": distinct,
            "value": pl.Series(values, dtype=dtype),
            "reason": pl.Series(reasons, dtype=pl.String),
        }
    )
    joined = (
        pl.DataFrame([raw])
        .with_row_index("index")
        .join(table, on="raw", how="left", maintain_order="left")
    )
    problems = joined.filter(pl.col("reason").is_not_null()).select(
        pl.col("index").cast(pl.UInt32), pl.col("raw").alias("value"), "reason"
    )
    typed = problems.select(pl.col(n).cast(t) for n, t in _PROBLEMS.items())
    return ParsedColumn(joined["value"], typed)


def _bool(text: str) -> bool | None:
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    if plain in UNKNOWN:
        return None
    raise CellProblem("不是是或否")


def _text(text: str) -> str | None:
    plain = plain_text(text)
    return None if plain.lower() in UNKNOWN else plain


def _code(text: str, codes: CodeList | None) -> str | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.lower() in UNKNOWN and (codes is None or plain.lower() not in codes.names):
        return None
    if codes is None:
        return plain
    for candidate in (plain, plain.upper(), *_by_name(plain, codes), *_lettered(plain, codes)):
        if codes.valid(candidate):
            return candidate
    raise CellProblem("不在代码表中")


def _by_name(text: str, codes: CodeList) -> list[str]:
    """Return the codes named so, width aside; without its brackets if that names one alone."""
    named = {c: unicodedata.normalize("NFKC", n) for c, n in codes.names.items()}
    whole = [code for code, name in named.items() if name == text]
    short = [code for code, name in named.items() if text in re.split(r"[()]", name)[:2]]
    return whole or (short if len(short) == 1 else [])


def _lettered(text: str, codes: CodeList) -> list[str]:
    """Return industry digits with their section letter: 2710 is C2710 as C27 exists."""
    found = re.match(r"^(\d{2,4})(?:\D.*)?$", text)
    if found is None:
        return []
    digits = found[1]
    return [c[0] + digits for c in codes.names if len(c) == 3 and c[1:] == digits[:2]]
