"""Works out beforehand what no row can change: constants, unknown figures, whole years.

A figure that no zone has set makes its comparison unknown in every row; a date a fixed number of
years before another fixed date is a date. What comes out is the same in every row and three values.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import MAXYEAR, MINYEAR, date
from typing import Any

from jingkai.rulebook.events import months_after
from jingkai.rulebook.plan import Plan, PlanKind, lit, null

__all__ = ["fold"]

Columns = dict[str, Plan]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
_EXACT: dict[str, Callable[[int, int], int]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
}
_MIRROR = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
#: Unknown as soon as one argument is.
_STRICT = frozenset(
    (
        *(*_COMPARE, "add", "sub", "mul", "floordiv", "neg", "not", "wide", "narrow"),
        *("year", "month", "day", "daydiff", "dayadd", "monthadd", "prefix", "isin"),
    )
)
_LEAVES = ("col", "lit", "null")


def fold(columns: Mapping[str, Plan]) -> Columns:
    """Return the same columns with what is constant worked out.

    Parameters
    ----------
    columns
        Name to plan; a plan may read other names of this mapping as columns.
    """
    folding = _Folding(columns)
    return {name: folding.column(name) for name in columns}


class _Folding:
    def __init__(self, columns: Mapping[str, Plan]) -> None:
        self.columns = columns
        self.named: Columns = {}
        self.done: dict[Plan, Plan] = {}

    def column(self, name: str) -> Plan:
        """Return a named column's plan."""
        if name not in self.named:
            self.named[name] = self.plan(self.columns[name])
        return self.named[name]

    def plan(self, plan: Plan) -> Plan:
        """Return a plan that comes to the same in every row."""
        found = self.done.get(plan)
        if found is None:
            found = self.done[plan] = self._fold(plan)
        return found

    def _fold(self, plan: Plan) -> Plan:
        if plan.op == "col" and plan.args[0] in self.columns:
            behind = self.column(plan.args[0])
            return behind if behind.op in _LEAVES else plan
        if plan.op in _LEAVES:
            return plan
        args = tuple(self.plan(a) if isinstance(a, Plan) else a for a in plan.args)
        folder = _FOLDERS.get(plan.op)
        found = folder(args, plan.kind) if folder else None
        if found is None and plan.op in _STRICT:
            found = _strict(plan.op, args, plan.kind)
        return found or Plan(plan.op, args, plan.kind)


def _strict(op: str, args: tuple[Any, ...], kind: PlanKind) -> Plan | None:
    if any(isinstance(a, Plan) and a.op == "null" for a in args):
        return null(kind)
    if op in _COMPARE:
        return _comparison(op, *args)
    if op in _EXACT:
        return _arithmetic(op, args[0], args[1], kind)
    if op in ("year", "month", "day") and args[0].op == "lit":
        return lit(int(getattr(args[0].args[0], op)))
    if op == "wide" and args[0].op == "lit":
        return Plan("lit", args[0].args, "wide")
    return None


def _arithmetic(op: str, left: Plan, right: Plan, kind: PlanKind) -> Plan | None:
    if left.op == right.op == "lit":
        return Plan("lit", (_EXACT[op](left.args[0], right.args[0]),), kind)
    if op != "mul":
        return None
    for one, other in ((left, right), (right, left)):
        if one.op == "lit" and one.args[0] == 1 and other.kind == kind:
            return other
    return None


def _comparison(op: str, left: Plan, right: Plan) -> Plan | None:
    if left.op == "lit" and right.op == "lit":
        return lit(_COMPARE[op](left.args[0], right.args[0]))
    if left.op == "year" and right.op == "lit" and op in _MIRROR:
        return _calendar_year(op, left.args[0], right.args[0])
    if left.op == "floordiv" and right.op == "lit" and left.args[1].op == "lit" and op in _MIRROR:
        size, line = left.args[1].args[0], right.args[0]
        edge = line + 1 if op in ("gt", "le") else line
        rounded = {"gt": "ge", "le": "lt"}.get(op, op)
        return _years(rounded, left.args[0], edge * size) if size == 10_000 else None
    return None


