"""Two stored runs: flips are their difference, each put down to facts, rules or the date."""

from __future__ import annotations

import datetime as dt
import shutil

import polars as pl
import pytest

from jingkai.engine.diff import compare_runs
from jingkai.engine.rulebooks import kept_rulebook
from jingkai.engine.run import decide
from jingkai.engine.runs import find_run, stored_runs
from jingkai.engine.store import EngineError
from jingkai.policies import policies_folder
from jingkai.population import some_enterprises, some_entities
from jingkai.registry.snapshot import SourceFile, write_snapshot
from jingkai.rulebook import load_rulebook, strict_rulebook
from jingkai.workspace import Workspace, ZoneSettings
from tests.engine.test_reform import flips_of, reported

pytestmark = pytest.mark.slow

DAY, BEFORE = dt.date(2026, 6, 30), dt.date(2026, 3, 1)
POINTS = (
    "credit_risk_class_by_points: {low_risk_to: %s 分, ordinary_to: 600 分, higher_to: 800 分}\n"
)


def snapshot_of(workspace, enterprises: pl.DataFrame):
    source = SourceFile("合成", "", "zone_committee", str(DAY), "enterprise", None, 1, 1)
    frames = {"enterprise": enterprises, "investment": some_entities("investment", 20)}
    return write_snapshot(workspace, frames, as_of=DAY, sources=[source], synthetic=True)


class Zone:
    """Two snapshots and two rulebooks of one workspace."""

    def __init__(self, folder) -> None:
        self.workspace = Workspace.init(folder / "zone", ZoneSettings(key="甲"))
        made = some_enterprises(160)
        self.old = snapshot_of(self.workspace, made.head(150))
        more = pl.when(pl.int_range(pl.len()) % 3 == 0).then(
            pl.col("main_business_revenue_2025") // 20
        )
        changed = made.tail(150).with_columns(
            main_business_revenue_2025=more.otherwise(pl.col("main_business_revenue_2025"))
        )
        self.new = snapshot_of(self.workspace, changed)
        self.rules = [self._layer(folder / "a", "300"), self._layer(folder / "b", "200")]

    def _layer(self, folder, points):
        (folder / "rules").mkdir(parents=True)
        (folder / "rules" / "parameters.yaml").write_text(POINTS % points, "utf-8")
        return load_rulebook([policies_folder(), folder / "rules"])

    def run(self, facts, rules, day):
        return decide(self.workspace, facts, rules, day)


@pytest.fixture(scope="module")
def zone(tmp_path_factory):
    return Zone(tmp_path_factory.mktemp("diff"))


def caused(comparison) -> dict[tuple[str, str], str]:
    rows = comparison.flips().filter(pl.col("rule") != "").select("rule", "key", "cause").collect()
    return {(rule, key): cause for rule, key, cause in rows.iter_rows()}


def test_rules_alone(zone):
    a, b = (zone.run(zone.new, rules, DAY) for rules in zone.rules)
    comparison = compare_runs(zone.workspace, a, b)
    assert reported(comparison) == flips_of(a, b)
    assert set(comparison.rules) >= {"credit_risk_class_by_points"}
    assert set(caused(comparison).values()) == {"rules"}
    assert comparison.manifest["differ"] == {"facts": False, "rules": True, "date": False}
    change = comparison.manifest["changes"][0]
    assert change["details"] == [["parameters.low_risk_to", "300 分", "200 分"]]


def test_the_date_alone(zone):
    a, b = (zone.run(zone.new, zone.rules[0], day) for day in (BEFORE, DAY))
    comparison = compare_runs(zone.workspace, a, b)
    assert reported(comparison) == flips_of(a, b) and reported(comparison)
    assert set(caused(comparison).values()) == {"date"}
    ended = comparison.rules["little_giant_2022"]
    assert all(way.endswith("→not_in_force") for way in ended["directions"])


