"""Tree to plan: years become columns, parameters become figures, numbers become exact integers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import reduce
from typing import Any

from jingkai.rulebook import tree
from jingkai.rulebook.errors import ExpressionError
from jingkai.rulebook.exact import Exact, Whole, compare
from jingkai.rulebook.parameters import Banded, Codes, Fixed, Keyed, RuleParameter
from jingkai.rulebook.plan import Plan, col, lit, null
from jingkai.rulebook.scope import RuleType
from jingkai.vocabulary import Fact, Vocabulary, last_year

__all__ = ["POINT_QUANTUM", "Lowering", "all_of", "any_of", "negate", "shared_verdict"]

#: Scores are stored in hundredths of a point.
POINT_QUANTUM = Fraction(1, 100)
_POINT_BOUND = 10**7
_AMOUNT_BOUND = 10**17
#: Of sums of products of facts, kept in 128 bits.
_SUM_BOUND = 10**27
_OPS = {"=": "eq", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_DAYS_BOUND = 4_000_000


def all_of(plans: list[Plan]) -> Plan:
    """Return whether all hold, by Kleene; no test at all holds."""
    return (
        plans[0] if len(plans) == 1 else Plan("and", tuple(plans), "bool") if plans else lit(True)
    )


def any_of(plans: list[Plan]) -> Plan:
    """Return whether any holds, by Kleene; no test at all fails."""
    return (
        plans[0] if len(plans) == 1 else Plan("or", tuple(plans), "bool") if plans else lit(False)
    )


def negate(plan: Plan) -> Plan:
    """Return the contrary."""
    return Plan("not", (plan,), "bool")


def shared_verdict(rule: str, kind: str) -> str:
    """Return the column of a right's verdict on the facts that offices share."""
    return f"{rule}__right@shared" if kind == "amount" else f"{rule}@shared"


