"""Exact numbers over columns: a scaled quotient of whole numbers with known bounds.

`scale · num / den` with `num` and `den` whole-number plans. Sums and comparisons cross-multiply;
nothing is ever divided, so a ratio on its boundary is decided as arithmetic decides it. Bounds
are carried along: where a result could pass 64 bits the operands are widened to 128, and what
could pass 128 is refused before anything runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from jingkai.rulebook.errors import ExpressionError
from jingkai.rulebook.plan import INT64, INT128, Plan, lit, null

__all__ = ["Exact", "Whole", "compare", "compare_scaled"]


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole-number plan with the largest absolute value it can take.

    `positive` says that it is never negative.
    """

    plan: Plan
    bound: int
    positive: bool = False

    @classmethod
    def of(cls, value: int) -> Whole:
        """Return a constant."""
        return cls(lit(value), abs(value), value >= 0)

    @property
    def constant(self) -> int | None:
        """Its value if it is a constant."""
        return int(self.plan.args[0]) if self.plan.op == "lit" else None

    def __add__(self, other: Whole) -> Whole:
        """Add."""
        return self._apply("add", other, self.bound + other.bound, self.positive and other.positive)

    def __sub__(self, other: Whole) -> Whole:
        """Subtract."""
        return self._apply("sub", other, self.bound + other.bound, False)

    def __mul__(self, other: Whole) -> Whole:
        """Multiply; one and zero fold away."""
        for a, b in ((self, other), (other, self)):
            if a.constant == 1:
                return b
        if self.constant is not None and other.constant is not None:
            return Whole.of(self.constant * other.constant)
        bound = self.bound * other.bound
        return self._apply("mul", other, bound, self.positive and other.positive)

    def floordiv(self, other: Whole) -> Whole:
        """Divide, rounding down; the divisor is positive or unknown."""
        if other.constant == 1:
            return self
        return self._apply("floordiv", other, self.bound, self.positive and other.positive)

    def _apply(self, op: str, other: Whole, bound: int, positive: bool) -> Whole:
        if bound > INT128:
            raise ExpressionError(
                "a product here could pass 128 bits and would not be exact",
                hint="compare quotients one at a time, or give the facts smaller bounds",
            )
        a, b = self.plan, other.plan
        wide = bound > INT64 or "wide" in (a.kind, b.kind)
        if wide:
            a, b = widen(a), widen(b)
        return Whole(Plan(op, (a, b), "wide" if wide else "int"), bound, positive)

    def choose(self, test: Plan, other: Whole) -> Whole:
        """Return self where the test holds, else the other (also where it is unknown)."""
        a, b = self.plan, other.plan
        if a == b:
            return self
        kind = "wide" if "wide" in (a.kind, b.kind) else "int"
        if kind == "wide":
            a, b = widen(a), widen(b)
        plan = Plan("when", (test, a, b), "wide" if kind == "wide" else "int")
        return Whole(plan, max(self.bound, other.bound), self.positive and other.positive)


def widen(plan: Plan) -> Plan:
    """Return the same whole number in 128 bits."""
    if plan.kind == "wide":
        return plan
    if plan.op in ("lit", "null"):
        return Plan(plan.op, plan.args, "wide")
    return Plan("wide", (plan,), "wide")


_ONE = Whole.of(1)


