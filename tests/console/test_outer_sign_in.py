from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from jingkai.workspace import OidcSettings, Workspace

pytestmark = pytest.mark.xdist_group("console")


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A real OpenID provider on this machine; it knows four people."""
    if find_spec("oidc_provider_mock") is None:
        pytest.skip("oidc-provider-mock is not installed")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    people = {
        "u1": {"preferred_username": "officer"},
        "u2": {"preferred_username": "stranger"},
        "u3": {"preferred_username": "auditor"},
        "u4": {},
        "u5": {"preferred_username": "gov-0007"},
    }
    words = [
        word
        for sub, claims in people.items()
        for word in ("--user-claims", json.dumps({"sub": sub, **claims}))
    ]
    server = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "-p", str(port), *words],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{address}/.well-known/openid-configuration"):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the provider does not answer")


@pytest.fixture
def client(client: Any, provider: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from django.test import override_settings

    from jingkai.console.identity import providers

    monkeypatch.setenv("JINGKAI_OIDC_SECRET", "s")
    oidc = OidcSettings(server_url=provider, client_id="jingkai")
    with override_settings(
        SOCIALACCOUNT_PROVIDERS=providers(Path(), oidc),
        OIDC_CLAIM="preferred_username",
        OIDC_NAME="统一身份认证",
    ):
        yield client


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _agreed(client: Any, subject: str) -> str:
    """Sign in at the provider as a browser does; return the way back with its code and state."""
    response = client.get("/accounts/oidc/")
    assert response.status_code == 302
    form = urllib.parse.urlencode({"sub": subject}).encode()
    try:
        urllib.request.build_opener(_Stay).open(response["Location"], form)
    except urllib.error.HTTPError as answer:
        back = urlsplit(answer.headers["Location"])
        assert back.path == "/accounts/oidc/callback/"
        return f"{back.path}?{back.query}"
    raise AssertionError("the provider did not send us back")


def _last() -> Any:
    from jingkai.console.models import TrailEntry

    return TrailEntry.objects.order_by("-number")[0]


def test_the_page_of_signing_in_offers_it_where_it_is_set_up(client: Any) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert "/accounts/oidc/" in page
    assert "统一身份认证" in page


def test_without_a_provider_there_is_no_way_in_and_no_link(site: Workspace) -> None:
    from django.test import Client

    plain = Client(SERVER_NAME="localhost")
    assert "/accounts/oidc/" not in plain.get("/accounts/login/").content.decode()
    assert plain.get("/accounts/oidc/").status_code == 404
    assert plain.get("/accounts/oidc/callback/?code=x&state=y").status_code == 404


def test_an_account_that_is_there_is_signed_in_and_nothing_is_made(client: Any) -> None:
    from allauth.socialaccount.models import SocialAccount, SocialToken

    from jingkai.console.models import Account

    before = Account.objects.count()
    response = client.get(_agreed(client, "u1"))
    assert (response.status_code, response["Location"]) == (302, "/")
    assert "officer" in client.get("/").content.decode()
    assert (_last().action, _last().account) == ("account.sign_in", "officer")
    assert _last().detail == {"by": ["socialaccount"]}
    assert Account.objects.count() == before
    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()


@pytest.mark.parametrize("subject", ["u2", "u4"])
def test_who_has_no_account_is_refused_with_a_page_and_a_line_in_the_trail(
    client: Any, subject: str
) -> None:
    from jingkai.console.models import Account

    before = Account.objects.count()
    response = client.get(_agreed(client, subject))
    assert response.status_code == 403
    assert "没有账户" in response.content.decode()
    assert (_last().action, _last().about) == ("identity.refused", subject)
    assert client.get("/accounts/2fa/").status_code == 302
    assert Account.objects.count() == before


def test_an_outer_id_comes_before_a_name(client: Any) -> None:
    from jingkai.console.models import Account

    Account.objects.filter(username="zone_analyst").update(external_id="gov-0007")
    Account.objects.filter(username="officer").update(external_id="someone-else")
    try:
        client.get(_agreed(client, "u5"))
        assert _last().account == "zone_analyst"
        client.post("/accounts/logout/")
        assert client.get(_agreed(client, "u1")).status_code == 403
    finally:
        Account.objects.update(external_id="")


def test_an_account_that_was_switched_off_is_not_opened(client: Any) -> None:
    from jingkai.console.models import Account

    Account.objects.filter(username="auditor").update(is_active=False)
    try:
        response = client.get(_agreed(client, "u3"), follow=True)
        assert "停用" in response.content.decode()
        assert client.get("/accounts/2fa/").status_code == 302
    finally:
        Account.objects.filter(username="auditor").update(is_active=True)


def test_the_second_factor_is_still_asked_for(client: Any) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    from jingkai.console.models import Account

    TOTP.activate(Account.objects.get(username="officer"), "JBSWY3DPEHPK3PXP")
    try:
        response = client.get(_agreed(client, "u1"))
        assert response["Location"].startswith("/accounts/2fa/authenticate/")
        assert client.get("/accounts/password/change/").status_code == 302
    finally:
        Authenticator.objects.all().delete()


def test_an_answer_with_a_wrong_state_is_refused(client: Any) -> None:
    back = _agreed(client, "u1")
    query = parse_qs(urlsplit(back).query)
    for state in ("wrong", ""):
        forged = urllib.parse.urlencode({"code": query["code"][0], "state": state})
        response = client.get(f"/accounts/oidc/callback/?{forged}")
        assert response.status_code == 403
        assert "没有完成" in response.content.decode()
        assert _last().action == "identity.failed"
    assert client.get("/accounts/2fa/").status_code == 302


def test_anothers_answer_does_not_open_this_browser(client: Any, site: Workspace) -> None:
    from django.test import Client

    back = _agreed(client, "u1")
    other = Client(SERVER_NAME="localhost")
    assert other.get(back).status_code == 403
    assert other.get("/accounts/2fa/").status_code == 302


def test_a_code_works_once(client: Any) -> None:
    back = _agreed(client, "u1")
    assert client.get(back).status_code == 302
    client.post("/accounts/logout/")
    assert client.get(back).status_code == 403


def test_a_secret_is_read_from_the_environment_or_a_file_and_tls_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jingkai.console.errors import ConsoleError
    from jingkai.console.identity import providers

    monkeypatch.delenv("JINGKAI_OIDC_SECRET", raising=False)
    oidc = OidcSettings(server_url="https://id.gov.example", client_id="x")
    with pytest.raises(ConsoleError, match="密钥"):
        providers(tmp_path, oidc)
    (tmp_path / "oidc.secret").write_text("from-file\n")
    found = providers(tmp_path, oidc.model_copy(update={"secret_file": "oidc.secret"}))
    assert found["openid_connect"]["APPS"][0]["secret"] == "from-file"
    with pytest.raises(ConsoleError, match="https"):
        providers(tmp_path, oidc.model_copy(update={"server_url": "http://id.gov.example"}))
    assert providers(tmp_path, None) == {}
