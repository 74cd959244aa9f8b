"""Every command of the page on inspections runs, in order."""

from __future__ import annotations

from tests.docs.pages import run_page


def test_the_page_runs_as_it_stands(tmp_path):
    said = run_page("inspections.md", tmp_path)
    assert "refused" in said and "抽取前公布整个文件夹" in said
    assert "7 项全部相符" in said and "21 项全部相符" in said
    assert "外人无从知道" not in said
    assert "已分派，各部门在网站“检查”里办理" in said and "已写入 done.csv，0 次检查" in said
    assert "发现问题已责令改正" in said and "2026年 2 次检查" in said
    assert (
        tmp_path / "demo-zone" / "year" / "internal" / "plan" / "visits.xlsx"
    ).stat().st_size > 5000