def test_facts_alone_and_who_came_and_went(zone):
    a, b = (zone.run(facts, zone.rules[0], DAY) for facts in (zone.old, zone.new))
    comparison = compare_runs(zone.workspace, a, b)
    assert set(caused(comparison).values()) == {"facts"}
    counts = comparison.manifest["entities"]["enterprise"]
    assert (counts["gone"], counts["new"]) == (10, 10)
    there = set(zone.old.scan("enterprise").collect()["key"]) & set(
        zone.new.scan("enterprise").collect()["key"]
    )
    results = [
        run.scan("enterprise").filter(pl.col("key").is_in(there)).collect() for run in (a, b)
    ]
    rule = "above_scale_industrial"
    expected = {
        key
        for key, was, will in zip(
            results[0]["key"], results[0][rule], results[1][rule], strict=True
        )
        if was != will
    }
    assert expected == {key for name, key in caused(comparison) if name == rule} and expected


def test_each_flip_is_put_down_to_the_steps_that_moved_it(zone):
    a, b = zone.run(zone.old, zone.rules[0], BEFORE), zone.run(zone.new, zone.rules[1], DAY)
    states = [
        a,
        zone.run(zone.new, zone.rules[0], BEFORE),
        zone.run(zone.new, zone.rules[1], BEFORE),
        b,
    ]
    comparison = compare_runs(zone.workspace, a, b)
    found = caused(comparison)
    assert {"facts", "rules", "date"} <= {c for cause in found.values() for c in cause.split("+")}
    tables = [run.scan("enterprise").collect() for run in states]
    rows = [{key: i for i, key in enumerate(t["key"])} for t in tables]
    for (rule, key), cause in found.items():
        if key not in rows[0] or not all(rule in t.columns for t in tables):
            continue
        values = [t[rule][r[key]] for t, r in zip(tables, rows, strict=True)]
        moved = zip(("facts", "rules", "date"), values, values[1:], strict=False)
        assert cause == "+".join(name for name, was, will in moved if was != will)


def test_the_same_comparison_is_answered_from_the_store(zone):
    a, b = (zone.run(zone.new, rules, DAY) for rules in zone.rules)
    assert compare_runs(zone.workspace, a, b).path == compare_runs(zone.workspace, a, b).path
    assert compare_runs(zone.workspace, b, a).path != compare_runs(zone.workspace, a, b).path


def test_a_run_keeps_its_rules_and_they_load_back(zone):
    run = zone.run(zone.new, zone.rules[1], DAY)
    kept = kept_rulebook(zone.workspace, run.manifest["rulebook"])
    assert kept.hash == zone.rules[1].hash
    assert kept.rules["credit_risk_class_by_points"].parameters["low_risk_to"].layer == "rules"
    strict = strict_rulebook(zone.rules[1])
    run = zone.run(zone.new, strict, DAY)
    assert kept_rulebook(zone.workspace, run.manifest["rulebook"]).hash == strict.hash


def test_rules_that_were_not_kept_or_no_longer_check_say_so(zone):
    run = zone.run(zone.old, zone.rules[1], DAY)
    other = zone.run(zone.old, zone.rules[0], DAY)
    folder = zone.workspace.rulebooks / run.manifest["rulebook"]
    path = next(folder.rglob("high_tech_enterprise.yaml"))
    text = path.read_text("utf-8")
    path.write_text(text.replace("core_ip_count >=", "a_fact_of_then >="), "utf-8")
    with pytest.raises(EngineError, match="不能通过检查") as error:
        compare_runs(zone.workspace, other, run)
    assert "high_tech_enterprise.yaml" in str(error.value)
    path.write_text(text, "utf-8")
    moved = folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(EngineError, match="没有保存"):
        compare_runs(zone.workspace, other, run)
    moved.rename(folder)
    assert compare_runs(zone.workspace, other, run).manifest["kind"] == "diff"


def test_runs_are_found_by_the_beginning_of_their_id(zone):
    run = zone.run(zone.new, zone.rules[0], DAY)
    assert find_run(zone.workspace, run.id[:10]).id == run.id
    assert run.id in {r.id for r in stored_runs(zone.workspace)}
    with pytest.raises(EngineError, match="没有认定"):
        find_run(zone.workspace, "zzzz")
    with pytest.raises(EngineError):
        find_run(zone.workspace, "")
    twin = run.path.with_name(run.id[:15] + "_")
    shutil.copytree(run.path, twin)
    text = (twin / "manifest.json").read_text("utf-8").replace(run.id, twin.name)
    (twin / "manifest.json").write_text(text, "utf-8")
    with pytest.raises(EngineError, match="2 次认定"):
        find_run(zone.workspace, run.id[:15])
    shutil.rmtree(twin)
