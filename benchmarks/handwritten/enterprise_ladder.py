"""Enterprise ladder 梯度培育."""

from __future__ import annotations

from datetime import date

import polars as pl

from benchmarks.handwritten.terms import (
    UNKNOWN,
    WAN,
    Columns,
    all_of,
    amount,
    any_of,
    before,
    c,
    existing,
    falling,
    holds,
    last,
    points,
    prior,
    score_at_least,
    score_total,
    share,
    years,
)

__all__ = ["columns"]


def columns() -> Columns:
    """Return the columns of this measure's rules."""
    return {
        **_innovative_score(),
        **_innovative(),
        **_specialised(),
        **_little_giant(),
        **_reviews(),
        **_technology_score(),
        **_champion(),
        **_leaders(),
    }


def _innovative_score() -> Columns:
    rule = "innovative_sme_score"
    rd, revenue = last("rd_expense"), last("revenue")
    main, main_before = last("main_business_revenue"), prior("main_business_revenue")
    debts, assets = last("total_liabilities"), last("total_assets")
    steps = [2000, 1500, 1000, 500, 0]
    ip = [c(f"{kind}_count") >= 1 for kind in ("high_value_class1_ip", "own_class1_ip")]
    ip += [c(f"class{n}_ip_count") >= 1 for n in (1, 2)]
    grown = [share(main, main_before, n) for n in (115, 110, 105, 100)]
    debt = [pl.when(assets != 0).then(debts * 100 <= assets * n) for n in (55, 75)]
    field = [c("innovation_field") == "strategic"]
    groups = {
        "innovation": (
            [
                falling(ip, steps),
                falling([share(rd, revenue, n) for n in (5, 3, 2, 1)], steps),
            ],
            4000,
        ),
        "growth": ([falling(grown, steps), falling(debt, [1000, 500, 0])], 3000),
        "specialisation": (
            [
                falling(field, [1000, 500]),
                falling([share(main, revenue, n) for n in (70, 60, 55, 50)], steps),
            ],
            3000,
        ),
    }
    return {**points(rule, groups), **score_total(rule, *groups)}


def _innovative() -> Columns:
    rule, score = "innovative_sme", "innovative_sme_score"
    own = {
        "scored": score_at_least(score, 6000)
        & score_at_least(f"{score}__innovation", 2000)
        & score_at_least(f"{score}__growth", 1500)
        & score_at_least(f"{score}__specialisation", 1500),
        "award": c("science_award_in_3_years"),
        "title_held": holds("high_tech_enterprise_title") | c("demonstration_title"),
        "rd_body": c("provincial_rd_body"),
        "equity": existing("new_equity_financing") >= 500 * WAN,
    }
    small = c("little_giant.small_or_medium")
    return {f"{rule}.{n}": e for n, e in own.items()} | {rule: small & any_of(rule, *own)}


def _specialised() -> Columns:
    rule, giant = "specialised_sme", "little_giant"
    revenue, debts, assets = last("revenue"), last("total_liabilities"), last("total_assets")
    equity = years("new_equity_financing", 2)
    own = {
        "base_title": holds("innovative_sme_title") | holds("technology_sme_title"),
        "size": (revenue >= 1500 * WAN) | (equity >= 2000 * WAN),
        "main_share": share(last("main_business_revenue"), revenue, 80),
        "debt_ratio": pl.when(assets != 0).then(debts * 100 <= assets * 80),
        "rd_last": last("rd_expense") >= 100 * WAN,
        "rd_prior": prior("rd_expense") >= 100 * WAN,
        "class1_ip": (c("own_class1_ip_count") >= 1)
        | c("provincial_award_in_3_years")
        | c("provincial_rd_body"),
        "leading": c("leading_in_niche"),
        "platform_score": c("srdi_platform_score_2026") >= 50_000_000,
    }
    shared = ("small_or_medium", "in_niche", "rd_share_last", "rd_share_prior")
    both = all_of(giant, *shared)
    return {f"{rule}.{n}": e for n, e in own.items()} | {rule: all_of(rule, *own) & both}


def _little_giant() -> Columns:
    rule, revenue, base = "little_giant", last("revenue"), before("revenue")
    debts, assets = last("total_liabilities"), last("total_assets")
    own = {
        "small_or_medium": c("is_sme"),
        "specialised_title": holds("specialised_sme_title"),
        "in_niche": c("niche_since") <= date(2022, 12, 31),
        "revenue": revenue >= 5000 * WAN,
        "main_share": share(last("main_business_revenue"), revenue, 90),
        "growth": pl.when((base > 0) & (revenue >= 0)).then(revenue * 400 >= base * 441),
        "debt_ratio": pl.when(assets != 0).then(debts * 100 <= assets * 75),
        "rd_total": years("rd_expense", 2) >= 1200 * WAN,
        "rd_share_last": share(last("rd_expense"), revenue, 3),
        "rd_share_prior": share(prior("rd_expense"), prior("revenue"), 3),
        "class1_ip": (c("own_class1_ip_count") >= 4) | c("national_award_in_3_years"),
        "platform_score": c("srdi_platform_score_2026") >= 60_000_000,
        "not_champion": ~holds("single_champion_title"),
        "no_controlled_affiliate": ~c("little_giant_affiliate"),
    }
    market, link = "key_link_enterprise.standing", "key_link_enterprise.key_link"
    return {f"{rule}.{n}": e for n, e in own.items()} | {rule: all_of(rule, *own, market, link)}


