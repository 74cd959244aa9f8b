"""A fact's value: read as a cell of a register file, written as one, and told in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.console.errors import ConsoleError
from jingkai.explain.words import figure_text
from jingkai.registry.cells import parse_column
from jingkai.registry.cells.text import plain_text
from jingkai.vocabulary import Fact, Vocabulary

__all__ = ["asked_value", "read_value", "value_text", "written_value"]


def read_value(text: str, fact: Fact, vocabulary: Vocabulary, day: date) -> Any:
    """Read what somebody typed as a load would read the cell of a file.

    Parameters
    ----------
    text
        As typed: ``1,200``, ``1200万元``, ``12.5%``, ``是``, ``2024-03-05``, a code or its name.
    day
        The last day that a date may be; of an official title any.

    Returns
    -------
    The stored value, never null.

    Raises
    ------
    ConsoleError
        If it cannot be read, or says that nothing is known.
    """
    codes = vocabulary.code_list(fact) if fact.type == "code" else None
    latest = day if fact.type == "date" and not fact.title else None
    cell = pl.Series([plain_text(text) or None], dtype=pl.String)
    parsed = parse_column(cell, fact, code_list=codes, not_after=latest)
    if parsed.problems.height:
        reason = parsed.problems["reason"][0]
        raise ConsoleError(f"“{text}”不能用作{fact.label.zh}：{reason}", hint=_like(fact))
    value = parsed.values[0]
    if value is None:
        raise ConsoleError(f"没有填写{fact.label.zh}", hint=_like(fact))
    return value


def asked_value(fact: Fact, lang: str = "zh") -> dict[str, Any]:
    """Return how a form asks for a fact: ``choices`` where there are few (value, title), else ``type`` and ``unit``."""
    choices: list[tuple[str, str]] = []
    if fact.type == "bool":
        choices = [("是", "是" if lang == "zh" else "yes"), ("否", "否" if lang == "zh" else "no")]
    elif isinstance(fact.codes, dict):
        choices = [(c, label.text(lang)) for c, label in fact.codes.items()]
    unit = "%" if fact.type == "ratio" else fact.unit
    return {"choices": choices, "unit": unit, "type": fact.type}


def written_value(value: Any, fact: Fact) -> str:
    """Return a stored value as a register file has it, exactly; empty for unknown."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if not fact.numeric:
        return str(value)
    exact = Fraction(value) * fact.quantum * (100 if fact.type == "ratio" else 1)
    text = format(Decimal(exact.numerator) / Decimal(exact.denominator), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text + ("%" if fact.type == "ratio" else "")


def value_text(value: Any, fact: Fact, vocabulary: Vocabulary, lang: str = "zh") -> str:
    """Return a stored value in words: 1,234.5 万元, 12.5%, 是, a code by its title, 未知."""
    if value is None or isinstance(value, bool):
        return figure_text(value, None, lang)
    if fact.type == "code":
        return _code_text(str(value), fact, vocabulary, lang)
    if not fact.numeric:
        return str(value)
    exact = Fraction(value) * fact.quantum
    if fact.type == "ratio":
        return figure_text(exact * 100, None, lang) + "%"
    return figure_text(exact, fact.symbol if fact.unit else None, lang)


def _code_text(code: str, fact: Fact, vocabulary: Vocabulary, lang: str) -> str:
    if isinstance(fact.codes, dict):
        return fact.codes[code].text(lang) if code in fact.codes else code
    names = vocabulary.codes[fact.codes].names if fact.codes else {}
    above = next((code[:n] for n in range(len(code), 0, -1) if code[:n] in names), "")
    return f"{code} {names[above]}" if lang == "zh" and above else code


def _like(fact: Fact) -> str:
    """Say how such a fact is typed."""
    if fact.type == "bool":
        return "填是或否"
    if fact.type == "date":
        return "写成 2024-03-05"
    if fact.type == "ratio":
        return "写成 12.5%"
    if fact.type == "code":
        return "填代码表里的代码或名称"
    return f"填数字，单位为{fact.unit}，也可以写上单位" if fact.unit else "按登记册的写法填写"
