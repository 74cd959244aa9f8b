"""Innovation platforms 创新平台."""

from __future__ import annotations

from datetime import date

import polars as pl

from benchmarks.handwritten.bands import growth_points, growth_tests, marked, open_mark
from benchmarks.handwritten.terms import (
    AS_OF,
    WAN,
    Columns,
    Ends,
    all_of,
    amount,
    any_of,
    c,
    existing,
    falling,
    grade,
    half_up,
    holds,
    last,
    points,
    score_at_least,
    score_total,
    share,
    under,
)

__all__ = ["columns"]

_YEARLY = (5, 4, 3, 2, 1)


def columns() -> Columns:
    """Return the columns of this measure's rules."""
    return {
        **_sums(),
        **_score(),
        **_high_tech(),
        **_research(),
        **_technology_sme(),
        **_titles(),
    }


def _sums() -> Columns:
    """Return what the high-tech enterprise rule and its score share."""
    return {
        "_rd_existing": existing("rd_expense"),
        "_revenue_existing": existing("revenue"),
        "_domestic_existing": existing("domestic_rd_expense"),
        "_conversions": existing("tech_conversions"),
        "_age": _age(),
        "_young": c("established_on") > date(2023, 6, 30),
        **_conversion_tests(),
        **growth_tests("net_assets"),
        **growth_tests("revenue"),
    }


def _conversion_tests() -> Columns:
    """Return whether results came into use at least so often a year, over at most three years."""
    age, years, done = c("_age"), c("_years"), c("_conversions")

    def at_least(n: int) -> pl.Expr:
        return pl.when(years > 0).then(done >= years * n).when(years < 0).then(done <= years * n)

    return {
        "_years": age.clip(upper_bound=3),
        **{f"_conversions_{n}_a_year": at_least(n) for n in _YEARLY},
    }


def _age() -> pl.Expr:
    founded = c("established_on").dt
    month, day = founded.month().cast(pl.Int32), founded.day().cast(pl.Int32)
    late = (month > 6) | ((month == 6) & (day > 30))
    return (AS_OF.year - founded.year() - late.cast(pl.Int32)).cast(pl.Int64)


def _score() -> Columns:
    rule = "hte_innovation_score"
    management = [
        open_mark(f"hte_mark_{m}", n)
        for m, n in (("rd_system", 600), ("rd_body", 600), ("incentives", 400), ("talent", 400))
    ]
    growth = [
        growth_points("net_assets", "hte_mark_growth_assets", below_zero=True),
        growth_points("revenue", "hte_mark_growth_revenue"),
    ]
    groups = {
        "ip": (_ip(), 3000),
        "conversion": ([_conversion()], 3000),
        "management": (management, 2000),
        "growth": (growth, 2000),
    }
    return {**points(rule, groups), **score_total(rule, *groups)}


def _ip() -> list[Ends]:
    class1, class2 = c("class1_ip_count"), c("class2_ip_count")
    counts = [class1 >= 1, class2 >= 5, class2 >= 3, class2 >= 1]
    least, most = [700, 500, 300, 100, 0], [800, 600, 400, 200, 0]
    quantity = marked(falling(counts, least, most), "hte_mark_ip_quantity", counts, least, most)
    none, own = class1 + class2 < 1, c("ip_by_own_research")
    low = pl.when(none.fill_null(True)).then(0).otherwise(100)
    high = pl.when(own.fill_null(True)).then(600).otherwise(300)
    high = pl.when(none.fill_null(False)).then(0).otherwise(high)
    means = marked((low, high), "hte_mark_ip_means", [none, own], [0, 100, 100], [0, 600, 300])
    return [
        open_mark("hte_mark_advancement", 800),
        open_mark("hte_mark_core_support", 800),
        quantity,
        means,
        open_mark("hte_mark_standards", 200),
    ]


def _conversion() -> Ends:
    yearly = [c(f"_conversions_{n}_a_year") for n in _YEARLY]
    least, most = [2500, 1900, 1300, 700, 100, 0], [3000, 2400, 1800, 1200, 600, 0]
    return marked(falling(yearly, least, most), "hte_mark_conversion", yearly, least, most)


