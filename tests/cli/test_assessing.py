"""``jingkai assess`` on screen, in files and for programs."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest
from typer.testing import CliRunner

from jingkai.cli import app
from tests.engine.zones import alike, put_zones

pytestmark = pytest.mark.slow
DAY = dt.date(2025, 6, 30)


@pytest.fixture
def nation(workspace, monkeypatch):
    """Zones alike but for the foreign capital used (15 %): 100, 50, unknown and 0 of 万美元."""
    usual = alike(2023, 2024)
    capital = {"甲": 100, "乙": 50, "丙": None, "丁": 0}
    zones = {
        name: usual | {"foreign_capital_used_2024": None if v is None else v * 10**6}
        for name, v in capital.items()
    }
    zones["新区"] = usual | {"established_on": dt.date(2024, 10, 30)}
    put_zones(workspace, DAY, zones)
    monkeypatch.chdir(workspace.path)
    return workspace


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["assess", *words])
    assert result.exit_code == code, result.output
    return result.stdout


def test_every_screen_says_what_its_ranks_rest_on(nation):
    for words in ((), ("--region", "东部"), ("--explain", "乙")):
        shown = run(*words)
        assert (
            "不是公布的结果" in shown
            and "18 项二级指标的权重没有来源，在组内均分（未核实）" in shown
        )
        assert "数据内只有 5 家，应有 232 家，名次是这几家之间的，不作退出预警" in shown
        assert "12 项名称未公开，不计分" in shown and "借用的地方办法（未核实）" in shown


def test_the_list_gives_scores_ranks_gaps_and_who_takes_no_part(nation):
    # 甲 100; 乙 100 - 15 % of 20 = 97; 丁 100 - 15 % of 40 = 94; 丙 from 94 to 100, perhaps the first.
    shown = run("--year", "2024")
    rows = [line.replace("│", " ").split() for line in shown.splitlines() if "东部" in line]
    found = {row[3]: (row[0], row[4]) for row in rows if len(row) > 4}
    assert found["甲"] == ("1", "100.00") and found["乙"] == ("2–3", "97.00")
    assert found["丙"] == ("1–3", "94.00–100.00") and found["丁"] == ("3–4", "94.00")
    assert "没有参评的 1 家：新区" in shown


def test_the_list_has_short_names_where_they_are_unique(nation):
    usual = alike(2023, 2024)
    names = ("昆山经济技术开发区", "南通经济技术开发区", "南通")
    put_zones(nation, DAY, dict.fromkeys(names, usual))
    shown = run()
    listed = [row for row in shown.splitlines() if "东部" in row]
    assert [row.split()[row.split().index("东部") + 3] for row in listed] == [
        "南通",
        "南通经济技术开发区",
        "昆山",
    ]


def test_a_weight_that_the_workspace_sets_counts_and_is_said(nation):
    text = "zone_assessment_score: {foreign_capital_weight: 30 %}"
    (nation.rules / "parameters.yaml").write_text(text, "utf-8")
    shown = run()
    assert "17 项二级指标的权重没有来源" in shown and "1 项的权重由本地设定" in shown
    assert "88.00" in shown  # 丁: 100 - 30 % of 40


def test_weights_beyond_their_group_are_refused(nation):
    text = "zone_assessment_score: {foreign_capital_weight: 31 %}"
    (nation.rules / "parameters.yaml").write_text(text, "utf-8")
    result = CliRunner().invoke(app, ["rules", "list"])
    assert result.exit_code and "对外开放各项权重之和为 31%，本组为 30%" in str(
        result.exception.findings[0]
    )


def test_a_zone_is_explained_by_what_it_loses_and_what_would_lift_it(nation):
    found = json.loads(run("--explain", "丁", "--json"))
    lost = {row["item"]: row for row in found["losses"]}
    # The known points of the item are 100, 80 and 60: the median is 80, 20 of them at 15 %.
    assert lost["foreign_capital"]["to_median"] == 3.0 and lost["trade"]["to_median"] == 0.0
    climb = {row["item"]: row for row in found["climb"]}
    # As good as 甲 in the one item in which they differ; every other item is full already.
    assert (found["target"], climb["foreign_capital"]["needed"]) == (1, "100")
    shown = run("--explain", "丁")
    assert "100 万美元" in shown and "仅靠此项不可达" in shown


def test_a_zone_that_takes_no_part_is_told_so(nation):
    assert "2024 年度没有参评" in run("--explain", "新区")


def test_files_hold_both_ends_and_say_what_they_rest_on(nation):
    for name in ("a.csv", "a.parquet", "a.xlsx"):
        run("--out", name)
    for frame in (pl.read_csv("a.csv"), pl.read_parquet("a.parquet")):
        rows = {row["经开区"]: row for row in frame.to_dicts()}
        assert (rows["丙"]["名次"], rows["丙"]["名次至"]) == (1, 3)
        assert (rows["丙"]["得分"], rows["丙"]["得分至"]) == (94.0, 100.0)
        assert all("未核实" in text for text in frame["说明"])


def test_programs_get_ranks_as_intervals_with_marks(nation):
    found = json.loads(run("--json"))
    places = {p["zone"]: p for p in found["places"]}
    assert places["丙"]["rank"] == [1, 3] and places["丙"]["missing"] == ["foreign_capital"]
    assert found["apart"] == ["新区"] and len(found["items"]) == 18 and found["marks"]


@pytest.mark.parametrize("words", [("--region", "东北"), ("--explain", "没有"), ("--year", "2019")])
def test_what_is_not_there_is_told_with_a_way_on(nation, words):
    result = CliRunner().invoke(app, ["assess", *words])
    assert result.exit_code and result.exception.hint
