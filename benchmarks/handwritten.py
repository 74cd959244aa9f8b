"""The enterprise rules in force on 2026-06-30, written by hand in Polars.

As a careful analyst would write them for this one date: whole numbers throughout, so as exact as
the engine, three-valued where facts are missing, what is shared computed once. Every column is
named ``RULE`` or ``RULE.CONDITION``; `tests/benchmarks` holds them against the engine's.
"""

from __future__ import annotations

from datetime import date

import polars as pl

__all__ = ["handwritten"]

LAST, PRIOR, BEFORE = 2025, 2024, 2023
AS_OF = date(2026, 6, 30)
WAN = 1_000_000  # fen in 万元
c = pl.col

#: Cubic tonnes: calorific value × carbon × oxidation of each fuel, times 10^10, per unit burnt.
FUELS = {
    "anthracite": (24515, 2749, 94),
    "bituminous_coal": (23204, 2618, 93),
    "lignite": (14449, 2800, 96),
    "washed_coal": (26344, 2540, 93),
    "other_washed_coal": (15373, 2540, 90),
    "briquettes": (17460, 3360, 90),
    "coke": (28446, 2940, 93),
    "crude_oil": (42620, 2010, 98),
    "fuel_oil": (40190, 2110, 98),
    "gasoline": (44800, 1890, 98),
    "diesel": (43330, 2020, 98),
    "kerosene": (44750, 1960, 98),
    "naphtha": (41031, 2000, 98),
    "petroleum_coke": (31000, 2750, 98),
    "other_petroleum": (40190, 2000, 98),
    "tar": (33453, 2200, 98),
    "crude_benzene": (41816, 2270, 98),
    "refinery_gas": (46050, 1820, 99),
    "lpg": (47310, 1720, 99),
    "lng": (41868, 1530, 99),
    "natural_gas": (389310, 1530, 99),
    "coke_oven_gas": (173854, 1360, 99),
    "blast_furnace_gas": (37690, 7080, 99),
    "converter_gas": (79540, 4960, 99),
    "carbide_furnace_gas": (111190, 3951, 99),
    "other_gas": (52340, 1220, 99),
}


def handwritten(facts: pl.LazyFrame) -> pl.LazyFrame:
    """Return the key, every result and every distinct condition of every enterprise."""
    shared = facts.with_columns(
        rd_3=_three_years("rd_expense"),
        revenue_3=_three_years("revenue"),
        domestic_3=_three_years("domestic_rd_expense"),
        conversions_3=_three_years("tech_conversions"),
        age=_age(),
        young=c("established_on") > date(2023, 6, 30),
        co2=_co2(),
        deduction=_deduction(),
    )
    grown = shared.with_columns(**_growth_tests("net_assets"), **_growth_tests("revenue"))
    scored = grown.with_columns(**_hte_score(), **_sme_score())
    summed = scored.with_columns(**_totals())
    conditions = summed.with_columns(**_conditions())
    return conditions.select("key", *_results(), *_CONDITIONS, *_SCORES)


def _three_years(name: str) -> pl.Expr:
    """Sum the years in which the enterprise existed; unknown establishment needs all three."""
    founded = c("established_on").dt.year()
    return sum(
        (pl.when(founded > y).then(0).otherwise(c(f"{name}_{y}")) for y in (BEFORE, PRIOR, LAST)),
        pl.lit(0),
    )


def _age() -> pl.Expr:
    founded = c("established_on")
    month, day = founded.dt.month().cast(pl.Int32), founded.dt.day().cast(pl.Int32)
    late = (month > 6) | ((month == 6) & (day > 30))
    return (AS_OF.year - founded.dt.year() - late.cast(pl.Int32)).cast(pl.Int64)


def _ratio(over: pl.Expr, under: pl.Expr, per_cent: int) -> pl.Expr:
    """Whether over / under >= a percentage, for an `under` that is never negative."""
    return pl.when(under != 0).then(over * 100 >= under * per_cent)


def _holds(title: str) -> pl.Expr:
    return c(f"{title}_held") & (c(f"{title}_from") <= AS_OF) & (c(f"{title}_to") >= AS_OF)


def _first(tests: list[pl.Expr], points: list[int], unknown: bool) -> pl.Expr:
    """Return the points of the first band that holds, an unknown test read as `unknown`."""
    result: pl.Expr = pl.lit(points[-1])
    for test, value in reversed(list(zip(tests, points[:-1], strict=True))):
        result = pl.when(test.fill_null(unknown)).then(value).otherwise(result)
    return result


