"""The page that takes an article to a running rule, followed to the letter."""

from __future__ import annotations

from tests.docs.pages import run_page


def test_the_page_makes_a_rule_that_decides(tmp_path):
    said = run_page("write-a-rule.md", tmp_path)
    assert "检查通过" in said and "4 个算例，0 个不符" in said
    assert "299.999999 万元" in said and "300 万元" in said  # the two sides of the floor
    assert "技术改造补助（示例）：8.6 万元" in said
    assert "2.8" in said and "不低于 3%" in said  # the near miss
    assert "renovation_subsidy" in said and "可申报" in said