def _calendar_year(op: str, day: Plan, year: int) -> Plan | None:
    """Return a comparison of a date's year as one of dates, which costs far less."""
    if not MINYEAR <= year <= MAXYEAR:
        return None
    edge = date(year, 12, 31) if op in ("le", "gt") else date(year, 1, 1)
    return Plan(op, (day, lit(edge)), "bool")


def _years(op: str, between: Plan, line: int) -> Plan | None:
    """Return a comparison of whole years between a date and a fixed day as one of dates."""
    if between.op != "sub" or between.kind != "int":
        return None
    end, start = between.args
    for fixed, moving, mirrored in ((end, start, True), (start, end, False)):
        day, number = _day_of(moving), _number_of(fixed)
        if day is None or number is None:
            continue
        edge = _existing(number - line if mirrored else number + line)
        if edge is not None:
            return Plan(_MIRROR[op] if mirrored else op, (day, lit(edge)), "bool")
    return None


def _calendar(day: Plan) -> Plan:
    """Return the number yyyymmdd of a date, as dates are lowered."""
    parts = [Plan(part, (day,), "int") for part in ("year", "month", "day")]
    month = Plan("add", (Plan("mul", (parts[1], lit(100)), "int"), parts[2]), "int")
    return Plan("add", (Plan("mul", (parts[0], lit(10_000)), "int"), month), "int")


def _argument(plan: Plan) -> Plan | None:
    """Return the date whose number yyyymmdd a plan is, if it is one."""
    while plan.op in ("add", "mul"):
        plan = plan.args[0]
    return plan.args[0] if plan.op == "year" else None


def _day_of(plan: Plan) -> Plan | None:
    day = _argument(plan)
    return day if day is not None and day.op == "col" and plan == _calendar(day) else None


def _number_of(plan: Plan) -> int | None:
    return int(plan.args[0]) if plan.op == "lit" else None


def _existing(number: int) -> date | None:
    """Return the date of a number yyyymmdd; None if there is none (29 February)."""
    try:
        return date(number // 10_000, number // 100 % 100, number % 100)
    except ValueError:
        return None


def _and(args: tuple[Plan, ...], kind: PlanKind) -> Plan:
    return _logic("and", args, False)


def _or(args: tuple[Plan, ...], kind: PlanKind) -> Plan:
    return _logic("or", args, True)


def _logic(op: str, args: tuple[Plan, ...], deciding: bool) -> Plan:
    if any(a.op == "lit" and a.args[0] is deciding for a in args):
        return lit(deciding)
    rest = tuple(dict.fromkeys(a for a in args if a.op != "lit"))
    if not rest:
        return lit(not deciding)
    return rest[0] if len(rest) == 1 else Plan(op, rest, "bool")


def _not(args: tuple[Plan, ...], kind: PlanKind) -> Plan | None:
    (inner,) = args
    if inner.op == "lit":
        return lit(not inner.args[0])
    return inner.args[0] if inner.op == "not" else None


def _when(args: tuple[Plan, ...], kind: PlanKind) -> Plan | None:
    test, then, other = args
    if test.op in ("lit", "null"):
        return then if test.op == "lit" and test.args[0] else other
    return then if then == other else None


def _isnull(args: tuple[Plan, ...], kind: PlanKind) -> Plan | None:
    return lit(args[0].op == "null") if args[0].op in ("lit", "null") else None


def _fill(args: tuple[Plan, ...], kind: PlanKind) -> Plan | None:
    if args[0].op == "null":
        return args[1]
    return args[0] if args[0].op == "lit" else None


def _monthadd(args: tuple[Plan, ...], kind: PlanKind) -> Plan | None:
    day, months = args
    if day.op == months.op == "lit":
        return lit(months_after(day.args[0], months.args[0]))
    return None


_FOLDERS: dict[str, Callable[[tuple[Any, ...], PlanKind], Plan | None]] = {
    "and": _and,
    "or": _or,
    "not": _not,
    "when": _when,
    "isnull": _isnull,
    "fill": _fill,
    "monthadd": _monthadd,
}