def _falling(tests: list[pl.Expr], least: list[int], most: list[int]) -> tuple[pl.Expr, pl.Expr]:
    """Return least and most points of bands whose points fall from the first to the last."""
    return _first(tests, least, False), _first(tests, most, True)


def _marked(
    ends: tuple[pl.Expr, pl.Expr],
    mark: str,
    tests: list[pl.Expr],
    least: list[int],
    most: list[int],
) -> tuple[pl.Expr, pl.Expr]:
    """Let the expert's mark stand where it lies in the one band that surely holds."""
    points = c(mark) // 10_000
    fits: pl.Expr = pl.lit(False)
    before: pl.Expr = pl.lit(True)
    for test, low, high in zip([*tests, pl.lit(True)], least, most, strict=True):
        if low < high:
            fits = fits | (before & test & (points >= low) & (points <= high))
        before = before & ~test
    return tuple(pl.when(fits).then(points).otherwise(end) for end in ends)  # type: ignore[return-value]


def _open_mark(mark: str, most: int) -> tuple[pl.Expr, pl.Expr]:
    return _marked((pl.lit(0), pl.lit(most)), mark, [], [0], [most])


_GROWTH = (35, 25, 15, 5, 0)


def _growth_tests(name: str) -> dict[str, pl.Expr]:
    """Mean growth of three years (two, for the young) at least 35, 25, 15, 5 and above 0 %."""
    last, prior, before = (c(f"{name}_{y}").cast(pl.Int128) for y in (LAST, PRIOR, BEFORE))
    young, no_base = c("young") & (prior > 0), before == 0
    short = pl.when(young).then(True).when(~young).then(no_base)
    two, three = (
        last * prior.sign(),
        (prior * prior + last * before) * (prior.sign() * before.sign()),
    )
    bases = prior * prior.sign(), prior * before * 2 * (prior.sign() * before.sign())

    def above(per_cent: int) -> pl.Expr:
        over = [
            top * 100 - base * (100 + per_cent)
            for top, base in zip((two, three), bases, strict=True)
        ]
        one_year, mean = (o > 0 if per_cent == 0 else o >= 0 for o in over)
        one_year = pl.when(prior != 0).then(one_year)
        mean = pl.when((prior != 0) & (before != 0)).then(mean)
        return pl.when(short).then(one_year).when(~short).then(mean)

    return {f"{name}_above_{n}": above(n) for n in _GROWTH}


def _growth(name: str, mark: str) -> tuple[pl.Expr, pl.Expr]:
    empty = c(f"{name}_{PRIOR}") == 0
    tests = [c(f"{name}_above_{n}") for n in _GROWTH]
    least, most = [900, 700, 500, 300, 100, 0], [1000, 800, 600, 400, 200, 0]
    low, high = _falling(tests, least, most)
    low = pl.when(empty.fill_null(True)).then(0).otherwise(low)
    high = pl.when(empty.fill_null(False)).then(0).otherwise(high)
    return _marked((low, high), mark, [empty, *tests], [0, *least], [0, *most])


def _hte_score() -> dict[str, pl.Expr]:
    class1, class2 = c("class1_ip_count"), c("class2_ip_count")
    counts = [class1 >= 1, class2 >= 5, class2 >= 3, class2 >= 1]
    least, most = [700, 500, 300, 100, 0], [800, 600, 400, 200, 0]
    quantity = _marked(_falling(counts, least, most), "hte_mark_ip_quantity", counts, least, most)
    none, own = class1 + class2 < 1, c("ip_by_own_research")
    means_low = pl.when(none.fill_null(True)).then(0).otherwise(100)
    means_high = (
        pl.when(none.fill_null(False)).then(0).when(own.fill_null(True)).then(600).otherwise(300)
    )
    means = _marked(
        (means_low, means_high), "hte_mark_ip_means", [none, own], [0, 100, 100], [0, 600, 300]
    )
    years = pl.min_horizontal(c("age"), pl.lit(3)) + 0 * c("age")
    yearly = [
        pl.when(years > 0).then(c("conversions_3") >= n * years)
        .when(years < 0).then(c("conversions_3") <= n * years)
        for n in (5, 4, 3, 2, 1)
    ]  # fmt: skip
    low, high = [2500, 1900, 1300, 700, 100, 0], [3000, 2400, 1800, 1200, 600, 0]
    conversion = _marked(_falling(yearly, low, high), "hte_mark_conversion", yearly, low, high)
    ip = [
        _open_mark("hte_mark_advancement", 800),
        _open_mark("hte_mark_core_support", 800),
        quantity,
        means,
        _open_mark("hte_mark_standards", 200),
    ]
    management = [
        _open_mark("hte_mark_rd_system", 600),
        _open_mark("hte_mark_rd_body", 600),
        _open_mark("hte_mark_incentives", 400),
        _open_mark("hte_mark_talent", 400),
    ]
    growth = [
        _growth("net_assets", "hte_mark_growth_assets"),
        _growth("revenue", "hte_mark_growth_revenue"),
    ]
    groups = {"ip": (ip, 3000), "conversion": ([conversion], 3000)}
    groups |= {"management": (management, 2000), "growth": (growth, 2000)}
    return _group_columns("hte_innovation_score", groups)


