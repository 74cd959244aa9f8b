"""Every command of the page on reforms runs, in order."""

from __future__ import annotations

from tests.docs.pages import run_page


def test_the_page_runs_as_it_stands(tmp_path):
    said = run_page("reforms.md", tmp_path)
    assert "放宽研发门槛（设想）" in said and "tech_staff_floor：10% → 8%" in said
    assert "low_risk_to：未设定 → 300 分" in said
    assert "不同在：规则、日期" in said and "源于" in said
    for name in ("flips.csv", "changed.csv"):
        assert (tmp_path / "demo-zone" / name).stat().st_size > 500
