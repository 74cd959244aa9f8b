"""What a reform flips is exactly what two full runs differ in, and is answered once."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jingkai.engine.reevaluate import reevaluate
from jingkai.engine.reform import compare_rules
from jingkai.engine.run import decide
from jingkai.policies import policies_folder
from jingkai.population import some_enterprises, some_entities
from jingkai.registry.snapshot import SourceFile, write_snapshot
from jingkai.rulebook import load_rulebook
from jingkai.rulebook.reform import read_reform
from jingkai.vocabulary import parse_figure
from jingkai.workspace import Workspace, ZoneSettings

pytestmark = pytest.mark.slow

DAY = dt.date(2026, 6, 30)
HEAD = "reform: r\ntitle: {zh: 改, en: R}\nwhy: {zh: 试, en: try}\n"
ABOUT = {"kind": "whatif"}


class Zone:
    """The workspace, its snapshot and today's rules; a short repr for failing examples."""

    def __init__(self, workspace, snapshot, rulebook) -> None:
        self.parts = workspace, snapshot, rulebook

    def __iter__(self):
        return iter(self.parts)


@pytest.fixture(scope="module")
def zone(tmp_path_factory, rulebook):
    workspace = Workspace.init(tmp_path_factory.mktemp("reform") / "zone", ZoneSettings(key="甲"))
    source = SourceFile("合成", "", "zone_committee", str(DAY), "enterprise", None, 250, 250)
    halves = pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("甲")).otherwise(pl.lit("乙"))
    frames = {
        "enterprise": some_enterprises(250).with_columns(zone=halves),
        "investment": some_entities("investment", 40),
    }
    made = write_snapshot(workspace, frames, as_of=DAY, sources=[source], synthetic=True)
    return Zone(workspace, made, rulebook)


def reformed(folder: Path, text: str):
    path = folder / "reform.yaml"
    path.write_text(HEAD + text, "utf-8")
    return load_rulebook([policies_folder()], reform=read_reform(path))


def word(kind: str, value: object) -> str:
    """What a result is called, said without the code under test."""
    if value is None:
        return "undetermined"
    if kind in ("eligibility", "duty"):
        return "granted" if value else "refused"
    return str(value) if kind == "grade" else "known"


def way(kind: str, was: object, will: object) -> str:
    if kind in ("amount", "score") and was is not None and will is not None:
        return "up" if will > was else "down"
    return f"{word(kind, was)}→{word(kind, will)}"


def flips_of(before, after) -> Counter:
    """Compare two full runs column by column: (rule, key, direction)."""
    found: Counter = Counter()
    for rule in sorted(before.rules.keys() | after.rules.keys()):
        old, new = before.rules.get(rule), after.rules.get(rule)
        about = new or old
        kind, entity = about["kind"], about["entity"]
        columns = [rule, f"{rule}__due"] if f"{rule}__due" in about["results"] else [rule]
        tables = [
            run.scan(entity).select("key", *columns).collect() if here else None
            for run, here in ((before, old), (after, new))
        ]
        keys = next(t for t in tables if t is not None)["key"]
        for i, key in enumerate(keys):
            was, will = (t.row(i)[1:] if t is not None else None for t in tables)
            if was is None or will is None:
                there = (was or will)[0]
                if there not in (None, False, 0):
                    ends = (word(kind, there), "not_in_force")
                    found[rule, key, "→".join(ends if will is None else ends[::-1])] += 1
            elif was[0] != will[0]:
                found[rule, key, way(kind, was[0], will[0])] += 1
            elif was != will:
                a, b = was[1], will[1]
                moved = "later" if a and b and b > a else "earlier"
                moved = moved if a and b else "known" if b else "unknown"
                found[rule, key, f"due_{moved}"] += 1
    return found


def reported(comparison) -> Counter:
    rows = comparison.flips().select("rule", "key", "direction").collect().iter_rows()
    return Counter(rows)


