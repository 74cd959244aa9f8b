"""Figures in words."""

from __future__ import annotations

from fractions import Fraction

import pytest

from jingkai.report.figures import figure, percent, places, signed


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (Fraction(169_000), "亿元", "16.9万亿元"),
        (Fraction("4208.35"), "亿元", "4,208.4亿元"),
        (Fraction(2_720_000), "万美元", "272亿美元"),
        (Fraction(4_900_001), "家", "490万家"),
        (Fraction(9_999), "家", "9,999家"),
        (Fraction(99_999_999), "家", "1亿家"),
        (Fraction("-0.031"), "", "−3.1%"),
        (Fraction("0.2134"), "tce/万元", "0.2134 tce/万元"),
        (Fraction(8), "亿元/km2", "8亿元/km2"),
        (Fraction(0), "家", "0家"),
        (None, "家", "—"),
    ],
)
def test_a_figure_is_written_in_ten_thousands_and_hundred_millions(value, unit, words):
    assert figure(value, unit) == words


def test_growth_carries_its_sign_and_a_rank_its_uncertainty():
    assert (signed(Fraction(56, 1000)), signed(Fraction(0)), signed(None)) == ("+5.6%", "0.0%", "—")
    assert (places((3, 3)), places((3, 7)), places(None)) == ("第3名", "第3—7名", "—")
    assert percent(Fraction(1, 3), 0) == "33%"
