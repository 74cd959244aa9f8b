"""The page about the site works as it stands."""

from __future__ import annotations

import pytest

from tests.docs.pages import run_page


@pytest.mark.slow
def test_the_page_makes_a_nation_and_an_account(tmp_path):
    said = run_page("console.md", tmp_path)
    assert "已新建账户 li.ming（officer）" in said
    assert "1 个账户" in said