FIGURES = sorted(
    (rule, name, parameter.source.value)
    for rule, checked in load_rulebook([policies_folder()]).rules.items()
    for name, parameter in checked.parameters.items()
    if parameter.source.value is not None and parse_figure(parameter.source.value) is not None
)
RULES = sorted({rule for rule, *_ in FIGURES})


@st.composite
def reforms(draw) -> str:
    lines: dict[str, list[str]] = {}
    for rule, name, text in draw(
        st.lists(st.sampled_from(FIGURES), max_size=3, unique_by=lambda f: f[:2])
    ):
        try:
            day = dt.date.fromisoformat(text)
        except ValueError:
            figure, unit = parse_figure(text)
        else:
            lines.setdefault(rule, []).append(f"{name}: {day - dt.timedelta(400)}")
            continue
        factor = draw(st.sampled_from([Fraction(1, 2), Fraction(9, 10), Fraction(2), Fraction(0)]))
        value = round(figure * factor) if unit and figure.denominator == 1 else figure * factor
        lines.setdefault(rule, []).append(f"{name}: {float(value):.6f} {unit}")
    parameters = "".join(f"  {r}: {{{', '.join(v)}}}\n" for r, v in lines.items())
    ended = draw(st.lists(st.sampled_from(RULES), max_size=1))
    return (f"parameters:\n{parameters}" if parameters else "") + f"end: [{', '.join(ended)}]\n"


@settings(
    max_examples=4,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=reforms())
def test_flips_are_the_difference_of_two_full_runs(zone, tmp_path, text):
    workspace, snapshot, rulebook = zone
    book = reformed(tmp_path, text)
    comparison = compare_rules(workspace, snapshot, rulebook, book, DAY, ABOUT)
    before, after = (decide(workspace, snapshot, b, DAY) for b in (rulebook, book))
    expected = flips_of(before, after)
    assert reported(comparison) == expected
    for rule, summed in comparison.rules.items():
        mine = Counter(d for (r, _, d), n in expected.items() for _ in range(n) if r == rule)
        assert summed["directions"] == dict(mine)
        for rows in (*summed["groups"].values(), summed["reasons"]):
            assert sum(row["flips"] for row in rows) == summed["flips"] == mine.total()


def test_amounts_gained_and_lost_are_exact_by_group(zone, tmp_path):
    workspace, snapshot, rulebook = zone
    book = reformed(tmp_path, "parameters: {rd_super_deduction: {standard_rate: 120 %}}\n")
    summed = compare_rules(workspace, snapshot, rulebook, book, DAY, ABOUT).rules[
        "rd_super_deduction"
    ]
    before, after = (
        decide(workspace, snapshot, b, DAY).scan("enterprise").collect()["rd_super_deduction"]
        for b in (rulebook, book)
    )
    zones = snapshot.scan("enterprise").collect()["zone"]
    gained: dict[str, Fraction] = {}
    for place, was, will in zip(zones, before, after, strict=True):
        if was is not None and will is not None:
            gained[place] = gained.get(place, Fraction(0)) + Fraction(will - was, 10**6)
    assert gained["甲"] > 0 and summed["lost"] == "0"
    assert {r["key"]: Fraction(r["gained"]) for r in summed["groups"]["zone"]} == gained
    assert Fraction(summed["gained"]) == sum(gained.values())
    sizes = {row["key"] for row in summed["groups"]["size"]}
    assert None in sizes and "20至299人" in sizes  # unknown is a row of its own
    assert any(row["name"] == "C 制造业" for row in summed["groups"]["industry"])


