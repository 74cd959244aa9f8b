"""`jingkai population` as a person and as a program uses it."""

from __future__ import annotations

import json

import pytest

from tests.cli.typed import run

pytestmark = pytest.mark.slow


def test_a_nation_is_made_and_checked_and_says_that_it_is_synthetic(tmp_path):
    made = run(tmp_path, "population", "make", "--scale", "0.002", "--year", "2023")[0]
    assert "合成数据" in made and "229 家经开区" in made and "weight" in made
    checked = run(tmp_path, "population", "check")[0]
    assert "合成数据" in checked and "10 项公布数全部相符" in checked
    found = json.loads(run(tmp_path, "population", "check", "nation", "--json")[0])
    assert found["missed"] == 0 and found["synthetic"] is True and found["year"] == 2023
    gdp = next(f for f in found["figures"] if f["indicator"] == "zone_gdp")
    assert gdp["published"] == "14.8 万亿元" and gdp["met"] is True
    indicators = run(tmp_path / "nation", "indicators", "--level", "region", "--json")[0]
    assert json.loads(indicators)["synthetic"] is True


def test_a_year_without_published_figures_is_refused(tmp_path):
    _, error, code = run(tmp_path, "population", "make", "--year", "2017", check=False)
    assert code != 0 and "没有2017年" in error and "2022、2023、2024" in error
    assert not (tmp_path / "nation").exists()
