"""The page about the nation works as it stands."""

from __future__ import annotations

import pytest

from tests.docs.pages import run_page


@pytest.mark.slow
def test_the_page_makes_checks_ranks_and_reports_the_nation(tmp_path):
    said = run_page("nation.md", tmp_path)
    assert "合成数据" in said and "苏州工业园区" in said
    written = ("provinces.xlsx", "zones.csv", "nation.html", "sip.html", "sip.pdf")
    assert all((tmp_path / "nation" / name).stat().st_size > 1000 for name in written)
