"""Foreign investment 外商投资."""

from __future__ import annotations

import polars as pl

from benchmarks.handwritten.terms import UNKNOWN, Columns, all_of, c, holds, last, share

__all__ = ["columns"]

_WEST = [
    "内蒙古",
    "广西",
    "重庆",
    "四川",
    "贵州",
    "云南",
    "西藏",
    "陕西",
    "甘肃",
    "青海",
    "宁夏",
    "新疆",
]


def columns() -> Columns:
    """Return the columns of this measure's rules."""
    return {**_encouraged(), **_reduced_rates(), **_technology_advanced()}


def _encouraged() -> Columns:
    rule = "encouraged_foreign_enterprise"
    return {
        f"{rule}.foreign_invested": c("foreign_invested"),
        f"{rule}.in_catalogue": c("encouraged_national") | c("encouraged_regional"),
        f"{rule}.negative_list": c("negative_list_compliant"),
        rule: all_of(rule, "foreign_invested", "in_catalogue", "negative_list"),
    }


def _reduced_rates() -> Columns:
    south, west, reduced = (
        "hainan_income_tax_rate",
        "western_income_tax_rate",
        "technology_advanced_service_tax_rate",
    )
    covered, main = "equipment_one_off_deduction.bought_in_window", f"{south}.encouraged_share"
    income = share(last("encouraged_catalogue_revenue"), last("gross_income"), 60)
    return {
        f"{south}.in_hainan": c("zone.province") == "海南",
        f"{south}.substantive": c("hainan_substantive"),
        main: income,
        south: all_of(south, "in_hainan", "substantive", covered, "encouraged_share"),
        f"{west}.in_the_west": c("zone.province").is_in(_WEST) | c("western_equivalent_area"),
        f"{west}.year_covered": pl.lit(True),
        west: all_of(west, "in_the_west", "year_covered", main),
        f"{reduced}.certificate": holds("tech_advanced_service_title"),
        reduced: c(f"{reduced}.certificate"),
    }


def _technology_advanced() -> Columns:
    rule, business = "technology_advanced_service_enterprise", c("atse_business")
    income, offshore = last("total_income"), last("offshore_outsourcing_income")
    own = ("legal_person", "listed_business", "technology", "college_staff", "listed_income")
    return {
        f"{rule}.legal_person": c("mainland_registered") & c("legal_entity"),
        f"{rule}.listed_business": business.is_in(["ito", "bpo", "kpo", "service_trade"]),
        f"{rule}.technology": c("advanced_technology"),
        f"{rule}.college_staff": share(last("college_staff"), last("staff"), 50),
        f"{rule}.listed_income": share(last("atse_income"), income, 50),
        f"{rule}.offshore_income.applies": business.is_in(["ito", "bpo", "kpo"]),
        f"{rule}.offshore_income": ~c(f"{rule}.offshore_income.applies")
        | share(offshore, income, 35),
        f"{rule}.trade_income.applies": business == "service_trade",
        f"{rule}.trade_income": ~c(f"{rule}.trade_income.applies") | UNKNOWN,
        rule: all_of(rule, *own, "offshore_income", "trade_income"),
    }
