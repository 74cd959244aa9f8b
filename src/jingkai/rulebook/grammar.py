"""Text to tree: sqlglot parses, this module proves names, types and units.

Only what is listed here exists. The dialect knows no built-in function, so that every call is
looked up in `_Checker.functions`; sub-queries, tables, casts, comments and semicolons have no
entry in `_Checker.forms` and are refused by that.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Literal, cast

from sqlglot import exp, parser
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from jingkai.rulebook.errors import ExpressionError
from jingkai.rulebook.scope import RuleType, Scope, Type
from jingkai.rulebook.summed import summed
from jingkai.rulebook.tree import (
    AddMonths,
    Aggregate,
    Arithmetic,
    AsOf,
    Assume,
    AtLeast,
    BoolConstant,
    Cagr,
    Case,
    CodeTest,
    Compare,
    ConditionRef,
    Constant,
    DateAdd,
    Events,
    Extreme,
    FactRef,
    Foreign,
    Growth,
    Holds,
    Interval,
    LastYearEnd,
    Logic,
    Node,
    Not,
    OnShared,
    Parameter,
    RuleRef,
    TextConstant,
    Total,
)
from jingkai.vocabulary import PLAIN, Fact, Unit

__all__ = ["parse_expression", "unit_of"]

Typed = tuple[Node, Type]
_BOOL = Type("bool", None)
_DATE = Type("date", None)
_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_ARITHMETIC: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
}


class _RuleDialect(Dialect):
    """SQL expressions without a single built-in function."""

    class Parser(parser.Parser):
        FUNCTIONS = {}  # noqa: RUF012 - sqlglot's own way to configure a dialect
        FUNCTION_PARSERS = {}  # noqa: RUF012
        NO_PAREN_FUNCTIONS = {}  # noqa: RUF012


def parse_expression(text: str, scope: Scope) -> Typed:
    """Parse and check one expression.

    Parameters
    ----------
    text
        An expression of the rule language.
    scope
        What its names may mean.

    Returns
    -------
    The tree and its type.

    Raises
    ------
    ExpressionError
        If it is not an expression of the language; the message names the part and the mend.
    """
    if not isinstance(text, str) or not text.strip():
        raise ExpressionError("the expression is empty", hint="write a test such as `staff >= 1`")
    if ";" in text or "--" in text or "/*" in text:
        raise ExpressionError(
            f"`{text}` holds a semicolon or a comment", hint="write one plain expression"
        )
    try:
        parsed = _RuleDialect().parse(text)
    except SqlglotError as error:
        raise ExpressionError(
            f"`{text}` cannot be parsed: {str(error).splitlines()[0]}",
            hint="check parentheses, commas and operators",
        ) from error
    if len(parsed) != 1 or parsed[0] is None:
        raise ExpressionError(f"`{text}` is not one expression", hint="write one expression")
    return _Checker(scope).check(parsed[0])


class _Checker:
    """Walks sqlglot's tree and builds ours."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.forms: dict[type[exp.Expr], Callable[[Any], Typed]] = {
            exp.Column: self._column,
            exp.Literal: self._literal,
            exp.Boolean: lambda e: (BoolConstant(bool(e.this)), _BOOL),
            exp.Paren: lambda e: self.check(e.this),
            exp.And: lambda e: self._logic("and", e),
            exp.Or: lambda e: self._logic("or", e),
            exp.Not: lambda e: (Not(self._bool(e.this)), _BOOL),
            exp.Case: self._case,
            exp.Anonymous: self._call,
            exp.Dot: self._dot,
            **dict.fromkeys(_COMPARISONS, self._compare),
            **dict.fromkeys(_ARITHMETIC, self._arithmetic),
        }
        self.functions: dict[str, Callable[[list[exp.Expr]], Typed]] = {
            "last": lambda a: self._yearly("last", a),
            "this_year": lambda a: self._yearly("this_year", a),
            "last_year_end": self._last_year_end,
            "prior": lambda a: self._yearly("prior", a),
            "total": lambda a: self._total(a, mean=False),
            "mean": lambda a: self._total(a, mean=True),
            "growth": self._growth,
            "cagr": self._cagr,
            "days": lambda a: self._interval("days", "天", a),
            "years": lambda a: self._interval("years", "年", a),
            "months_inclusive": lambda a: self._interval("months_inclusive", "月", a),
            "date_add": self._date_add,
            "add_months": self._add_months,
            "events": lambda a: self._events(a, earlier=False),
            "earlier": lambda a: self._events(a, earlier=True),
            "on_shared": self._on_shared,
            "least": lambda a: self._extreme("least", a),
            "greatest": lambda a: self._extreme("greatest", a),
            "at_least": self._at_least,
            "under": lambda a: self._code_test("under", a),
            "one_of": lambda a: self._code_test("one_of", a),
            "holds": self._holds,
            "assume": self._assume,
            "sum": lambda a: self._aggregate("sum", a),
            "count": lambda a: self._aggregate("count", a),
            "share": lambda a: self._aggregate("share", a),
        }

    def check(self, expression: exp.Expr) -> Typed:
        """Check any expression."""
        if expression.comments:
            raise ExpressionError("a comment stands in the expression", hint="take it out")
        form = self.forms.get(type(expression))
        if form is None:
            what = type(expression).__name__
            raise ExpressionError(
                f"`{expression.sql()}` ({what}) is not part of the rule language",
                hint="use facts, parameters, comparisons, and/or/not and the listed functions",
            )
        return form(expression)

    # --- names and literals

    def _column(self, e: exp.Column) -> Typed:
        name, owner = e.name, e.table
        if e.args.get("db") or (isinstance(e.this, exp.Star)):
            raise ExpressionError(f"`{e.sql()}` is a table's name", hint="name a fact")
        if owner:
            return self._owned(owner, name)
        if name == "as_of":
            return AsOf(), _DATE
        if name in self.scope.conditions:
            return ConditionRef(name), _BOOL
        if name in self.scope.parameters:
            return self._parameter(name)
        fact = self.scope.vocabulary.fact(self.scope.entity, name)
        if fact is not None:
            return self._point(fact)
        if name in self.scope.rules:
            return self._rule(name)
        raise self._unknown("fact, parameter or rule", name, self.scope.names())

    def _owned(self, owner: str, name: str) -> Typed:
        if owner in self.scope.rules:
            rule = self.scope.rules[owner]
            if name not in rule.groups:
                raise self._unknown(f"group of {owner}", name, list(rule.groups))
            return RuleRef(owner, name), Type("number", rule.unit, interval=True)
        references = self.scope.vocabulary.entities[self.scope.entity].references
        if owner not in references:
            raise self._unknown("owner", owner, [*references, *self.scope.rules])
        fact = self.scope.vocabulary.fact(references[owner], name)
        if fact is None:
            raise self._unknown(
                f"fact of {owner}",
                name,
                list(self.scope.vocabulary.entities[references[owner]].facts),
            )
        if fact.yearly:
            raise ExpressionError(
                f"`{owner}.{name}` is a yearly fact", hint=f"write last({owner}.{name})"
            )
        return FactRef(name, None, owner), self._fact_type(fact)

    def _parameter(self, name: str) -> Typed:
        kind = self.scope.parameters[name]
        if kind.kind == "codes":
            raise ExpressionError(
                f"parameter `{name}` is a list of codes", hint=f"write one_of(code, {name})"
            )
        if kind.kind == "date":
            return Parameter(name), _DATE
        return Parameter(name), Type("number", None if kind.broken else kind.unit)

    def _point(self, fact: Fact) -> Typed:
        if fact.yearly:
            raise ExpressionError(
                f"`{fact.name}` is a yearly fact and says no year",
                hint=f"write last({fact.name}), prior({fact.name}, 1) or total({fact.name}, 2)",
            )
        return FactRef(fact.name), self._fact_type(fact)

    def _fact_type(self, fact: Fact) -> Type:
        if fact.numeric:
            return Type("number", fact.symbol, fact)
        if fact.type == "bool":
            return Type("bool", None, fact)
        return Type("date", None, fact) if fact.type == "date" else Type("code", None, fact)

    def _rule(self, name: str) -> Typed:
        rule = self.scope.rules[name]
        if rule.entity != self.scope.entity:
            raise ExpressionError(
                f"rule `{name}` is about {rule.entity}, this one about {self.scope.entity}",
                hint="a rule may only read rules of its own entity",
            )
        if rule.kind == "assessment":
            raise ExpressionError(
                f"`{name}` is an assessment; what comes of it is read as facts",
                hint="read regional_bottom_rank or national_bottom_rank",
            )
        if rule.kind in ("eligibility", "duty"):
            return RuleRef(name), _BOOL
        if rule.kind == "grade":
            return RuleRef(name), Type("code", None)
        return RuleRef(name), Type("number", rule.unit, interval=rule.kind == "score")

    def _literal(self, e: exp.Literal) -> Typed:
        if e.is_string:
            return TextConstant(str(e.this)), Type("code", None)
        if str(e.this) not in ("0", "1"):
            raise ExpressionError(
                f"the bare number {e.this} stands in a test",
                hint="make it a named parameter with its basis and unit",
            )
        return Constant(Fraction(str(e.this))), Type("number", None)

    # --- operators

    def _logic(self, op: Literal["and", "or"], e: exp.Connector) -> Typed:
        args: list[Node] = []
        for side in (e.left, e.right):
            node = self._bool(side)
            args += node.args if isinstance(node, Logic) and node.op == op else (node,)
        return Logic(op, tuple(args)), _BOOL

    def _bool(self, e: exp.Expr) -> Node:
        node, kind = self.check(e)
        if kind.kind != "bool":
            raise ExpressionError(
                f"`{e.sql()}` is a {kind.kind}, not a test", hint="compare it with something"
            )
        return node

    def _compare(self, e: exp.Binary) -> Typed:
        op = _COMPARISONS[type(e)]
        (left, a), (right, b) = self.check(e.left), self.check(e.right)
        if a.kind != b.kind:
            raise ExpressionError(
                f"`{e.sql()}` compares a {a.kind} with a {b.kind}", hint="compare like with like"
            )
        if a.kind in ("code", "bool") and op not in ("=", "<>"):
            raise ExpressionError(f"`{e.sql()}`: codes have no order", hint="use = or one_of")
        if a.kind == "number":
            self._same_unit(e, a, b)
            self._compound(e, a, right, b, left)
        self._listed(a, right)
        self._listed(b, left)
        if a.interval and b.interval:
            raise ExpressionError(f"`{e.sql()}` compares two scores", hint="compare with a floor")
        return Compare(cast(Any, op), left, right, a.kind), _BOOL

    def _compound(self, e: exp.Binary, a: Type, right: Node, b: Type, left: Node) -> None:
        if (a.compound and not isinstance(right, Parameter)) or (
            b.compound and not isinstance(left, Parameter)
        ):
            raise ExpressionError(
                f"`{e.sql()}`: cagr may only be compared with a parameter",
                hint="name the floor as a parameter",
            )

    def _listed(self, kind: Type, other: Node) -> None:
        if kind.fact is None or not isinstance(other, TextConstant):
            return
        codes = self.scope.vocabulary.code_list(kind.fact)
        if codes is not None and not codes.valid(other.value):
            raise self._unknown(f"code of {kind.fact.name}", other.value, list(codes.names))

    def _arithmetic(self, e: exp.Binary) -> Typed:
        op = _ARITHMETIC[type(e)]
        (left, a), (right, b) = self._number(e.left), self._number(e.right)
        if op in "+-":
            self._same_unit(e, a, b)
            unit = a.unit if a.unit is not None else b.unit
        else:
            one, two = a.unit or PLAIN, b.unit or PLAIN
            unit = one * two if op == "*" else one / two
        return Arithmetic(cast(Any, op), left, right), Type("number", unit)

    def _number(self, e: exp.Expr) -> Typed:
        node, kind = self.check(e)
        if kind.kind != "number":
            raise ExpressionError(f"`{e.sql()}` is a {kind.kind}, not a number")
        if kind.interval or kind.compound:
            what = "a score" if kind.interval else "cagr"
            raise ExpressionError(
                f"`{e.sql()}`: {what} may only stand alone on one side of a comparison",
                hint="compare it with a parameter",
            )
        return node, kind

    def _same_unit(self, e: exp.Expr, a: Type, b: Type) -> None:
        if a.unit is None or b.unit is None or a.unit == b.unit:
            return
        one, two = str(a.unit) or "a plain ratio", str(b.unit) or "a plain ratio"
        raise ExpressionError(
            f"`{e.sql()}`: units do not agree, {one} against {two}",
            hint=f"write the parameter in {one}, or read a fact that is in {two}",
        )

    def _case(self, e: exp.Case) -> Typed:
        if e.this is not None or e.args.get("default") is None:
            raise ExpressionError(
                f"`{e.sql()}` needs `case when TEST then A else B end`", hint="write the else"
            )
        branches = [(self._bool(i.this), self.check(i.args["true"])) for i in e.args["ifs"]]
        default, kind = self.check(e.args["default"])
        for _, (_, other) in branches:
            if other.kind != "number" or kind.kind != "number" or other.interval or kind.interval:
                raise ExpressionError(f"`{e.sql()}`: the branches must all be numbers")
            self._same_unit(e, other, kind)
            if kind.unit is None:
                kind = other
        nodes = tuple((test, value) for test, (value, _) in branches)
        return Case(nodes, default), kind

    # --- functions

    def _call(self, e: exp.Anonymous) -> Typed:
        name = str(e.this).lower()
        if name not in self.functions:
            raise self._unknown("function", name, list(self.functions))
        return self.functions[name](list(e.expressions))

    def _dot(self, e: exp.Dot) -> Typed:
        raise ExpressionError(
            f"`{e.sql()}` stands outside an aggregate", hint="write sum(enterprise.last(fact))"
        )

    def _yearly_fact(self, e: exp.Expr) -> tuple[Fact, str]:
        if not isinstance(e, exp.Column):
            raise ExpressionError(f"`{e.sql()}` is not the name of a yearly fact")
        entity, owner = self.scope.entity, e.table
        if owner:
            references = self.scope.vocabulary.entities[entity].references
            if owner not in references:
                raise self._unknown("owner", owner, list(references))
            entity = references[owner]
        fact = self.scope.vocabulary.fact(entity, e.name)
        if fact is None:
            names = list(self.scope.vocabulary.entities[entity].facts)
            raise self._unknown("fact", e.name, names)
        if not fact.yearly:
            raise ExpressionError(f"`{e.name}` is not a yearly fact", hint=f"write `{e.name}`")
        return fact, owner

    def _numeric_yearly(self, e: exp.Expr) -> Fact:
        fact, owner = self._yearly_fact(e)
        if owner:
            raise ExpressionError(f"`{e.sql()}`: only last() and prior() read another's facts")
        if not fact.numeric:
            raise ExpressionError(f"`{fact.name}` is a {fact.type}, not a number")
        return fact

    def _yearly(self, name: str, args: list[exp.Expr]) -> Typed:
        self._arity(name, args, 2 if name == "prior" else 1)
        fact, owner = self._yearly_fact(args[0])
        ago = {"last": 0, "this_year": -1}.get(name)
        ago = self._whole(args[1]) if ago is None else ago
        return FactRef(fact.name, ago, owner), self._fact_type(fact)

    def _last_year_end(self, args: list[exp.Expr]) -> Typed:
        self._arity("last_year_end", args, 0)
        return LastYearEnd(), _DATE

    def _total(self, args: list[exp.Expr], *, mean: bool) -> Typed:
        name = "mean" if mean else "total"
        self._arity(name, args, 2)
        fact, window = self._numeric_yearly(args[0]), args[1]
        up_to = isinstance(window, exp.Anonymous) and str(window.this).lower() == "up_to"
        if up_to:
            self._arity("up_to", list(window.expressions), 1)
            window = window.expressions[0]
            if not self.scope.vocabulary.entities[self.scope.entity].established:
                raise ExpressionError(f"{self.scope.entity} has no establishment date for up_to")
        node = Total(fact.name, self._whole(window), up_to, mean)
        return node, Type("number", fact.symbol)

    def _growth(self, args: list[exp.Expr]) -> Typed:
        self._arity("growth", args, 1)
        return Growth(self._numeric_yearly(args[0]).name), Type("number", PLAIN)

    def _cagr(self, args: list[exp.Expr]) -> Typed:
        self._arity("cagr", args, 2)
        node = Cagr(self._numeric_yearly(args[0]).name, self._whole(args[1]))
        return node, Type("number", PLAIN, compound=True)

    def _interval(self, kind: Any, unit: str, args: list[exp.Expr]) -> Typed:
        self._arity(kind, args, 2)
        start, end = self._date(args[0]), self._date(args[1])
        return Interval(kind, start, end), Type("number", Unit.parse(unit))

    def _date(self, e: exp.Expr) -> Node:
        node, kind = self.check(e)
        if kind.kind != "date":
            raise ExpressionError(f"`{e.sql()}` is a {kind.kind}, not a date")
        return node

    def _date_add(self, args: list[exp.Expr]) -> Typed:
        self._arity("date_add", args, 2)
        date, (days, kind) = self._date(args[0]), self._number(args[1])
        if kind.unit is not None and kind.unit != Unit.parse("天"):
            raise ExpressionError("date_add adds days", hint="give the parameter in 天")
        return DateAdd(date, days), _DATE

    def _add_months(self, args: list[exp.Expr]) -> Typed:
        self._arity("add_months", args, 2)
        date, (months, kind) = self._date(args[0]), self._number(args[1])
        if kind.unit is not None and kind.unit != Unit.parse("月"):
            raise ExpressionError("add_months adds months", hint="give the parameter in 月")
        return AddMonths(date, months), _DATE

    def _on_shared(self, args: list[exp.Expr]) -> Typed:
        self._arity("on_shared", args, 1)
        name = args[0].name
        rule = self.scope.rules.get(name)
        if rule is None:
            raise self._unknown("rule", name, list(self.scope.rules))
        if rule.entity != self.scope.entity or rule.kind not in ("eligibility", "duty", "amount"):
            raise ExpressionError(
                f"on_shared({name}) needs a right of the same entity",
                hint="name an eligibility, a duty or an amount",
            )
        return OnShared(name), _BOOL

    def _events(self, args: list[exp.Expr], *, earlier: bool) -> Typed:
        name = "earlier" if earlier else "events"
        entity = self.scope.entity if earlier else args[0].name if args else ""
        known = self.scope.vocabulary.entities
        described = known[entity].event if entity in known else None
        if described is None:
            tables = [n for n, e in known.items() if e.event is not None]
            raise self._unknown("table of events", entity, tables)
        if not earlier and known[entity].references[described.owner] != self.scope.entity:
            raise ExpressionError(f"`{entity}` are no events of {self.scope.entity}")
        rest = args if earlier else args[1:]
        window = self._window(name, rest)
        test, same = None, ""
        for e in rest[1:]:
            if isinstance(e, exp.Anonymous) and str(e.this).lower() == "same":
                same = self._kind(entity, list(e.expressions))
            else:
                test = Foreign(_Checker(self._within(entity, rules={}))._bool(e))
        return Events(entity, window, test, same, earlier), Type(
            "number", Unit.parse("次"), interval=True
        )

    def _window(self, name: str, args: list[exp.Expr]) -> Node:
        if not args:
            raise ExpressionError(f"{name}() needs a window", hint="a parameter in 月, 年 or 天")
        window, kind = self._number(args[0])
        if not isinstance(window, Parameter) or str(kind.unit) not in ("月", "年", "天"):
            raise ExpressionError(
                f"`{args[0].sql()}` is no window", hint="name a parameter in 月, 年 or 天"
            )
        return window

    def _kind(self, entity: str, args: list[exp.Expr]) -> str:
        self._arity("same", args, 1)
        fact = self.scope.vocabulary.fact(entity, args[0].name)
        if fact is None or fact.yearly or fact.type not in ("code", "text"):
            raise ExpressionError(f"same({args[0].sql()}) needs a code of {entity}")
        return fact.name

    def _extreme(self, op: Any, args: list[exp.Expr]) -> Typed:
        if len(args) < 2:
            raise ExpressionError(f"{op} needs two numbers or more")
        checked = [self._number(a) for a in args]
        kind = checked[0][1]
        for e, (_, other) in zip(args, checked, strict=True):
            self._same_unit(e, kind, other)
            kind = kind if kind.unit is not None else other
        return Extreme(op, tuple(node for node, _ in checked)), Type("number", kind.unit)

    def _at_least(self, args: list[exp.Expr]) -> Typed:
        if len(args) < 2:
            raise ExpressionError("at_least needs a number and tests", hint="at_least(2, a, b, c)")
        count = self._whole(args[0])
        if count > len(args) - 1:
            raise ExpressionError(f"at_least({count}, ...) has only {len(args) - 1} tests")
        return AtLeast(count, tuple(self._bool(a) for a in args[1:])), _BOOL

    def _code_test(self, kind: Any, args: list[exp.Expr]) -> Typed:
        self._arity(kind, args, 2)
        subject, subject_type = self.check(args[0])
        if subject_type.kind != "code":
            raise ExpressionError(f"`{args[0].sql()}` is not a code")
        given = args[1]
        if isinstance(given, exp.Literal) and given.is_string:
            self._listed(subject_type, TextConstant(str(given.this)))
            return CodeTest(kind, subject, (str(given.this),)), _BOOL
        name = given.name if isinstance(given, exp.Column) else ""
        parameter = self.scope.parameters.get(name)
        if parameter is None or parameter.kind != "codes":
            codes = [n for n, p in self.scope.parameters.items() if p.kind == "codes"]
            raise self._unknown("list of codes", name or given.sql(), codes)
        return CodeTest(kind, subject, Parameter(name)), _BOOL

    def _holds(self, args: list[exp.Expr]) -> Typed:
        self._arity("holds", args, 2 if len(args) > 1 else 1)
        name, titles = args[0].name, self.scope.vocabulary.titles
        if name not in titles or titles[name].entity != self.scope.entity:
            raise self._unknown("title", name, list(titles))
        day, kind = self.check(args[1]) if len(args) > 1 else (AsOf(), _DATE)
        if kind.kind != "date":
            raise ExpressionError(f"`{args[1].sql()}` is no day on which a title is held")
        return Holds(name, day), _BOOL

    def _assume(self, args: list[exp.Expr]) -> Typed:
        self._arity("assume", args, 2)
        if not self.scope.assumes:
            raise ExpressionError(
                "assume() turns silence into a value without saying on which ground",
                hint="add `assumes: 条文` to the condition",
            )
        (fact, kind), (value, given) = self.check(args[0]), self.check(args[1])
        if not isinstance(fact, FactRef) or not isinstance(value, Constant | BoolConstant):
            raise ExpressionError("assume takes a fact and one of 0, 1, true, false")
        if kind.kind != given.kind:
            raise ExpressionError(f"assume gives a {given.kind} for a {kind.kind}")
        return Assume(fact, value), kind

    def _aggregate(self, kind: Any, args: list[exp.Expr]) -> Typed:
        if not self.scope.aggregates:
            raise ExpressionError(
                f"{kind}() over entities belongs to an indicator", hint="use total() over years"
            )
        if kind == "sum":
            entity, inner = summed(args)
            node, inner_type = _Checker(self._within(entity)).check(inner)
            if inner_type.kind != "number" or inner_type.interval:
                raise ExpressionError(f"`{inner.sql()}` is not a number to add up")
            return Aggregate("sum", entity, node), Type("number", inner_type.unit)
        self._arity(kind, args, 1 if (everyone := kind == "count" and len(args) == 1) else 2)
        entity, within = args[0].name, _Checker(self._within(args[0].name))
        node = BoolConstant(True) if everyone else within._bool(args[1])
        counted = self.scope.vocabulary.entities[entity].counted
        unit = Unit.parse(counted) if kind == "count" else PLAIN
        return Aggregate(kind, entity, node), Type("number", unit)

    def _within(self, entity: str, rules: Mapping[str, RuleType] | None = None) -> Scope:
        if entity not in self.scope.vocabulary.entities:
            raise self._unknown("entity", entity, list(self.scope.vocabulary.entities))
        known = self.scope.rules if rules is None else rules
        return Scope(self.scope.vocabulary, entity, self.scope.parameters, known)

    # --- small checks

    def _whole(self, e: exp.Expr) -> int:
        if isinstance(e, exp.Literal) and not e.is_string and str(e.this).isdigit():
            return int(e.this)
        raise ExpressionError(f"`{e.sql()}` must be a whole number written out")

    def _arity(self, name: str, args: list[exp.Expr], count: int) -> None:
        if len(args) != count:
            raise ExpressionError(f"{name}() takes {count} arguments, {len(args)} given")

    def _unknown(self, what: str, name: str, known: list[str]) -> ExpressionError:
        near = difflib.get_close_matches(name, known, 1, 0.6)
        hint = f"did you mean `{near[0]}`?" if near else "see the vocabulary and the rule's names"
        return ExpressionError(f"there is no {what} `{name}`", hint=hint)


