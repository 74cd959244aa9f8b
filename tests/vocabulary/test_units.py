from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingkai.vocabulary import Unit, UnitError, parse_figure, units


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("2.3", "亿", "元", Fraction(230_000_000)),
        ("5000", "万元", "元", Fraction(50_000_000)),
        ("1", "亩", "平方米", Fraction(2000, 3)),
        ("1", "MWh", "吉焦", Fraction(18, 5)),
        ("12", "万千瓦时", "MWh", Fraction(120)),
        ("7", "万吨标准煤", "tce", Fraction(70_000)),
        ("14", "万美元", "USD", Fraction(140_000)),
    ],
)
def test_units_convert_exactly(value, source, target, expected):
    assert units().convert(Fraction(value), source, target) == expected


@pytest.mark.parametrize(("a", "b"), [("万元", "人"), ("元", "USD"), ("t", "tce"), ("天", "月")])
def test_unlike_units_do_not_convert(a, b):
    with pytest.raises(UnitError, match="different things"):
        units().convert(Fraction(1), a, b)


def test_an_unknown_unit_says_which():
    with pytest.raises(UnitError, match="斤"):
        Unit.parse("斤")


def test_products_and_quotients_combine_symbols():
    assert Unit.parse("tCO2/t") * Unit.parse("吨") == Unit.parse("tCO2")
    assert str(Unit.parse("万元") / Unit.parse("人")) == "万元/人"
    assert Unit.parse("人") / Unit.parse("人") == Unit()


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4
    )
)
def test_conversion_there_and_back_loses_nothing(value):
    exact = Fraction(value)
    for pair in (("元", "亿元"), ("m2", "亩"), ("kWh", "GJ")):
        there = units().convert(exact, *pair)
        assert units().convert(there, *reversed(pair)) == exact


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("10 %", Fraction(1, 10), ""),
        ("44/12 tCO2/tC", Fraction(11, 3), "tCO2/tC"),
        ("1,234.5万元", Fraction(2469, 2), "万元"),
        ("-3", Fraction(-3), ""),
        ("0.1", Fraction(1, 10), ""),
    ],
)
def test_figures_are_read_exactly(text, value, unit):
    assert parse_figure(text) == (value, unit)


def test_words_are_no_figure():
    assert parse_figure("约三百") is None
