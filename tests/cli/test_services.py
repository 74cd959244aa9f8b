"""The commands about service items as a person and as a program uses them."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from jingkai.cli import app
from jingkai.cli.output import console
from jingkai.errors import JingkaiError
from jingkai.workspace import Workspace, ZoneSettings


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in a zone that has set a promise."""
    zone = Workspace.init(tmp_path / "zone", ZoneSettings(key="示例经开区"))
    zone.items.mkdir()
    settings = "items: {land_planning_permit: {promised: 10, trips: 0}}\n"
    (zone.items / "settings.yaml").write_text(settings, "utf-8")
    monkeypatch.chdir(zone.path)
    monkeypatch.setattr(console, "width", 160)

    def runs(*words: str) -> str:
        done = CliRunner().invoke(app, ["services", *words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    return runs


def test_list_shows_items_and_bundles(run):
    said = run("list")
    assert "19 个事项" in said and "工程建设项目审批“一件事”（construction_project）" in said
    told = json.loads(run("list", "--json"))
    land = next(i for i in told["items"] if i["item"] == "land_planning_permit")
    assert (land["promised"], land["compression"], land["trips"]) == (10, 0.5, 0)
    assert {b["bundle"] for b in told["bundles"]} == {"open_an_enterprise", "construction_project"}
    bank = next(i for i in told["items"] if i["item"] == "bank_account")
    assert bank["statutory"] is None and bank["promised"] is None


def test_show_gives_an_item_with_its_sources(run):
    said = run("show", "construction_permit")
    assert "法定时限：7日（自收到）（第八条）" in said
    assert "不交：由 land_planning_permit 产生" in said and "交，可告知承诺" in said
    told = json.loads(run("show", "environmental_impact_form", "--json"))
    assert told["fee"]["amount"] == "0 元" and told["source"]["basis"]["url"]
    assert [p["ground"] for p in told["pauses"]][-1] == "technical_assessment"


def test_show_gives_what_a_bundle_saves(run):
    said = run("show", "construction_project")
    assert "合并后交 10 件" in said and "承诺的最长一路：不能确定" in said
    told = json.loads(run("show", "construction_project", "--json"))
    assert told["materials_apart"] == 11 and told["promised_days"] is None


def test_deadline_stops_and_warns(run):
    words = ("--accepted", "2026-02-10", "--pause", "hearing=2026-02-24..2026-03-03")
    said = run("deadline", "land_planning_permit", *words, "--as-of", "2026-03-06")
    assert "2026-03-24" in said and "2026-03-10" in said and "临近" in said
    told = json.loads(
        run("deadline", "land_planning_permit", *words, "--as-of", "2026-03-11", "--json")
    )
    found = {d["name"]: d for d in told["deadlines"]}
    assert (found["promised"]["ends"], found["promised"]["state"]) == ("2026-03-10", "late")
    assert found["promised"]["late_by"] == 1 and found["statutory"]["ends"] == "2026-03-24"


def test_deadline_says_what_it_does_not_know(run):
    said = run("deadline", "bank_account", "--accepted", "2026-03-02", "--as-of", "2026-03-03")
    assert "未设定，不计算" in said and "没有法定时限" in said
    beyond = run(
        "deadline", "fire_design_review", "--accepted", "2034-12-20", "--as-of", "2034-12-21"
    )
    assert "不保证" in beyond and "尚未公布" in beyond
    silent = run(
        "deadline", "fire_design_review", "--received", "2026-02-12", "--as-of", "2026-02-27"
    )
    assert "自 2026-02-12 起视为受理" in silent


def test_deadline_of_a_bundle_runs_in_parallel(run):
    told = json.loads(run("deadline", "open_an_enterprise", "--accepted", "2026-03-02", "--json"))
    assert told["items"][0]["statutory"]["ends"] == "2026-03-05" and told["ends"] is None
    assert "全部办结：不能确定" in run("deadline", "open_an_enterprise", "--accepted", "2026-03-02")


def test_deadline_of_a_renewal_is_before_the_end(run):
    said = run("deadline", "foreign_work_permit", "--expires", "2026-12-31")
    assert "最迟 2026-12-01 申请延续" in said and "视为准予延续" in said
    told = json.loads(run("deadline", "foreign_work_permit", "--expires", "2026-12-31", "--json"))
    assert told["apply_by"] == "2026-12-01"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "land_planing_permit"), "是不是 land_planning_permit"),
        (("deadline", "bank_account"), "--accepted"),
        (("deadline", "bank_account", "--accepted", "2026-03-02", "--pause", "hearing=2026-03-03"), "没有可以停止计时"),
        (("deadline", "land_planning_permit", "--accepted", "2026-03-02", "--pause", "hearing"), "停止之日"),
        (("deadline", "construction_permit", "--accepted", "2026-03-02", "--extended"), "没有可以延长"),
        (("deadline", "seal_filing", "--expires", "2026-12-31"), "没有延续的规定"),
        (("check", "missing.yaml"), "没有文件"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(run, words, said):
    with pytest.raises(JingkaiError) as caught:
        run(*words)
    assert said in str(caught.value)


def test_check_names_file_and_line(run, tmp_path):
    assert "检查通过：19 个事项" in run("check")
    wrong = tmp_path / "probe.yaml"
    wrong.write_text("item: probe\ntitle: {zh: 试, en: x}\nkind: filing\n", "utf-8")
    with pytest.raises(JingkaiError) as caught:
        run("check", str(wrong))
    assert "probe.yaml:1" in str(caught.value)
