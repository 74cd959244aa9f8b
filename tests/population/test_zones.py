"""The national zones against the lists that they were taken from."""

from __future__ import annotations

import csv
from collections import Counter

import polars as pl
import pytest
import yaml

from jingkai.population.zone_table import identity_of_zones
from jingkai.population.zones import national_zones, region_of_province


def test_names_and_provinces_are_those_of_the_list(shared):
    with (shared / "data/zones/etdz_2024.csv").open(encoding="utf-8") as file:
        listed = {
            (row["name"].replace("襄樊", "襄阳"), row["province"]) for row in csv.DictReader(file)
        }
    assert {(z.name, z.province) for z in national_zones(2024)} == listed


def test_dates_and_ranks_are_those_of_the_sources(shared):
    facts = yaml.safe_load((shared / "policy/14-statistics.yaml").read_text("utf-8"))["facts"]
    values = {f["id"]: f["values"] for f in facts}
    zones = {z.name: z for z in national_zones(2024)}
    for row in values["ST-T21"]["list"]:
        (found,) = [z for z in zones.values() if z.rank == row["rank"]]
        assert found.name.startswith(row["zone"]) and found.province == row["province"]
    raised = [z for z in zones.values() if z.established == values["ST-UP24"]["date"]]
    assert {z.name[:2] for z in raised} == {"广州", "贵溪", "涪陵", "沈阳"}
    assert zones["上海金桥经济技术开发区"].established == "2001-09"
    assert zones["上海金桥经济技术开发区"].established_on is None  # the day is not known
    identity = identity_of_zones(national_zones(2024)).filter(
        pl.col("established_year").is_not_null()
    )
    years = dict(identity.select("key", "established_year").iter_rows())
    assert years["上海金桥经济技术开发区"] == 2001 and len(years) == 10
    assert sum(z.established is not None for z in zones.values()) == 10


@pytest.mark.parametrize(("year", "count"), [(2022, 230), (2023, 229), (2024, 232)])
def test_each_year_has_as_many_zones_as_were_published(year, count):
    assert len(national_zones(year)) == count


def test_regions_come_to_the_published_numbers():
    assert Counter(z.region for z in national_zones(2024)) == {
        "east": 114, "central": 68, "west": 50,
    }  # fmt: skip
    assert Counter(z.region for z in national_zones(2022)) == {
        "east": 112, "central": 68, "west": 50,
    }  # fmt: skip
    assert Counter(z.region for z in national_zones(2023))[None] == 1
    assert region_of_province()["海南"] == "east" and len(region_of_province()) == 31