def _high_tech() -> Columns:
    rule, revenue, rd = "high_tech_enterprise", c("_revenue_existing"), c("_rd_existing")
    step = last("revenue")
    floor = pl.when(step <= 5000 * WAN).then(5).when(step <= 20_000 * WAN).then(4)
    floor = floor.when(step > 20_000 * WAN).then(3)
    own = {
        "mainland_resident": c("resident_enterprise") & c("mainland_registered"),
        "a_year_old": c("established_on") <= date(2025, 6, 30),
        "owns_core_ip": c("core_ip_count") >= 1,
        "in_field": c("hte_field") != "none",
        "tech_staff_share": share(last("tech_staff"), last("staff"), 10),
        "rd_intensity": pl.when(revenue != 0).then(rd * 100 >= revenue * floor),
        "domestic_rd": share(c("_domestic_existing"), rd, 60),
        "high_tech_income_share": share(last("high_tech_income"), last("total_income"), 60),
        "innovation_score": score_at_least("hte_innovation_score", 7000, strict=True),
        "clean_year": ~c("serious_incident_in_year"),
    }
    return {f"{rule}.{n}": e for n, e in own.items()} | {rule: all_of(rule, *own)}


def _research() -> Columns:
    rule, transfer = "rd_super_deduction", "technology_transfer_relief"
    excluded = under(c("industry_code"), "C16", "H", "F", "K", "L", "R90")
    gained = last("tech_transfer_income") - last("tech_transfer_income_barred")
    free = 500_000_000
    halves = gained.clip(0, free) * 2 + (gained - free).clip(lower_bound=0)
    return {
        f"{rule}.resident": c("resident_enterprise"),
        f"{rule}.sound_accounts": c("sound_accounts"),
        f"{rule}.industry": ~excluded,
        **amount(rule, all_of(rule, "resident", "sound_accounts", "industry"), _deduction()),
        **amount(transfer, c(f"{rule}.resident"), half_up(halves, 2)),
    }


def _deduction() -> pl.Expr:
    """Return the spending with other costs up to a ninth of the rest, at 120 or 100 per cent."""
    direct, other = last("deductible_rd_direct"), last("deductible_rd_other")
    wide = direct.cast(pl.Int128)
    others = other.cast(pl.Int128) * 9
    least = pl.when(others <= wide).then(others).when(others > wide).then(wide)
    ninths = (wide + last("rd_intangible_amortisation")) * 9 + least
    listed = c("ic_or_machine_tool_listed")
    rate = pl.when(listed).then(6).when(~listed).then(5)
    return half_up(ninths * rate, 45).cast(pl.Int64)


def _technology_sme() -> Columns:
    rule, score = "technology_sme", "technology_sme_score"
    resident = "high_tech_enterprise.mainland_resident"
    permitted, listed = "single_champion.permitted", "single_champion.not_listed"
    sizes = ("staff_size", "sales_size", "assets_size")
    body = c("provincial_rd_body") | c("led_standard_in_5_years")
    direct = holds("high_tech_enterprise_title") | c("national_award_in_5_years") | body
    some_staff = score_at_least(f"{score}__staff", 0, strict=True)
    return {
        f"{rule}.staff_size": last("tech_sme_staff") <= 500,
        f"{rule}.sales_size": last("revenue") <= 20_000 * WAN,
        f"{rule}.assets_size": last("total_assets") <= 20_000 * WAN,
        f"{rule}.no_serious_case": ~last("serious_case") & ~c("serious_case_2026"),
        f"{rule}.scored": score_at_least(score, 6000) & some_staff,
        f"{rule}.direct": direct,
        rule: all_of(rule, resident, *sizes, permitted, "no_serious_case", listed)
        & any_of(rule, "scored", "direct"),
    }


def _titles() -> Columns:
    ten_years, check = "loss_carry_forward_ten_years", "technology_sme_site_check"
    certificate = "advanced_manufacturer.high_tech"
    few = (last("tech_sme_staff") <= 5) | (last("tech_sme_rd_expense") < 10 * WAN)
    no_ip = (c("product_class1_ip_count") == 0) & (c("product_class2_ip_count") == 0)
    risky = c("tech_sme_risk_in_3_years") | c("tech_sme_first_entry")
    return {
        "hte_income_tax_rate": c(certificate),
        f"{ten_years}.technology_sme_title": holds("technology_sme_title"),
        ten_years: any_of(ten_years, certificate, "technology_sme_title"),
        check: grade(["site", "documents"], [few | no_ip | risky]),
    }
