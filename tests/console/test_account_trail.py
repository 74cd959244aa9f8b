from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jingkai.workspace import Workspace
from tests.console.conftest import PASSWORD

pytestmark = pytest.mark.xdist_group("console")


@pytest.fixture
def since(site: Workspace) -> Iterator[Callable[[], list[Any]]]:
    """Give what was written into the trail since the test began."""
    from jingkai.console.models import TrailEntry

    before = TrailEntry.objects.count()

    def entries() -> list[Any]:
        return list(TrailEntry.objects.order_by("number")[before:])

    yield entries


def _sign_in(client: Any, name: str, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": name, "password": password})


def _told(entries: list[Any]) -> list[tuple[str, str]]:
    return [(e.action, e.account) for e in entries]


def test_signing_in_and_out_is_written_down_with_the_address(client: Any, since: Any) -> None:
    _sign_in(client, "officer")
    client.post("/accounts/logout/")
    assert _told(since()) == [("account.sign_in", "officer"), ("account.sign_out", "officer")]
    assert {e.address for e in since()} == {"127.0.0.1"}
    assert {e.role for e in since()} == {"officer"}


def test_guessing_and_the_pause_after_it_are_written_down(client: Any, since: Any) -> None:
    from axes.utils import reset

    try:
        for _ in range(5):
            _sign_in(client, "zone_analyst", "不是这个密码")
        _sign_in(client, "zone_analyst")
    finally:
        reset()
    told = [action for action, name in _told(since()) if name == "zone_analyst"]
    assert told.count("account.sign_in_failed") >= 5
    assert "account.locked" in told
    assert "account.sign_in" not in told


def test_what_is_no_account_is_not_kept_it_may_be_a_password(client: Any, since: Any) -> None:
    _sign_in(client, "My-Secret-Pass-7", "x")
    _sign_in(client, "nul\0byte", "x")
    assert since() == []


def test_a_second_factor_and_a_new_password_are_written_down(client: Any, since: Any) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import (
        format_hotp_value,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    from jingkai.console.models import Account

    _sign_in(client, "ministry_analyst")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'value="([A-Z2-7]{16,})"', page)
    assert secret is not None
    code = format_hotp_value(hotp_value(secret[1], next(iter(yield_hotp_counters_from_time()))))
    new = "另一个长密码-battery-9"
    try:
        client.post("/accounts/2fa/totp/activate/", {"code": code})
        client.post("/accounts/2fa/totp/deactivate/")
        client.post(
            "/accounts/password/change/",
            {"oldpassword": PASSWORD, "password1": new, "password2": new},
        )
    finally:
        Authenticator.objects.all().delete()
        account = Account.objects.get(username="ministry_analyst")
        account.set_password(PASSWORD)
        account.save()
    told = [action for action, name in _told(since()) if name == "ministry_analyst"]
    for action in ("second_factor_on", "second_factor_off", "password"):
        assert f"account.{action}" in told
    kept = str([[e.about, e.detail] for e in since()])
    assert new not in kept
    assert secret[1] not in kept


def test_a_new_account_and_changed_rights_are_written_down(site: Workspace, since: Any) -> None:
    from jingkai.console.accounts import add_account
    from jingkai.console.models import Account

    add_account("wang.fang", PASSWORD, "officer", zone="甲经开区", office="tax")
    account = Account.objects.get(username="wang.fang")
    try:
        account.office = "commerce"
        account.save()
        account.save()
    finally:
        account.delete()
    added, changed = since()
    assert (added.action, added.about, added.role) == ("account.add", "wang.fang", "system")
    assert added.detail["placed"] == {"role": "officer", "zone": "甲经开区", "office": "tax"}
    assert changed.detail["changed"] == ["office"]
    assert PASSWORD not in str(added.detail)


def test_what_is_refused_to_a_role_is_written_down(
    client_of: Callable[[str], Any], since: Any
) -> None:
    client = client_of("officer")
    assert client.get("/trail/").status_code == 403
    entry = since()[-1]
    assert (entry.action, entry.account, entry.about) == ("request.refused", "officer", "trail")
    assert entry.detail == {"method": "GET"}


def test_a_form_from_elsewhere_is_written_down(strict_client: Any, since: Any) -> None:
    from jingkai.console.models import Account

    backend = "allauth.account.auth_backends.AuthenticationBackend"
    strict_client.force_login(Account.objects.get(username="officer"), backend)
    assert strict_client.post("/accounts/logout/").status_code == 403
    assert since()[-1].action == "request.forged"


def test_an_address_is_never_what_a_stranger_wrote(site: Workspace) -> None:
    from django.test import RequestFactory, override_settings

    from jingkai.console.address import address_of

    told = {"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 203.0.113.7"}
    request = RequestFactory().get("/", **told)
    assert address_of(request) == "10.0.0.9"
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
        assert address_of(request) == "203.0.113.7"
        assert address_of(RequestFactory().get("/", HTTP_X_FORWARDED_FOR="<script>")) == ""
