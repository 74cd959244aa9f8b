"""Plans as Polars expressions: one operator each, null as Kleene's unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from jingkai.rulebook.plan import Plan

__all__ = ["PlanCompiler"]

_TYPES: dict[str, Any] = {
    "bool": pl.Boolean,
    "int": pl.Int64,
    "wide": pl.Int128,
    "date": pl.Date,
    "text": pl.String,
}


class PlanCompiler:
    """Turns plans into expressions, each distinct plan once."""

    def __init__(self) -> None:
        self._done: dict[Plan, pl.Expr] = {}

    def expression(self, plan: Plan) -> pl.Expr:
        """Return the expression of a plan."""
        found = self._done.get(plan)
        if found is None:
            found = self._done[plan] = self._build(plan)
        return found

    def _build(self, plan: Plan) -> pl.Expr:
        if plan.op == "col":
            return pl.col(plan.args[0])
        if plan.op == "lit":
            return pl.lit(plan.args[0], dtype=_TYPES[plan.kind])
        if plan.op == "null":
            return pl.lit(None, dtype=_TYPES[plan.kind])
        if plan.op == "monthadd" and plan.args[1].op == "lit":
            return self.expression(plan.args[0]).dt.offset_by(f"{plan.args[1].args[0]}mo")
        args = [self.expression(a) if isinstance(a, Plan) else a for a in plan.args]
        return _OPERATORS[plan.op](*args)


def _all(*args: pl.Expr) -> pl.Expr:
    result = args[0]
    for arg in args[1:]:
        result = result & arg
    return result


def _any(*args: pl.Expr) -> pl.Expr:
    result = args[0]
    for arg in args[1:]:
        result = result | arg
    return result


def _count_true(*args: pl.Expr) -> pl.Expr:
    result = args[0].fill_null(False).cast(pl.Int64)
    for arg in args[1:]:
        result = result + arg.fill_null(False).cast(pl.Int64)
    return result


def _months_later(day: pl.Expr, months: pl.Expr) -> pl.Expr:
    count = day.dt.year().cast(pl.Int64) * 12 + day.dt.month().cast(pl.Int64) - 1 + months
    first = pl.date(count // 12, count % 12 + 1, 1)
    last = first.dt.month_end().dt.day()
    kept = pl.when(day.dt.day() < last).then(day.dt.day()).otherwise(last)
    return (first.cast(pl.Int32) + kept.cast(pl.Int32) - 1).cast(pl.Date)


_OPERATORS: dict[str, Callable[..., pl.Expr]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "floordiv": lambda a, b: a // b,
    "neg": lambda a: -a,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "and": _all,
    "or": _any,
    "not": lambda a: ~a,
    "when": lambda test, then, other: pl.when(test).then(then).otherwise(other),
    "isnull": lambda a: a.is_null(),
    "fill": lambda a, value: a.fill_null(value),
    "sumtrue": _count_true,
    "min": lambda *args: pl.min_horizontal(*args),
    "max": lambda *args: pl.max_horizontal(*args),
    "wide": lambda a: a.cast(pl.Int128),
    "narrow": lambda a: a.cast(pl.Int64),
    "year": lambda a: a.dt.year().cast(pl.Int64),
    "month": lambda a: a.dt.month().cast(pl.Int64),
    "day": lambda a: a.dt.day().cast(pl.Int64),
    "daydiff": lambda a, b: (b.cast(pl.Int32) - a.cast(pl.Int32)).cast(pl.Int64),
    "dayadd": lambda a, n: (a.cast(pl.Int32).cast(pl.Int64) + n).cast(pl.Int32).cast(pl.Date),
    "monthadd": lambda a, n: _months_later(a, n),
    "prefix": lambda a, text: a.str.starts_with(text),
    "isin": lambda a, texts: a.is_in(list(texts)),
}
