"""Land 土地."""

from __future__ import annotations

from datetime import date

import polars as pl

from benchmarks.handwritten.terms import Columns, all_of, amount, c, grade, half_up, last, under

__all__ = ["columns"]


def columns() -> Columns:
    """Return the columns of this measure's rules."""
    land, rank = last("land_used"), last("tax_per_mu_rank_share")
    per_mu = pl.when(land != 0).then(half_up(last("tax_paid") * 100, land))
    scope, known = "tax_per_mu_scope", [rank <= n * 1_000_000 for n in (20, 60, 95)]
    large = c("above_scale_industrial") | (land >= 30_000)
    return {
        **amount("tax_per_mu", pl.lit(True), per_mu),
        f"{scope}.industrial_firm": under(c("industry_code"), "B", "C"),
        f"{scope}.in_production": c("production_started_on") <= date(2023, 12, 31),
        f"{scope}.size": large,
        scope: all_of(scope, "industrial_firm", "in_production", "size"),
        "tax_per_mu_grade": grade(["T", "A", "B", "C", "D"], [~c(scope), *known]),
        "tax_per_mu_score.evaluated": c(scope),
        # No zone has set its benchmarks.
        **amount("tax_per_mu_score", c("tax_per_mu_score.evaluated"), pl.lit(None, pl.Int64)),
    }