@dataclass(frozen=True, slots=True)
class Exact:
    """`scale · num / den`, exactly; unknown where num or den is null.

    `den` is null where the divisor was zero, never zero itself. `scale` is positive.
    """

    num: Whole
    den: Whole = _ONE
    scale: Fraction = Fraction(1)

    @classmethod
    def of(cls, value: Fraction) -> Exact:
        """Return a constant."""
        if value == 0:
            return cls(Whole.of(0))
        return cls(Whole.of(1 if value > 0 else -1), _ONE, abs(value))

    @classmethod
    def unknown(cls) -> Exact:
        """Return a number nobody knows."""
        return cls(Whole(null("int"), 1, True))

    @property
    def is_zero(self) -> bool:
        """Whether it is the constant zero."""
        return self.num.constant == 0

    def __add__(self, other: Exact) -> Exact:
        """Add over a common denominator."""
        if self.is_zero:
            return other
        if other.is_zero:
            return self
        a, b, den, scale = _common(self, other)
        return Exact(a + b, den, scale)

    def __sub__(self, other: Exact) -> Exact:
        """Subtract over a common denominator."""
        if other.is_zero:
            return self
        a, b, den, scale = _common(self, other)
        return Exact(a - b, den, scale)

    def __mul__(self, other: Exact) -> Exact:
        """Multiply."""
        return Exact(self.num * other.num, self.den * other.den, self.scale * other.scale)

    def __truediv__(self, other: Exact) -> Exact:
        """Divide; unknown where the divisor is zero."""
        if other.num.constant is not None and other.num.constant != 0:
            sign = Whole.of(1 if other.num.constant > 0 else -1)
            scale = self.scale / (other.scale * abs(other.num.constant))
            return Exact(self.num * other.den * sign, self.den, scale)
        num, den = self.num * other.den, self.den * _null_if_zero(other.num)
        return Exact(num, den, self.scale / other.scale)

    def choose(self, test: Plan, other: Exact) -> Exact:
        """Return self where the test holds, else the other (also where it is unknown)."""
        if self.scale != other.scale or self.den.plan != other.den.plan:
            scale = _common_scale(self.scale, other.scale)
            one, two = (Whole.of(int(x.scale / scale)) for x in (self, other))
            return Exact(
                (self.num * one).choose(test, other.num * two),
                self.den.choose(test, other.den),
                scale,
            )
        return Exact(self.num.choose(test, other.num), self.den, self.scale)

    def unknown_unless(self, test: Plan) -> Exact:
        """Return self where the test holds, else unknown."""
        kind = self.num.plan.kind
        plan = Plan("when", (test, self.num.plan, null(kind)), kind)
        return Exact(Whole(plan, self.num.bound, self.num.positive), self.den, self.scale)

    def in_quanta(self, quantum: Fraction, mode: str = "half_up") -> Whole:
        """Return it as a whole number of quanta, rounded by `mode` (half_up, down, up)."""
        factor = self.scale / quantum
        num, den = self._positive_den()
        num, den = num * Whole.of(factor.numerator), den * Whole.of(factor.denominator)
        if den.constant == 1:
            return num
        if mode == "half_up":
            two = Whole.of(2)
            return (num * two + den).floordiv(den * two)
        return num.floordiv(den) if mode == "down" else (num + den - _ONE).floordiv(den)

    def _positive_den(self) -> tuple[Whole, Whole]:
        if self.den.positive:
            return self.num, self.den
        zero, minus = Whole.of(0), Whole.of(-1)
        negative = _test("lt", self.den, zero)
        num, den = (x * minus for x in (self.num, self.den))
        den = den.choose(negative, self.den)
        return num.choose(negative, self.num), Whole(den.plan, den.bound, True)


def compare(op: str, left: Exact, right: Exact) -> Plan:
    """Return the test `left op right` (``eq ne lt le gt ge``), unknown where either side is."""
    scale = _common_scale(left.scale, right.scale)
    ka, kb = (Whole.of(int(x.scale / scale)) for x in (left, right))
    common = math.gcd(ka.bound, kb.bound) or 1
    ka, kb = Whole.of(ka.bound // common), Whole.of(kb.bound // common)
    same_den = left.den.plan == right.den.plan
    a = left.num * ka if same_den else left.num * right.den * ka
    b = right.num * kb if same_den else right.num * left.den * kb
    den = left.den if same_den else left.den * right.den
    test = _test(op, a, b)
    if not den.positive and op not in ("eq", "ne"):
        flipped = _test({"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}[op], a, b)
        test = Plan("when", (_test("gt", den, Whole.of(0)), test, flipped), "bool")
    if same_den and den.constant is None:
        test = Plan("when", (Plan("isnull", (den.plan,), "bool"), null("bool"), test), "bool")
    return test


def compare_scaled(op: str, whole: Whole, quantum: Fraction, right: Exact) -> Plan:
    """Return the test of a whole number of quanta against a number."""
    return compare(op, Exact(whole, _ONE, quantum), right)


def _test(op: str, a: Whole, b: Whole) -> Plan:
    left, right = a.plan, b.plan
    if "wide" in (left.kind, right.kind):
        left, right = widen(left), widen(right)
    return Plan(op, (left, right), "bool")


def _null_if_zero(divisor: Whole) -> Whole:
    plan = divisor.plan
    zero = Plan("eq", (plan, widen(lit(0)) if plan.kind == "wide" else lit(0)), "bool")
    guarded = Plan("when", (zero, null(plan.kind), plan), plan.kind)
    return Whole(guarded, divisor.bound, divisor.positive)


def _common_scale(a: Fraction, b: Fraction) -> Fraction:
    """Return the largest scale of which both are whole multiples."""
    den = a.denominator * b.denominator
    return Fraction(math.gcd(int(a * den), int(b * den)), den)


def _common(a: Exact, b: Exact) -> tuple[Whole, Whole, Whole, Fraction]:
    scale = _common_scale(a.scale, b.scale)
    ka, kb = (Whole.of(int(x.scale / scale)) for x in (a, b))
    if a.den.plan == b.den.plan:
        return a.num * ka, b.num * kb, a.den, scale
    return a.num * b.den * ka, b.num * a.den * kb, a.den * b.den, scale
