"""What the texts of a rule mean on a date: each is read once and becomes a function of a row.

Shares no code with the engine: tests are parsed with sqlglot and computed with fractions. None is
unknown.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from sqlglot import exp, parser
from sqlglot.dialects.dialect import Dialect

if TYPE_CHECKING:
    from tests.reference.evaluator import Row

Test = Callable[["Row"], "bool | None"]
Value = Callable[["Row"], Any]

FIGURE = re.compile(r"\s*([-+]?[\d,]*\.?\d+)(?:/(\d+))?\s*(%)?\s*(\S.*)?")
OPS = {
    exp.EQ: operator.eq, exp.NEQ: operator.ne, exp.LT: operator.lt,
    exp.LTE: operator.le, exp.GT: operator.gt, exp.GTE: operator.ge,
}  # fmt: skip
ARITHMETIC = {exp.Add: operator.add, exp.Sub: operator.sub, exp.Mul: operator.mul}


class Plain(Dialect):
    class Parser(parser.Parser):
        FUNCTIONS: ClassVar = {}
        FUNCTION_PARSERS: ClassVar = {}
        NO_PAREN_FUNCTIONS: ClassVar = {}


@cache
def tree(text: str) -> exp.Expr:
    return Plain().parse(text)[0]


@cache
def figure(text: str) -> Any:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return dt.date.fromisoformat(text)
    number, over, percent, _ = FIGURE.fullmatch(text).groups()
    value = Fraction(number.replace(",", "")) / int(over or 1)
    return value / 100 if percent else value


def both(tests: list[Test]) -> Test:
    def found(row: Row) -> bool | None:
        unknown = False
        for test in tests:
            verdict = test(row)
            if verdict is False:
                return False
            unknown = unknown or verdict is None
        return None if unknown else True

    return found


def either(tests: list[Test]) -> Test:
    def found(row: Row) -> bool | None:
        unknown = False
        for test in tests:
            verdict = test(row)
            if verdict is True:
                return True
            unknown = unknown or verdict is None
        return None if unknown else False

    return found


def contrary(test: Test) -> Test:
    def found(row: Row) -> bool | None:
        verdict = test(row)
        return None if verdict is None else not verdict

    return found


def enough(need: int, tests: list[Test]) -> Test:
    def found(row: Row) -> bool | None:
        verdicts = [test(row) for test in tests]
        if sum(v is True for v in verdicts) >= need:
            return True
        return None if sum(v is not False for v in verdicts) >= need else False

    return found


def constant(value: Any) -> Value:
    return lambda row: value


def fact(name: str) -> Value:
    return lambda row: row.facts.get(name)


def of_known(parts: list[Value], compute: Callable[..., Any]) -> Value:
    """What is computed from values is unknown where one of them is."""

    def of_two(row: Row) -> Any:
        a = left(row)
        if a is None:
            return None
        b = right(row)
        return None if b is None else compute(a, b)

    def of_all(row: Row) -> Any:
        values = [part(row) for part in parts]
        return None if any(v is None for v in values) else compute(*values)

    if len(parts) != 2:
        return of_all
    left, right = parts
    return of_two


def later(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (dt.date(year + month // 11, (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))


def full_years(a: dt.date, b: dt.date) -> Fraction:
    early = (b.month, b.day) < (a.month, a.day)
    return Fraction(b.year - a.year - early)


DATES: dict[str, Callable[[Any, Any], Any]] = {
    "date_add": lambda a, b: a + dt.timedelta(days=int(b)),
    "add_months": lambda a, b: later(a, int(b)),
    "days": lambda a, b: Fraction((b - a).days),
    "months_inclusive": lambda a, b: Fraction(
        (b.year * 12 + b.month) - (a.year * 12 + a.month) + 1
    ),
}


def inside(step: dict[str, str]) -> Callable[[Fraction], bool]:
    """Whether a size lies in a step of bands of which none before it has it."""
    if "to" in step:
        end = figure(step["to"])
        return lambda size: size <= end
    if "below" in step:
        end = figure(step["below"])
        return lambda size: size < end
    return lambda size: True


class Reading:
    """Reads the texts of one rule on one date."""

    def __init__(
        self, rules: dict[str, dict[str, Any]], rule: str, as_of: dt.date, established: str
    ):
        self.rules, self.rule, self.as_of, self.established = rules, rules[rule], as_of, established
        self.parameters = self.rule.get("parameters", {})
        self.last = as_of.year - 1
        self.fixed: dict[str, Fraction] = {}

    # --- tests

    def test(self, text: str) -> Test:
        return self.holds(tree(text))

    def holds(self, e: exp.Expr) -> Test:
        if isinstance(e, exp.Paren):
            return self.holds(e.this)
        if isinstance(e, exp.And):
            return both([self.holds(e.left), self.holds(e.right)])
        if isinstance(e, exp.Or):
            return either([self.holds(e.left), self.holds(e.right)])
        if isinstance(e, exp.Not):
            return contrary(self.holds(e.this))
        if type(e) in OPS:
            return self._compared(e)
        if isinstance(e, exp.Anonymous):
            return self._called(e)
        if isinstance(e, exp.Boolean):
            return constant(bool(e.this))
        return self._named_test(e.table, e.name)

    def _named_test(self, table: str, name: str) -> Test:
        if table:
            return fact(f"{table}.{name}")
        if name not in self.rules:
            return fact(name)
        return lambda row: (
            row.facts[name] if name in row.facts else row.outcome(name).verdict
        )  # fmt: skip

    def _called(self, e: exp.Anonymous) -> Test:
        name, args = e.this.lower(), e.expressions
        if name == "at_least":
            return enough(int(args[0].this), [self.holds(a) for a in args[1:]])
        if name == "on_shared":
            rule = args[0].name
            return lambda row: row.on_shared().outcome(rule).verdict
        if name in ("last", "prior", "this_year", "assume"):
            return self._function(name, args)
        if name == "holds":
            return self._held(args)
        if name in ("under", "one_of"):
            return self._coded(name, args)
        raise AssertionError(name)

    def _held(self, args: list[exp.Expr]) -> Test:
        title = args[0].name
        day = self.value(args[1]) if len(args) > 1 else constant(self.as_of)
        since, until = fact(f"{title}_from"), fact(f"{title}_to")
        return both([
            fact(f"{title}_held"),
            of_known([since, day], operator.le),
            of_known([day, until], operator.le),
        ])  # fmt: skip

    def _coded(self, name: str, args: list[exp.Expr]) -> Test:
        subject = self.value(args[0])
        codes = (
            [args[1].this]
            if isinstance(args[1], exp.Literal)
            else self.rule["parameters"][args[1].name].get("codes")
        )
        if codes is None:
            return constant(None)
        listed, heads = frozenset(codes), tuple(codes)

        def found(row: Row) -> bool | None:
            code = subject(row)
            if code is None:
                return None
            return code in listed if name == "one_of" else code.startswith(heads)

        return found

    def _compared(self, e: exp.Binary) -> Test:
        for name in [column.name for column in e.find_all(exp.Column)]:
            given = self.parameters.get(name, {})
            if "bands" in given and name not in self.fixed:
                return self._banded(e, name, given["bands"])
        op = OPS[type(e)]
        for side, other, swap in ((e.left, e.right, False), (e.right, e.left, True)):
            if isinstance(side, exp.Anonymous) and side.this.lower() == "cagr":
                return self._growing(op, side, other)
            if isinstance(side, exp.Anonymous) and side.this.lower() in ("events", "earlier"):
                return self._counted(op, side, self.value(other), swap)
            if isinstance(side, exp.Column) and self._is_score(side):
                return self._scored(type(e), side, self.value(other), swap)
        return of_known([self.value(e.left), self.value(e.right)], op)

    def _is_score(self, column: exp.Column) -> bool:
        name = column.table or column.name
        return name in self.rules and self.rules[name]["kind"] == "score"

    def _scored(self, kind: type, side: exp.Column, value: Value, swap: bool) -> Test:
        op, table, name = OPS[kind], side.table, side.name

        def found(row: Row) -> bool | None:
            bound, other = value(row), row.outcome(table or name)
            if not other.in_force or bound is None:
                return None
            low, high = other.groups[name] if table else (other.low, other.high)
            verdicts = {op(bound, x) if swap else op(x, bound) for x in (low, high)}
            if kind in (exp.EQ, exp.NEQ) and low != high and low <= bound <= high:
                return None
            return verdicts.pop() if len(verdicts) == 1 else None

        return found

    def _counted(self, op: Callable, side: exp.Anonymous, value: Value, swap: bool) -> Test:
        """Events of a whole table whose every day and kind is known: a plain count."""
        earlier, args = side.this.lower() == "earlier", list(side.expressions)
        table = "violation" if earlier else args.pop(0).name
        window = self._window(args.pop(0).name)
        same = any(isinstance(a, exp.Anonymous) and a.this.lower() == "same" for a in args)
        tests = [
            self.holds(a)
            for a in args
            if not (isinstance(a, exp.Anonymous) and a.this.lower() == "same")
        ]

        def found(row: Row) -> bool | None:
            bound = value(row)
            if bound is None or window is None or table not in row.events:
                return None
            until = row.facts.get("occurred_on") if earlier else self.as_of
            since = self._before(until, window)
            events = [
                e
                for e in row.events[table]
                if since < e["occurred_on"]
                and (e["occurred_on"] < until if earlier else e["occurred_on"] <= until)
                and all(test(row.of_event(e)) for test in tests)
            ]
            if same and earlier:
                events = [e for e in events if e["kind"] == row.facts["kind"]]
            count = len(events)
            if same and not earlier:
                kinds = [e["kind"] for e in events]
                count = max(map(kinds.count, kinds), default=0)
            return op(bound, count) if swap else op(count, bound)

        return found

    def _window(self, name: str) -> tuple[int, str] | None:
        given = self.rule["parameters"][name]
        text = given.get("value") or given.get("default")
        number, unit = text.split() if text else (None, None)
        return None if number is None else (int(number), unit)

    def _before(self, day: dt.date, window: tuple[int, str]) -> dt.date:
        size, unit = window
        if unit == "天":
            return day - dt.timedelta(days=size)
        return later(day, -size * (12 if unit == "年" else 1))

    def _growing(self, op: Callable, side: exp.Anonymous, other: exp.Expr) -> Test:
        name, years = side.expressions[0].name, int(side.expressions[1].this)

        def grown(last: Fraction, base: Fraction, rate: Fraction) -> bool | None:
            if base <= 0 or last < 0:
                return None
            return op(last, base * (1 + rate) ** years)

        parts = [self._year(name, 0), self._year(name, years), self.value(other)]
        return of_known(parts, grown)

    def _banded(self, e: exp.Binary, name: str, bands: dict[str, Any]) -> Test:
        by = self.value(tree(bands["by"]))
        steps = []
        for step in bands["steps"]:
            self.fixed[name] = figure(step["value"])
            steps.append((inside(step), self._compared(e)))
            del self.fixed[name]

        def found(row: Row) -> bool | None:
            size = by(row)
            if size is not None:
                return next(compared(row) for within, compared in steps if within(size))
            same = {compared(row) for _, compared in steps}
            return same.pop() if len(same) == 1 else None

        return found

    # --- values

    def value(self, e: exp.Expr) -> Value:
        if isinstance(e, exp.Paren):
            return self.value(e.this)
        if isinstance(e, exp.Literal):
            return constant(e.this if e.is_string else Fraction(e.this))
        if isinstance(e, exp.Column):
            return self._name(e.table, e.name)
        if isinstance(e, exp.Case):
            return self._case(e)
        if isinstance(e, exp.Anonymous):
            return self._function(e.this.lower(), e.expressions)
        pair = [self.value(e.left), self.value(e.right)]
        if type(e) in ARITHMETIC:
            return of_known(pair, ARITHMETIC[type(e)])
        return of_known(pair, lambda a, b: None if b == 0 else a / b)

    def _name(self, table: str, name: str) -> Value:
        if table and table not in self.rules:
            return fact(f"{table}.{name}")
        if name == "as_of":
            return constant(self.as_of)
        if name in self.fixed:
            return constant(self.fixed[name])
        if name in self.parameters:
            return self._parameter(self.parameters[name])
        if name in self.rules:
            graded = self.rules[name]["kind"] == "grade"
            return lambda row: row.outcome(name).grade if graded else row.outcome(name).value
        return fact(name)

    def _parameter(self, given: dict[str, Any]) -> Value:
        if "value" in given:
            return constant(figure(given["value"]))
        if "table" in given:
            chosen = self.value(tree(given["by"]))
            table = {code: figure(text) for code, text in given["table"].items()}
            return lambda row: table.get(chosen(row))
        if "bands" in given:
            by = self.value(tree(given["bands"]["by"]))
            steps = [(inside(s), figure(s["value"])) for s in given["bands"]["steps"]]
            return of_known([by], lambda size: next(v for within, v in steps if within(size)))
        for row in given.get("values", []):
            if self.as_of >= dt.date.fromisoformat(row["from"]) and (
                "to" not in row or self.as_of <= dt.date.fromisoformat(row["to"])
            ):
                return constant(figure(row["value"]))
        return constant(figure(given["default"]) if "default" in given else None)

    def _case(self, e: exp.Case) -> Value:
        branches = [(self.holds(b.this), self.value(b.args["true"])) for b in e.args["ifs"]]
        default = self.value(e.args["default"])

        def found(row: Row) -> Any:
            for test, value in branches:
                verdict = test(row)
                if verdict is None:
                    return None
                if verdict:
                    return value(row)
            return default(row)

        return found

    def _year(self, name: str, ago: int) -> Value:
        return fact(f"{name}_{self.last - ago}")

    def _function(self, name: str, args: list[exp.Expr]) -> Value:
        if name == "last_year_end":
            return constant(dt.date(self.last, 12, 31))
        if name in ("last", "this_year", "prior"):
            ago = {"last": 0, "this_year": -1}.get(name)
            owner = f"{args[0].table}." if args[0].table else ""
            return self._year(owner + args[0].name, int(args[1].this) if ago is None else ago)
        if name in ("total", "mean"):
            return self._total(name, args)
        if name == "assume":
            return self._assumed(self.value(args[0]), args[1])
        if name == "growth":
            years = [self._year(args[0].name, ago) for ago in (0, 1)]
            return of_known(years, lambda last, base: None if base <= 0 else last / base - 1)
        values = [self.value(a) for a in args]
        if name in ("least", "greatest"):
            return of_known(values, min if name == "least" else max)
        return of_known(values, DATES.get(name, full_years))

    def _assumed(self, said: Value, silence: exp.Expr) -> Value:
        yes_or_no = isinstance(silence, exp.Boolean)
        value = bool(silence.this) if yes_or_no else Fraction(silence.this)

        def found(row: Row) -> Any:
            known = said(row)
            return value if known is None else known

        return found

    def _total(self, name: str, args: list[exp.Expr]) -> Value:
        up_to = isinstance(args[1], exp.Anonymous)
        years = int(args[1].expressions[0].this if up_to else args[1].this)
        values = [(self.last - ago, self._year(args[0].name, ago)) for ago in range(years)]

        def found(row: Row) -> Any:
            since = row.facts.get(self.established) if up_to else None
            asked = [value(row) for year, value in values if since is None or since.year <= year]
            if any(v is None for v in asked):
                return None
            total = sum(asked, Fraction(0))
            if name == "total":
                return total
            return total / len(asked) if asked else None

        return found
