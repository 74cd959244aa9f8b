"""A small nation, made and held against what was published."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from jingkai.errors import JingkaiError
from jingkai.population.check import check_population
from jingkai.population.columns import columns_read
from jingkai.population.nation import make_nation, nation_workspace, plan_nation
from jingkai.registry.snapshot import Snapshot, SourceFile, write_snapshot
from jingkai.workspace import Workspace

pytestmark = pytest.mark.slow

SCALE = 0.002


@pytest.fixture(scope="module")
def nation(tmp_path_factory) -> Workspace:
    """Three years of a nation in one workspace."""
    workspace = nation_workspace(tmp_path_factory.mktemp("population") / "nation")
    for year in (2022, 2023, 2024):
        make_nation(workspace, plan_nation(SCALE, year, 7))
    return workspace


@pytest.mark.parametrize(("year", "figures"), [(2022, 8), (2023, 10), (2024, 11)])
def test_every_published_figure_of_a_year_is_met(nation, rulebook, year, figures):
    snapshot = Snapshot.of_year(nation, year)
    found = check_population(snapshot, rulebook)
    assert len(found) == figures
    assert [c.target.indicator for c in found if not c.met] == []
    assert snapshot.manifest["population"] == {"scale": "0.002", "seed": 7, "year": year}
    assert snapshot.manifest["synthetic"] is True


def test_what_zones_report_is_what_their_enterprises_come_to(nation):
    snapshot = Snapshot.of_year(nation, 2024)
    zones = snapshot.scan("zone").collect()
    rows = snapshot.scan("enterprise").with_columns(
        trade=pl.col("export_value_2024") + pl.col("import_value_2024")
    )
    sums = rows.group_by("zone").agg(
        trade=(pl.col("trade") * pl.col("weight")).sum(),
        capital=(pl.col("foreign_capital_used_2024") * pl.col("weight")).sum(),
        titles=pl.col("weight").filter(pl.col("high_tech_enterprise_title_held")).sum(),
    )
    both = zones.join(sums.collect(), left_on="key", right_on="zone")
    assert both.height == 232
    assert both["trade"].equals(both["trade_value_2024"], check_names=False)
    assert both["capital"].equals(both["foreign_capital_used_2024"], check_names=False)
    assert both["titles"].equals(both["high_tech_enterprise_count_2024"], check_names=False)


def test_two_years_tell_the_same_of_the_year_they_share(nation):
    one, two = (Snapshot.of_year(nation, y).scan("zone").collect() for y in (2023, 2024))
    both = one.join(two, on="key", suffix="_later")
    assert both.height == 228
    for fact in ("gdp_2023", "industrial_land_2023", "rd_bodies_2022", "new_jobs_2023"):
        assert both[fact].equals(both[f"{fact}_later"], check_names=False)


def test_rows_are_of_no_one_and_belong_to_somebody(nation):
    snapshot = Snapshot.of_year(nation, 2024)
    enterprises = snapshot.scan("enterprise").select("key", "name", "zone").collect()
    assert enterprises["key"].is_sorted() and enterprises["key"].is_unique().all()
    assert enterprises["name"].str.starts_with("合成").all()
    keys = set(enterprises["key"])
    for entity, owner in (
        ("project", "enterprise"),
        ("investment", "investee"),
        ("penalty", "enterprise"),
    ):
        frame = snapshot.scan(entity).collect()
        assert set(frame[owner]) <= keys
        assert frame["name"].str.starts_with("合成").all()
        there = frame.join(enterprises, left_on=owner, right_on="key", suffix="_of_owner")
        assert there["zone"].equals(there["zone_of_owner"], check_names=False)


def test_every_fact_that_rules_read_is_there_and_not_always_unknown(nation, rulebook):
    snapshot = Snapshot.of_year(nation, 2024)
    official = {"regional_bottom_rank", "eco_park_warned_on"}  # what only offices say
    for entity in snapshot.entities:
        read = columns_read(rulebook, entity, snapshot.as_of)
        wanted = {c for c in read if c.removesuffix(f"_{c[-4:]}") not in official}
        frame = snapshot.scan(entity).select(sorted(wanted)).collect()
        assert [c for c in frame.columns if frame[c].null_count() == frame.height] == []


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    sums = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        workspace = nation_workspace(tmp_path / name)
        manifest = make_nation(workspace, plan_nation(SCALE, 2024, seed)).manifest
        sums.append({e: table["sha256"] for e, table in manifest["entities"].items()})
    assert sums[0] == sums[1]
    assert all(sums[0][e] != sums[2][e] for e in sums[0] if e != "service_item")


def test_a_damaged_total_is_a_miss(tmp_path, nation, rulebook):
    snapshot = Snapshot.of_year(nation, 2024)
    zones = snapshot.scan("zone").with_columns(pl.col("gdp_2024") * 101 // 100).collect()
    platforms = snapshot.scan("platform").filter(pl.col("kind") != "incubator").collect()
    tables = {
        "enterprise": snapshot.scan("enterprise").collect(),
        "zone": zones,
        "platform": platforms,
    }
    workspace = nation_workspace(tmp_path / "damaged")
    made = SourceFile("合成", "", "statistics", "2025-06-30", "zone")
    population = snapshot.manifest["population"]
    broken = write_snapshot(
        workspace,
        tables,
        as_of=snapshot.as_of,
        sources=[made],
        synthetic=True,
        population=population,
    )
    missed = [c.target.indicator for c in check_population(broken, rulebook) if not c.met]
    assert missed == ["zone_gdp", "national_incubators"]


def test_real_data_are_not_mixed_with_a_nation(tmp_path, rulebook):
    workspace = Workspace.init(tmp_path / "zone")
    frame = pl.DataFrame({"key": ["a"], "name": ["甲"]})
    made = SourceFile("甲.csv", "", "statistics", "2025-06-30", "enterprise")
    snapshot = write_snapshot(
        workspace, {"enterprise": frame}, as_of=plan_nation(SCALE, 2024, 7).day, sources=[made]
    )
    with pytest.raises(JingkaiError, match="不是合成的"):
        nation_workspace(workspace.path)
    with pytest.raises(JingkaiError, match="不是合成的全国"):
        check_population(snapshot, rulebook)
    with pytest.raises(JingkaiError, match="规模"):
        plan_nation(1.5, 2024, 7)
    assert (
        json.loads((Path(snapshot.path) / "manifest.json").read_text("utf-8"))["synthetic"] is False
    )
