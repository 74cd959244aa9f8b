"""What a rule of each kind stores, as plans over its conditions.

Eligibility and duty: one bit. Score: least, most, and the points where the two meet. Amount: the
right, the amount, and its bounds while the right is open. Grade: the first grade that holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise

from jingkai.rulebook.exact import Exact, Whole
from jingkai.rulebook.lower import POINT_QUANTUM, Lowering, all_of, any_of, negate
from jingkai.rulebook.plan import Plan, col, lit, null
from jingkai.rulebook.rule import CheckedGroup, CheckedItem, Rule
from jingkai.rulebook.tree import FactRef
from jingkai.vocabulary import DIGITS, Unit, units

__all__ = ["amount_quantum", "item_points", "result_plans"]

Columns = dict[str, Plan]


@cache
def amount_quantum(unit: Unit) -> Fraction:
    """Return how exactly an amount of a unit is stored: money to the fen, the rest to 0.0001."""
    if unit.currency is not None:
        fen = Fraction(1, 10 ** DIGITS["money"])
        return units().convert(fen, unit.currency, str(unit))
    return Fraction(1, 10 ** DIGITS["quantity"])


def result_plans(rule: Rule, lowering: Lowering) -> list[Columns]:
    """Return the result columns of a rule, in steps that each may read the ones before."""
    return _KINDS[rule.kind](rule, lowering)


def _verdict(rule: Rule, lowering: Lowering) -> list[Columns]:
    assert rule.decide is not None
    return [{rule.id: lowering.test(rule.decide)}]


def _duty(rule: Rule, lowering: Lowering) -> list[Columns]:
    steps = _verdict(rule, lowering)
    if rule.due is not None:
        due = lowering.date(rule.due)
        steps.append(
            {f"{rule.id}__due": Plan("when", (col(rule.id, "bool"), due, null("date")), "date")}
        )
    return steps


def _amount(rule: Rule, lowering: Lowering) -> list[Columns]:
    assert rule.decide is not None and rule.value is not None
    right = f"{rule.id}__right"
    whole = _rounded(rule, lowering)
    known = whole.plan if whole.plan.kind == "int" else Plan("narrow", (whole.plan,), "int")
    yes = col(right, "bool")
    open_right = Plan("isnull", (yes,), "bool")
    zero = lit(0)
    at_most = Plan("when", (Plan("lt", (known, zero), "bool"), zero, known), "int")
    refused = Plan("when", (negate(yes), zero, null("int")), "int")
    value = Plan("when", (yes, known, refused), "int")
    low = Plan("when", (open_right, zero, value), "int")
    high = Plan("when", (open_right, at_most, value), "int")
    return [
        {right: lowering.test(rule.decide)},
        {rule.id: value, f"{rule.id}__low": low, f"{rule.id}__high": high},
    ]


def _rounded(rule: Rule, lowering: Lowering) -> Whole:
    assert rule.value is not None
    number = lowering.number(rule.value)
    if rule.cap is not None:
        cap = lowering.number(rule.cap)
        number = _least(number, cap)
    quantum = amount_quantum(rule.unit)
    if rule.round_to is None or rule.source.round is None:
        return number.in_quanta(quantum)
    rounded = number.in_quanta(rule.round_to, rule.source.round.mode)
    return rounded * Whole.of(int(rule.round_to / quantum))


def _least(a: Exact, b: Exact) -> Exact:
    from jingkai.rulebook.exact import compare

    first = compare("le", a, b)
    return a.choose(first, b).unknown_unless(negate(Plan("isnull", (first,), "bool")))


def _indicator(rule: Rule, lowering: Lowering) -> list[Columns]:
    assert rule.value is not None
    whole = lowering.number(rule.value).in_quanta(amount_quantum(rule.unit))
    plan = whole.plan if whole.plan.kind == "int" else Plan("narrow", (whole.plan,), "int")
    return [{rule.id: plan}]


def _grade(rule: Rule, lowering: Lowering) -> list[Columns]:
    result: Plan = null("text")
    for grade, test_node in reversed(rule.grades):
        if test_node is None:
            result = lit(grade)
            continue
        test = lowering.test(test_node)
        known = Plan("isnull", (test,), "bool")
        result = Plan("when", (test, lit(grade), result), "text")
        result = Plan("when", (known, null("text"), result), "text")
    return [{rule.id: result}]


def _score(rule: Rule, lowering: Lowering) -> list[Columns]:
    ends: Columns = {}
    sums: dict[str, list[Whole]] = {"low": [], "high": []}
    for group in rule.groups:
        for end, total in zip(("low", "high"), _group_ends(group, lowering), strict=True):
            name = f"{rule.id}__{group.id}__{end}"
            if group.id:
                ends[name] = total.plan
                sums[end].append(Whole(col(name, "int"), total.bound, total.positive))
            else:
                sums[end].append(total)
    totals = {f"{rule.id}__{end}": _sum(parts).plan for end, parts in sums.items()}
    low, high = (col(f"{rule.id}__{end}", "int") for end in ("low", "high"))
    settled = Plan("when", (Plan("eq", (low, high), "bool"), low, null("int")), "int")
    return [step for step in (ends, totals, {rule.id: settled}) if step]


def _group_ends(group: CheckedGroup, lowering: Lowering) -> tuple[Whole, Whole]:
    ends = [item_points(item, lowering) for item in group.items]
    low, high = (_sum([end[i] for end in ends]) for i in (0, 1))
    if group.cap is None:
        return low, high
    cap = Whole.of(int(group.cap / POINT_QUANTUM))
    over = [Plan("gt", (x.plan, cap.plan), "bool") for x in (low, high)]
    return cap.choose(over[0], low), cap.choose(over[1], high)


def _sum(parts: list[Whole]) -> Whole:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def item_points(item: CheckedItem, lowering: Lowering) -> tuple[Whole, Whole]:
    """Return an item's least and most hundredths of points, over the bands still possible."""
    ends = [(int(b.least / POINT_QUANTUM), int(b.most / POINT_QUANTUM), b.test) for b in item.bands]
    if item.bands[-1].test is not None:
        ends.append((0, 0, None))
    tests = [lit(True) if t is None else lowering.test(t) for *_, t in ends]
    low = _lowest(tests, [e[0] for e in ends])
    high = _highest(tests, [e[1] for e in ends])
    bound = max(e[1] for e in ends)
    if item.mark is not None:
        low, high = _marked(item.mark, ends, tests, low, high, lowering)
    return Whole(low, bound, True), Whole(high, bound, True)