def _reviews() -> Columns:
    lower, upper = "specialised_sme_review", "little_giant_review"
    this, past = c("srdi_platform_score_2026"), last("srdi_platform_score")
    shared = ("small_or_medium", "in_niche", "rd_share_last", "rd_share_prior")
    tier = ("size", "main_share", "debt_ratio", "rd_last", "rd_prior", "class1_ip", "leading")
    giant = ("revenue", "main_share", "debt_ratio", "rd_total", "class1_ip")
    market = ("key_link_enterprise.standing", "key_link_enterprise.key_link")
    both = all_of("little_giant", *shared)
    return {
        f"{lower}.platform_score": (this >= 50_000_000) | (past >= 50_000_000),
        f"{upper}.platform_score": (this >= 60_000_000) | (past >= 60_000_000),
        f"{upper}.later_round": pl.lit(False),
        lower: all_of(lower, "platform_score", "little_giant.specialised_title")
        & all_of("specialised_sme", *tier)
        & both,
        upper: all_of(upper, "platform_score", "later_round", "key_little_giant.little_giant")
        & all_of("little_giant", *giant, *market)
        & both,
    }


def _technology_score() -> Columns:
    rule, spent = "technology_sme_score", last("tech_sme_rd_expense")
    sold, cost_all = last("revenue"), last("cost_expense")
    nobody = (last("tech_sme_staff") == 0).fill_null(False)
    staff = [
        share(last("tech_sme_tech_staff"), last("tech_sme_staff"), n) for n in (30, 25, 20, 15, 10)
    ]
    research = [
        ((sold > 0) & share(spent, sold, sales)) | ((cost_all > 0) & share(spent, cost_all, cost))
        for sales, cost in ((6, 30), (5, 25), (4, 20), (3, 15), (2, 10))
    ]
    ip = [c("product_class1_ip_count") >= 1]
    ip += [c("product_class2_ip_count") >= n for n in (4, 3, 2, 1)]
    low, high = falling(staff, [2000, 1600, 1200, 800, 400, 0])
    staffed = pl.when(nobody).then(0).otherwise(low), pl.when(nobody).then(0).otherwise(high)
    groups = {
        "staff": ([staffed], 2000),
        "research": ([falling(research, [5000, 4000, 3000, 2000, 1000, 0])], 5000),
        "results": ([falling(ip, [3000, 2400, 1800, 1200, 600, 0])], 3000),
    }
    return {**points(rule, groups), **score_total(rule, *groups)}


def _champion() -> Columns:
    rule, since = "single_champion", c("champion_field_since")
    main = years("main_business_revenue", 3)
    new = c("champion_new_product") & (since <= date(2020, 12, 31))
    specialised = holds("specialised_sme_title") | holds("little_giant_title")
    own = {
        "legal_entity": c("legal_entity") & c("mainland_registered"),
        "in_field": (since <= date(2015, 12, 31)) | new,
        "revenue": (main >= 3 * 40_000 * WAN) | (specialised & (main >= 3 * 20_000 * WAN)),
        "global_rank": c("global_market_rank") <= 3,
        "technology": c("world_class_technology"),
        "research": c("strong_rd_body_and_ip"),
        "permitted": c("product_permitted"),
        "not_listed": ~c("abnormal_operation_listed") & ~c("serious_dishonesty"),
        "clean": c("champion_clean_record"),
    }
    return {f"{rule}.{n}": e for n, e in own.items()} | {rule: all_of(rule, *own)}


def _leaders() -> Columns:
    rule, key = "chain_leader", "key_little_giant"
    own = {
        "in_key_chain": UNKNOWN,
        "revenue": UNKNOWN,
        "leads_suppliers": last("local_suppliers") > 0,
        "suppliers": UNKNOWN,
        "purchases": UNKNOWN,
        "rd_share": UNKNOWN,
        "not_dishonest": ~c("serious_dishonesty"),
    }
    supported = {
        "little_giant": holds("little_giant_title"),
        "plan": c("key_giant_plan_investment") > 2000 * WAN,
        "unlisted": ~c("listed_company"),
        "first_support": ~c("key_giant_earlier_support"),
        "selected": c("key_giant_selected"),
    }
    return {
        **{f"{rule}.{n}": e for n, e in own.items()},
        rule: all_of(rule, *own),
        **{f"{key}.{n}": e for n, e in supported.items()},
        **amount(key, all_of(key, *supported), pl.lit(600_000_000, pl.Int64)),
    }
