"""The day from which a right is had, held against the rule decided on that day and on others."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from jingkai.engine.granted_from import granted_from
from jingkai.engine.run import decide
from jingkai.engine.store import EngineError
from jingkai.population import some_entities
from jingkai.registry.snapshot import SourceFile, write_snapshot
from jingkai.workspace import Workspace

DAY = dt.date(2026, 6, 30)
RULE = "credit_repair"


@pytest.fixture(scope="module")
def decided(tmp_path_factory, rulebook):
    workspace = Workspace.init(tmp_path_factory.mktemp("from") / "zone")
    source = SourceFile("合成", "", "zone_committee", str(DAY), "penalty", None, 500, 500)
    frame = some_entities("penalty", 500, seed=11)
    some = pl.arange(pl.len()) % 40 == 0
    frame = frame.with_columns(occurred_on=pl.when(~some).then(pl.col("occurred_on")))
    snapshot = write_snapshot(workspace, {"penalty": frame}, as_of=DAY, sources=[source])
    return workspace, snapshot, decide(workspace, snapshot, rulebook, DAY)


def _found(rulebook, decided, given=()):
    return granted_from(rulebook, decided[1], decided[2], RULE, given).collect()


@pytest.mark.parametrize("later", [0, 1, 45, 200])
def test_the_rule_decided_on_any_day_agrees(rulebook, decided, later):
    workspace, snapshot, _ = decided
    found = _found(rulebook, decided)
    day = DAY + dt.timedelta(days=later)
    then = decide(workspace, snapshot, rulebook, day)
    columns = then.rules[RULE]["conditions"]
    waited = then.scan("penalty").collect()[columns["waited"]]
    told = found.select(pl.col("always") | (pl.col("from") <= day)).to_series()
    assert (waited.fill_null(False) == told.fill_null(False)).all()
    assert waited.null_count() and waited.sum() > 100
    granted = then.scan("penalty").collect()[RULE].fill_null(False)
    expected = found.select((pl.col("always") | (pl.col("from") <= day)) & pl.col("then"))
    assert (granted == expected.to_series().fill_null(False)).all()


def test_the_day_is_the_first_on_which_it_is_granted(rulebook, decided):
    workspace, snapshot, _ = decided
    found = _found(rulebook, decided)
    soon = found.filter(pl.col("from") > DAY, pl.col("then"))
    assert soon.height > 5
    position, first = soon.select("position", "from").row(0)
    verdicts = [
        decide(workspace, snapshot, rulebook, first + dt.timedelta(days=d)).reader("penalty")
        for d in (-1, 0)
    ]
    assert [r.row(position)[RULE] for r in verdicts] == [False, True]


def test_what_is_not_known_has_no_day(rulebook, decided):
    found = _found(rulebook, decided)
    nobody_knows = found.filter(pl.col("severity").is_null())
    assert nobody_knows.height and nobody_knows["from"].null_count() == nobody_knows.height
    assert not nobody_knows["always"].any()
    minor = found.filter(pl.col("severity") == "minor", pl.col("occurred_on").is_null())
    assert minor.height and minor["always"].all()


def test_given_conditions_hold_whatever_was_found(rulebook, decided):
    plain, given = _found(rulebook, decided), _found(rulebook, decided, ["commitment"])
    refused = plain["then"].eq_missing(False) & plain["repair_commitment"].eq_missing(False)
    assert refused.any() and not given.filter(refused)["then"].all()
    others = ("obligations_fulfilled", "repair_barred", "record_repaired")
    met = [pl.col(others[0]), ~pl.col(others[1]), ~pl.col(others[2]).fill_null(False)]
    assert given.filter(refused, *met)["then"].all()


def test_a_rule_without_conditions_is_refused(rulebook, decided):
    with pytest.raises(EngineError, match="credit_risk_class"):
        granted_from(rulebook, decided[1], decided[2], "credit_risk_class")
