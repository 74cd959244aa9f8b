"""Near misses and materials over all entities, held against explanations one at a time."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import polars as pl
import pytest

from jingkai.engine.materials import count_materials
from jingkai.engine.near import near_counts, near_misses, near_table
from jingkai.engine.run import decide
from jingkai.engine.store import EngineError
from jingkai.explain import Explainer
from jingkai.population import some_enterprises
from jingkai.registry.snapshot import SourceFile, write_snapshot
from jingkai.workspace import Workspace, ZoneSettings

DAY = dt.date(2026, 6, 30)
RULE = "high_tech_enterprise"


@pytest.fixture(scope="module")
def decided(tmp_path_factory, rulebook):
    folder = tmp_path_factory.mktemp("near")
    workspace = Workspace.init(folder / "zone", ZoneSettings(key="测试经开区"))
    source = SourceFile("合成", "", "zone_committee", str(DAY), "enterprise", None, 600, 600)
    frame = some_enterprises(600, seed=29)
    snapshot = write_snapshot(workspace, {"enterprise": frame}, as_of=DAY, sources=[source])
    return rulebook, snapshot, decide(workspace, snapshot, rulebook, DAY)


def test_everyone_whom_an_explanation_calls_a_near_miss_is_listed_with_the_condition(decided):
    rulebook, snapshot, run = decided
    explainer = Explainer(rulebook, snapshot, run)
    expected = {}
    for position in range(snapshot.rows("enterprise")):
        (reason,) = explainer.explain("enterprise", position, [RULE])
        if reason.near_miss == "one":
            expected[position] = reason.blocking[0]
    found = near_misses(rulebook, snapshot, run, RULE)
    rows = dict(found.rows.select("position", "condition").iter_rows())
    assert rows == expected and len(expected) >= 5
    alone = dict(found.conditions.select("condition", "alone").iter_rows())
    assert sum(alone.values()) == len(expected)
    refused = found.conditions["refused"].to_list()
    assert all(r >= a for r, a in zip(refused, found.conditions["alone"], strict=True))


def test_within_keeps_those_whose_gap_is_a_share_of_what_is_needed(decided):
    rulebook, snapshot, run = decided
    everyone = near_misses(rulebook, snapshot, run, RULE).rows
    near = near_misses(rulebook, snapshot, run, RULE, Fraction(1, 10)).rows
    assert near["key"].to_list() == everyone.filter(everyone["share"] <= 0.1)["key"].to_list()
    assert 0 < near.height < everyone.height
    for row in near.iter_rows(named=True):
        assert row["gap"] == pytest.approx(row["needed"] - row["value"])
        assert row["share"] == pytest.approx(row["gap"] / row["needed"])


def test_a_score_has_no_near_misses_and_an_unknown_rule_is_said(decided):
    with pytest.raises(EngineError, match="没有条件"):
        near_misses(*decided, "hte_innovation_score")
    with pytest.raises(EngineError, match="不在这次认定中"):
        near_misses(*decided, "no_such_rule")


def test_materials_of_shared_facts_are_not_asked_for(decided):
    rulebook, snapshot, run = decided
    found = count_materials(rulebook, snapshot, run, RULE)
    rows = {r["material"]: r for r in found.materials.to_dicts()}
    assert rows["营业执照"]["shared"] and rows["营业执照"]["left"] == 0
    own = rows["科技人员名单和工时记录"]
    assert own["left"] == own["today"] == 600 and 0 < own["held"] <= 600
    one = found.entities.row(0, named=True)
    assert one["today"] == len(rows)
    assert one["left"] == sum(not r["shared"] for r in rows.values())
    assert (found.entities["left_reused"] <= found.entities["left"]).all()
    held = int((found.entities["left"] - found.entities["left_reused"]).sum())
    assert held == found.materials["held"].sum()


def test_counts_by_condition_are_those_of_the_rows_weighted_and_by_zone(decided, workspace):
    rulebook, snapshot, _ = decided
    within = Fraction(1, 10)
    weights = pl.Series("weight", range(1, 601))
    places = pl.Series("zone", ["甲", "乙", None] * 200)
    frame = snapshot.scan("enterprise").collect().with_columns(weights, places)
    source = SourceFile("合成", "", "zone_committee", str(DAY), "enterprise", None, 600, 600)
    heavy = write_snapshot(workspace, {"enterprise": frame}, as_of=DAY, sources=[source])
    run = decide(workspace, heavy, rulebook, DAY)
    weighed = frame.select("key", "weight")
    rows = near_misses(rulebook, heavy, run, RULE, within).rows.join(weighed, on="key")
    near = dict(rows.group_by("condition").agg(pl.col("weight").sum()).iter_rows())
    all_rows = near_misses(rulebook, heavy, run, RULE).rows.join(weighed, on="key")
    counts = near_counts(rulebook, heavy, run, RULE, within)
    assert counts["alone"].sum() == all_rows["weight"].sum() > 0
    for row in counts.filter(pl.col("near").is_not_null()).to_dicts():
        assert row["near"] == near.get(row["condition"], 0)
    parts = [near_counts(rulebook, heavy, run, RULE, within, zone) for zone in ("甲", "乙")]
    here = all_rows.filter(pl.col("zone").is_not_null())["weight"].sum()
    assert sum(p["alone"].sum() for p in parts) == here


def test_every_rule_of_a_zone_is_counted_in_one_pass_as_rule_by_rule(decided, workspace):
    rulebook, snapshot, _ = decided
    frame = snapshot.scan("enterprise").collect()
    place = pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("甲区")).otherwise(pl.lit("乙区"))
    here = write_snapshot(
        workspace, {"enterprise": frame.with_columns(zone=place)}, as_of=DAY, sources=[]
    )
    run = decide(workspace, here, rulebook, DAY)
    table = near_table(rulebook, here, run, "enterprise", Fraction(1, 2), "甲区", {})
    assert table.height > 3
    for rule, condition, alone, near in table.iter_rows():
        rows = near_misses(rulebook, here, run, rule, zone="甲区").rows
        rows = rows.filter(pl.col("condition") == condition)
        assert (rows.height, rows.filter(pl.col("share") <= 0.5).height) == (alone, near), rule
    assert near_table(rulebook, here, run, "enterprise", Fraction(1), "没有", {}).is_empty()
    assert near_table(rulebook, here, run, "no_entity", Fraction(1), "甲区", {}).is_empty()


def test_conditions_taken_to_hold_are_looked_at_no_more(decided):
    rulebook, snapshot, run = decided
    given = {"tech_staff_share", "rd_intensity", "innovation_score", "high_tech_income_share"}
    rows = near_misses(rulebook, snapshot, run, RULE, given=given).rows
    columns = run.rules[RULE]["conditions"]
    told = [c for c in columns if c not in given]
    results = run.scan("enterprise").select("key", RULE, *{columns[c] for c in told}).collect()
    expected = {
        (row["key"], c)
        for row in results.filter(pl.col(RULE).not_()).to_dicts()
        for c in told
        if row[columns[c]] is False
        and all(row[columns[o]] is True for o in told if columns[o] != columns[c])
    }
    assert set(rows.select("key", "condition").iter_rows()) == expected
    assert (
        len(expected)
        > near_misses(rulebook, snapshot, run, RULE)
        .rows.filter(pl.col("condition").is_in(told))
        .height
    )
    table = near_table(rulebook, snapshot, run, "enterprise", Fraction(1), "x", {RULE: given})
    assert RULE not in table["rule"].to_list() or not set(table["condition"]) & given
    assert near_misses(rulebook, snapshot, run, RULE, given=columns).rows.is_empty()