def _sme_score() -> dict[str, pl.Expr]:
    rd, revenue = c(f"rd_expense_{LAST}"), c(f"revenue_{LAST}")
    main, main_before = c(f"main_business_revenue_{LAST}"), c(f"main_business_revenue_{PRIOR}")
    debts, assets = c(f"total_liabilities_{LAST}"), c(f"total_assets_{LAST}")
    steps = [2000, 1500, 1000, 500, 0]

    def four(tests: list[pl.Expr]) -> tuple[pl.Expr, pl.Expr]:
        return _falling(tests, steps, steps)

    ip = four(
        [
            c("high_value_class1_ip_count") >= 1,
            c("own_class1_ip_count") >= 1,
            c("class1_ip_count") >= 1,
            c("class2_ip_count") >= 1,
        ]
    )
    share = four([_ratio(rd, revenue, n) for n in (5, 3, 2, 1)])
    grown = four(
        [pl.when(main_before > 0).then(main * 100 >= main_before * n) for n in (115, 110, 105, 100)]
    )
    debt = _falling(
        [pl.when(assets != 0).then(debts * 100 <= assets * n) for n in (55, 75)],
        [1000, 500, 0],
        [1000, 500, 0],
    )
    field = _falling([c("innovation_field") == "strategic"], [1000, 500], [1000, 500])
    main_share = four([_ratio(main, revenue, n) for n in (70, 60, 55, 50)])
    groups = {
        "innovation": ([ip, share], 4000),
        "growth": ([grown, debt], 3000),
        "specialisation": ([field, main_share], 3000),
    }
    return _group_columns("innovative_sme_score", groups)


def _group_columns(
    rule: str, groups: dict[str, tuple[list[tuple[pl.Expr, pl.Expr]], int]]
) -> dict[str, pl.Expr]:
    found = {}
    for group, (items, cap) in groups.items():
        for i, end in enumerate(("low", "high")):
            total = sum((item[i] for item in items), pl.lit(0)).cast(pl.Int64)
            found[f"{rule}__{group}__{end}"] = pl.min_horizontal(total, pl.lit(cap, pl.Int64))
    return found


_GROUPS = {
    "hte_innovation_score": ("ip", "conversion", "management", "growth"),
    "innovative_sme_score": ("innovation", "growth", "specialisation"),
}
_SCORES = [
    f"{rule}__{group}__{end}"
    for rule, groups in _GROUPS.items()
    for group in groups
    for end in ("low", "high")
] + [f"{rule}__{end}" for rule in _GROUPS for end in ("low", "high")]


def _totals() -> dict[str, pl.Expr]:
    return {
        f"{rule}__{end}": sum((c(f"{rule}__{g}__{end}") for g in groups), pl.lit(0, pl.Int64))
        for rule, groups in _GROUPS.items()
        for end in ("low", "high")
    }


def _score_at_least(name: str, points: int, strict: bool = False) -> pl.Expr:
    low, high = c(f"{name}__low"), c(f"{name}__high")
    sure = low > points if strict else low >= points
    out = high <= points if strict else high < points
    return pl.when(sure).then(True).when(out).then(False)


