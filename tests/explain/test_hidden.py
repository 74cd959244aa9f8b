"""Facts that a reader may not see, in explanations; and rows decided again with other facts."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from jingkai.engine.joins import facts_columns
from jingkai.engine.run import decide
from jingkai.explain import Explainer
from jingkai.explain.hidden import hidden_columns
from jingkai.explain.reasons import explain_rule
from jingkai.explain.row import RowEvaluator
from jingkai.explain.trial import plans_on
from jingkai.population import some_enterprises
from jingkai.registry.snapshot import SourceFile, write_snapshot
from jingkai.rulebook import tree
from jingkai.workspace import Workspace

pytestmark = pytest.mark.slow

DAY = dt.date(2026, 6, 30)
SOURCE = SourceFile("x.csv", "0" * 64, "tax", str(DAY), "enterprise")
WORDS = "他处持有"


def _why(fact) -> str:
    return "" if fact.shared or fact.sensitivity in ("public", "internal") else WORDS


def _explainer(folder, rulebook, frame) -> Explainer:
    workspace = Workspace.init(folder)
    snapshot = write_snapshot(workspace, {"enterprise": frame}, as_of=DAY, sources=[SOURCE])
    run = decide(workspace, snapshot, rulebook, DAY)
    return Explainer(rulebook.on(DAY), snapshot, run)


def _hidden(explainer: Explainer) -> dict[str, str]:
    columns = facts_columns(explainer.snapshot, explainer.rulebook, "enterprise", DAY)
    return hidden_columns(explainer.rulebook, "enterprise", columns, DAY, _why)


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    return some_enterprises(240).sort("key")


@pytest.fixture(scope="module")
def explainer(tmp_path_factory, rulebook, frame) -> Explainer:
    return _explainer(tmp_path_factory.mktemp("hidden") / "area", rulebook, frame)


@pytest.fixture(scope="module")
def shuffled(tmp_path_factory, rulebook, frame, explainer) -> Explainer:
    """The same enterprises, each with the hidden facts of another one."""
    moved = [c for c in frame.columns if c in _hidden(explainer)]
    assert len(moved) > 30
    other = frame.with_columns(pl.col(moved).shift(7).fill_null(pl.col(moved).last()))
    return _explainer(tmp_path_factory.mktemp("shuffled") / "area", rulebook, other)


def test_what_is_told_is_the_same_whatever_the_hidden_facts_are(explainer, shuffled):
    hidden, program = _hidden(explainer), explainer.program("enterprise")
    same, different = 0, 0
    for position in range(240):
        one, other = (
            program.verdicts(e.row("enterprise", position)[1]) for e in (explainer, shuffled)
        )
        if one != other:
            continue
        reasons = [
            [r.to_dict() for r in e.explain("enterprise", position, hidden=hidden)]
            for e in (explainer, shuffled)
        ]
        assert reasons[0] == reasons[1], position
        same += 1
        open_ones = [
            [r.to_dict() for r in e.explain("enterprise", position)] for e in (explainer, shuffled)
        ]
        different += open_ones[0] != open_ones[1]
    assert same > 5
    assert different == same  # unhidden, they do differ


def test_decisions_stand_and_what_is_not_hidden_is_told_as_ever(explainer):
    hidden = _hidden(explainer)
    told = 0
    for position in range(0, 240, 23):
        pairs = zip(
            explainer.explain("enterprise", position, hidden=hidden),
            explainer.explain("enterprise", position),
            strict=True,
        )
        for seen, whole in pairs:
            if whole.kind in ("eligibility", "duty", "amount"):
                assert seen.verdict == whole.verdict, seen.rule
            for c, w in zip(seen.conditions, whole.conditions, strict=True):
                assert c.hidden or c.verdict == w.verdict, (seen.rule, c.id)
                told += not c.hidden and any(a.found not in ("未知", "") for a in c.atoms)
    assert told > 100


def test_a_hidden_comparison_names_the_holder_and_keeps_what_is_asked(explainer):
    hidden = _hidden(explainer)
    reason = explainer.explain("enterprise", 0, ["high_tech_enterprise"], hidden=hidden)[0]
    found = next(c for c in reason.conditions if c.id == "tech_staff_share")
    assert (found.verdict, found.hidden) == (None, WORDS)
    atom = found.atoms[0]
    assert (atom.found, atom.needed, atom.distance, atom.verdict) == (
        WORDS, "不低于 10%", "", None,
    )  # fmt: skip
    score = next(c for c in reason.conditions if c.id == "innovation_score")
    assert (score.hidden, score.atoms[0].found) == (WORDS, WORDS)
    assert found.id not in reason.blocking


def test_points_and_amounts_that_rest_on_a_hidden_fact_are_not_told(explainer):
    hidden = _hidden(explainer)
    plans, rules = explainer.plans, explainer.rulebook.rules
    names = {n for n in explainer.run.rules if set(plans.facts.of_result(rules[n])) & set(hidden)}
    assert {"innovative_sme_score", "high_tech_innovation_score"} & names
    for position in range(0, 240, 29):
        for reason in explainer.explain("enterprise", position, hidden=hidden):
            if reason.rule in names and not (reason.kind == "grade" and reason.verdict):
                assert reason.hidden, reason.rule
                assert (reason.result, reason.due, reason.possible) == ("", "", [])
                assert reason.figures == {}
            elif reason.kind == "amount":
                assert not reason.hidden


def test_every_comparison_of_every_rule_can_be_hidden(explainer):
    """Nothing found anywhere is left when every fact is hidden."""
    columns = facts_columns(explainer.snapshot, explainer.rulebook, "enterprise", DAY)
    every = hidden_columns(explainer.rulebook, "enterprise", columns, DAY, lambda fact: WORDS)
    for reason in explainer.explain("enterprise", 1, hidden=every):
        for c in reason.conditions:
            rests = {f for a in c.atoms for f in a.facts}
            assert all(a.found == WORDS and not a.distance for a in c.atoms if a.facts), c.id
            assert not rests or c.verdict is None or c.hidden == "", c.id


def test_a_hidden_fact_on_the_side_of_what_is_asked_is_not_told_there(rulebook):
    book = rulebook.on(DAY)
    plans = plans_on(book, DAY)
    asked = [
        (rule, c, part)
        for rule in book.in_force(DAY)
        for c in rule.conditions
        for part in tree.walk(c.test)
        if isinstance(part, tree.Compare) and tree.fact_names(part.right) and part.kind == "number"
    ]
    assert asked
    for rule, c, compared in asked:
        read = plans.facts.of_needed(rule, compared)
        assert read and set(read) <= set(plans.facts.of_test(rule, compared))
        columns = {*plans.facts.of_test(rule, compared), *read}
        described = book.vocabulary.entities[rule.entity]
        facts = {n: k[0] for n in columns if (k := described.column(n)) is not None}
        values = {"code": "C3011", "text": "C3011", "bool": True, "date": DAY}
        row = RowEvaluator(plans, {n: values.get(f.type, 777) for n, f in facts.items()})
        told = explain_rule(rule, row, {}).to_dict()
        hidden = explain_rule(rule, row, {}, hidden=dict.fromkeys(read, WORDS)).to_dict()
        atoms = [
            [a for k in r["conditions"] if k["id"] == c.id for a in k["atoms"]]
            for r in (told, hidden)
        ]
        assert any(a["found"] == WORDS and a["needed"] == "" for a in atoms[1]), c.id
        assert all(a["needed"] for a in atoms[0])


def test_a_count_of_events_is_hidden_with_the_facts_it_counts_by(rulebook):
    book = rulebook.on(DAY)

    def why(fact) -> str:
        return WORDS if fact.entity == "penalty" and fact.type == "date" else ""

    found = hidden_columns(book, "enterprise", [], DAY, why)
    counts = [n for n in found if n.startswith("penalty#")]
    assert len(counts) % 2 == 0
    if counts:
        assert found["penalty"] == WORDS
    assert not any(n.startswith("inspection#") for n in found)


def test_a_row_decided_again_is_what_the_run_stores(explainer):
    program = explainer.program("enterprise")
    for position in range(0, 240, 11):
        values, results = explainer.row("enterprise", position)
        again = program.results(values)
        assert {n: v for n, v in again.items() if n in results} == {
            n: results[n] for n in again if n in results
        }


def test_a_changed_fact_changes_the_decision_it_decides(explainer):
    rule = "above_scale_industrial"
    for position in range(240):
        reason = explainer.explain("enterprise", position, [rule])[0]
        if reason.near_miss == "one" and reason.blocking == ["revenue"]:
            break
    assert reason.blocking == ["revenue"]
    failed = next(c for c in reason.conditions if c.id == "revenue")
    (column,) = failed.atoms[0].facts
    changed = {column: 10**12}
    assert explainer.again("enterprise", position, changed)[1][rule] is True
    assert explainer.explain("enterprise", position, [rule], changed=changed)[0].verdict is True
    assert explainer.explain("enterprise", position, [rule])[0].verdict is False  # nothing was kept
