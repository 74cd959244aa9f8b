from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from jingkai.workspace import Workspace
from tests.console.conftest import PASSWORD, ROLES

pytestmark = pytest.mark.xdist_group("console")


def _sign_in(client: Any, name: str, password: str) -> Any:
    return client.post("/accounts/login/", {"login": name, "password": password})


def test_the_right_password_opens_the_account(client: Any) -> None:
    response = _sign_in(client, "officer", PASSWORD)
    assert (response.status_code, response["Location"]) == (302, "/")
    page = client.get("/")
    assert "officer" in page.content.decode()
    assert page["Cache-Control"] == "no-store, private"


def test_the_password_is_kept_by_argon2_alone(site: Workspace) -> None:
    from jingkai.console.models import Account

    accounts = Account.objects.filter(username__in=ROLES)
    assert {a.password.split("$")[0] for a in accounts} == {"argon2"}


def test_guessing_is_stopped_even_where_the_last_guess_is_right(client: Any) -> None:
    from axes.utils import reset

    for _ in range(5):
        last = _sign_in(client, "zone_analyst", "不是这个密码")
    try:
        assert last.status_code == 429
        assert "15 分钟" in last.content.decode()
        assert _sign_in(client, "zone_analyst", PASSWORD).status_code == 429
        assert _sign_in(client, " Zone_Analyst", PASSWORD).status_code == 429
        assert _sign_in(client, "ministry_analyst", PASSWORD).status_code == 302
    finally:
        reset()


def test_an_account_that_was_switched_off_does_not_open(client: Any) -> None:
    from jingkai.console.models import Account

    Account.objects.filter(username="auditor").update(is_active=False)
    try:
        response = _sign_in(client, "auditor", PASSWORD)
        assert response.status_code in (200, 403)
        assert "sessionid" not in client.cookies or not client.session.get("_auth_user_id")
    finally:
        Account.objects.filter(username="auditor").update(is_active=True)


def test_a_session_ends_by_itself_and_its_cookie_is_not_for_scripts(client: Any) -> None:
    _sign_in(client, "officer", PASSWORD)
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert client.session.get_expiry_age() <= 1800


def test_signing_out_ends_the_session(client_of: Callable[[str], Any]) -> None:
    client = client_of("auditor")
    assert client.get("/accounts/2fa/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/accounts/2fa/").status_code == 302


def test_a_form_from_elsewhere_is_refused(strict_client: Any) -> None:
    response = _sign_in(strict_client, "officer", PASSWORD)
    assert response.status_code == 403
    assert "表单已失效" in response.content.decode()
    assert "sessionid" not in strict_client.cookies


def test_a_one_time_password_is_set_up_and_then_asked_for(client: Any) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import (
        format_hotp_value,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    def code(secret: str) -> str:
        return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))

    _sign_in(client, "ministry_analyst", PASSWORD)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert "data:image/svg+xml" in page
    secret = re.search(r'value="([A-Z2-7]{16,})"', page)
    assert secret is not None
    client.post("/accounts/2fa/totp/activate/", {"code": code(secret[1])})
    try:
        assert Authenticator.objects.filter(user__username="ministry_analyst", type="totp").exists()
        client.post("/accounts/logout/")
        response = _sign_in(client, "ministry_analyst", PASSWORD)
        assert response["Location"].startswith("/accounts/2fa/authenticate/")
        assert client.get("/accounts/password/change/").status_code == 302  # not signed in yet
    finally:
        Authenticator.objects.all().delete()


@pytest.mark.parametrize(
    ("role", "about", "password"),
    [
        ("enterprise", {}, PASSWORD),
        ("officer", {"zone": "甲经开区"}, PASSWORD),
        ("zone_analyst", {}, PASSWORD),
        ("king", {}, PASSWORD),
        ("auditor", {}, "short"),
    ],
)
def test_an_account_says_whose_data_it_is_about(
    site: Workspace, role: str, about: dict[str, str], password: str
) -> None:
    from jingkai.console.accounts import add_account, list_accounts
    from jingkai.console.errors import ConsoleError

    with pytest.raises(ConsoleError, match="没有新建账户"):
        add_account("new", password, role, **about)
    assert "new" not in {a["username"] for a in list_accounts()}
