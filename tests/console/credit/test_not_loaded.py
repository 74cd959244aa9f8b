"""A site without records of penalties says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]


def test_records_that_nobody_loaded_are_not_said_to_be_none(
    client_of: Callable[[str], Any],
) -> None:
    for address in ("/desk/repairs/", "/enterprises/stock:600000/"):
        assert "行政处罚信息还没有装载" in client_of("officer").get(address).content.decode()
    assert client_of("officer").get("/desk/repairs/?format=csv").status_code == 200
