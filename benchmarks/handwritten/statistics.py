"""Statistics 统计调查."""

from __future__ import annotations

from benchmarks.handwritten.terms import WAN, Columns, all_of, c, last, under

__all__ = ["columns"]


def columns() -> Columns:
    """Return the columns of this measure's rules."""
    rule = "above_scale_industrial"
    return {
        f"{rule}.legal_entity": c("legal_entity"),
        f"{rule}.industrial": under(c("industry_code"), "B", "C", "D"),
        f"{rule}.revenue": last("main_business_revenue") >= 2000 * WAN,
        rule: all_of(rule, "legal_entity", "industrial", "revenue"),
    }
