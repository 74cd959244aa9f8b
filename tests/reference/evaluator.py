"""A second opinion: rules evaluated row by row in plain Python, from their YAML text.

It shares no code with the engine: it reads the files itself, parses tests with sqlglot, and
computes with fractions. None is unknown.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import yaml
from sqlglot import exp, parser
from sqlglot.dialects.dialect import Dialect

FIGURE = re.compile(r"\s*([-+]?[\d,]*\.?\d+)(?:/(\d+))?\s*(%)?\s*(\S.*)?")


class Plain(Dialect):
    class Parser(parser.Parser):
        FUNCTIONS: ClassVar = {}
        FUNCTION_PARSERS: ClassVar = {}
        NO_PAREN_FUNCTIONS: ClassVar = {}


@cache
def load_rules(folder: Path) -> dict[str, dict[str, Any]]:
    rules = {}
    for path in sorted(folder.rglob("*.yaml")):
        data = yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)
        if "rule" in data:
            rules[data["rule"]] = data
    return rules


@cache
def figure(text: str) -> Any:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return dt.date.fromisoformat(text)
    number, over, percent, _ = FIGURE.fullmatch(text).groups()
    value = Fraction(number.replace(",", "")) / int(over or 1)
    return value / 100 if percent else value


@dataclass
class Outcome:
    verdict: bool | None = None
    conditions: dict[str, bool | None] = field(default_factory=dict)
    low: Fraction | None = None
    high: Fraction | None = None
    value: Fraction | None = None
    groups: dict[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    grade: str | None = None
    due: dt.date | None = None
    in_force: bool = True


def both(values: list[bool | None]) -> bool | None:
    if any(v is False for v in values):
        return False
    return None if any(v is None for v in values) else True


def either(values: list[bool | None]) -> bool | None:
    if any(v is True for v in values):
        return True
    return None if any(v is None for v in values) else False


def contrary(value: bool | None) -> bool | None:
    return None if value is None else not value


OPS = {
    exp.EQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
}


def later(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (dt.date(year + month // 11, (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))


class Evaluator:
    def __init__(
        self,
        rules: dict[str, dict[str, Any]],
        established: str = "established_on",
        shared: frozenset[str] = frozenset(),
    ):
        """`shared`: the columns of facts that offices share."""
        self.rules, self.established, self.shared = rules, established, shared
        self.trees: dict[str, exp.Expr] = {}
        self.names: dict[int, list[str]] = {}  # trees are kept, so their ids stay theirs

    def evaluate(
        self,
        rule: str,
        facts: dict[str, Any],
        as_of: dt.date,
        shared: frozenset[str] | None = None,
        events: dict[str, list[dict[str, Any]]] | None = None,
        others: dict[str, Outcome] | None = None,
    ) -> Outcome:
        """`shared`: the only facts that count; `events`: whole tables of the owner's events."""
        if shared is not None:
            facts = {n: v for n, v in facts.items() if n in shared}
        found = _One(self, self.rules[rule], facts, as_of)
        found.shared, found.events = shared, events or {}
        if others is not None:
            found.others = others
        return found.outcome()

    def names_in(self, e: exp.Expr) -> list[str]:
        if id(e) not in self.names:
            self.names[id(e)] = [column.name for column in e.find_all(exp.Column)]
        return self.names[id(e)]

    def tree(self, text: str) -> exp.Expr:
        if text not in self.trees:
            self.trees[text] = Plain().parse(text)[0]
        return self.trees[text]


