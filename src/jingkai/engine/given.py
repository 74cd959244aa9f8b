"""A value written in an example as it is stored."""

from __future__ import annotations

from datetime import date
from typing import Any

from jingkai.vocabulary import Fact, parse_figure, units

__all__ = ["stored_value"]


def stored_value(fact: Fact, value: Any) -> Any:
    """Return a value written in an example as it is stored.

    Raises
    ------
    ValueError
        If it is not of the fact's type or its unit does not convert.
    """
    if value is None:
        return None
    if fact.type == "bool":
        if not isinstance(value, bool):
            raise ValueError(f"`{fact.name}` is true or false, not `{value}`")
        return value
    if fact.type == "date":
        return date.fromisoformat(str(value))
    if not fact.numeric:
        return str(value)
    figure = parse_figure(str(value))
    if figure is None:
        raise ValueError(f"`{value}` is no figure for `{fact.name}`")
    number, unit = figure
    if unit and fact.unit:
        number = units().convert(number, unit, fact.unit)
    stored = fact.stored(number)
    if stored.denominator != 1:
        raise ValueError(f"`{value}` has more digits than `{fact.name}` is stored with")
    return int(stored)