def test_only_what_is_downstream_is_computed_again(zone, tmp_path):
    workspace, snapshot, rulebook = zone
    book = reformed(tmp_path, "parameters: {high_tech_enterprise: {tech_staff_floor: 8 %}}\n")
    run = decide(workspace, snapshot, rulebook, DAY)
    found = reevaluate(run, snapshot, rulebook, book, DAY, "enterprise")
    layout = found.after.layouts["high_tech_enterprise"]
    condition = layout.conditions["tech_staff_share"]
    assert set(found.again.outputs) == {"high_tech_enterprise", condition}
    score = reformed(
        tmp_path,
        "parameters: {high_tech_enterprise: {score_line: 60 分}}\n",
    )
    again = reevaluate(run, snapshot, rulebook, score, DAY, "enterprise").again
    assert not any(c.startswith("hte_innovation_score") for c in again.columns)
    assert reevaluate(run, snapshot, rulebook, rulebook, DAY, "enterprise").affected == []


def test_nothing_is_taken_over_from_a_run_of_other_rules(zone, tmp_path):
    workspace, snapshot, rulebook = zone
    book = reformed(tmp_path, "end: [above_scale_industrial]\n")
    run = decide(workspace, snapshot, rulebook, DAY)
    found = reevaluate(run, snapshot, book, book, DAY, "enterprise")  # not what the run was made by
    assert set(found.again.columns) == set(found.after.columns)


def test_the_reason_is_the_condition_that_changed(zone, tmp_path):
    workspace, snapshot, rulebook = zone
    book = reformed(tmp_path, "parameters: {high_tech_enterprise: {tech_staff_floor: 0 %}}\n")
    rules = compare_rules(workspace, snapshot, rulebook, book, DAY, ABOUT).rules
    assert [row["key"] for row in rules["high_tech_enterprise"]["reasons"]] == ["科技人员占比"]


def test_the_same_question_is_answered_from_the_store(zone, tmp_path):
    workspace, snapshot, rulebook = zone
    book = reformed(tmp_path, "end: [above_scale_industrial]\n")
    first = compare_rules(workspace, snapshot, rulebook, book, DAY, ABOUT)
    written = (first.path / "manifest.json").stat().st_mtime_ns
    again = compare_rules(workspace, snapshot, rulebook, book, DAY, ABOUT)
    assert again.path == first.path
    assert (again.path / "manifest.json").stat().st_mtime_ns == written
    other = reformed(tmp_path, "end: [rd_super_deduction]\n")
    assert compare_rules(workspace, snapshot, rulebook, other, DAY, ABOUT).path != first.path


