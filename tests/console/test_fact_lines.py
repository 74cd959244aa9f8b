from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from jingkai.vocabulary import load_vocabulary
from jingkai.workspace import Workspace

pytestmark = pytest.mark.xdist_group("console")
VOCABULARY = load_vocabulary()
FACTS = VOCABULARY.entities["enterprise"].facts
DAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("fact", "typed", "words", "written"),
    [
        ("revenue", "1,234.5", "1,234.5 万元", "1234.5"),
        ("revenue", "1.2亿元", "12,000 万元", "12000"),
        ("staff", "12人", "12 人", "12"),
        ("foreign_share", "12.5%", "12.5%", "12.5%"),
        ("legal_entity", "否", "否", "否"),
        ("established_on", "2024年3月5日", "2024-03-05", "2024-03-05"),
        ("industry_code", "2710", "C2710 医药制造业", "C2710"),
    ],
)
def test_a_value_is_read_as_in_a_register_and_told_in_words(
    fact: str, typed: str, words: str, written: str
) -> None:
    from jingkai.console.fact_values import read_value, value_text, written_value

    value = read_value(typed, FACTS[fact], VOCABULARY, DAY)
    assert value_text(value, FACTS[fact], VOCABULARY) == words
    assert written_value(value, FACTS[fact]) == written
    assert read_value(written, FACTS[fact], VOCABULARY, DAY) == value


def test_every_fact_has_a_theme_of_its_own() -> None:
    from jingkai.console.fact_lines import THEMES, theme_of

    themes = {theme_of(VOCABULARY, f) for f in FACTS.values()}
    assert themes <= set(THEMES)
    strangers = [
        f.name
        for f in FACTS.values()
        if theme_of(VOCABULARY, f) == "identity"
        and "identity.yaml" not in VOCABULARY.places["enterprise", f.name]
    ]
    assert strangers == []


def test_facts_come_with_their_source_and_holder(town: Workspace) -> None:
    from jingkai.console.fact_lines import fact_lines, known_columns, read_columns
    from jingkai.console.opened import opened

    found: Any = opened()
    lines = fact_lines(found, 3, known_columns(found))
    known = [x for x in lines if x["known"]]
    assert known
    assert all(x["office"] and x["file"] and x["as_of"] for x in known)
    assert all(x["value"] == "未知" for x in lines if not x["known"])
    read = read_columns(found, "high_tech_enterprise")
    assert "staff_2025" in read
    assert set(read) < set(known_columns(found))
