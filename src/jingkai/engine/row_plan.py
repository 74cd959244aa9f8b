"""Plans on one row: for explanations and single checks, where starting a query costs more.

The same operators as the other engines, over Python's exact integers; the tests hold it against
them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from jingkai.rulebook.events import months_after
from jingkai.rulebook.plan import Plan

__all__ = ["RowPlan"]


class RowPlan:
    """Evaluates plans on one row, each distinct plan once.

    Parameters
    ----------
    row
        Stored values by column; a column that is not there is unknown.
    """

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._row = row
        self._done: dict[Plan, Any] = {}

    def value(self, plan: Plan) -> Any:
        """Return a plan's value, None where unknown."""
        if plan not in self._done:
            self._done[plan] = self._compute(plan)
        return self._done[plan]

    def _compute(self, plan: Plan) -> Any:
        op, args = plan.op, plan.args
        if op == "col":
            return self._row.get(args[0])
        if op == "lit":
            return args[0]
        if op == "null":
            return None
        if op == "when":
            return self.value(args[1] if self.value(args[0]) is True else args[2])
        values = [self.value(a) if isinstance(a, Plan) else a for a in args]
        if op in _WITH_UNKNOWN:
            return _WITH_UNKNOWN[op](values)
        return None if any(v is None for v in values) else _KNOWN[op](*values)


def _and(values: list[Any]) -> bool | None:
    if any(v is False for v in values):
        return False
    return None if any(v is None for v in values) else True


def _or(values: list[Any]) -> bool | None:
    if any(v is True for v in values):
        return True
    return None if any(v is None for v in values) else False


def _least(values: list[Any]) -> Any:
    return min((v for v in values if v is not None), default=None)


def _most(values: list[Any]) -> Any:
    return max((v for v in values if v is not None), default=None)


_WITH_UNKNOWN: dict[str, Callable[[list[Any]], Any]] = {
    "and": _and,
    "or": _or,
    "isnull": lambda v: v[0] is None,
    "fill": lambda v: v[1] if v[0] is None else v[0],
    "sumtrue": lambda v: sum(1 for x in v if x is True),
    "min": _least,
    "max": _most,
}
_KNOWN: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "floordiv": lambda a, b: None if b == 0 else a // b,
    "neg": lambda a: -a,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "not": lambda a: not a,
    "wide": lambda a: a,
    "narrow": lambda a: a,
    "year": lambda a: a.year,
    "month": lambda a: a.month,
    "day": lambda a: a.day,
    "daydiff": lambda a, b: (b - a).days,
    "dayadd": lambda a, n: _later(a, n),
    "monthadd": months_after,
    "prefix": lambda a, text: a.startswith(text),
    "isin": lambda a, texts: a in texts,
}


def _later(day: date, days: int) -> date:
    return day + timedelta(days=days)
