"""Finance 资金: readiness for each board and standard."""

from __future__ import annotations

from datetime import date

import polars as pl

from benchmarks.handwritten.terms import (
    WAN,
    YI,
    Columns,
    all_of,
    any_of,
    before,
    c,
    last,
    prior,
    share,
    under,
    years,
)

__all__ = ["columns"]


def columns() -> Columns:
    """Return the columns of this measure's rules."""
    boards = {**_bse(), **_chinext(), **_main_board(), **_star()}
    return {**_sums(), **_standards(), **boards}


def _sums() -> Columns:
    """Return what several boards ask for."""
    return {
        "_revenue_3": years("revenue", 3),
        "_rd_2": years("rd_investment", 2),
        "_rd_3": years("rd_investment", 3),
        "_cash_3": years("operating_cash_flow", 3),
        "_profit_2": years("listing_net_profit", 2),
        "_gained": last("listing_net_profit") > 0,
        "_gained_twice": c("_gained") & (prior("listing_net_profit") > 0),
        "_rd_growth": _growth("rd_investment", 529, 400),
        "_growth_25": _growth("revenue", 25, 16),
        "_growth_30": _growth("revenue", 169, 100),
    }


def _growth(name: str, over: int, below: int) -> pl.Expr:
    """Whether the compound growth over two years reaches a rate, given its square."""
    base = before(name)
    return pl.when((base > 0) & (last(name) >= 0)).then(last(name) * below >= base * over)


def _standards() -> Columns:
    value, revenue, profit = c("expected_market_value"), last("revenue"), c("_gained")
    return {
        "bse_standard_1.value": value >= 2 * YI,
        "bse_standard_2.value": value >= 4 * YI,
        "bse_standard_3.value": value >= 8 * YI,
        "star_standard_1.value": value >= 10 * YI,
        "bse_standard_4.value": value >= 15 * YI,
        "star_standard_3.value": value >= 20 * YI,
        "star_standard_4.value": value >= 30 * YI,
        "star_standard_5.value": value >= 40 * YI,
        "chinext_standard_3.value": value >= 50 * YI,
        "main_board_standard_3.value": value >= 100 * YI,
        "bse_standard_3.revenue": revenue >= 2 * YI,
        "chinext_positioning.large": revenue >= 3 * YI,
        "chinext_standard_2.revenue": revenue >= 4 * YI,
        "main_board_standard_2.revenue": revenue >= 6 * YI,
        "main_board_standard_3.revenue": revenue >= 10 * YI,
        "chinext_standard_2.profit": profit,
    }


def _bse() -> Columns:
    profit, before_it = last("listing_net_profit"), prior("listing_net_profit")
    roe = last("weighted_roe")
    each = (profit >= 1500 * WAN) & (before_it >= 1500 * WAN)
    return {
        "bse_standard_1.two_years": each & (roe + prior("weighted_roe") >= 16_000_000),
        "bse_standard_1.one_year": (profit >= 2500 * WAN) & (roe >= 8_000_000),
        "bse_standard_1": c("bse_standard_1.value")
        & any_of("bse_standard_1", "two_years", "one_year"),
        "bse_standard_2.revenue": years("revenue", 2) >= 2 * YI,
        "bse_standard_2.growth": share(last("revenue"), prior("revenue"), 130),
        "bse_standard_2.cash": last("operating_cash_flow") > 0,
        "bse_standard_2": all_of("bse_standard_2", "value", "revenue", "growth", "cash"),
        "bse_standard_3.rd": share(c("_rd_2"), years("revenue", 2), 8),
        "bse_standard_3": all_of("bse_standard_3", "value", "revenue", "rd"),
        "bse_standard_4.rd": c("_rd_2") >= 5000 * WAN,
        "bse_standard_4": all_of("bse_standard_4", "value", "rd"),
        "bse_listing.tier": c("neeq_innovation_tier"),
        "bse_listing.quoted": c("neeq_listed_on") <= date(2025, 6, 30),
        "bse_listing.net_assets": last("net_assets") >= 5000 * WAN,
        **{f"bse_listing.standard_{n}": c(f"bse_standard_{n}") for n in range(1, 5)},
        "bse_listing": all_of("bse_listing", "tier", "quoted", "net_assets")
        & any_of("bse_listing", *(f"standard_{n}" for n in range(1, 5))),
    }


