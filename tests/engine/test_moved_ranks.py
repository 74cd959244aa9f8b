"""What a change of weights does to the ranks of zones."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from jingkai.engine.moved_ranks import moved_ranks
from jingkai.engine.reform import compare_rules
from jingkai.policies import policies_folder
from jingkai.registry.snapshot import SourceFile, write_snapshot
from jingkai.rulebook import load_rulebook
from jingkai.rulebook.reform import read_reform

DAY = dt.date(2025, 6, 30)
YI = 10**10
HEAD = "reform: weights\ntitle: {zh: 试, en: T}\nwhy: {zh: 试, en: t}\nparameters: "


@pytest.fixture
def snapshot(workspace):
    # 甲 leads in foreign capital, 乙 in trade by as much: equal while both items weigh the same.
    zones = pl.DataFrame(
        {
            "key": ["甲", "乙"],
            "foreign_capital_used_2024": [2 * 10**8, 10**8],
            "trade_value_2024": [YI, 2 * YI],
        }
    )
    source = [SourceFile("合成", "", "statistics", str(DAY), "zone", None, 2, 2)]
    return write_snapshot(workspace, {"zone": zones}, as_of=DAY, sources=source)


def after(tmp_path, parameters):
    path = tmp_path / "reform.yaml"
    path.write_text(HEAD + parameters + "\n", "utf-8")
    return load_rulebook([policies_folder()], reform=read_reform(path))


def test_a_heavier_weight_lifts_the_zone_that_leads_in_it(workspace, snapshot, rulebook, tmp_path):
    changed = after(tmp_path, "{zone_assessment_score: {foreign_capital_weight: 20 %}}")
    about = {"kind": "whatif", "reform": {}}
    found = compare_rules(workspace, snapshot, rulebook, changed, DAY, about).manifest["ranks"]
    rows = {row["zone"]: row for row in found["zone_assessment_score"]["zones"]}
    # Known: 15 + 15 of 100 points, the leader 100 marks, the other 60; of the rest 60 to 100. Before:
    # 15 + 9 + 42 = 66 at least. With 20 and 10: 甲 20 + 6 + 42 = 68, 乙 12 + 10 + 42 = 64.
    assert [rows[z]["before"]["score"][0] for z in ("甲", "乙")] == ["66", "66"]
    assert [rows[z]["after"]["score"][0] for z in ("甲", "乙")] == ["68", "64"]


def test_a_change_elsewhere_moves_no_rank(snapshot, rulebook, tmp_path):
    changed = after(tmp_path, "{high_tech_enterprise: {tech_staff_floor: 8 %}}")
    day = rulebook.on(DAY), changed.on(DAY)
    assert moved_ranks(snapshot, *day, 2024, {"high_tech_enterprise"}) == {}