def unit_of(node: Node, scope: Scope) -> Unit | None:
    """Return the unit of a checked number; None for the plain 0 and 1, which take any."""
    match node:
        case FactRef() | Total():
            entity = scope.entity
            if isinstance(node, FactRef) and node.of:
                entity = scope.vocabulary.entities[entity].references[node.of]
            return scope.vocabulary.entities[entity].facts[node.name].symbol
        case Growth() | Cagr():
            return PLAIN
        case Parameter():
            return scope.parameters[node.name].unit
        case RuleRef():
            return scope.rules[node.rule].unit
        case Events():
            return Unit.parse("次")
        case Interval():
            return Unit.parse({"days": "天", "years": "年", "months_inclusive": "月"}[node.kind])
        case Arithmetic() if node.op in "*/":
            left, right = (unit_of(n, scope) or PLAIN for n in (node.left, node.right))
            return left * right if node.op == "*" else left / right
        case Arithmetic():
            return unit_of(node.left, scope) or unit_of(node.right, scope)
        case Extreme():
            return next((u for a in node.args if (u := unit_of(a, scope)) is not None), None)
        case Case():
            values = [value for _, value in node.branches] + [node.default]
            return next((u for v in values if (u := unit_of(v, scope)) is not None), None)
        case Assume():
            return unit_of(node.fact, scope)
        case _:
            return None
