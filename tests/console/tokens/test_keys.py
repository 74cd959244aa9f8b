from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from jingkai.workspace import Workspace
from tests.console.conftest import PASSWORD

pytestmark = pytest.mark.xdist_group("console")


@pytest.fixture
def officer(client: Any, site: Workspace) -> Iterator[Any]:
    """A browser in which an officer has just given its password again."""
    from jingkai.console.models import ApiToken

    client.post("/accounts/login/", {"login": "officer", "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    yield client
    ApiToken.objects.all().delete()


@pytest.fixture(autouse=True)
def _unhurried() -> None:
    from django.core.cache import cache

    cache.clear()


def _make(client: Any, **asked: Any) -> Any:
    return client.post(
        "/tokens/", {"name": "对接", "scope": ["enterprises"], "days": "30", **asked}
    )


def _key(response: Any) -> str:
    found = re.search(r"jk_[\w-]{40,}", response.content.decode())
    assert found is not None
    return found[0]


def _ask(client: Any, key: str, address: str = "/api/enterprises?q=合成") -> Any:
    client.cookies.clear()
    return client.get(address, HTTP_AUTHORIZATION=f"Bearer {key}")


def _last() -> Any:
    from jingkai.console.models import TrailEntry

    return TrailEntry.objects.order_by("-number")[0]


def test_a_key_is_shown_once_and_only_its_digest_is_kept(officer: Any) -> None:
    from jingkai.console.models import ApiToken

    response = _make(officer)
    key = _key(response)
    assert response["Cache-Control"] == "no-store, private"
    assert key not in officer.get("/tokens/").content.decode()
    assert key[:8] in officer.get("/tokens/").content.decode()
    token = ApiToken.objects.latest("created_at")
    assert len(token.digest) == 64
    assert key not in str(list(ApiToken.objects.values()))
    assert (_last().action, _last().detail) == (
        "token.add",
        {"scopes": ["enterprises"], "days": 30},
    )


def test_a_key_asks_in_its_accounts_name_and_its_use_is_noted(officer: Any) -> None:
    from jingkai.console.models import ApiToken

    response = _ask(officer, _key(_make(officer)))
    assert response.status_code == 200
    assert {e["name"] for e in response.json()["enterprises"]} > {"合成企业0", "合成企业3"}
    assert ApiToken.objects.get().last_used_at is not None


def test_making_a_key_asks_for_the_password_again(client_of: Callable[[str], Any]) -> None:
    from jingkai.console.models import ApiToken

    response = _make(client_of("officer"))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/reauthenticate/")
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "asked",
    [
        {"name": " "},
        {"scope": []},
        {"scope": ["trail"]},
        {"days": "366"},
        {"days": "0"},
        {"days": "-1"},
        {"days": "x"},
        {"days": "9" * 50},
    ],
)
def test_a_key_is_for_something_and_for_a_year_at_most(officer: Any, asked: Any) -> None:
    from jingkai.console.models import ApiToken

    response = _make(officer, **asked)
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert not ApiToken.objects.exists()


def test_a_revoked_key_is_refused_and_written_down(officer: Any) -> None:
    from jingkai.console.models import ApiToken

    key = _key(_make(officer))
    token = ApiToken.objects.get()
    officer.post(f"/tokens/{token.pk}/revoke/")
    assert _last().action == "token.revoke"
    response = _ask(officer, key)
    assert (response.status_code, response.json()["error"]) == (401, "unauthorized")
    assert (_last().action, _last().detail) == ("token.refused", {"state": "revoked"})


def test_an_expired_key_and_one_of_a_closed_account_are_refused(officer: Any) -> None:
    from django.utils import timezone

    from jingkai.console.models import Account, ApiToken

    key = _key(_make(officer))
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert _ask(officer, key).status_code == 401
    assert _last().detail == {"state": "expired"}
    ApiToken.objects.update(expires_at=timezone.now() + timedelta(days=1))
    Account.objects.filter(username="officer").update(is_active=False)
    try:
        assert _ask(officer, key).status_code == 401
        assert _last().detail == {"state": "closed"}
    finally:
        Account.objects.filter(username="officer").update(is_active=True)


@pytest.mark.parametrize(
    "told",
    [
        "Bearer jk_" + "x" * 43,
        "Bearer",
        "Basic b2ZmaWNlcjp4",
        "Bearer jk_\0",
        "x" * 4000,
        "Bearer 密钥",
    ],
)
def test_a_forged_key_opens_nothing_not_even_what_anyone_may_see(
    client_of: Callable[[str], Any], told: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of("officer")
    for address in ("/api/enterprises?q=合成", "/api/zones"):
        response = client.get(address, HTTP_AUTHORIZATION=told)
        assert (response.status_code, response.json()["error"]) == (401, "unauthorized")
        assert response["WWW-Authenticate"] == "Bearer"
    assert "an API key was refused (unknown)" in caplog.text


def test_guessing_keys_is_slowed_down(client: Any) -> None:
    for _ in range(31):
        response = client.get("/api/zones", HTTP_AUTHORIZATION="Bearer jk_wrong")
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert client.get("/api/zones").status_code == 200


def test_a_key_for_other_things_is_refused_and_written_down(officer: Any) -> None:
    key = _key(_make(officer, scope=["check"]))
    response = _ask(officer, key)
    assert (response.status_code, response.json()["error"]) == (403, "forbidden")
    assert (_last().action, _last().detail) == ("token.scope", {"asked": "enterprises"})


def test_a_session_alone_is_no_key(client_of: Callable[[str], Any]) -> None:
    response = client_of("officer").get("/api/enterprises?q=合成")
    assert (response.status_code, response.json()["error"]) == (401, "unauthorized")


def test_a_key_counts_for_the_api_alone(officer: Any) -> None:
    key = _key(_make(officer))
    assert _ask(officer, key, "/tokens/").status_code == 302


def test_nobody_ends_anothers_key(officer: Any, client_of: Callable[[str], Any]) -> None:
    from jingkai.console.models import ApiToken

    _make(officer)
    number = ApiToken.objects.get().pk
    assert client_of("enterprise").post(f"/tokens/{number}/revoke/").status_code == 404
    assert ApiToken.objects.get().revoked_at is None


def test_a_key_is_counted_by_itself(officer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from jingkai.console.api import site

    key = _key(_make(officer))
    by_key = site.api.throttle[1]
    monkeypatch.setattr(by_key._rate, "most", 3)
    answers = [_ask(officer, key).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    assert officer.get("/api/zones").status_code == 200
