"""The pages on service items hold as they stand."""

from __future__ import annotations

from jingkai.services.case_machine import chart
from tests.docs.pages import ROOT, run_page


def test_the_page_runs_as_it_stands(tmp_path):
    said = run_page("services.md", tmp_path)
    assert "承诺的最长一路：4 个工作日" in said and "逐项先后办 6 个工作日" in said
    assert "自 2026-02-12 起视为受理" in said
    assert "检查通过：20 个事项" in said and "智能工厂奖励兑现（示例）" in said


def test_the_reference_draws_the_chart_as_it_is():
    assert chart() in (ROOT / "docs" / "reference" / "services.md").read_text("utf-8")