@dataclass(slots=True)
class Lowering:
    """Lowers the trees of one rule for one date.

    Parameters
    ----------
    vocabulary, entity
        Whose facts are read.
    as_of
        The date asked about.
    columns
        Columns the snapshot has; a fact without one is unknown everywhere. None: all there are.
    parameters
        The rule's parameters.
    rules
        Result types of the rules it may read, and each one's quantum.
    conditions
        Plans of the rule's conditions, for `decide`.
    """

    vocabulary: Vocabulary
    entity: str
    as_of: date
    columns: frozenset[str] | None
    parameters: Mapping[str, RuleParameter]
    rules: Mapping[str, RuleType] = field(default_factory=dict)
    quanta: Mapping[str, Fraction] = field(default_factory=dict)
    conditions: Mapping[str, Plan] = field(default_factory=dict)
    aggregates: dict[tree.Aggregate, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()  #: rules that are not in force: their results are unknown
    shared_only: bool = False  #: a fact that no office shares is unknown
    _fixed: dict[str, Exact] = field(default_factory=dict)

    # --- tests

    def test(self, node: tree.Node) -> Plan:
        """Return a test as a nullable bit."""
        handler = _TESTS.get(type(node))
        if handler is None:
            raise ExpressionError(f"{type(node).__name__} is no test")
        return handler(self, node)

    def _fact_bit(self, node: tree.FactRef) -> Plan:
        return self._column(self._fact(node), node)

    def _rule_bit(self, node: tree.RuleRef) -> Plan:
        return self._result(node.rule, "bool")

    def _logic(self, node: tree.Logic) -> Plan:
        plans = [self.test(arg) for arg in node.args]
        return all_of(plans) if node.op == "and" else any_of(plans)

    def _at_least(self, node: tree.AtLeast) -> Plan:
        tests = tuple(self.test(arg) for arg in node.args)
        hold = Plan("sumtrue", tests, "int")
        could = Plan("sumtrue", tuple(Plan("fill", (t, lit(True)), "bool") for t in tests), "int")
        count = lit(node.count)
        enough, still = Plan("ge", (hold, count), "bool"), Plan("ge", (could, count), "bool")
        rest = Plan("when", (still, null("bool"), lit(False)), "bool")
        return Plan("when", (enough, lit(True), rest), "bool")

    def _on_shared(self, node: tree.OnShared) -> Plan:
        if node.rule in self.absent:
            return null("bool")
        return col(shared_verdict(node.rule, self.rules[node.rule].kind), "bool")

    def _assumed_bit(self, node: tree.Assume) -> Plan:
        assert isinstance(node.value, tree.BoolConstant)
        return Plan("fill", (self.test(node.fact), lit(node.value.value)), "bool")

    def _holds(self, node: tree.Holds) -> Plan:
        held, since, until = (
            self._named(f"{node.title}_{part}", kind)
            for part, kind in (("held", "bool"), ("from", "date"), ("to", "date"))
        )
        day = self.date(node.day)
        begun, unended = Plan("le", (since, day), "bool"), Plan("ge", (until, day), "bool")
        return all_of([held, begun, unended])

    def _code_test(self, node: tree.CodeTest) -> Plan:
        codes: tuple[str, ...] | None
        if isinstance(node.codes, tree.Parameter):
            value = self.parameters[node.codes.name].at(self.as_of)
            codes = value.codes if isinstance(value, Codes) else None
        else:
            codes = node.codes
        subject = self._text(node.subject)
        if codes is None:
            return null("bool")
        if node.kind == "one_of":
            return Plan("isin", (subject, codes), "bool")
        return any_of([Plan("prefix", (subject, code), "bool") for code in codes])

    def _compare(self, node: tree.Compare) -> Plan:
        if node.kind == "number":
            return self._compare_numbers(node)
        read = {"date": self.date, "code": self._text, "bool": self.test}[node.kind]
        return Plan(_OPS[node.op], (read(node.left), read(node.right)), "bool")

    def _compare_numbers(self, node: tree.Compare) -> Plan:
        for side in (node.left, node.right):
            for part in tree.walk(side):
                if isinstance(part, tree.Parameter) and part.name not in self._fixed:
                    value = self.parameters[part.name].at(self.as_of)
                    if isinstance(value, Banded):
                        return self._by_band(node, part.name, value)
        return self._compare_plain(node)

    def _by_band(self, node: tree.Compare, name: str, value: Banded) -> Plan:
        tests = self._band_tests(value)
        outcomes = []
        for step in value.steps:
            self._fixed[name] = Exact.of(step.value)
            outcomes.append(self._compare_numbers(node))
        del self._fixed[name]
        chosen = outcomes[-1]
        for test, outcome in zip(reversed(tests), reversed(outcomes[:-1]), strict=True):
            chosen = Plan("when", (test, outcome, chosen), "bool")
        none_holds = negate(any_of(outcomes))
        agreed = Plan("when", (none_holds, lit(False), null("bool")), "bool")
        agreed = Plan("when", (all_of(outcomes), lit(True), agreed), "bool")
        return Plan("when", (Plan("isnull", (tests[0],), "bool"), agreed, chosen), "bool")

    def _band_tests(self, value: Banded) -> list[Plan]:
        by, tests = self.number(value.by), []
        for step in value.steps[:-1]:
            if step.to is not None:
                tests.append(compare("le", by, Exact.of(step.to)))
            elif step.below is not None:
                tests.append(compare("lt", by, Exact.of(step.below)))
        return tests

    def _compare_plain(self, node: tree.Compare) -> Plan:
        op = _OPS[node.op]
        for side, other, mine in (
            (node.left, node.right, op),
            (node.right, node.left, _MIRROR[op]),
        ):
            if isinstance(side, tree.Cagr):
                return self._compare_cagr(mine, side, other)
            if isinstance(side, tree.RuleRef) and self.rules[side.rule].kind == "score":
                return self._compare_interval(mine, *self._score_ends(side), self.number(other))
            if isinstance(side, tree.Events):
                return self._compare_interval(mine, *self._event_ends(side), self.number(other))
        return compare(op, self.number(node.left), self.number(node.right))

    def _compare_cagr(self, op: str, node: tree.Cagr, floor: tree.Node) -> Plan:
        assert isinstance(floor, tree.Parameter)
        value = self._fixed.get(floor.name)
        rate = self._parameter_value(floor.name) if value is None else value
        if rate.num.constant is None or rate.den.constant != 1:
            return null("bool")
        power = (1 + rate.num.constant * rate.scale) ** node.years
        last, base = self._year(node.name, 0), self._year(node.name, node.years)
        sound = all_of(
            [compare("gt", base, Exact.of(Fraction(0))), compare("ge", last, Exact.of(Fraction(0)))]
        )
        test = compare(op, last, base * Exact.of(power))
        return Plan("when", (sound, test, null("bool")), "bool")

    def _compare_interval(self, op: str, low: Exact, high: Exact, floor: Exact) -> Plan:
        if op in ("eq", "ne"):
            same = all_of([compare("eq", low, floor), compare("eq", high, floor)])
            apart = any_of([compare("gt", low, floor), compare("lt", high, floor)])
            yes, no = (same, apart) if op == "eq" else (apart, same)
            rest = Plan("when", (no, lit(False), null("bool")), "bool")
            return Plan("when", (yes, lit(True), rest), "bool")
        sure, could = (low, high) if op in ("ge", "gt") else (high, low)
        surely, possibly = compare(op, sure, floor), compare(op, could, floor)
        rest = Plan("when", (negate(possibly), lit(False), null("bool")), "bool")
        return Plan("when", (surely, lit(True), rest), "bool")

    def _score_ends(self, node: tree.RuleRef) -> tuple[Exact, Exact]:
        if node.rule in self.absent:
            return Exact.unknown(), Exact.unknown()
        name = node.rule + (f"__{node.group}" if node.group else "")
        low, high = (
            Exact(Whole(col(f"{name}__{end}", "int"), _POINT_BOUND, True), scale=POINT_QUANTUM)
            for end in ("low", "high")
        )
        return low, high

    def _event_ends(self, node: tree.Events) -> tuple[Exact, Exact]:
        from jingkai.rulebook.events import event_count

        name = event_count(node, self).name
        low, high = (
            Exact(Whole(self._named(f"{name}__{end}", "int"), _POINT_BOUND, True))
            for end in ("low", "high")
        )
        return low, high

    # --- numbers

    def number(self, node: tree.Node) -> Exact:
        """Return a number exactly."""
        handler = _NUMBERS.get(type(node))
        if handler is None:
            raise ExpressionError(f"{type(node).__name__} is no number")
        return handler(self, node)

    def _fact_number(self, node: tree.FactRef) -> Exact:
        fact = self._fact(node)
        plan = self._column(fact, node)
        return Exact(Whole(plan, fact.bound, fact.never_negative), scale=fact.quantum)

    def _year(self, name: str, ago: int) -> Exact:
        return self._fact_number(tree.FactRef(name, ago))

    def _parameter(self, node: tree.Parameter) -> Exact:
        fixed = self._fixed.get(node.name)
        return self._parameter_value(node.name) if fixed is None else fixed

    def _parameter_value(self, name: str) -> Exact:
        value = self.parameters[name].at(self.as_of)
        if isinstance(value, Fixed) and isinstance(value.value, Fraction):
            return Exact.of(value.value)
        if isinstance(value, Banded):
            return self._banded_value(value)
        if isinstance(value, Keyed):
            return self._keyed_value(value)
        return Exact.unknown()

    def _banded_value(self, value: Banded) -> Exact:
        tests = self._band_tests(value)
        chosen = Exact.of(value.steps[-1].value)
        for test, step in zip(reversed(tests), reversed(value.steps[:-1]), strict=True):
            chosen = Exact.of(step.value).choose(test, chosen)
        return chosen.unknown_unless(negate(Plan("isnull", (tests[0],), "bool")))

    def _keyed_value(self, value: Keyed) -> Exact:
        subject = self._text(value.by)
        chosen = Exact.unknown()
        for key, number in value.table:
            test = Plan("eq", (subject, lit(key)), "bool")
            chosen = Exact.of(number).choose(test, chosen)
        return chosen

    def _rule_number(self, node: tree.RuleRef) -> Exact:
        if node.rule in self.absent:
            return Exact.unknown()
        quantum = self.quanta.get(node.rule, Fraction(1))
        return Exact(Whole(col(node.rule, "int"), _AMOUNT_BOUND), scale=quantum)

    def _arithmetic(self, node: tree.Arithmetic) -> Exact:
        left, right = self.number(node.left), self.number(node.right)
        match node.op:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case _:
                return left / right

    def _extreme(self, node: tree.Extreme) -> Exact:
        def pick(a: Exact, b: Exact) -> Exact:
            first = compare("le" if node.op == "least" else "ge", a, b)
            known = negate(Plan("isnull", (first,), "bool"))
            return a.choose(first, b).unknown_unless(known)

        return reduce(pick, [self.number(arg) for arg in node.args])

    def _case(self, node: tree.Case) -> Exact:
        chosen = self.number(node.default)
        for test_node, value in reversed(node.branches):
            test = self.test(test_node)
            known = negate(Plan("isnull", (test,), "bool"))
            chosen = self.number(value).choose(test, chosen).unknown_unless(known)
        return chosen

    def _total(self, node: tree.Total) -> Exact:
        years = [self._year(node.name, ago) for ago in range(node.years)]
        if not node.up_to:
            total = reduce(Exact.__add__, years)
            return total / Exact.of(Fraction(node.years)) if node.mean else total
        exists = [self._existed(ago) for ago in range(node.years)]
        zero = Exact.of(Fraction(0))
        total = reduce(
            Exact.__add__, [y.choose(e, zero) for y, e in zip(years, exists, strict=True)]
        )
        if not node.mean:
            return total
        counted = Whole(Plan("sumtrue", tuple(exists), "int"), node.years, True)
        return total / Exact(counted)

    def _existed(self, ago: int) -> Plan:
        fact = self.vocabulary.entities[self.entity].established
        assert fact is not None
        described = self.vocabulary.entities[self.entity].facts[fact]
        established = self._column(described, tree.FactRef(fact))
        year = lit(last_year(self.as_of) - ago)
        begun = Plan("le", (Plan("year", (established,), "int"), year), "bool")
        return any_of([Plan("isnull", (established,), "bool"), begun])

    def _growth(self, node: tree.Growth) -> Exact:
        last, base = self._year(node.name, 0), self._year(node.name, 1)
        sound = compare("gt", base, Exact.of(Fraction(0)))
        return ((last - base) / base).unknown_unless(sound)

    def _interval(self, node: tree.Interval) -> Exact:
        a, b = self.date(node.start), self.date(node.end)
        if node.kind == "days":
            return Exact(Whole(Plan("daydiff", (a, b), "int"), _DAYS_BOUND))
        if node.kind == "months_inclusive":
            return Exact(self._months(b) - self._months(a) + Whole.of(1))
        return Exact((self._calendar(b) - self._calendar(a)).floordiv(Whole.of(10_000)))

    def _months(self, day: Plan) -> Whole:
        year = Whole(Plan("year", (day,), "int"), 9999, True)
        return year * Whole.of(12) + Whole(Plan("month", (day,), "int"), 12, True)

    def _calendar(self, day: Plan) -> Whole:
        """Return the date as the number yyyymmdd; differences of 10,000 are whole years."""
        month = Whole(Plan("month", (day,), "int"), 12, True)
        rest = month * Whole.of(100) + Whole(Plan("day", (day,), "int"), 31, True)
        return Whole(Plan("year", (day,), "int"), 9999, True) * Whole.of(10_000) + rest

    def _assumed_number(self, node: tree.Assume) -> Exact:
        assert isinstance(node.value, tree.Constant)
        number = self._fact_number(node.fact)
        value = Fraction(node.value.value) / number.scale
        plan = Plan("fill", (number.num.plan, lit(int(value))), "int")
        return Exact(Whole(plan, number.num.bound, number.num.positive), scale=number.scale)

    def _aggregate(self, node: tree.Aggregate) -> Exact:
        name = self.aggregates[node]
        if node.kind != "sum":
            scale = Fraction(1) if node.kind == "count" else Fraction(1, 10**8)
            return Exact(Whole(col(name, "int"), _AMOUNT_BOUND), scale=scale)
        inner = Lowering(
            self.vocabulary, node.entity, self.as_of, None, self.parameters, self.rules, self.quanta
        ).number(node.arg)
        if inner.num.plan.kind == "wide":
            return Exact(Whole(col(name, "wide"), _SUM_BOUND), scale=inner.scale)
        return Exact(Whole(col(name, "int"), _AMOUNT_BOUND), scale=inner.scale)

    # --- dates, texts, columns

    def date(self, node: tree.Node) -> Plan:
        """Return a date."""
        if isinstance(node, tree.AsOf):
            return lit(self.as_of)
        if isinstance(node, tree.LastYearEnd):
            return lit(date(last_year(self.as_of), 12, 31))
        if isinstance(node, tree.FactRef):
            return self._column(self._fact(node), node)
        if isinstance(node, tree.Parameter):
            value = self.parameters[node.name].at(self.as_of)
            if isinstance(value, Fixed) and isinstance(value.value, date):
                return lit(value.value)
            return null("date")
        if isinstance(node, tree.DateAdd):
            days = self.number(node.days).in_quanta(Fraction(1))
            return Plan("dayadd", (self.date(node.date), days.plan), "date")
        if isinstance(node, tree.AddMonths):
            months = self.number(node.months).in_quanta(Fraction(1))
            return Plan("monthadd", (self.date(node.date), months.plan), "date")
        raise ExpressionError(f"{type(node).__name__} is no date")

    def _text(self, node: tree.Node) -> Plan:
        if isinstance(node, tree.TextConstant):
            return lit(node.value)
        if isinstance(node, tree.FactRef):
            return self._column(self._fact(node), node)
        if isinstance(node, tree.RuleRef):
            return self._result(node.rule, "text")
        raise ExpressionError(f"{type(node).__name__} is no code")

    def _result(self, rule: str, kind: Any) -> Plan:
        return null(kind) if rule in self.absent else col(rule, kind)

    def _fact(self, node: tree.FactRef) -> Fact:
        entity = self.entity
        if node.of:
            entity = self.vocabulary.entities[entity].references[node.of]
        return self.vocabulary.entities[entity].facts[node.name]

    def _column(self, fact: Fact, node: tree.FactRef) -> Plan:
        if self.shared_only and not fact.shared:
            return null(_KINDS.get(fact.type, "int"))
        year = None if node.ago is None else last_year(self.as_of) - node.ago
        name = fact.column(year)
        return self._named(f"{node.of}.{name}" if node.of else name, _KINDS.get(fact.type, "int"))

    def _named(self, name: str, kind: Any) -> Plan:
        if self.columns is not None and name not in self.columns:
            return null(kind)
        return col(name, kind)


_KINDS: dict[str, Any] = {"bool": "bool", "date": "date", "code": "text", "text": "text"}
_MIRROR = {"eq": "eq", "ne": "ne", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
_TESTS: dict[type[tree.Node], Callable[[Lowering, Any], Plan]] = {
    tree.BoolConstant: lambda _, node: lit(node.value),
    tree.FactRef: Lowering._fact_bit,
    tree.RuleRef: Lowering._rule_bit,
    tree.ConditionRef: lambda self, node: self.conditions[node.id],
    tree.Logic: Lowering._logic,
    tree.Not: lambda self, node: negate(self.test(node.arg)),
    tree.AtLeast: Lowering._at_least,
    tree.Assume: Lowering._assumed_bit,
    tree.Holds: Lowering._holds,
    tree.OnShared: Lowering._on_shared,
    tree.Unknown: lambda *_: null("bool"),
    tree.CodeTest: Lowering._code_test,
    tree.Compare: Lowering._compare,
}
_NUMBERS: dict[type[tree.Node], Callable[[Lowering, Any], Exact]] = {
    tree.Constant: lambda _, node: Exact.of(node.value),
    tree.Unknown: lambda *_: Exact.unknown(),
    tree.FactRef: Lowering._fact_number,
    tree.Parameter: Lowering._parameter,
    tree.RuleRef: Lowering._rule_number,
    tree.Arithmetic: Lowering._arithmetic,
    tree.Extreme: Lowering._extreme,
    tree.Case: Lowering._case,
    tree.Total: Lowering._total,
    tree.Growth: Lowering._growth,
    tree.Interval: Lowering._interval,
    tree.Assume: Lowering._assumed_number,
    tree.Aggregate: Lowering._aggregate,
}
