"""What is measured beside jingkai answers the same question; else its time says nothing."""

from __future__ import annotations

import polars as pl
import pytest
from benchmarks.agreement import WRITTEN, disagreements, pairs
from benchmarks.data import AS_OF
from benchmarks.handwritten import handwritten
from benchmarks.high_tech import HighTech

from jingkai.engine.polars_engine import program_frame
from jingkai.population import demo_enterprises
from jingkai.rulebook import compile_program


@pytest.fixture(scope="module")
def decided(rulebook):
    facts = demo_enterprises(2000, seed=11)
    program = compile_program(rulebook, "enterprise", AS_OF, facts.columns, WRITTEN)
    outputs = program_frame(program, facts.lazy()).select("key", *program.outputs)
    return facts, program, outputs.collect(engine="streaming")


def test_the_handwritten_query_computes_every_column_alike(decided):
    facts, program, outputs = decided
    written = handwritten(facts.lazy()).collect(engine="streaming")
    assert set(pairs(program)) == set(program.outputs)
    assert disagreements(program, outputs, written) == {}


def test_a_wrong_column_would_be_seen(decided):
    facts, program, outputs = decided
    written = handwritten(facts.lazy()).collect(engine="streaming")
    wrong = written.with_columns(~pl.col("hte.rd"))
    assert len(disagreements(program, outputs, wrong)) == 1


def test_the_peers_give_the_same_verdicts(decided, rulebook, tmp_path):
    pytest.importorskip("duckdb", reason="make bench installs the peers")
    pytest.importorskip("openfisca_core", reason="make bench installs the peers")
    facts, _, outputs = decided
    peers = HighTech(rulebook, facts.lazy(), outputs.lazy(), tmp_path)
    name = "high_tech_enterprise"
    ours = pl.read_ipc(peers.jingkai())[name]
    assert ours.equals(outputs[name])
    for other in (peers.polars, peers.duckdb):
        assert pl.read_ipc(other())[name].equals(ours)
    known = ours.is_not_null()  # the other one has no unknown
    assert pl.Series(name, peers.openfisca()()).filter(known).equals(ours.filter(known))
