"""Inspections counted for each enterprise, as the yearly cap asks.

At least and at most so many by one office this year: what is not known of an inspection may or may
not count. Those ordered from above do not.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from benchmarks.handwritten.terms import AS_OF, c

__all__ = ["COUNTS", "with_inspections"]

COUNTS = tuple(f"inspection.inspecting_office.{end}" for end in ("low", "high"))


def with_inspections(facts: pl.LazyFrame, inspections: pl.LazyFrame, whole: bool) -> pl.LazyFrame:
    """Add both counts to the facts; `whole` says that no inspection is missing from the table."""
    day = c("occurred_on")
    counts = (day > date(2025, 12, 31)) & (day <= AS_OF) & ~c("ordered_from_above")
    named = c("inspecting_office").is_not_null()
    rows = inspections.with_columns(sure=(counts & named).fill_null(False)).filter(
        counts.fill_null(True)
    )
    offices = rows.group_by("enterprise", "inspecting_office").agg(
        low=c("sure").sum().cast(pl.Int64), high=pl.len().cast(pl.Int64)
    )
    most = c("high").filter(named).max().fill_null(0) + c("high").filter(~named).sum()
    owners = offices.group_by("enterprise").agg(
        c("low").filter(named).max().fill_null(0).alias(COUNTS[0]), most.alias(COUNTS[1])
    )
    anybodys = rows.filter(c("enterprise").is_null()).select(pl.len()).collect().item()
    joined = facts.join(
        owners.filter(c("enterprise").is_not_null()),
        left_on="key",
        right_on="enterprise",
        how="left",
        maintain_order="left",
    )
    high = c(COUNTS[1]).fill_null(0) + anybodys if whole else pl.lit(None, pl.Int64)
    return joined.with_columns(c(COUNTS[0]).fill_null(0), high.alias(COUNTS[1]))
