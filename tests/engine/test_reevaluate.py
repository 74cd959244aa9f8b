"""Events, rights on shared facts and dates: what stands in a run is read, what does not is computed."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from jingkai.engine.reevaluate import reevaluate
from jingkai.engine.run import decide
from jingkai.population import some_enterprises
from jingkai.registry.snapshot import SourceFile, write_snapshot
from jingkai.rulebook import load_rulebook
from jingkai.rulebook.reform import read_reform
from tests.rulebook.tiny import rule_file

DAY, LATER = dt.date(2026, 6, 30), dt.date(2027, 1, 15)
RULES = {
    "clean": "parameters:\n  year: {value: 12 月, basis: 一}\n  most: {value: 1 次, basis: 一}\n"
    'conditions:\n  - {id: few, basis: 一, test: "events(penalty, year) < most"}\n',
    "staffed": "parameters:\n  floor: {value: 10 %, basis: 一}\n"
    'conditions:\n  - {id: share, basis: 一, test: "last(tech_staff) / last(staff) >= floor"}\n',
    "at_once": "conditions:\n  - {id: known, basis: 一, test: on_shared(clean)}\n"
    "  - {id: staff, basis: 一, test: staffed}\n",
}


@pytest.fixture
def zone(workspace, tmp_path):
    frame = some_enterprises(60)
    keys = frame["key"].to_list()
    penalties = pl.DataFrame(
        {
            "key": [f"p{i}" for i in range(30)],
            "enterprise": [keys[i % 7] for i in range(30)],
            "occurred_on": [DAY - dt.timedelta(days=37 * i) for i in range(30)],
        }
    )
    source = SourceFile("合成", "", "zone_committee", str(DAY), "enterprise", None, 60, 60)
    registers = {"penalty": {"as_of": "2027-12-31"}}
    frames = {"enterprise": frame, "penalty": penalties}
    snapshot = write_snapshot(workspace, frames, as_of=DAY, sources=[source], registers=registers)
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name, body in RULES.items():
        rule_file(folder, body, name=name)
    return workspace, snapshot, folder


def reformed(folder, text):
    path = folder.parent / "reform.yaml"
    head = "reform: r\ntitle: {zh: 改, en: R}\nwhy: {zh: 试, en: try}\n"
    path.write_text(head + text, "utf-8")
    return load_rulebook([folder], examples_needed=False, reform=read_reform(path))


@pytest.mark.parametrize(
    ("text", "day", "again"),
    [
        ("parameters: {clean: {most: 2 次}}\n", DAY, {"clean", "at_once"}),
        ("parameters: {clean: {year: 24 月}}\n", DAY, {"clean", "at_once"}),
        ("parameters: {staffed: {floor: 20 %}}\n", DAY, {"staffed", "at_once"}),
        ("end: [clean]\n", DAY, {"clean", "at_once"}),
        ("end: []\n", LATER, {"clean", "staffed", "at_once"}),
    ],
)
def test_results_are_those_of_a_full_run(zone, text, day, again):
    workspace, snapshot, folder = zone
    before = load_rulebook([folder], examples_needed=False)
    after = reformed(folder, text)
    run = decide(workspace, snapshot, before, DAY)
    found = reevaluate(run, snapshot, before, after, day, "enterprise")
    whole = decide(workspace, snapshot, after, day).scan("enterprise").collect()
    results = found.results().collect(engine="streaming")
    assert set(found.affected) == again
    assert results.columns == whole.columns
    assert results.equals(whole)
    if "clean" in whole.columns:
        assert whole["clean"].n_unique() > 1  # some have penalties


def test_counts_that_stand_are_not_counted_again(zone):
    workspace, snapshot, folder = zone
    before = load_rulebook([folder], examples_needed=False)
    after = reformed(folder, "parameters: {clean: {most: 2 次}}\n")
    run = decide(workspace, snapshot, before, DAY)
    found = reevaluate(run, snapshot, before, after, DAY, "enterprise")
    counts = {c for c in found.stand if c.startswith("penalty#")}
    assert len(counts) == 2
    plan = found.frame((), ["clean"], ["key"]).explain()
    assert "penalty.arrow" not in plan
