"""Indicators of real data: the ministry's list of 232 zones and 103 listed companies, gaps and all.

Skips, saying so, where the data beside the repository is absent.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from jingkai.engine.standing import standing
from jingkai.registry.load import load
from jingkai.workspace import Workspace

HERE = Path(__file__).parent
DAY = date(2022, 9, 30)


@pytest.fixture(scope="module")
def tables(shared, rulebook, tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    workspace = Workspace.init(folder / "nation")
    mapping = folder / "zones.map.yaml"
    mapping.write_text(
        "entity: zone\ncolumns: {name: {fact: name}, province: {fact: province}}\n", "utf-8"
    )
    load(workspace, "zone", [shared / "data/zones/etdz_2024.csv"], map_file=mapping, as_of=DAY)
    load(
        workspace,
        "enterprise",
        [shared / "data/enterprises/real_facts_a_wide.csv"],
        map_file=HERE / "companies.map.yaml",
        as_of=DAY,
    )
    return standing(workspace, rulebook, 2021, ("nation", "province", "zone"))[1]


def one(table: pl.DataFrame, indicator: str, group: str = "") -> dict:
    return table.filter((pl.col("indicator") == indicator) & (pl.col("group") == group)).to_dicts()[
        0
    ]


def test_the_zones_of_the_list_are_counted_by_province(tables):
    assert one(tables["nation"], "zone_count")["value"] == 232 * 10**4
    assert one(tables["province"], "zone_count", "江苏")["value"] == 27 * 10**4
    assert one(tables["province"], "zone_count", "江苏")["rank"] == 1


def test_what_no_zone_reported_is_no_total_of_nought(tables):
    gdp = one(tables["nation"], "zone_gdp")
    assert (gdp["value"], gdp["partial"], gdp["known"], gdp["of"]) == (None, None, 0, 232)


def test_records_of_some_companies_are_never_the_whole(tables):
    nation = tables["nation"]
    assert one(nation, "market_entities")["value"] == 103 * 10**4
    trade, titles = one(nation, "trade_recorded"), one(nation, "high_tech_enterprises")
    for gap in (trade, titles, one(nation, "above_scale_industrial_enterprises")):
        assert gap["value"] is None and gap["known"] < gap["of"] == 103
