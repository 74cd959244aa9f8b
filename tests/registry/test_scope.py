"""A zone's own load into a workspace of many zones; a look at a load before it is one; taking it back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jingkai.population import synthetic_code
from jingkai.registry.errors import RegistryError
from jingkai.registry.load import LoadReport, load, prepare, write_load
from jingkai.registry.mapping import LoadMap
from jingkai.registry.outcomes import load_outcomes, prepare_outcomes
from jingkai.registry.snapshot import Snapshot
from jingkai.registry.undo import undo
from jingkai.workspace import Workspace

DAY = dt.date(2026, 6, 30)
A, B, C, D = (synthetic_code(i) for i in (1, 2, 3, 4))


@pytest.fixture
def nation(tmp_path: Path) -> Workspace:
    """Two zones, an enterprise in each, and one that is nowhere known."""
    found = Workspace.init(tmp_path / "nation")
    text = f"信用代码,企业名称,所在经开区,员工人数2025\n{A},甲厂,甲区,10\n{B},同名厂,乙区,20\n{C},无处,,30\n"
    load(found, "enterprise", [_file(found, "全国.csv", text)], as_of=DAY)
    return found


def _file(workspace: Workspace, name: str, text: str) -> Path:
    path = workspace.path.parent / name
    path.write_text(text, "utf-8")
    return path


def _own(workspace: Workspace, text: str, entity: str = "enterprise", **how: Any) -> LoadReport:
    path = _file(workspace, "本区.csv", text)
    with workspace.locked():
        prepared = prepare(
            workspace, entity, [path], LoadMap(), office="statistics", as_of=DAY, only_zone="甲区",
            **how,
        )  # fmt: skip
        return write_load(workspace, prepared)


def _rows(workspace: Workspace) -> dict[str, dict[str, Any]]:
    frame = Snapshot.current(workspace).scan("enterprise").collect()
    return {r["key"]: r for r in frame.iter_rows(named=True)}


def _reasons(report: LoadReport) -> list[str]:
    path = Path(report.reports, "rejects.csv")
    return pl.read_csv(path)["reason"].to_list() if path.exists() else []


def test_a_zone_changes_only_its_own_enterprises(nation):
    text = f"信用代码,员工人数2025\n{A},11\n{B},21\n{C},31\n{D},41\n"
    report = _own(nation, text)
    assert (report.rows_read, report.accepted, report.rejected) == (4, 2, 2)
    assert _reasons(report) == ["不属于本经开区，未装载"] * 2
    rows = _rows(nation)
    assert [rows[k]["staff_2025"] for k in (A, B, C, D)] == [11, 20, 30, 41]
    assert (rows[D]["zone"], rows[C]["zone"]) == ("甲区", None)


def test_a_zone_neither_gives_away_nor_takes_an_enterprise(nation):
    text = f"信用代码,所在经开区,员工人数2025\n{A},乙区,11\n{B},甲区,21\n{D},乙区,41\n{C},甲区,1\n"
    with pytest.raises(RegistryError, match="没有一行可以接收"):
        _own(nation, text)
    assert _rows(nation)[A]["zone"] == "甲区"
    assert D not in _rows(nation)


def test_a_namesake_in_another_zone_is_somebody_else(nation):
    report = _own(nation, "企业名称,员工人数2025\n同名厂,5\n甲厂,12\n")
    assert (report.accepted, report.rejected) == (2, 0)
    rows = _rows(nation)
    assert (rows[B]["staff_2025"], rows[A]["staff_2025"]) == (20, 12)
    assert rows["name:甲区/同名厂"]["zone"] == "甲区"


def test_an_event_of_another_zone_s_enterprise_is_rejected(nation):
    text = f"编号,name,enterprise,occurred_on\n1,罚一,{A},2026-01-05\n2,罚二,{B},2026-01-06\n3,罚三,{D},2026-01-07\n"
    report = _own(nation, text, "penalty")
    assert (report.accepted, report.rejected) == (1, 2)
    table = Snapshot.current(nation).scan("penalty").collect()
    assert table.select("key", "zone", "enterprise").rows() == [("1", "甲区", A)]


def test_another_zone_s_row_of_a_table_is_not_overwritten(nation):
    path = _file(nation, "项目.csv", "编号,name,zone\n1,一号,甲区\n2,二号,乙区\n")
    load(nation, "project", [path], office="finance", as_of=DAY)
    report = _own(nation, "编号,name\n1,新一号\n2,新二号\n3,三号\n", "project")
    assert (report.accepted, report.rejected) == (2, 1)
    rows = Snapshot.current(nation).scan("project").select("key", "name", "zone").collect().rows()
    assert rows == [("1", "新一号", "甲区"), ("2", "二号", "乙区"), ("3", "三号", "甲区")]


def test_a_zone_loads_the_facts_of_no_other_zone(nation):
    report = _own(nation, "经开区名称,省份\n甲区,江苏\n乙区,四川\n", "zone")
    assert (report.accepted, report.rejected) == (1, 1)


def test_a_zone_s_list_is_no_whole_one(nation):
    text = f"编号,name,enterprise,occurred_on\n1,罚一,{A},2026-01-05\n"
    with pytest.raises(RegistryError, match="完整名单"):
        _own(nation, text, "penalty", complete=True)
    path = _file(nation, "名单.csv", f"信用代码,称号\n{A},高新技术企业\n")
    how = {"office": "science_technology", "as_of": DAY, "only_zone": "甲区"}
    with pytest.raises(RegistryError, match="完整名单"):
        prepare_outcomes(nation, [path], complete=True, **how)


def test_titles_of_another_zone_s_enterprises_are_rejected(nation):
    text = f"信用代码,称号,有效期起\n{A},高新技术企业,2024-01-01\n{B},高新技术企业,2024-01-01\n"
    how = {"office": "science_technology", "as_of": DAY, "only_zone": "甲区"}
    prepared = prepare_outcomes(nation, [_file(nation, "名单.csv", text)], **how)
    assert (prepared.report.accepted, prepared.report.rejected) == (1, 1)
    assert prepared.collected.refusal.rejects["value"].to_list() == [B]


def test_a_look_at_a_load_says_what_the_load_then_does(nation):
    text = f"信用代码,企业名称,员工人数2025,营收2025\n{A},甲厂,11,\n{D},新,x,5\n{D},新,,6\n"
    path, before = _file(nation, "看.csv", text), nation.current_snapshot_id
    how = {"office": "tax", "as_of": DAY}
    seen = prepare(nation, "enterprise", [path], LoadMap(), whole=False, **how)
    assert nation.current_snapshot_id == before
    assert len(list(nation.snapshots.glob("[!.]*/manifest.json"))) == 1
    assert seen.merged.frame["key"].to_list() == [A]
    report = load(nation, "enterprise", [path], **how)
    told = {**report.to_dict(), "snapshot": "", "reports": ""}
    assert seen.report.to_dict() == told
    assert set(seen.frames) == {"rejects", "rejected_rows", "problems", "differences"}
    for name, frame in seen.frames.items():
        assert Path(report.reports, f"{name}.csv").read_text("utf-8-sig") == frame.write_csv()


def test_a_look_reads_the_sources_of_the_rows_that_it_is_about(nation):
    text = f"信用代码,员工人数2025\n{B},25\n"
    load(nation, "enterprise", [_file(nation, "税.csv", text)], office="tax", as_of=DAY)
    text = f"信用代码,员工人数2025\n{B},26\n{A},1\n"
    how = {"office": "statistics", "as_of": DAY, "whole": False}
    path = _file(nation, "统.csv", text)
    seen = prepare(nation, "enterprise", [path], LoadMap(), **how).frames["differences"]
    whole = prepare(nation, "enterprise", [path], LoadMap(), **{**how, "whole": True})
    assert seen.sort("key").equals(whole.frames["differences"].sort("key"))
    assert len(seen["原来源"].unique()) == 2


def test_a_load_is_taken_back_while_nothing_came_after_it(nation):
    before, rows = nation.current_snapshot_id, _rows(nation)
    next_year = dt.date(2027, 6, 30)
    path = _file(nation, "新.csv", f"信用代码,员工人数2026\n{A},12\n")
    report = load(nation, "enterprise", [path], as_of=next_year)
    assert Snapshot.of_year(nation, 2026).id == report.snapshot
    assert undo(nation, report.snapshot).id == before
    assert (nation.current_snapshot_id, _rows(nation)) == (before, rows)
    assert Snapshot.whose_last_year_is(nation, 2026) is None
    again = load(nation, "enterprise", [path], as_of=next_year)
    assert again.snapshot == report.snapshot
    assert Snapshot.of_year(nation, 2026).id == report.snapshot


def test_a_load_that_others_came_after_is_not_taken_back(nation):
    report = load(
        nation,
        "enterprise",
        [_file(nation, "一.csv", f"信用代码,员工人数2025\n{A},1\n")],
        as_of=DAY,
    )
    load(
        nation,
        "enterprise",
        [_file(nation, "二.csv", f"信用代码,员工人数2025\n{A},2\n")],
        as_of=DAY,
    )
    now = nation.current_snapshot_id
    with pytest.raises(RegistryError, match="二"):
        undo(nation, report.snapshot)
    assert nation.current_snapshot_id == now


def test_the_first_load_is_not_taken_back(nation):
    with pytest.raises(RegistryError, match="第一次"):
        undo(nation, str(nation.current_snapshot_id))


def test_outcomes_are_loaded_as_they_were_looked_at(nation):
    text = f"信用代码,称号,有效期起\n{A},高新技术企业,2024-01-01\n"
    path = _file(nation, "名单.csv", text)
    how = {"office": "science_technology", "as_of": DAY}
    seen = prepare_outcomes(nation, [path], whole=False, **how).report
    told = load_outcomes(nation, [path], **how).to_dict()
    assert {**told, "snapshot": "", "reports": ""} == seen.to_dict()
