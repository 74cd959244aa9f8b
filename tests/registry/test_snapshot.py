"""A snapshot's tables as they are written."""

from __future__ import annotations

from datetime import date

import polars as pl

from jingkai.registry.snapshot import Snapshot, SourceFile, write_snapshot

DAY = date(2025, 6, 30)
SOURCE = SourceFile("合成", "", "statistics", DAY.isoformat(), "enterprise")


def test_a_table_given_in_parts_reads_as_one_given_whole(workspace):
    whole = pl.DataFrame(
        {
            "key": ["a", "b", "c", "d"],
            "name": ["甲", None, "丙", "丁"],
            "staff_2024": [1, None, 3, 4],
        }
    )
    parts = [whole[:2], whole[2:]]
    first = write_snapshot(workspace, {"enterprise": whole}, as_of=DAY, sources=[SOURCE])
    made = {"scale": "0.01", "seed": 7, "year": 2024}
    second = write_snapshot(
        workspace,
        {"enterprise": lambda: iter(parts)},
        as_of=DAY,
        sources=[SOURCE],
        synthetic=True,
        population=made,
    )
    assert second.scan("enterprise").collect().equals(first.scan("enterprise").collect())
    assert second.table("enterprise").schema == first.table("enterprise").schema
    assert second.rows("enterprise") == 4 and second.columns("enterprise") == whole.columns
    assert [b.num_rows for b in second.table("enterprise").to_batches()] == [2, 2]
    assert Snapshot.current(workspace).manifest["population"] == made
    assert "population" not in first.manifest
    assert second.find("enterprise", "d")[0].name == "丁"
