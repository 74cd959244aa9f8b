"""Supervision 信用监管."""

from __future__ import annotations

from benchmarks.handwritten.terms import UNKNOWN, Columns, c, grade

__all__ = ["columns"]


def columns() -> Columns:
    """Return the columns of this measure's rules."""
    published, classes = c("credit_risk_class_published"), ["A", "B", "C", "D"]
    by_points = grade(classes, [UNKNOWN, UNKNOWN, UNKNOWN])
    return {
        "credit_risk_class": grade(classes, [published == g for g in classes[:3]]),
        "credit_risk_class_by_points": by_points,
    }
