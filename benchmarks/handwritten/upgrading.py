"""Upgrading 改造升级."""

from __future__ import annotations

import polars as pl

from benchmarks.handwritten.terms import (
    UNKNOWN,
    Columns,
    all_of,
    amount,
    c,
    grade,
    half_up,
    holds,
    last,
    lesser,
    prior,
)

__all__ = ["columns"]

_LEVEL = 1_000_000  # a level, as numbers are stored


def columns() -> Columns:
    """Return the columns of this measure's rules."""
    return {**_deductions(), **_manufacturer(), **_smart_factory(), **_factory_grade()}


def _deductions() -> Columns:
    vat, chips = "advanced_manufacturing_vat_deduction", "ic_vat_deduction"
    equipment, retrofit = "equipment_one_off_deduction", "retrofit_credit_used"
    inputs = (last("deductible_input_vat") - last("export_input_vat")).clip(0)
    open_credit = last("retrofit_credit_open") + prior("retrofit_credit_open")
    tax = last("payable_income_tax_before_credit")
    window = f"{vat}.in_window"
    return {
        f"{equipment}.bought_in_window": pl.lit(True),
        **amount(equipment, c(f"{equipment}.bought_in_window"), last("new_equipment_within_limit")),
        window: pl.lit(True),
        f"{vat}.listed": last("advanced_manufacturer_listed"),
        **amount(vat, all_of(vat, "in_window", "listed"), half_up(inputs, 20)),
        f"{chips}.listed": last("ic_vat_listed"),
        **amount(
            chips,
            all_of(chips, window, "listed"),
            half_up(last("ic_creditable_input_vat") * 3, 20),
        ),
        f"{retrofit}.began": pl.lit(True),
        **amount(retrofit, c(f"{retrofit}.began"), lesser(open_credit, tax)),
    }


def _manufacturer() -> Columns:
    rule, sales = "advanced_manufacturer", last("all_sales")
    above = pl.when(sales != 0).then(last("manufacturing_sales") * 2 > sales)
    return {
        f"{rule}.general_taxpayer": c("vat_general_taxpayer"),
        f"{rule}.high_tech": holds("high_tech_enterprise_title"),
        f"{rule}.manufacturing_share": above,
        rule: all_of(rule, "general_taxpayer", "high_tech", "manufacturing_share"),
    }


def _smart_factory() -> Columns:
    rule = "excellent_smart_factory"
    own = {
        "above_scale": c("above_scale_industrial"),
        "good_credit": ~c("bad_credit_in_3_years"),
        "no_incident": ~c("larger_incident_in_3_years"),
        "advanced_before": holds("advanced_smart_factory_title"),
        "maturity": c("manufacturing_maturity_level") >= 3 * _LEVEL,
        "ai_scenes": c("ai_scene_share") >= 20_000_000,
        "leading_in_country": c("factory_benchmark").is_in(["country", "world"]),
        "secure": c("secure_equipment_and_software"),
    }
    return {f"{rule}.{n}": e for n, e in own.items()} | {rule: all_of(rule, *own)}


def _factory_grade() -> Columns:
    level, standing = c("manufacturing_maturity_level"), c("factory_benchmark")
    assessed, excellent = c("smart_factory_self_assessed"), c("excellent_smart_factory")
    leading = (
        excellent
        & holds("excellent_smart_factory_title")
        & (c("ai_scene_share") >= 60_000_000)
        & (standing == "world")
    )
    advanced = assessed & (level >= 2 * _LEVEL) & UNKNOWN
    advanced = advanced & standing.is_in(["province", "country", "world"])
    basic = assessed & standing.is_in(["above_average", "province", "country", "world"])
    names = ["leading", "excellent", "advanced", "basic", "none"]
    return {"smart_factory_grade": grade(names, [leading, excellent, advanced, basic])}