def _conditions() -> dict[str, pl.Expr]:
    revenue, revenue_before = c(f"revenue_{LAST}"), c(f"revenue_{PRIOR}")
    rd, rd_before = c(f"rd_expense_{LAST}"), c(f"rd_expense_{PRIOR}")
    main, debts = c(f"main_business_revenue_{LAST}"), c(f"total_liabilities_{LAST}")
    assets, score = c(f"total_assets_{LAST}"), c("srdi_platform_score_2026")
    base = c(f"revenue_{BEFORE}").cast(pl.Int128)
    grown = revenue.cast(pl.Int128) * 400 >= base * 441
    industry = c("industry_code")
    equity = [c(f"new_equity_financing_{y}") for y in (LAST, PRIOR, BEFORE)]
    floor = pl.when(revenue <= 5000 * WAN).then(5).when(revenue <= 20000 * WAN).then(4)
    floor = floor.when(revenue > 20000 * WAN).then(3)
    other_sme = "innovative_sme_score"
    excluded = [industry.str.starts_with(p) for p in ("C16", "H", "F", "K", "L", "R90")]
    lines = (
        _score_at_least(other_sme, 6000)
        & _score_at_least(f"{other_sme}__innovation", 2000)
        & _score_at_least(f"{other_sme}__growth", 1500)
        & _score_at_least(f"{other_sme}__specialisation", 1500)
    )
    return {
        "industrial.legal": c("legal_entity"),
        "industrial.industry": pl.any_horizontal(industry.str.starts_with(p) for p in "BCD"),
        "industrial.revenue": main >= 2000 * WAN,
        "foreign.invested": c("foreign_invested"),
        "foreign.catalogue": c("encouraged_national") | c("encouraged_regional"),
        "foreign.negative": c("negative_list_compliant"),
        "equipment.window": pl.lit(True),
        "rd.resident": c("resident_enterprise"),
        "rd.accounts": c("sound_accounts"),
        "rd.industry": ~pl.any_horizontal(excluded),
        "hte.resident": c("resident_enterprise") & c("mainland_registered"),
        "hte.old": c("established_on") <= date(2025, 6, 30),
        "hte.ip": c("core_ip_count") >= 1,
        "hte.field": c("hte_field") != "none",
        "hte.staff": _ratio(c(f"tech_staff_{LAST}"), c(f"staff_{LAST}"), 10),
        "hte.rd": pl.when(c("revenue_3") != 0).then(c("rd_3") * 100 >= c("revenue_3") * floor),
        "hte.domestic": _ratio(c("domestic_3"), c("rd_3"), 60),
        "hte.income": _ratio(c(f"high_tech_income_{LAST}"), c(f"total_income_{LAST}"), 60),
        "hte.score": _score_at_least("hte_innovation_score", 7000, strict=True),
        "hte.clean": ~c("serious_incident_in_year"),
        "sme.is": c("is_sme"),
        "sme.scored": lines,
        "sme.award": c("science_award_in_3_years"),
        "sme.title": _holds("high_tech_enterprise_title") | c("demonstration_title"),
        "sme.body": c("provincial_rd_body"),
        "sme.equity": equity[0] + equity[1] + equity[2] >= 500 * WAN,
        "spec.title": _holds("innovative_sme_title"),
        "spec.niche": c("niche_since") <= date(2022, 12, 31),
        "spec.size": (revenue >= 1500 * WAN) | (equity[0] + equity[1] >= 2000 * WAN),
        "spec.main": _ratio(main, revenue, 80),
        "spec.debt": pl.when(assets != 0).then(debts * 100 <= assets * 80),
        "spec.rd": rd >= 100 * WAN,
        "spec.rd_before": rd_before >= 100 * WAN,
        "spec.share": _ratio(rd, revenue, 3),
        "spec.share_before": _ratio(rd_before, revenue_before, 3),
        "spec.ip": (c("own_class1_ip_count") >= 1)
        | c("provincial_award_in_3_years")
        | c("provincial_rd_body"),
        "spec.leading": c("leading_in_niche"),
        "spec.score": score >= 50_000_000,
        "giant.title": _holds("specialised_sme_title"),
        "giant.revenue": revenue >= 5000 * WAN,
        "giant.main": _ratio(main, revenue, 90),
        "giant.growth": pl.when((base > 0) & (revenue >= 0)).then(grown),
        "giant.debt": pl.when(assets != 0).then(debts * 100 <= assets * 75),
        "giant.rd": rd + rd_before >= 1200 * WAN,
        "giant.ip": (c("own_class1_ip_count") >= 4) | c("national_award_in_3_years"),
        "giant.market": (c("market_share") >= 10_000_000) | (c("domestic_market_rank") <= 3),
        "giant.link": c("key_link_product"),
        "giant.score": score >= 60_000_000,
        "giant.champion": ~_holds("single_champion_title"),
    }


