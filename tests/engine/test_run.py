"""A run is stored once, answers again from the store, and says what it came to."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest

from jingkai.engine.run import decide
from jingkai.engine.store import DecisionRun, EngineError
from jingkai.engine.workbook import decision_workbook
from jingkai.population import some_enterprises, some_entities
from jingkai.registry.reading import read_table
from jingkai.registry.snapshot import SourceFile, write_snapshot

DAY = dt.date(2026, 6, 30)


@pytest.fixture
def snapshot(workspace):
    source = SourceFile("合成", "", "zone_committee", str(DAY), "enterprise", None, 300, 300)
    frames = {"enterprise": some_enterprises(300), "investment": some_entities("investment", 20)}
    return write_snapshot(workspace, frames, as_of=DAY, sources=[source], synthetic=True)


def test_the_same_question_is_answered_from_the_store(workspace, snapshot, rulebook):
    first = decide(workspace, snapshot, rulebook, DAY)
    written = (first.path / "enterprise.arrow").stat().st_mtime_ns
    again = decide(workspace, snapshot, rulebook, DAY)
    assert again.id == first.id
    assert (again.path / "enterprise.arrow").stat().st_mtime_ns == written
    assert decide(workspace, snapshot, rulebook, dt.date(2026, 7, 1)).id != first.id


def test_rows_stay_in_the_snapshots_order(workspace, snapshot, rulebook):
    run = decide(workspace, snapshot, rulebook, DAY)
    assert (
        run.scan("enterprise").collect()["key"].to_list()
        == snapshot.scan("enterprise").collect()["key"].to_list()
    )


def test_conditions_are_nullable_bits_and_distinct(workspace, snapshot, rulebook):
    run = decide(workspace, snapshot, rulebook, DAY)
    frame = run.scan("enterprise").collect()
    columns = [
        c
        for r in run.rules.values()
        if r["entity"] == "enterprise"
        for c in r["conditions"].values()
    ]
    assert len(set(columns)) < len(columns)  # some conditions are shared by rules
    assert all(frame[c].dtype == pl.Boolean for c in set(columns))


def test_counts_add_up_and_name_what_is_missing(workspace, snapshot, rulebook):
    run = decide(workspace, snapshot, rulebook, DAY)
    frame = run.scan("enterprise").collect()
    for name, described in run.rules.items():
        if described["entity"] != "enterprise":
            continue
        counts = run.summary[name]
        kinds = described["grades"] or (
            ("granted", "refused")
            if described["kind"] in ("eligibility", "duty")
            else ("positive", "zero", "negative")
        )
        assert sum(counts[k] for k in (*kinds, "undetermined")) == 300
        assert counts["undetermined"] == frame[name].null_count()
        assert (
            bool(counts["missing"]) == bool(counts["undetermined"]) or described["kind"] == "score"
        )


def test_the_total_is_exact(workspace, snapshot, rulebook):
    from fractions import Fraction

    run = decide(workspace, snapshot, rulebook, DAY)
    stored = run.scan("enterprise").collect()["rd_super_deduction"].drop_nulls().to_list()
    assert Fraction(run.summary["rd_super_deduction"]["total"]) == Fraction(sum(stored), 10**6)


def test_a_fact_nobody_loaded_is_what_is_missing_most(workspace, rulebook):
    frame = some_enterprises(50).select("key", "name", "industry_code")
    source = SourceFile("合成", "", "zone_committee", str(DAY), "enterprise", None, 50, 50)
    snapshot = write_snapshot(workspace, {"enterprise": frame}, as_of=DAY, sources=[source])
    counts = decide(workspace, snapshot, rulebook, DAY).summary["high_tech_enterprise"]
    assert counts["undetermined"] == 50
    assert dict(counts["missing"])["rd_expense"] == 50


def test_rules_not_in_force_are_named(workspace, snapshot, rulebook):
    run = decide(workspace, snapshot, rulebook, DAY)
    assert run.manifest["not_in_force"]["little_giant_2022"] == ["2022-08-01", "2026-03-31"]
    assert "little_giant_2022" not in run.rules


def test_a_zones_parameters_change_the_answer_and_the_identity(workspace, snapshot, rulebook):
    from jingkai.policies import policies_folder
    from jingkai.rulebook import load_rulebook

    plain = decide(workspace, snapshot, rulebook, DAY)
    assert plain.summary["credit_risk_class_by_points"]["undetermined"] == 300
    (workspace.rules / "parameters.yaml").write_text(
        "credit_risk_class_by_points: {low_risk_to: 300 分, ordinary_to: 600 分, higher_to: 800 分}\n",
        "utf-8",
    )
    layered = load_rulebook([policies_folder(), workspace.rules])
    assert layered.rules["credit_risk_class_by_points"].parameters["low_risk_to"].layer == "rules"
    run = decide(workspace, snapshot, layered, DAY)
    assert run.id != plain.id
    assert run.summary["credit_risk_class_by_points"]["undetermined"] < 300


def test_the_workbook_takes_no_name_for_a_formula(workspace, rulebook, tmp_path):
    frame = some_enterprises(3).with_columns(name=pl.lit("=1+1公司"))
    source = SourceFile("合成", "", "zone_committee", str(DAY), "enterprise", None, 3, 3)
    snapshot = write_snapshot(workspace, {"enterprise": frame}, as_of=DAY, sources=[source])
    path = tmp_path / "out.xlsx"
    decision_workbook(decide(workspace, snapshot, rulebook, DAY), snapshot, rulebook, path)
    table = read_table(path, "企业")
    assert table.frame["名称"].to_list() == ["=1+1公司"] * 3
    assert table.frame.height == 3


def test_a_run_that_is_not_there_says_so(tmp_path):
    with pytest.raises(EngineError, match="no decision run"):
        _ = DecisionRun(tmp_path).manifest


def test_an_indicator_adds_up_by_zone_with_its_coverage(workspace, tmp_path):
    from jingkai.policies import policies_folder
    from jingkai.rulebook import load_rulebook

    rules = tmp_path / "rules"
    rules.mkdir()
    head = "title: {zh: 指标, en: I}\nmeasure: statistics\nentity: zone\nkind: indicator\nbasis: {document: 试, from: 2020-01-01}\n"
    (rules / "zone_revenue.yaml").write_text(
        f"rule: zone_revenue\n{head}unit: 万元\nvalue: sum(enterprise.last(revenue))\ndirection: more\n",
        "utf-8",
    )
    (rules / "industrial_share.yaml").write_text(
        f"rule: industrial_share\n{head}value: 'share(enterprise, above_scale_industrial)'\n",
        "utf-8",
    )
    book = load_rulebook([policies_folder(), rules])
    frame = pl.DataFrame(
        {"key": ["a", "b", "c"], "zone": ["甲", "甲", "乙"], "revenue_2025": [5, 7, None],
         "legal_entity": [True, True, True], "industry_code": ["C27", "C27", "C27"],
         "main_business_revenue_2025": [2000 * 10**6, 1, None]},
    )  # fmt: skip
    source = SourceFile("合成", "", "zone_committee", str(DAY), "enterprise", None, 3, 3)
    snapshot = write_snapshot(workspace, {"enterprise": frame}, as_of=DAY, sources=[source])
    found = decide(workspace, snapshot, book, DAY).manifest["indicators"]
    zones = {z["zone"]: z for z in found["zone_revenue"]["zones"]}
    assert (zones["甲"]["value"], zones["甲"]["known"], zones["甲"]["of"]) == (12, 2, 2)
    assert (zones["乙"]["value"], zones["乙"]["known"], zones["乙"]["of"]) == (None, 0, 1)
    assert (zones[""]["value"], zones[""]["partial"]) == (
        None,
        12,
    )  # a part is never passed off as the whole
    shares = {z["zone"]: z["value"] for z in found["industrial_share"]["zones"]}
    assert shares["甲"] == 5000  # one half, in 0.0001


def test_the_manifest_is_plain_json(workspace, snapshot, rulebook):
    run = decide(workspace, snapshot, rulebook, DAY)
    assert json.loads((run.path / "manifest.json").read_text("utf-8"))["synthetic"] is True
