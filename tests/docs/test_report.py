"""Every command of the page on reports runs, in order."""

from __future__ import annotations

import pytest

from jingkai.report.errors import ReportError
from jingkai.report.fonts import chinese_family
from tests.docs.pages import run_page


@pytest.mark.slow
def test_the_page_runs_as_it_stands(tmp_path):
    try:
        chinese_family()
    except ReportError as error:
        pytest.skip(error.what)
    run_page("report.md", tmp_path)
    nation = (tmp_path / "nation" / "nation.html").read_text("utf-8")
    # As published for 2024, and as the report has them.
    for figure in ("16.9万亿元", "272亿美元", "10.7万亿元", "8.5万家"):
        assert nation.count(figure) >= 3, figure
    assert "不符" not in nation.split('id="ranks"')[0]
    assert "苏州工业园区" in (tmp_path / "nation" / "park.html").read_text("utf-8")
    assert (tmp_path / "nation" / "nation.pdf").stat().st_size > 50_000