_CONDITIONS = list(_conditions())


def _all(*names: str) -> pl.Expr:
    return pl.all_horizontal(*names)


def _half_even(over: pl.Expr, under: int) -> pl.Expr:
    """Round a quotient of whole numbers to the nearest, halves to even."""
    whole = over // under
    rest = (over - whole * under) * 2
    up = (rest > under) | ((rest == under) & (whole % 2 == 1))
    return (whole + up.cast(pl.Int128)).cast(pl.Int64)


def _co2() -> pl.Expr:
    burnt = sum(
        (c(f"{f}_use_{LAST}").cast(pl.Int128) * (n * k * o) for f, (n, k, o) in FUELS.items()),
        pl.lit(0, pl.Int128),
    )
    power = (c(f"purchased_electricity_{LAST}") - c(f"exported_electricity_{LAST}")).cast(pl.Int128)
    heat = (c(f"purchased_heat_{LAST}") - c(f"exported_heat_{LAST}")).cast(pl.Int128)
    return _half_even(burnt * 11 + power * (3 * 5306 * 10**6) + heat * (33 * 10**8), 3 * 10**10)


def _deduction() -> pl.Expr:
    direct, other = c(f"deductible_rd_direct_{LAST}"), c(f"deductible_rd_other_{LAST}")
    ninths = (direct.cast(pl.Int128) + c(f"rd_intangible_amortisation_{LAST}")) * 9
    small = other.cast(pl.Int128) * 9 <= direct
    least = pl.when(small).then(other.cast(pl.Int128) * 9).when(~small).then(direct.cast(pl.Int128))
    rate = (
        pl.when(c("ic_or_machine_tool_listed"))
        .then(6)
        .when(~c("ic_or_machine_tool_listed"))
        .then(5)
    )
    return _half_even((ninths + least) * rate, 45)


def _amount(rule: str, right: pl.Expr, known: pl.Expr) -> list[pl.Expr]:
    value = pl.when(right).then(known).when(~right).then(0)
    low = pl.when(right.is_null()).then(0).otherwise(value)
    high = pl.when(right.is_null()).then(pl.max_horizontal(known, 0) + 0 * known).otherwise(value)
    return [
        right.alias(f"{rule}__right"),
        value.alias(rule),
        low.alias(f"{rule}__low"),
        high.alias(f"{rule}__high"),
    ]


def _results() -> list[pl.Expr]:
    names = {
        prefix: [n for n in _CONDITIONS if n.startswith(f"{prefix}.")]
        for prefix in ("industrial", "foreign", "hte")
    }
    sme = c("sme.is") & pl.any_horizontal(
        "sme.scored", "sme.award", "sme.title", "sme.body", "sme.equity"
    )
    spec = [n for n in _CONDITIONS if n.startswith("spec.")]
    shared = ["sme.is", "spec.niche", "spec.share", "spec.share_before"]
    giant = [*shared, *(n for n in _CONDITIONS if n.startswith("giant."))]
    published = c("credit_risk_class_published")
    grade = (
        pl.when(published.is_in(["A", "B", "C"]))
        .then(published)
        .when(published.is_not_null())
        .then(pl.lit("D"))
    )
    settled = [
        pl.when(c(f"{r}__low") == c(f"{r}__high")).then(c(f"{r}__low")).alias(r) for r in _GROUPS
    ]
    return [
        _all(*names["industrial"]).alias("above_scale_industrial"),
        grade.cast(pl.Enum(["A", "B", "C", "D"])).alias("credit_risk_class"),
        pl.lit(None, pl.Enum(["A", "B", "C", "D"])).alias("credit_risk_class_by_points"),
        _all(*names["foreign"]).alias("encouraged_foreign_enterprise"),
        *_amount("enterprise_co2", pl.lit(True), c("co2")),
        *_amount(
            "equipment_one_off_deduction",
            c("equipment.window"),
            c(f"new_equipment_within_limit_{LAST}"),
        ),
        *_amount(
            "rd_super_deduction", _all("rd.resident", "rd.accounts", "rd.industry"), c("deduction")
        ),
        *settled,
        _all("sme.is", *spec).alias("specialised_sme"),
        _all(*giant).alias("little_giant"),
        _all(*names["hte"]).alias("high_tech_enterprise"),
        sme.alias("innovative_sme"),
    ]