def test_an_interrupted_comparison_leaves_nothing_that_counts(zone, tmp_path, monkeypatch):
    workspace, snapshot, rulebook = zone
    book = reformed(tmp_path, "end: [little_giant, specialised_sme]\n")
    run = decide(workspace, snapshot, rulebook, DAY)

    def broken(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("jingkai.engine.reform.write_flips", broken)
    with pytest.raises(KeyboardInterrupt):
        compare_rules(workspace, snapshot, rulebook, book, DAY, ABOUT)
    monkeypatch.undo()
    assert not list(workspace.comparisons.glob(".tmp-*"))
    assert compare_rules(workspace, snapshot, rulebook, book, DAY, ABOUT).manifest["run"] == run.id


def test_the_file_names_every_flip_with_exact_figures(zone, tmp_path):
    workspace, snapshot, rulebook = zone
    book = reformed(
        tmp_path,
        "parameters: {rd_super_deduction: {standard_rate: 120 %}, high_tech_enterprise: {tech_staff_floor: 1 %}}\n",
    )
    comparison = compare_rules(workspace, snapshot, rulebook, book, DAY, ABOUT)
    count = comparison.write_csv(tmp_path / "flips.csv")
    with (tmp_path / "flips.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count == sum(r["flips"] for r in comparison.rules.values())
    assert {"key", "name", "rule", "before", "after", "reason"} <= rows[0].keys()
    after = {(r["key"], r["rule"]): r["after"] for r in rows if r["rule"] == "rd_super_deduction"}
    stored = decide(workspace, snapshot, book, DAY).scan("enterprise").collect()
    for key, value in stored.select("key", "rd_super_deduction").iter_rows():
        if (key, "rd_super_deduction") in after:
            assert Fraction(after[key, "rd_super_deduction"]) == Fraction(value, 10**6)


def test_a_rule_that_begins_is_counted_whole_and_flips_where_it_grants(zone, tmp_path):
    workspace, snapshot, rulebook = zone
    without = reformed(tmp_path, "end: [above_scale_industrial]\n")
    rule = compare_rules(workspace, snapshot, without, rulebook, DAY, ABOUT).rules[
        "above_scale_industrial"
    ]
    counts = decide(workspace, snapshot, rulebook, DAY).summary["above_scale_industrial"]
    verdicts = ("granted", "refused", "undetermined")
    assert rule["after"] == {k: counts[k] for k in verdicts if counts[k]}
    assert rule["directions"] == {"not_in_force→granted": counts["granted"]}


def test_indicators_that_move_are_told_by_zone(zone, tmp_path):
    workspace, snapshot, _ = zone
    layer = tmp_path / "rules"
    layer.mkdir()
    (layer / "above_scale_share.yaml").write_text(
        "rule: above_scale_share\ntitle: {zh: 规上工业占比, en: Share}\nmeasure: statistics\nentity: zone\nkind: indicator\n"
        "basis: {document: 试, from: 2020-01-01}\nvalue: 'share(enterprise, above_scale_industrial)'\ndirection: more\n",
        "utf-8",
    )
    path = tmp_path / "reform.yaml"
    ends = HEAD + "parameters: {above_scale_industrial: {revenue_floor: 1 万元}}\n"
    rule = load_rulebook([policies_folder()]).rules["above_scale_industrial"]
    floor = next(iter(rule.parameters))
    path.write_text(ends.replace("revenue_floor", floor), "utf-8")
    layers = [policies_folder(), layer]
    before, after = load_rulebook(layers), load_rulebook(layers, reform=read_reform(path))
    found = compare_rules(workspace, snapshot, before, after, DAY, ABOUT).manifest["indicators"]
    assert found.keys() == {"above_scale_share", "above_scale_industrial_enterprises"}
    runs = [decide(workspace, snapshot, book, DAY).manifest for book in (before, after)]
    zones = [
        {row["zone"]: row for row in run["indicators"]["above_scale_share"]["zones"]}
        for run in runs
    ]
    rows = found["above_scale_share"]["zones"]
    assert {row["zone"] for row in rows} == {"", "甲", "乙"}
    assert all(
        r["before"] == zones[0][r["zone"]] and r["after"] == zones[1][r["zone"]] for r in rows
    )


def test_a_rule_for_an_entity_that_had_none_is_decided(zone, tmp_path):
    workspace, snapshot, rulebook = zone
    (tmp_path / "big_investment.yaml").write_text(
        "rule: big_investment\ntitle: {zh: 大额再投资, en: Big}\nmeasure: m\nentity: investment\nkind: eligibility\n"
        "basis: {document: 试, from: 2020-01-01}\nparameters: {floor: {value: 10000 元, basis: 一}}\n"
        "conditions: [{id: big, basis: 一, test: amount >= floor}]\n"
        "examples:\n"
        "  - {title: a, as_of: 2026-01-01, given: {amount: 20000 元}, expect: granted}\n"
        "  - {title: b, as_of: 2026-01-01, given: {amount: 0 元}, expect: refused}\n"
        "  - {title: c, as_of: 2026-01-01, given: {}, expect: undetermined}\n",
        "utf-8",
    )
    names = [n for n, r in rulebook.rules.items() if r.entity == "investment"]
    none = reformed(tmp_path, f"end: [{', '.join(names)}]\n")
    one = reformed(tmp_path, f"end: [{', '.join(names)}]\nrules: [big_investment.yaml]\n")
    run = decide(workspace, snapshot, none, DAY)
    assert "investment" not in run.manifest["entities"]
    found = compare_rules(workspace, snapshot, none, one, DAY, ABOUT)
    assert (
        found.rules["big_investment"]["after"]["granted"] == found.rules["big_investment"]["flips"]
    )
    assert found.manifest["changes"][0]["what"] == "added"
