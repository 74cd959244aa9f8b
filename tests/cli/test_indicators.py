"""A zone's indicators on screen."""

from __future__ import annotations

import datetime as dt

import polars as pl

from jingkai.cli.indicators import indicator_lines
from jingkai.engine.run import decide
from jingkai.registry.snapshot import SourceFile, write_snapshot

DAY = dt.date(2026, 6, 30)


def test_an_indicator_is_told_by_title_in_its_unit_with_what_is_not_known(workspace, rulebook):
    started = [False, True, None]
    frame = pl.DataFrame(
        {"key": ["a", "b", "c"], "zone": ["甲"] * 3, "state_owned": [True] * 3,
         "construction_started": started, "development_stopped": [False] * 3,
         "agreed_start_on": [dt.date(2025, 6, 30)] * 3, "net_land": [False] * 3,
         "land_use": ["industrial", "industrial", "mixed"]},
    )  # fmt: skip
    source = SourceFile("合成", "", "natural_resources", str(DAY), "parcel", None, 3, 3)
    snapshot = write_snapshot(workspace, {"parcel": frame}, as_of=DAY, sources=[source])
    run = decide(workspace, snapshot, rulebook, DAY)
    lines = indicator_lines(run, rulebook, "甲")
    assert "指标 闲置宗地数：1 宗（仅 2/3 已知，不是总数）" in lines
    assert "指标 标准地占比：0%" in lines
    assert "indicator Share of standard land: 0%" in indicator_lines(run, rulebook, "甲", "en")
