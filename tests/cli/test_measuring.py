"""`jingkai services measure` as a person and as a program uses it."""

from __future__ import annotations

import csv
import json

import pytest
from typer.testing import CliRunner

from jingkai.cli import app
from jingkai.errors import JingkaiError
from tests.services.logs.conftest import CASES


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command beside a log of three cases."""
    (tmp_path / "cases.csv").write_text(CASES, "utf-8")
    monkeypatch.chdir(tmp_path)

    def runs(*words: str) -> str:
        done = CliRunner().invoke(app, ["services", "measure", *words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    return runs


def test_a_person_sees_what_was_measured_and_assumed(run):
    said = run("cases.csv")
    assert "3 件，10 个事件，4 种环节，3 种走法" in said and "全部可读" in said
    assert "用地许可  2  7  10.2  50.0%" in said and "规划  3" in said
    assert "审查  补正  1  11.1 天" in said and "工作日按中国法定节假日" in said


def test_a_program_gets_the_same(run):
    told = json.loads(run("cases.csv", "--json"))
    assert told["total"]["cases"] == 3 and told["rows_read"] == 10 and told["rejected"] == 0
    assert told["items"][0]["item"] == "用地许可" and told["total"]["trips_mean"] == 0.5


def test_two_periods_are_compared_with_their_intervals(run):
    said = run("cases.csv", "--before", "2026-03-01")
    assert "2026-03-01 之前申请（1 件）" in said and "不知（样本少）" in said and "种子" in said
    told = json.loads(run("cases.csv", "--compare", "cases.csv", "--json"))["comparison"]
    assert {d["verdict"] for d in told["differences"]} <= {"unclear", "unknown"}
    with pytest.raises(JingkaiError, match="不能同用"):
        run("cases.csv", "--compare", "cases.csv", "--before", "2026-03-01")


def test_files_are_written(run, tmp_path):
    said = run("cases.csv", "--out", "told", "--svg", "way.svg", "--after", "2026-03-01")
    names = {p.name for p in (tmp_path / "told").iterdir()}
    assert names == {
        "cases.csv",
        "differences.csv",
        "items.csv",
        "measures.json",
        "offices.csv",
        "paths.svg",
        "rejected.csv",
        "transitions.csv",
    }
    assert all(name in said for name in names)
    with (tmp_path / "told" / "cases.csv").open(encoding="utf-8-sig") as file:
        rows = {r["case"]: r for r in csv.DictReader(file)}
    assert rows["A1"]["working_days"] == "11" and rows["B1"]["materials"] == ""
    assert (tmp_path / "way.svg").read_text("utf-8").startswith("<svg")


def test_an_item_of_the_catalogue_brings_its_lawful_time(run, tmp_path):
    rows = ["办件编号,事项,环节,完成时间"]
    for case, end in (("1", "2026-03-23"), ("2", "2026-03-24")):  # 15 working days from 2 March
        rows += [
            f"{case},fire_design_review,受理,2026-03-02",
            f"{case},fire_design_review,决定,{end}",
        ]
    (tmp_path / "fire.csv").write_text("\n".join(rows), "utf-8")
    said = run("fire.csv")
    assert "超期 50.0%（可判断的 2 件中）" in said and "是否超期按事项的承诺或法定时限计" in said
