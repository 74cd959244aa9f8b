"""What a plan file must say; every mistake with file and line and what to set."""

from __future__ import annotations

import pytest

from jingkai.allocation.inspections.errors import PlanFileError
from jingkai.allocation.inspections.people import read_people
from jingkai.allocation.inspections.plan_file import PlanFile, read_plan
from jingkai.allocation.inspections.templates import FILES
from tests.allocation.inspections.small import plan_words, write_plan


def test_the_template_invents_no_cap_and_says_whose_ratios_it_shows(tmp_path):
    text = FILES[0].read_text("utf-8")
    assert "黑龙江林甸县的示例" in text and "不是国家规定" in text
    with pytest.raises(PlanFileError) as found:
        read_plan(FILES[0])
    unset = {f.what for f in found.value.findings}
    for office in ("market_supervision", "emergency"):
        for name in ("cap", "cap_basis", "visits_per_day"):
            assert f"offices.{office}.{name}：没有设定" in unset
    assert len(unset) == 6
    lines = text.splitlines()
    for finding in found.value.findings:
        number = int(finding.where.rsplit(":", 1)[1])
        assert finding.what.split(".")[2].split("：")[0] in lines[number - 1]
        assert finding.hint


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"draws": [{**plan_words()["draws"][0], "ratios": {"A": "5 %"}}]}, "ratios 没有写 B 类"),
        ({"draws": [{**plan_words()["draws"][0], "items": ["none"]}]}, "公布的检查事项中没有“none”"),
        ({"draws": [{**plan_words()["draws"][0], "office": "tax"}]}, "不在 offices 中"),
        ({"draws": [{**plan_words()["draws"][0], "times": dict.fromkeys("ABCD", 3)}]}, "超过上限 2 次"),
        ({"draws": [{**plan_words()["draws"][0], "ratios": dict.fromkeys("ABCD", "120 %")}]}, "0 % 至 100 %"),
        ({"joint": [["fire", "tax"]]}, "tax 不在 offices 中"),
        ({"priority": [{"title": "无据", "office": "fire", "items": ["all"], "objects": {"all": True}, "times": 1}]}, "ground：没有设定"),
        ({"draws": [{**plan_words()["draws"][0], "objects": {}}]}, "写明 all"),
        ({"ranking": None}, "ranking：没有设定"),
        ({"quiet": [{"title": "空"}]}, "写 begins 和 ends"),
        ({"offices": {**plan_words()["offices"], "police": plan_words()["offices"]["fire"]}}, "不认识部门“police”"),
        ({"offices": {n: {**o, "team": 1} for n, o in plan_words()["offices"].items()}}, "team"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(tmp_path, change, said):
    path = write_plan(tmp_path, plan_words(**change))
    with pytest.raises(PlanFileError) as found:
        read_plan(path)
    assert any(said in f.what for f in found.value.findings), found.value
    assert all(f.where.split(":")[-1].isdigit() for f in found.value.findings)


def test_five_classes_are_as_good_as_four():
    words = plan_words(1, classes=["A", "B", "C", "D", "E"])
    for key, value in (("ratios", "100 %"), ("times", 1)):
        words["draws"][0][key] = {**words["draws"][0][key], "E": value}
    assert PlanFile(**words).classes[-1] == "E"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("甲,emergency,,,", "没有执法证号"),
        ("甲,tax,证,,", "不在计划的 offices 中"),
        ("fire0,fire,证,,", "写了两次"),
        ("甲,fire,证,明年,", "不是日期"),
        ("甲,fire,证,,二月", "不是一段日期"),
    ],
)
def test_nobody_uncertified_or_unknown_inspects(tmp_path, row, said):
    path = write_plan(tmp_path, plan_words())
    table = tmp_path / "inspectors.csv"
    table.write_text(table.read_text("utf-8") + "\n" + row, "utf-8")
    with pytest.raises(PlanFileError) as found:
        read_people(read_plan(path), tmp_path)
    assert any(said in f.what for f in found.value.findings)
    assert found.value.findings[0].where == "inspectors.csv:20"


def test_conflicts_name_inspectors_of_the_table(tmp_path):
    path = write_plan(tmp_path, plan_words(conflicts="conflicts.csv"))
    (tmp_path / "conflicts.csv").write_text("工号,企业代码\nfire0,91A\nnobody,91B\n", "utf-8")
    with pytest.raises(PlanFileError) as found:
        read_people(read_plan(path), tmp_path)
    assert [f.where for f in found.value.findings] == ["conflicts.csv:3"]


def test_certificates_and_days_bound_who_may_go(tmp_path):
    path = write_plan(tmp_path, plan_words())
    table = tmp_path / "inspectors.csv"
    row = "丙,消防救援,证,2026-06-30,2026-01-01至2026-02-28；2026-06-01至2026-12-31"
    table.write_text(table.read_text("utf-8") + "\n" + row, "utf-8")
    found = {i.id: i for i in read_people(read_plan(path), tmp_path).inspectors}["丙"]
    from datetime import date

    assert found.office == "fire"
    days = {
        date(2026, 1, 5): True,
        date(2026, 3, 2): False,
        date(2026, 6, 30): True,
        date(2026, 7, 1): False,
    }
    assert {d: found.free_on(d) for d in days} == days
