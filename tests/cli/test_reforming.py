"""whatif, plan, diff and runs as a person and as a program uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.typed import run

pytestmark = pytest.mark.slow

REFORM = """reform: lower
title: {zh: "放宽[门槛]", en: Lower}
why: {zh: 试算, en: try}
parameters:
  high_tech_enterprise: {tech_staff_floor: 1 %}
  rd_super_deduction: {standard_rate: 120 %}
"""


@pytest.fixture(scope="module")
def zone(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("reforming")
    run(folder, "demo", "--enterprises", "300")
    (folder / "demo-zone" / "reform.yaml").write_text(REFORM, "utf-8")
    return folder / "demo-zone"


def test_whatif_tells_the_change_the_flips_and_the_reasons(zone):
    text, _, _ = run(zone, "whatif", "reform.yaml", "--out", "flips.csv")
    assert "放宽[门槛]（lower）" in text and "试算" in text and "合成数据" in text
    assert "参数 tech_staff_floor：10% → 1%" in text
    assert "不符合→" in text and "科技人员占比" in text and "按规模" in text
    assert "取自已存结果" in text
    lines = (zone / "flips.csv").read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("key,name,rule,before,after,reason")
    assert f"{len(lines) - 1:,} 行已写入" in text


def test_whatif_as_json_says_the_same(zone):
    found = json.loads(run(zone, "whatif", "reform.yaml", "--json")[0])
    assert found["reform"]["reform"] == "lower" and found["kind"] == "whatif"
    rule = found["rules"]["rd_super_deduction"]
    assert rule["directions"] == {"up": rule["flips"]} and rule["unit"] == "万元"
    assert {"zone", "industry", "size"} == rule["groups"].keys()
    on = json.loads(run(zone, "whatif", "reform.yaml", "--as-of", "2023-06-30", "--json")[0])
    assert on["as_of"] == "2023-06-30" and on["id"] != found["id"]


def test_strict_takes_what_is_not_verified_for_unknown_on_both_sides(zone):
    plain = json.loads(run(zone, "whatif", "reform.yaml", "--json")[0])
    strict = json.loads(run(zone, "whatif", "reform.yaml", "--strict", "--json")[0])
    assert (plain["strict"], strict["strict"]) == (False, True) and plain["run"] != strict["run"]
    decided = json.loads(run(zone, "decide", "--strict", "--json")[0])
    assert strict["run"] == decided["run"]
    assert "按未知处理" in run(zone, "whatif", "reform.yaml", "--strict")[0]


def test_a_reform_that_changes_nothing_says_so(zone):
    (zone / "same.yaml").write_text(REFORM.split("parameters")[0], "utf-8")
    assert "没有任何认定结果改变" in run(zone, "whatif", "same.yaml")[0]


def test_plan_shows_a_folder_before_it_is_applied(zone):
    layer = zone / "next"
    layer.mkdir()
    (layer / "parameters.yaml").write_text(
        "credit_risk_class_by_points: {low_risk_to: 300 分, ordinary_to: 600 分, higher_to: 800 分}\n",
        "utf-8",
    )
    text, _, _ = run(zone, "plan", "next")
    assert (
        "采用规则文件夹 next" in text
        and "low_risk_to：未设定 → 300 分" in text
        and "待定→B" in text
    )
    added = json.loads(run(zone, "plan", "next", "--add", "--json")[0])
    assert added["add"] is True and added["rules"]["credit_risk_class_by_points"]["flips"]
    assert "没有任何认定结果改变" in run(zone, "plan", "rules")[0]


def test_runs_and_diff(zone):
    run(zone, "decide", "--as-of", "2026-02-01")
    runs = json.loads(run(zone, "runs", "--json")[0])
    assert {"id", "snapshot", "as_of", "rulebook", "created"} == runs[0].keys()
    days = {r["as_of"]: r["id"] for r in runs}
    listed, _, _ = run(zone, "runs")
    assert all(identity in listed for identity in days.values())
    early, late = days["2026-02-01"], days["2026-06-30"]
    text, _, _ = run(zone, "diff", early[:8], late[:8], "--out", "changed.csv")
    assert "不同在：日期" in text and "→未施行" in text and "源于" in text
    assert "cause" in (zone / "changed.csv").read_text("utf-8-sig").splitlines()[0]
    assert json.loads(run(zone, "diff", early, late, "--json")[0])["differ"]["date"] is True


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("whatif", "nowhere.yaml"), "没有这个改革方案文件"),
        (("whatif", "wrong.yaml"), "wrong.yaml:5"),
        (("plan", "nowhere"), "没有这个规则文件夹"),
        (("diff", "zzz", "yyy"), "jingkai runs"),
    ],
)
def test_errors_name_the_place_and_what_to_do(zone, words, says):
    (zone / "wrong.yaml").write_text(REFORM.replace("tech_staff_floor", "no_such_floor"), "utf-8")
    _, err, code = run(zone, *words, check=False)
    assert code == 1 and says in err and "Traceback" not in err
