"""What officers do has a name in the trail, in Chinese and English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("console")


def test_every_action_that_the_desk_records_has_words() -> None:
    from jingkai.console.audit.action_words import action_text

    here = Path(__file__).resolve().parents[3] / "src" / "jingkai" / "console" / "officer"
    code = "".join(p.read_text("utf-8") for p in here.glob("*.py"))
    actions = re.findall(r'"((?:calls|corrections?|enterprises?)\.[a-z]+)"', code)
    assert len(set(actions)) >= 7
    for action in set(actions):
        assert action_text(action, "zh") != action != action_text(action, "en")
