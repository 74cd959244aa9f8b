"""Supervision 信用监管."""

from __future__ import annotations

import polars as pl

from benchmarks.handwritten.terms import UNKNOWN, Columns, amount, c, grade

__all__ = ["columns"]


def columns() -> Columns:
    """Return the columns of this measure's rules."""
    return {**_classes(), **_inspections()}


def _classes() -> Columns:
    published, four = c("credit_risk_class_published"), ["A", "B", "C", "D"]
    tests = [published == name for name in four]
    tests.append((published == "E") & (c("zone.province") == "山东"))
    return {
        "credit_risk_class": grade([*four, "E"], tests),
        "credit_risk_class_by_points": grade(four, [UNKNOWN, UNKNOWN, UNKNOWN]),
    }


def _inspections() -> Columns:
    risk, rule = c("credit_risk_class"), "random_inspection_rate"
    rates = {"A": 500, "B": 2000, "C": 6000, "D": 10_000}
    rate: pl.Expr = pl.lit(None, pl.Int64)  # no zone of five classes has set its last
    for name, value in reversed(rates.items()):
        rate = pl.when(risk == name).then(value).when(risk.is_not_null()).then(rate)
    names = ["lowered", "usual", "raised", "strict"]
    return {
        "inspection_intensity": grade(names, [risk == name for name in "ABC"]),
        **amount(rule, pl.lit(True), rate),
        # No zone has set its yearly cap.
        "inspection_cap_left.below_cap": UNKNOWN,
        "inspection_cap_left": c("inspection_cap_left.below_cap"),
    }
