"""Plans as Spark SQL: one operator each, null as Kleene's unknown, nothing that wraps or rounds.

Spark must run with ANSI on (the engine sees to it): a number that passes its width then stops the
run, where it would otherwise wrap or turn into an unknown that is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from jingkai.engine.store import EngineError
from jingkai.rulebook.plan import Plan, col, digest

__all__ = ["TYPES", "quoted", "spark_sql", "spark_steps"]

#: Spark SQL types of the plans' kinds.
TYPES = {
    "bool": "BOOLEAN",
    "int": "BIGINT",
    "wide": "DECIMAL(38,0)",
    "date": "DATE",
    "text": "STRING",
}
_LARGEST = 10**38 - 1
_LEAVES = ("col", "lit", "null")

Columns = dict[str, Plan]


def spark_sql(plan: Plan) -> str:
    """Return a plan as the text of a Spark SQL expression.

    Raises
    ------
    EngineError
        If a constant has more than the 38 digits that Spark's decimals have.
    """
    if plan.op == "col":
        return quoted(plan.args[0])
    if plan.op == "lit":
        return _literal(plan.args[0], plan.kind)
    if plan.op == "null":
        return f"CAST(NULL AS {TYPES[plan.kind]})"
    if plan.op == "floordiv":
        a, b = (spark_sql(arg) for arg in plan.args)
        return _floordiv(a, b, plan.kind == "wide")
    return _OPERATORS[plan.op](*(spark_sql(a) if isinstance(a, Plan) else a for a in plan.args))


def spark_steps(steps: tuple[Columns, ...]) -> Iterator[Columns]:
    """Yield steps in which every operand of a division is a column or a constant.

    Rounding down names its operands several times; as columns they are computed once. Added
    columns are named ``d_`` and a digest.
    """
    done: set[str] = set()
    for step in steps:
        yield from _split(step, done)


def quoted(name: str) -> str:
    """Return a column's name as Spark SQL writes it."""
    return "`" + name.replace("`", "``") + "`"


def _split(step: Columns, done: set[str]) -> Iterator[Columns]:
    operands: Columns = {}
    rest = {name: _without_operands(plan, operands) for name, plan in step.items()}
    new = {name: plan for name, plan in operands.items() if name not in done}
    if new:
        yield from _split(new, done)
        done |= new.keys()
    yield rest


def _without_operands(plan: Plan, operands: Columns) -> Plan:
    if plan.op in _LEAVES:
        return plan
    if plan.op != "floordiv":
        args = (_without_operands(a, operands) if isinstance(a, Plan) else a for a in plan.args)
        return Plan(plan.op, tuple(args), plan.kind)
    named = []
    for operand in plan.args:
        if operand.op not in _LEAVES:
            name = f"d_{digest(operand)}"
            operands[name] = operand
            operand = col(name, operand.kind)
        named.append(operand)
    return Plan("floordiv", tuple(named), plan.kind)


def _literal(value: Any, kind: str) -> str:
    if kind == "bool":
        return "TRUE" if value else "FALSE"
    if kind == "text":
        return _text(value)
    if kind == "date":
        assert isinstance(value, date)
        return f"DATE'{value.isoformat()}'"
    if abs(value) > _LARGEST:
        raise EngineError(
            f"常数 {value} 超过 Spark 的 38 位小数，无法精确计算",
            hint="用 --engine polars 运行，或改小规则中的数字",
        )
    return f"CAST('{value}' AS {TYPES[kind]})"


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _floordiv(a: str, b: str, wide: bool) -> str:
    """Return the quotient rounded down; null where the divisor is zero.

    Of 128 bits, what is left over is taken away first: the division then comes out even, and its
    decimals cannot round.
    """
    b, zero = f"nullif({b}, {_literal(0, 'wide' if wide else 'int')})", "0"
    below = f"({a} % {b} <> {zero} AND ({a} < {zero}) <> ({b} < {zero}))"
    if wide:
        even = f"CAST(({a} - {a} % {b}) / {b} AS {TYPES['wide']})"
        return f"CAST({even} - CASE WHEN {below} THEN 1 ELSE 0 END AS {TYPES['wide']})"
    return f"({a} div {b} - CASE WHEN {below} THEN 1L ELSE 0L END)"


def _joined(sign: str) -> Callable[..., str]:
    return lambda *args: "(" + f" {sign} ".join(args) + ")"


def _count_true(*args: str) -> str:
    return "(" + " + ".join(f"CASE WHEN {a} THEN 1L ELSE 0L END" for a in args) + ")"


def _extreme(name: str) -> Callable[..., str]:
    return lambda *args: args[0] if len(args) == 1 else f"{name}({', '.join(args)})"


def _isin(a: str, texts: tuple[str, ...]) -> str:
    if not texts:
        return f"CASE WHEN {a} IS NOT NULL THEN FALSE END"
    return f"({a} IN ({', '.join(map(_text, texts))}))"


_OPERATORS: dict[str, Callable[..., str]] = {
    "add": _joined("+"),
    "sub": _joined("-"),
    "mul": _joined("*"),
    "neg": lambda a: f"(- {a})",
    "eq": _joined("="),
    "ne": _joined("<>"),
    "lt": _joined("<"),
    "le": _joined("<="),
    "gt": _joined(">"),
    "ge": _joined(">="),
    "and": _joined("AND"),
    "or": _joined("OR"),
    "not": lambda a: f"(NOT {a})",
    "when": lambda test, then, other: f"CASE WHEN {test} THEN {then} ELSE {other} END",
    "isnull": lambda a: f"({a} IS NULL)",
    "fill": lambda a, value: f"coalesce({a}, {value})",
    "sumtrue": _count_true,
    "min": _extreme("least"),
    "max": _extreme("greatest"),
    "wide": lambda a: f"CAST({a} AS {TYPES['wide']})",
    "narrow": lambda a: f"CAST({a} AS BIGINT)",
    "year": lambda a: f"CAST(year({a}) AS BIGINT)",
    "month": lambda a: f"CAST(month({a}) AS BIGINT)",
    "day": lambda a: f"CAST(day({a}) AS BIGINT)",
    "daydiff": lambda a, b: f"CAST(datediff({b}, {a}) AS BIGINT)",
    "dayadd": lambda a, n: f"date_add({a}, CAST({n} AS INT))",
    "monthadd": lambda a, n: f"add_months({a}, CAST({n} AS INT))",
    "prefix": lambda a, text: f"startswith({a}, {_text(text)})",
    "isin": _isin,
}