def _lowest(tests: list[Plan], points: list[int]) -> Plan:
    """Return the least points; where they fall, those of the first band that surely holds."""
    if _fall(points):
        return _chain(tests, points)
    over = (_points(p, n) for p, n in zip(_possible(tests), points, strict=True))
    return Plan("min", tuple(over), "int")


def _highest(tests: list[Plan], points: list[int]) -> Plan:
    """Return the most points; where they fall, those of the first band that may hold."""
    if _fall(points):
        return _chain([Plan("fill", (t, lit(True)), "bool") for t in tests], points)
    over = (_points(p, n) for p, n in zip(_possible(tests), points, strict=True))
    return Plan("max", tuple(over), "int")


def _fall(points: list[int]) -> bool:
    return all(a >= b for a, b in pairwise(points))


def _chain(tests: list[Plan], points: list[int]) -> Plan:
    """Return the points of the first test that holds; the last is that of the rest."""
    found: Plan = lit(points[-1])
    for test, number in zip(reversed(tests[:-1]), reversed(points[:-1]), strict=True):
        found = Plan("when", (test, lit(number), found), "int")
    return found


def _possible(tests: list[Plan]) -> list[Plan]:
    """Return for each band whether it may be the first that holds."""
    may = [Plan("fill", (t, lit(True)), "bool") for t in tests]
    not_sure = [negate(Plan("fill", (t, lit(False)), "bool")) for t in tests]
    return [all_of([*not_sure[:i], may[i]]) for i in range(len(tests))]


def _points(test: Plan, points: int) -> Plan:
    return Plan("when", (test, lit(points), null("int")), "int")


def _marked(
    mark: str,
    ends: Sequence[tuple[int, int, object]],
    tests: list[Plan],
    low: Plan,
    high: Plan,
    lowering: Lowering,
) -> tuple[Plan, Plan]:
    """Let an expert's mark fix the points where it lies within the one band that holds."""
    fact = lowering.vocabulary.entities[lowering.entity].facts[mark]
    stored = lowering._column(fact, FactRef(mark))
    factor = fact.quantum / POINT_QUANTUM
    given = Whole(stored, fact.bound, True) * Whole.of(factor.numerator)
    points = given.floordiv(Whole.of(factor.denominator)).plan
    within = []
    for i, (least, most, _) in enumerate(ends):
        if least < most:
            sure = [negate(t) for t in tests[:i]] + [tests[i]]
            edges = [
                Plan("ge", (points, lit(least)), "bool"),
                Plan("le", (points, lit(most)), "bool"),
            ]
            within.append(all_of([*sure, *edges]))
    if not within:
        return low, high
    fits = any_of(within)
    return Plan("when", (fits, points, low), "int"), Plan("when", (fits, points, high), "int")


_KINDS: dict[str, Callable[[Rule, Lowering], list[Columns]]] = {
    "eligibility": _verdict,
    "duty": _duty,
    "amount": _amount,
    "score": _score,
    "grade": _grade,
    "indicator": _indicator,
}
