"""Figures, dates and codes as people type them."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingkai.population import synthetic_code
from jingkai.registry.cells import parse_column, parse_credit_codes
from jingkai.vocabulary import load_vocabulary

FACTS = load_vocabulary().entities["enterprise"].facts
WAN = 10**6


def one(fact: str, text: str | None, **options):
    codes = load_vocabulary().code_list(FACTS[fact]) if FACTS[fact].type == "code" else None
    return parse_column(
        pl.Series([text], dtype=pl.String), FACTS[fact], code_list=codes, **options
    ).values[0]


@pytest.mark.parametrize(
    ("text", "wan"),
    [
        ("1,234.5", "1234.5"),
        ("1，234.5", "1234.5"),
        ("１２３４", "1234"),
        ("5000万元", "5000"),
        ("2.3亿", "23000"),
        ("300(万元人民币)", "300"),
        ("4,350(万元人民币)", "4350"),
        ("¥1,200元", "0.12"),
        ("1.2e3", "1200"),
        ("300万人民币", "300"),
        ("0.000001", "0.000001"),
    ],
)
def test_money_is_read_to_the_fen(text, wan):
    assert one("registered_capital", text) == Fraction(wan) * WAN


@pytest.mark.parametrize("text", ["—", "－", "-", "无", "NULL", "N/A", "", None, "暂无", "/"])
def test_what_people_write_for_unknown_is_unknown(text):
    assert one("registered_capital", text) is None


def test_none_is_zero_only_where_the_map_says_so():
    assert one("registered_capital", "无", blank_is_zero=True) == 0
    assert one("is_sme", "无") is False


def test_a_unit_from_the_map_converts():
    assert one("revenue", "12345678.9", unit="元") == 1_234_567_890
    assert one("purchased_electricity", "1.5", unit="万千瓦时") == 150_000


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("3.5%", None, "0.035"),
        ("0.035", None, "0.035"),
        ("65", "%", "0.65"),
        ("３.５％", None, "0.035"),
    ],
)
def test_ratios(text, unit, value):
    assert one("foreign_share", text, unit=unit) == Fraction(value) * 10**8


@pytest.mark.parametrize(
    "text",
    [
        "2024年3月5日",
        "2024/3/5",
        "2024-03-05",
        "2024.3.5",
        "20240305",
        "45356",
        "2024-03-05 08:30:00",
        "２０２４年３月５日",
    ],
)
def test_dates(text):
    assert one("established_on", text) == dt.date(2024, 3, 5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2710", "C2710"),
        ("c2710", "C2710"),
        ("C27", "C27"),
        ("27 医药制造业", "C27"),
        ("医药制造业", "C27"),
    ],
)
def test_industry_codes_take_their_section_letter(text, code):
    assert one("industry_code", text) == code


@pytest.mark.parametrize(
    ("fact", "text", "code"),
    [
        ("land_use", "新型产业用地（M0）", "new_industry"),
        ("land_use", "新型产业用地(M0)", "new_industry"),
        ("land_use", "M0", "new_industry"),
        ("land_use", "混合用地", "mixed"),
        ("mode", "不属于以上方式（如从关联方收购股权）", "none"),
    ],
)
def test_codes_are_read_by_name_whatever_the_width_of_its_brackets(fact, text, code):
    entities = load_vocabulary().entities
    found = next(e.facts[fact] for e in entities.values() if fact in e.facts)
    listed = load_vocabulary().code_list(found)
    raw = pl.Series([text], dtype=pl.String)
    assert parse_column(raw, found, code_list=listed).values[0] == code


@pytest.mark.parametrize(
    ("text", "value"),
    [("是", True), ("否", False), ("√", True), ("Y", True), ("0", False), ("不详", None)],
)
def test_yes_and_no(text, value):
    assert one("is_sme", text) is value


def test_credit_codes_are_checked_and_brought_to_form():
    code = synthetic_code(5)
    found = parse_credit_codes(
        pl.Series(
            [f" {code.lower()[:8]} {code[8:]}", code[:17] + ("1" if code[17] == "0" else "0"), None]
        )
    )
    assert found.values.to_list() == [code, None, None]
    assert found.problems["index"].to_list() == [1]


@given(st.decimals(min_value=0, max_value=10**9, places=6, allow_nan=False))
@settings(deadline=None)
def test_any_amount_survives_being_typed(value):
    text = f"{value:,f}"
    assert one("registered_capital", text) == Fraction(value) * WAN


@given(
    st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d", "%Y.%m.%d"]),
)
@settings(deadline=None)
def test_any_date_survives_being_typed(day, form):
    assert one("established_on", day.strftime(form)) == day


def test_digits_beyond_the_fen_are_rounded_half_even_and_counted():
    found = parse_column(pl.Series(["1.0000005", "1.0000015", "2"]), FACTS["registered_capital"])
    assert found.values.to_list() == [1_000_000, 1_000_002, 2_000_000]
    assert found.rounded == 2