def _chinext() -> Columns:
    rule = "chinext_positioning"
    research = all_of(rule, "rd_growth", "rd_last") | c(f"{rule}.rd_total")
    modern = c(f"{rule}.modern") & any_of(rule, "modern_growth", "large")
    third = "chinext_positioning.large"
    return {
        f"{rule}.rd_growth": c("_rd_growth"),
        f"{rule}.rd_last": last("rd_investment") >= 1000 * WAN,
        f"{rule}.rd_total": c("_rd_3") >= 5000 * WAN,
        f"{rule}.growth": c("_growth_25"),
        f"{rule}.modern": c("modern_industry_field"),
        f"{rule}.modern_growth": c("_growth_30"),
        rule: (research & any_of(rule, "growth", "large")) | modern,
        "chinext_standard_1.two_profits": c("_gained_twice"),
        "chinext_standard_1.profit_total": c("_profit_2") >= YI,
        "chinext_standard_1.profit": last("listing_net_profit") >= 6000 * WAN,
        "chinext_standard_1": all_of("chinext_standard_1", "two_profits", "profit_total", "profit"),
        "chinext_standard_2": all_of(
            "chinext_standard_2", "bse_standard_4.value", "profit", "revenue"
        ),
        "chinext_standard_3": all_of("chinext_standard_3", "value", third),
        "chinext_listing.positioning": c(rule),
        **{f"chinext_listing.standard_{n}": c(f"chinext_standard_{n}") for n in range(1, 4)},
        "chinext_listing": c("chinext_listing.positioning")
        & any_of("chinext_listing", "standard_1", "standard_2", "standard_3"),
    }


def _main_board() -> Columns:
    one, two, three, board = (
        *(f"main_board_standard_{n}" for n in (1, 2, 3)),
        "main_board_listing",
    )
    profit = "chinext_standard_2.profit"
    return {
        f"{one}.three_profits": c("_gained_twice") & (before("listing_net_profit") > 0),
        f"{one}.profit_total": c("_profit_2") + before("listing_net_profit") >= 2 * YI,
        f"{one}.profit": last("listing_net_profit") >= YI,
        f"{one}.cash_or_revenue": (c("_cash_3") >= 2 * YI) | (c("_revenue_3") >= 15 * YI),
        one: all_of(one, "three_profits", "profit_total", "profit", "cash_or_revenue"),
        f"{two}.cash": c("_cash_3") >= 25_000 * WAN,
        two: all_of(two, "chinext_standard_3.value", profit, "revenue", "cash"),
        three: all_of(three, "value", profit, "revenue"),
        **{f"{board}.standard_{n}": c(f"main_board_standard_{n}") for n in (1, 2, 3)},
        board: any_of(board, "standard_1", "standard_2", "standard_3"),
    }


def _star() -> Columns:
    one, large, board = "star_standard_1", "chinext_positioning.large", "star_listing"
    revenue = (last("revenue") >= YI) & c("_gained")
    fifth = "star_attribute.fifth"
    return {
        **_star_attribute(),
        f"{one}.two_profits": c("_gained_twice") & (c("_profit_2") >= 5000 * WAN),
        f"{one}.profit_and_revenue": revenue,
        one: c(f"{one}.value") & any_of(one, "two_profits", "profit_and_revenue"),
        "star_standard_2.rd": share(c("_rd_3"), c("_revenue_3"), 15),
        "star_standard_2": all_of(
            "star_standard_2", "bse_standard_4.value", "bse_standard_3.revenue", "rd"
        ),
        "star_standard_3.cash": c("_cash_3") >= YI,
        "star_standard_3": all_of("star_standard_3", "value", large, "cash"),
        "star_standard_4": all_of("star_standard_4", "value", large),
        "star_standard_5.result": c("star_fifth_finding"),
        "star_standard_5": all_of("star_standard_5", "value", "result"),
        f"{board}.attribute": c("star_attribute"),
        **{f"{board}.standard_{n}": c(f"star_standard_{n}") for n in range(1, 5)},
        board: c(f"{board}.attribute")
        & any_of(board, *(f"standard_{n}" for n in range(1, 5)), fifth),
    }


def _star_attribute() -> Columns:
    rule, patents = "star_attribute", c("business_invention_patents")
    spent, revenue = c("_rd_3"), c("_revenue_3")
    software = c(f"{rule}.software_rd.applies")
    met = all_of(rule, "rd", "staff", "patents", "software_rd") & any_of(rule, "growth", "fifth")
    return {
        f"{rule}.rd": share(spent, revenue, 5) | (spent >= 8000 * WAN),
        f"{rule}.staff": share(last("rd_staff"), last("staff"), 10),
        f"{rule}.software_rd.applies": under(c("industry_code"), "I65"),
        f"{rule}.patents.applies": ~software,
        f"{rule}.patents": software | (patents >= 7),
        f"{rule}.software_rd": ~software | share(spent, revenue, 10),
        f"{rule}.growth": c("_growth_25") | (last("revenue") >= 3 * YI),
        f"{rule}.fifth": c("star_standard_5"),
        f"{rule}.exception_patents": patents >= 50,
        f"{rule}.exception_other": c("star_exception"),
        rule: met | any_of(rule, "exception_patents", "exception_other"),
    }
