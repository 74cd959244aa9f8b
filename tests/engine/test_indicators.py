"""Indicators by level, weighted, with coverage; growth, share, rank and what was published."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import polars as pl
import pytest

from jingkai.engine.earlier_years import earlier_years
from jingkai.engine.indicators import indicator_table
from jingkai.engine.published import PublishedError, published_figures
from jingkai.engine.standing import standing
from jingkai.policies import policies_folder
from jingkai.registry.errors import SnapshotNotFound
from jingkai.registry.snapshot import Snapshot, SourceFile, write_snapshot

DAY = dt.date(2025, 6, 30)
YI = 10**10  # 亿元 in fen
SOURCE = [SourceFile("合成", "", "statistics", str(DAY), "zone", None, 4, 4)]
ZONES = pl.DataFrame(
    {
        "key": ["甲", "乙", "丙", "丁"],
        "province": ["江苏", "江苏", "四川", "四川"],
        "region": ["east", "east", "west", "west"],
        "gdp_2023": [100 * YI, 200 * YI, 50 * YI, None],
        "gdp_2024": [110 * YI, 200 * YI, 50 * YI, 200 * YI],
        "total_energy_2024": [110 * 10**4, 40 * 10**4, None, 10**4],
        "industrial_value_added_2024": [YI, YI, YI, 0],
    }
)
ENTERPRISES = pl.DataFrame(
    {
        "key": ["a", "b", "c", "d"],
        "zone": ["甲", "甲", "丙", None],
        "weight": [3, 1, 5, 1],
        "foreign_invested": [True, False, None, True],
        "high_tech_enterprise_title_held": [True, True, True, False],
        "high_tech_enterprise_title_from": [dt.date(2025, 1, 1), dt.date(2024, 12, 31)] * 2,
        "high_tech_enterprise_title_to": [dt.date(2027, 12, 31)] * 4,
    }
)


@pytest.fixture
def snapshot(workspace):
    frames = {"zone": ZONES, "enterprise": ENTERPRISES}
    return write_snapshot(workspace, frames, as_of=DAY, sources=SOURCE)


def row(table, indicator, group):
    found = table.filter((pl.col("indicator") == indicator) & pl.col("group").eq_missing(group))
    return found.to_dicts()[0]


def test_a_row_counts_as_often_as_its_weight_and_coverage_says_so(snapshot, rulebook):
    tables = indicator_table(rulebook, snapshot, DAY, ("nation", "province", "zone"))
    nation = row(tables["nation"], "foreign_invested_enterprises", "")
    assert (nation["value"], nation["partial"]) == (None, 4 * 10**4)  # in 0.0001 家
    assert (nation["known"], nation["of"]) == (5, 10)
    assert row(tables["zone"], "foreign_invested_enterprises", "甲")["value"] == 3 * 10**4
    assert row(tables["zone"], "market_entities", "丙")["value"] == 5 * 10**4
    assert row(tables["zone"], "market_entities", None)["value"] == 10**4  # of no known zone
    assert row(tables["province"], "market_entities", "江苏")["value"] == 4 * 10**4


def test_a_title_is_counted_at_the_end_of_the_year(snapshot, rulebook):
    nation = indicator_table(rulebook, snapshot, DAY, ("nation",))["nation"]
    assert (
        row(nation, "high_tech_enterprises", "")["value"] == 10**4
    )  # b alone: valid on 31 December


def test_a_ratio_of_sums_takes_only_rows_known_in_both(snapshot, rulebook):
    # known in both: 甲 110 tce, 乙 40, 丁 1, over 1 + 1 + 0 亿元: 151 / 20,000 tce/万元
    nation = indicator_table(rulebook, snapshot, DAY, ("nation", "zone"))
    found = row(nation["nation"], "assessed_energy_intensity", "")
    assert (found["value"], found["partial"], found["known"]) == (None, 76, 3)
    assert row(nation["zone"], "assessed_energy_intensity", "甲")["value"] == 110
    dry = row(nation["zone"], "assessed_energy_intensity", "丁")
    assert (dry["value"], dry["known"]) == (None, 1)  # over nothing: unknown


def test_sums_of_products_pass_64_bits(workspace, rulebook):
    # 100 zones of 5 million tonnes, four fifths of it used: stored, 5e10 x 8e7 x 100 = 4e20 > 2^63
    tonnes = 5 * 10**6 * 10**4
    zones = pl.DataFrame({"key": [f"z{i:03d}" for i in range(100)]}).with_columns(
        solid_waste_2024=pl.lit(tonnes), solid_waste_use_2024=pl.lit(80 * 10**6)
    )
    large = write_snapshot(workspace, {"zone": zones}, as_of=DAY, sources=SOURCE)
    nation = indicator_table(rulebook, large, DAY, ("nation",))["nation"]
    assert row(nation, "assessed_solid_waste_use", "")["value"] == 8000  # in 0.0001


def test_growth_share_and_rank_stand_beside(workspace, snapshot, rulebook):
    used, tables = standing(workspace, rulebook, 2024, ("nation", "province", "zone"))
    assert used.id == snapshot.id
    zone = tables["zone"]
    gdp = {g: row(zone, "zone_gdp", g) for g in ("甲", "乙", "丙", "丁")}
    assert [gdp[g]["rank"] for g in ("甲", "乙", "丙", "丁")] == [3, 1, 4, 1]
    assert gdp["甲"]["growth"] == pytest.approx(0.1)
    assert gdp["丁"]["growth"] is None  # there was no figure of the year before
    assert sum(g["share"] for g in gdp.values()) == pytest.approx(1)
    assert row(tables["nation"], "zone_gdp", "")["growth"] is None  # the year before is not whole
    assert row(tables["province"], "zone_gdp", "江苏")["growth"] == pytest.approx(310 / 300 - 1)
    energy = {g: row(zone, "assessed_energy_intensity", g) for g in ("甲", "乙", "丙")}
    assert [energy[g]["rank"] for g in ("甲", "乙", "丙")] == [2, 1, None]  # less is better
    assert energy["甲"]["share"] is None


def test_counts_grow_against_the_snapshot_of_the_year_before(workspace, snapshot, rulebook):
    assert (
        row(standing(workspace, rulebook, 2024, ("nation",))[1]["nation"], "market_entities", "")[
            "growth"
        ]
        is None
    )
    older = ENTERPRISES.with_columns(weight=pl.lit(2))
    day = dt.date(2024, 6, 30)
    write_snapshot(workspace, {"enterprise": older}, as_of=day, sources=SOURCE)
    workspace.set_current(snapshot.id)
    table = standing(workspace, rulebook, 2024, ("nation",))[1]["nation"]
    assert row(table, "market_entities", "")["growth"] == pytest.approx(10 / 8 - 1)


def test_earlier_years_are_told_only_by_the_facts_of_those_years(workspace, snapshot, rulebook):
    found = earlier_years(workspace, rulebook, 2024, 3)
    assert list(found) == [2023]
    zone = found[2023]["zone"]
    gdp = dict(zone.filter(pl.col("indicator") == "zone_gdp").select("group", "value").iter_rows())
    assert gdp == {"甲": 100 * YI, "乙": 200 * YI, "丙": 50 * YI}
    assert "zone_gdp" not in found[2023]["nation"]["indicator"]  # 丁 is not known
    assert "market_entities" not in zone["indicator"]  # today's enterprises are not those of then
    write_snapshot(
        workspace, {"enterprise": ENTERPRISES}, as_of=dt.date(2024, 6, 30), sources=SOURCE
    )
    workspace.set_current(snapshot.id)
    nation = earlier_years(workspace, rulebook, 2024, 3)[2023]["nation"]
    assert row(nation, "market_entities", "")["value"] == 10 * 10**4


def test_a_year_without_data_says_which_there_is(workspace, snapshot):
    assert Snapshot.of_year(workspace, 2024).day_of(2024) == DAY
    assert Snapshot.of_year(workspace, 2022).day_of(2022) == dt.date(2023, 1, 1)
    with pytest.raises(SnapshotNotFound, match="还没有2025年的数据"):
        Snapshot.of_year(workspace, 2025)


def test_printed_shares_imply_the_country_within_their_rounding():
    figures = {p.indicator: p for p in published_figures([policies_folder()]) if p.year == 2024}
    low, middle, high = figures["foreign_capital_used_reported"].implied_country()
    assert middle == Fraction(272) / Fraction("0.234")  # 亿美元
    assert (low, high) == (
        Fraction("271.5") / Fraction("0.2345"),
        Fraction("272.5") / Fraction("0.2335"),
    )
    assert round(float(figures["trade_reported"].implied_country()[1]), 2) == 43.67  # 万亿元
    assert round(float(figures["high_tech_enterprises"].implied_country()[1]), 2) == 46.45  # 万家
    assert figures["market_entities"].implied_country() is None


def test_a_figure_is_met_as_it_was_printed():
    figures = {p.indicator: p for p in published_figures([policies_folder()]) if p.year == 2024}
    gdp = figures["zone_gdp"]  # 16.9 万亿元
    assert gdp.met_by(Fraction("168500"), "亿元") and gdp.met_by(Fraction("169500"), "亿元")
    assert not gdp.met_by(Fraction("168499"), "亿元")
    titles = figures["high_tech_enterprises"]  # 8.5 万家, a count: exactly
    assert titles.met_by(Fraction(85_000), "家") and not titles.met_by(Fraction(85_001), "家")
    over = figures["foreign_invested_enterprises"]  # 超6万家
    assert over.met_by(Fraction(60_001), "家") and not over.met_by(Fraction(60_000), "家")
    assert figures["rd_bodies_reported"].met_by(Fraction(15_000), "家")  # 1.5万家以上


def test_a_published_figure_that_cannot_be_read_says_where(tmp_path):
    head = "year,indicator,relation,value,share,source,url,evidence,verified,note\n"
    (tmp_path / "published.csv").write_text(
        head
        + "2024,zone_gdp,about,16.9 万亿元,,甲,,,true,\n2024,zone_gdp,equals,很多,,甲,,,true,\n",
        "utf-8",
    )
    with pytest.raises(PublishedError) as error:
        published_figures([tmp_path])
    assert [f.where for f in error.value.findings] == ["published.csv:2", "published.csv:3"]


def test_every_published_figure_is_of_an_indicator_in_its_unit(rulebook):
    for figure in published_figures([policies_folder()]):
        assert rulebook.rules[figure.indicator].kind == "indicator"
        assert figure.within(str(rulebook.rules[figure.indicator].unit))[0] > 0
