"""A ratio on its boundary is decided as arithmetic decides it, never by a float."""

from __future__ import annotations

import random
from fractions import Fraction

from tests.rulebook.tiny import verdicts

FEN_PER_WAN = 10**6


def boundary_cases(
    count: int, seed: int
) -> tuple[list[int], list[int], list[Fraction], list[bool]]:
    """Numerators and denominators in fen whose quotient lies on, just over or just under a rate."""
    rng = random.Random(seed)
    rates = [
        Fraction(3, 100),
        Fraction(5, 100),
        Fraction(1, 3),
        Fraction(375, 10_000),
        Fraction(7, 11),
    ]
    over, under, used, expected = [], [], [], []
    for _ in range(count):
        rate = rng.choice(rates)
        scale = rng.choice([1, 10**4, 10**9, 10**11])
        den = rate.denominator * rng.randrange(1, 1000) * scale
        num = den * rate + rng.choice([-1, 0, 1])
        over.append(int(num))
        under.append(den)
        used.append(rate)
        expected.append(Fraction(int(num), den) >= rate)
    return over, under, used, expected


def test_ten_thousand_boundaries_are_decided_exactly(tmp_path):
    over, under, rates, expected = boundary_cases(10_000, seed=17)
    for rate in set(rates):
        folder = tmp_path / f"{rate.numerator}-{rate.denominator}"
        folder.mkdir()
        chosen = [i for i, r in enumerate(rates) if r == rate]
        columns = {
            "rd_expense_2024": [over[i] for i in chosen],
            "revenue_2024": [under[i] for i in chosen],
        }
        found = verdicts(
            folder, "last(rd_expense) / last(revenue) >= floor", columns,
            f"  floor: {{value: {rate.numerator}/{rate.denominator}, basis: 一}}",
        )  # fmt: skip
        assert found == [expected[i] for i in chosen]


def test_the_largest_figures_stay_exact(tmp_path):
    top = 10**16
    columns = {"rd_expense_2024": [top * 3 // 100, top * 3 // 100 - 1], "revenue_2024": [top, top]}
    test = "last(rd_expense) / last(revenue) >= floor"
    assert verdicts(tmp_path, test, columns, "  floor: {value: 3 %, basis: 一}") == [True, False]


def test_sums_of_quotients_are_exact(tmp_path):
    # 1/3 + 1/6 is exactly one half, which no float sum says reliably at this size.
    columns = {
        "rd_expense_2024": [10**15 + 1, 1],
        "revenue_2024": [3 * (10**15 + 1), 3],
        "rd_expense_2023": [10**15 + 1, 1],
        "revenue_2023": [6 * (10**15 + 1), 6],
    }
    test = "last(rd_expense) / last(revenue) + prior(rd_expense, 1) / prior(revenue, 1) = half"
    assert verdicts(tmp_path, test, columns, "  half: {value: 1/2, basis: 一}") == [True, True]


def test_division_by_zero_is_unknown(tmp_path):
    columns = {"rd_expense_2024": [0, 5], "revenue_2024": [0, 0]}
    assert verdicts(tmp_path, "last(rd_expense) / last(revenue) >= 0", columns) == [None, None]


def test_a_negative_divisor_turns_the_comparison(tmp_path):
    columns = {"net_profit_2024": [6, -6, 6], "net_assets_2024": [2, -2, -2]}
    parameters = "  two: {value: 2, basis: 一}"
    found = verdicts(tmp_path, "last(net_profit) / last(net_assets) >= two", columns, parameters)
    assert found == [True, True, False]


def test_compound_growth_is_decided_by_powers(tmp_path):
    columns = {
        "revenue_2022": [10_000, 10_000, 0, 10_000],
        "revenue_2024": [11_025, 11_024, 5, None],
    }
    found = verdicts(
        tmp_path, "cagr(revenue, 2) >= floor", columns, "  floor: {value: 5 %, basis: 一}"
    )
    assert found == [True, False, None, None]