class _One:
    def __init__(
        self, owner: Evaluator, rule: dict[str, Any], facts: dict[str, Any], as_of: dt.date
    ):
        self.owner, self.rule, self.facts, self.as_of = owner, rule, facts, as_of
        self.last = as_of.year - 1
        self.fixed: dict[str, Fraction] = {}
        self.shared: frozenset[str] | None = None
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.others: dict[str, Outcome] = {}

    # --- results by kind

    def outcome(self) -> Outcome:
        spans = [self.rule["basis"], *self.rule.get("window", {}).get("rounds", [])]
        if not any(self._within(span) for span in spans):
            return Outcome(in_force=False)
        return getattr(self, "_" + self.rule["kind"])()

    def _within(self, span: dict[str, str]) -> bool:
        first, last = span["from"], span.get("to") or "9999-12-31"
        return dt.date.fromisoformat(first) <= self.as_of <= dt.date.fromisoformat(last)

    def _decided(self) -> Outcome:
        found = Outcome()
        for c in self.rule.get("conditions", []):
            verdict = self.test(c["test"])
            if "applies" in c:
                verdict = either([contrary(self.test(c["applies"])), verdict])
            found.conditions[c["id"]] = verdict
        text = self.rule.get("decide", "all")
        if text == "all":
            found.verdict = both(list(found.conditions.values()))
        else:
            found.verdict = self._decide(self.owner.tree(text), found.conditions)
        return found

    def _decide(self, e: exp.Expr, conditions: dict[str, bool | None]) -> bool | None:
        if isinstance(e, exp.Column):
            return conditions[e.name]
        if isinstance(e, exp.Paren):
            return self._decide(e.this, conditions)
        if isinstance(e, exp.Not):
            return contrary(self._decide(e.this, conditions))
        if isinstance(e, exp.Anonymous) and e.this.lower() == "at_least":
            verdicts = [self._decide(a, conditions) for a in e.expressions[1:]]
            return self._enough(int(e.expressions[0].this), verdicts)
        pair = [self._decide(side, conditions) for side in (e.left, e.right)]
        return both(pair) if isinstance(e, exp.And) else either(pair)

    _eligibility = _decided

    def _duty(self) -> Outcome:
        found = self._decided()
        if found.verdict and "due" in self.rule:
            found.due = self.value(self.owner.tree(self.rule["due"]))
        return found

    def _amount(self) -> Outcome:
        found = self._decided()
        value = self.value(self.owner.tree(self.rule["value"]))
        if "cap" in self.rule:
            cap = self.value(self.owner.tree(self.rule["cap"]))
            value = None if value is None or cap is None else min(value, cap)
        if value is not None:
            step = self._step()
            value = (value / step + Fraction(1, 2)).__floor__() * step
        if found.verdict is False:
            found.low = found.high = found.value = Fraction(0)
        elif found.verdict:
            found.low = found.high = found.value = value
        else:
            found.low = Fraction(0)
            found.high = None if value is None else max(value, Fraction(0))
        return found

    def _step(self) -> Fraction:
        if "round" in self.rule:
            return figure(self.rule["round"]["to"])
        sizes = {"元": 1, "千元": 10**3, "万元": 10**4, "亿元": 10**8}
        unit = self.rule["unit"]
        return Fraction(1, 100 * sizes[unit]) if unit in sizes else Fraction(1, 10**4)

    def _grade(self) -> Outcome:
        for g in self.rule["grades"]:
            verdict = self.test(g["test"]) if "test" in g else True
            if verdict:
                return Outcome(verdict=True, grade=g["grade"])
            if verdict is None:
                return Outcome()
        return Outcome()

    def _score(self) -> Outcome:
        found = Outcome(low=Fraction(0), high=Fraction(0))
        groups = self.rule.get("groups") or [{"id": "", "items": self.rule["items"]}]
        for g in groups:
            ends = [self._item(i) for i in g["items"]]
            low, high = (sum((e[k] for e in ends), Fraction(0)) for k in (0, 1))
            if "cap" in g:
                low, high = min(low, figure(g["cap"])), min(high, figure(g["cap"]))
            found.groups[g["id"]] = (low, high)
            found.low, found.high = found.low + low, found.high + high
        found.value = found.low if found.low == found.high else None
        return found

    def _item(self, item: dict[str, Any]) -> tuple[Fraction, Fraction]:
        possible, sure, open_before = [], None, False
        for band in [*item["bands"], {"points": "0"}]:
            verdict = self.test(band["test"]) if "test" in band else True
            points = band["points"] if isinstance(band["points"], list) else [band["points"]] * 2
            ends = figure(points[0]), figure(points[1])
            if verdict is not False:
                possible.append(ends)
            if verdict and not open_before:
                sure = ends
            open_before = open_before or verdict is None
            if verdict:
                break
        low, high = min(p[0] for p in possible), max(p[1] for p in possible)
        mark = self.facts.get(item.get("mark", ""))
        if mark is not None:
            mark = Fraction(int(mark * 100), 100)
        if (
            mark is not None
            and sure is not None
            and sure[0] < sure[1]
            and sure[0] <= mark <= sure[1]
        ):
            low = high = mark
        return low, high

    # --- tests

    def test(self, text: str) -> bool | None:
        return self.holds(self.owner.tree(text))

    def holds(self, e: exp.Expr) -> bool | None:
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
            return bool(e.this)
        return self._named_test(e)

    def _named_test(self, e: exp.Column) -> bool | None:
        if e.table:
            return self.facts.get(f"{e.table}.{e.name}")
        if e.name in self.owner.rules and e.name not in self.facts:
            return self._other(e.name).verdict
        return self.facts.get(e.name)

    def _called(self, e: exp.Anonymous) -> bool | None:
        name, args = e.this.lower(), e.expressions
        if name == "at_least":
            return self._enough(int(args[0].this), [self.holds(a) for a in args[1:]])
        if name == "on_shared":
            return self.owner.evaluate(
                args[0].name, self.facts, self.as_of, self.owner.shared, self.events
            ).verdict
        if name in ("last", "prior", "this_year"):
            return self._function(name, args)
        if name == "holds":
            title = args[0].name
            day = self.value(args[1]) if len(args) > 1 else self.as_of
            since, until = self.facts.get(f"{title}_from"), self.facts.get(f"{title}_to")
            return both(
                [
                    self.facts.get(f"{title}_held"),
                    None if since is None or day is None else since <= day,
                    None if until is None or day is None else day <= until,
                ]
            )
        if name in ("under", "one_of"):
            return self._coded(name, args)
        raise AssertionError(name)

    def _enough(self, need: int, verdicts: list[bool | None]) -> bool | None:
        if sum(v is True for v in verdicts) >= need:
            return True
        return None if sum(v is not False for v in verdicts) >= need else False

    def _coded(self, name: str, args: list[exp.Expr]) -> bool | None:
        subject = self.value(args[0])
        codes = (
            [args[1].this]
            if isinstance(args[1], exp.Literal)
            else self.rule["parameters"][args[1].name].get("codes")
        )
        if subject is None or codes is None:
            return None
        return subject in codes if name == "one_of" else any(subject.startswith(c) for c in codes)

    def _compared(self, e: exp.Binary) -> bool | None:
        parameters = self.rule.get("parameters", {})
        for name in self.owner.names_in(e):
            given = parameters.get(name, {})
            if "bands" in given and name not in self.fixed:
                return self._banded(e, name, given["bands"])
        for side, other, swap in ((e.left, e.right, False), (e.right, e.left, True)):
            if isinstance(side, exp.Anonymous) and side.this.lower() == "cagr":
                return self._growing(type(e), side, other)
            if isinstance(side, exp.Anonymous) and side.this.lower() in ("events", "earlier"):
                return self._counted(type(e), side, self.value(other), swap)
            if isinstance(side, exp.Column) and self._is_score(side):
                return self._scored(type(e), side, self.value(other), swap)
        a, b = self.value(e.left), self.value(e.right)
        return None if a is None or b is None else OPS[type(e)](a, b)

    def _is_score(self, column: exp.Column) -> bool:
        name = column.table or column.name
        return name in self.owner.rules and self.owner.rules[name]["kind"] == "score"

    def _scored(
        self, op: type, side: exp.Column, value: Fraction | None, swap: bool
    ) -> bool | None:
        other = self._other(side.table or side.name)
        if not other.in_force or value is None:
            return None
        low, high = other.groups[side.name] if side.table else (other.low, other.high)
        verdicts = {OPS[op](value, x) if swap else OPS[op](x, value) for x in (low, high)}
        if op in (exp.EQ, exp.NEQ) and low != high and low <= value <= high:
            return None
        return verdicts.pop() if len(verdicts) == 1 else None

    def _counted(
        self, op: type, side: exp.Anonymous, value: Fraction | None, swap: bool
    ) -> bool | None:
        """Events of a whole table whose every day and kind is known: a plain count."""
        name, args = side.this.lower(), list(side.expressions)
        table = "violation" if name == "earlier" else args.pop(0).name
        window = self._window(args.pop(0).name)
        if value is None or window is None or table not in self.events:
            return None
        kinds = [a for a in args if isinstance(a, exp.Anonymous) and a.this.lower() == "same"]
        tests = [a for a in args if a not in kinds]
        until = self.facts.get("occurred_on") if name == "earlier" else self.as_of
        rows = []
        for row in self.events[table]:
            since = self._before(until, window)
            inside = (
                since < row["occurred_on"] < until
                if name == "earlier"
                else (since < row["occurred_on"] <= until)
            )
            passes = [_One(self.owner, self.rule, row, self.as_of).holds(t) for t in tests]
            if inside and all(passes):
                rows.append(row)
        if kinds and name == "earlier":
            rows = [r for r in rows if r["kind"] == self.facts["kind"]]
        count = len(rows)
        if kinds and name == "events":
            count = max((sum(r["kind"] == k["kind"] for r in rows) for k in rows), default=0)
        return OPS[op](value, count) if swap else OPS[op](count, value)

    def _window(self, name: str) -> tuple[int, str] | None:
        given = self.rule["parameters"][name]
        text = given.get("value") or given.get("default")
        number, unit = text.split() if text else (None, None)
        return None if number is None else (int(number), unit)

    def _before(self, day: dt.date, window: tuple[int, str]) -> dt.date:
        size, unit = int(window[0]), window[1]
        if unit == "天":
            return day - dt.timedelta(days=size)
        return later(day, -size * (12 if unit == "年" else 1))

    def _growing(self, op: type, side: exp.Anonymous, other: exp.Expr) -> bool | None:
        name, years = side.expressions[0].name, int(side.expressions[1].this)
        last, base = self._year(name, 0), self._year(name, years)
        rate = self.value(other)
        if last is None or base is None or rate is None or base <= 0 or last < 0:
            return None
        return OPS[op](last, base * (1 + rate) ** years)

    def _banded(self, e: exp.Binary, name: str, bands: dict[str, Any]) -> bool | None:
        by = self.value(self.owner.tree(bands["by"]))
        outcomes = []
        for step in bands["steps"]:
            self.fixed[name] = figure(step["value"])
            outcome = self._compared(e)
            del self.fixed[name]
            outcomes.append(outcome)
            if by is not None and self._in_step(by, step):
                return outcome
        same = set(outcomes)
        return same.pop() if len(same) == 1 else None

    def _in_step(self, by: Fraction, step: dict[str, str]) -> bool:
        if "to" in step:
            return by <= figure(step["to"])
        return by < figure(step["below"]) if "below" in step else True

    # --- values

    def value(self, e: exp.Expr) -> Any:
        if isinstance(e, exp.Paren):
            return self.value(e.this)
        if isinstance(e, exp.Literal):
            return e.this if e.is_string else Fraction(e.this)
        if isinstance(e, exp.Column):
            return self._name(e)
        if isinstance(e, exp.Case):
            return self._case(e)
        if isinstance(e, exp.Anonymous):
            return self._function(e.this.lower(), e.expressions)
        a, b = self.value(e.left), self.value(e.right)
        if a is None or b is None:
            return None
        if isinstance(e, exp.Add):
            return a + b
        if isinstance(e, exp.Sub):
            return a - b
        if isinstance(e, exp.Mul):
            return a * b
        return None if b == 0 else a / b

    def _name(self, e: exp.Column) -> Any:
        if e.table and e.table not in self.owner.rules:
            return self.facts.get(f"{e.table}.{e.name}")
        if e.name == "as_of":
            return self.as_of
        if e.name in self.fixed:
            return self.fixed[e.name]
        if e.name in self.rule.get("parameters", {}):
            return self._parameter(self.rule["parameters"][e.name])
        if e.name in self.owner.rules:
            other = self._other(e.name)
            return other.grade if self.owner.rules[e.name]["kind"] == "grade" else other.value
        return self.facts.get(e.name)

    def _parameter(self, given: dict[str, Any]) -> Any:
        if "value" in given:
            return figure(given["value"])
        if "table" in given:
            chosen = self.value(self.owner.tree(given["by"]))
            return figure(given["table"][chosen]) if chosen in given["table"] else None
        if "bands" in given:
            by = self.value(self.owner.tree(given["bands"]["by"]))
            steps = given["bands"]["steps"]
            if by is None:
                return None
            return figure(next(s["value"] for s in steps if self._in_step(by, s)))
        for row in given.get("values", []):
            if self.as_of >= dt.date.fromisoformat(row["from"]) and (
                "to" not in row or self.as_of <= dt.date.fromisoformat(row["to"])
            ):
                return figure(row["value"])
        return figure(given["default"]) if "default" in given else None

    def _case(self, e: exp.Case) -> Any:
        for branch in e.args["ifs"]:
            verdict = self.holds(branch.this)
            if verdict is None:
                return None
            if verdict:
                return self.value(branch.args["true"])
        return self.value(e.args["default"])

    def _year(self, name: str, ago: int) -> Any:
        return self.facts.get(f"{name}_{self.last - ago}")

    def _function(self, name: str, args: list[exp.Expr]) -> Any:
        if name == "last_year_end":
            return dt.date(self.last, 12, 31)
        if name in ("last", "this_year", "prior"):
            ago = {"last": 0, "this_year": -1}.get(name)
            owner = f"{args[0].table}." if args[0].table else ""
            return self._year(owner + args[0].name, int(args[1].this) if ago is None else ago)
        if name in ("total", "mean"):
            return self._total(name, args)
        if name == "growth":
            last, base = self._year(args[0].name, 0), self._year(args[0].name, 1)
            return None if last is None or base is None or base <= 0 else last / base - 1
        if name in ("least", "greatest"):
            values = [self.value(a) for a in args]
            if any(v is None for v in values):
                return None
            return min(values) if name == "least" else max(values)
        a, b = (self.value(x) for x in args)
        if a is None or b is None:
            return None
        return self._dates(name, a, b)

    def _dates(self, name: str, a: Any, b: Any) -> Any:
        if name == "date_add":
            return a + dt.timedelta(days=int(b))
        if name == "add_months":
            return later(a, int(b))
        if name == "days":
            return Fraction((b - a).days)
        if name == "months_inclusive":
            return Fraction((b.year * 12 + b.month) - (a.year * 12 + a.month) + 1)
        early = (b.month, b.day) < (a.month, a.day)
        return Fraction(b.year - a.year - early)

    def _total(self, name: str, args: list[exp.Expr]) -> Any:
        up_to = isinstance(args[1], exp.Anonymous)
        years = int(args[1].expressions[0].this if up_to else args[1].this)
        since = self.facts.get(self.owner.established) if up_to else None
        asked = [ago for ago in range(years) if since is None or since.year <= self.last - ago]
        values = [self._year(args[0].name, ago) for ago in asked]
        if any(v is None for v in values):
            return None
        total = sum(values, Fraction(0))
        if name == "total":
            return total
        return total / len(values) if values else None

    def _other(self, name: str) -> Outcome:
        if name not in self.others:
            self.others[name] = self.owner.evaluate(
                name, self.facts, self.as_of, self.shared, self.events, self.others
            )
        return self.others[name]
