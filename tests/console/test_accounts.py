"""Accounts switched off and on, and given new passwords."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.console.conftest import PASSWORD

pytestmark = pytest.mark.xdist_group("console")


def test_an_account_that_is_switched_off_is_out_at_once_and_may_come_back(
    client_of: Callable[[str], Any],
) -> None:
    from jingkai.console.accounts import switch_account
    from jingkai.console.models import TrailEntry

    client = client_of("auditor")
    assert client.get("/trail/").status_code == 200
    switch_account("auditor", on=False)
    try:
        assert client.get("/trail/").status_code in (302, 403)
    finally:
        switch_account("auditor", on=True)
    assert client_of("auditor").get("/trail/").status_code == 200
    told = TrailEntry.objects.filter(action="account.change", about="auditor")
    assert [t.detail["changed"] for t in told][-2:] == [["is_active"], ["is_active"]]


def test_a_new_password_ends_the_sessions_of_the_old_one(client_of: Callable[[str], Any]) -> None:
    from jingkai.console.accounts import set_password
    from jingkai.console.errors import ConsoleError

    client = client_of("auditor")
    with pytest.raises(ConsoleError, match="没有更改密码"):
        set_password("auditor", "short")
    assert client.get("/trail/").status_code == 200
    set_password("auditor", "另一个长密码-battery-staple-9")
    try:
        assert client.get("/trail/").status_code in (302, 403)
    finally:
        set_password("auditor", PASSWORD)


def test_an_unknown_account_is_named(site: Any) -> None:
    from jingkai.console.accounts import switch_account
    from jingkai.console.errors import ConsoleError

    with pytest.raises(ConsoleError, match="没有账户“nobody”"):
        switch_account("nobody", on=False)
