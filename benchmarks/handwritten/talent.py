"""Talent 人才."""

from __future__ import annotations

from benchmarks.handwritten.terms import (
    UNKNOWN,
    Columns,
    all_of,
    amount,
    c,
    half_up,
    holds,
    last,
    lesser,
)

__all__ = ["columns"]

import polars as pl

_YEAR = 1_000_000  # a year, as numbers are stored


def columns() -> Columns:
    """Return the columns of this measure's rules."""
    return {**_apprentices(), **_employer(), **_education_credit(), **_staff_education()}


def _apprentices() -> Columns:
    rule, years = "apprentice_training_subsidy", c("apprenticeship_years")
    special = c("apprenticeship_special") & (years <= 3 * _YEAR)
    heads = sum(
        (last(f"apprentices_{level}") for level in ("senior", "technician")),
        last("apprentices_intermediate"),
    )
    return {
        f"{rule}.contract": c("apprentice_contract_years") >= _YEAR,
        f"{rule}.term": (years >= _YEAR) & ((years <= 2 * _YEAR) | special),
        **amount(rule, all_of(rule, "contract", "term"), heads * 500_000),
    }


def _employer() -> Columns:
    rule = "high_level_talent_employer"
    return {
        f"{rule}.number": UNKNOWN,
        f"{rule}.contract": c("talent_contract_years") >= 3 * _YEAR,
        f"{rule}.in_place": last("talent_months_in_place") >= 6_000_000,
        rule: all_of(rule, "number", "contract", "in_place"),
    }


def _education_credit() -> Columns:
    rule, carried = "industry_education_credit", "industry_education_credit_carried"
    tenths, due = last("vocational_education_investment") * 3, last("education_surcharges_due")
    left = (last("education_credit_carried_in") - due) * 10 + tenths
    pilot = c(f"{rule}.pilot")
    return {
        f"{rule}.pilot": holds("industry_education_title"),
        **amount(rule, pilot, lesser(half_up(tenths, 10), due)),
        **amount(carried, pilot, half_up(left.clip(lower_bound=0), 10)),
    }


def _staff_education() -> Columns:
    spent = last("staff_education_expense") + last("staff_education_carried_in")
    value = lesser(spent, half_up(last("wage_total") * 8, 100))
    return amount("staff_education_deduction", pl.lit(True), value)
