"""The page on measuring services holds as it stands."""

from __future__ import annotations

from tests.docs.pages import run_page


def test_the_page_runs_as_it_stands(tmp_path):
    said = run_page("measure-services.md", tmp_path)
    assert (
        "读入 8 行，其中 1 行不能作为事件" in said and "完成时间无法读出：1 行（第 9 行）" in said
    )
    assert "no case found" in said and "other.csv：1 件，2 个事件" in said
    assert "2026-03-01 之前申请（1 件）" in said and "看不出差别" in said
    assert (tmp_path / "paths.svg").exists() and (tmp_path / "told" / "rejected.csv").exists()
