"""What an attacker tries: each is refused, and written into the trail or the log."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from jingkai.workspace import Workspace
from tests.console.conftest import PASSWORD
from tests.console.test_permissions import SAMPLES, addresses, key_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]


@pytest.fixture(autouse=True)
def _unhurried(site: Workspace) -> Iterator[None]:
    from django.core.cache import cache

    cache.clear()
    yield


def _last() -> Any:
    from jingkai.console.models import TrailEntry

    return TrailEntry.objects.order_by("-number")[0]


def _signed_in(client: Any, name: str = "officer") -> str:
    client.post("/accounts/login/", {"login": name, "password": PASSWORD})
    return str(client.cookies["sessionid"].value)


def _with(session: str) -> Any:
    from django.test import Client

    found = Client(SERVER_NAME="localhost", raise_request_exception=False)
    found.cookies["sessionid"] = session
    return found


# --- sessions


def test_a_session_of_another_role_opens_what_that_role_may_and_is_written_down(
    client: Any,
) -> None:
    thief = _with(_signed_in(client, "enterprise"))
    assert thief.get("/trail/").status_code == 403
    assert (_last().action, _last().account, _last().about) == (
        "request.refused",
        "enterprise",
        "trail",
    )


def test_a_session_has_the_role_that_its_account_has_now(client: Any) -> None:
    from jingkai.console.models import Account

    _signed_in(client, "auditor")
    assert client.get("/trail/").status_code == 200
    Account.objects.filter(username="auditor").update(role="ministry_analyst")
    try:
        assert client.get("/trail/").status_code == 403
        assert (_last().action, _last().role) == ("request.refused", "ministry_analyst")
    finally:
        Account.objects.filter(username="auditor").update(role="auditor")


def test_a_cookie_that_was_signed_out_opens_nothing(client: Any) -> None:
    thief = _with(_signed_in(client))
    assert thief.get("/accounts/2fa/").status_code == 200
    client.post("/accounts/logout/")
    assert thief.get("/accounts/2fa/").status_code == 302
    assert _last().action == "account.sign_out"


def test_a_new_password_ends_the_sessions_that_were_open_elsewhere(client: Any) -> None:
    from jingkai.console.models import Account

    thief = _with(_signed_in(client))
    account = Account.objects.get(username="officer")
    account.set_password("另一个长密码-battery-9")
    account.save()
    try:
        assert thief.get("/accounts/2fa/").status_code == 302
        assert (_last().action, _last().detail["changed"]) == ("account.change", ["password"])
    finally:
        account.set_password(PASSWORD)
        account.save()


@pytest.mark.parametrize("planted", ["a" * 32, "../../console.secret", "x" * 5000, "\xe4"])
def test_a_session_that_was_planted_before_signing_in_is_not_taken(
    client: Any, planted: str
) -> None:
    victim = _with(planted)
    assert victim.get("/accounts/2fa/").status_code == 302
    assert _signed_in(victim) != planted
    assert _with(planted).get("/accounts/2fa/").status_code == 302


def test_an_anonymous_session_gets_another_name_when_somebody_signs_in(client: Any) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    before = client.cookies["sessionid"].value
    assert _signed_in(client) != before
    assert _with(before).get("/accounts/2fa/").status_code == 302


# --- paths

_CLIMBS = (
    "../../jingkai.toml",
    "..%2f..%2fjingkai.toml",
    "....//....//etc/passwd",
    "/etc/passwd",
    "..\\..\\jingkai.toml",
    "%00",
    "\u2025/console.secret",
    "console.sqlite3",
    "'; DROP TABLE console_account; --",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "a" * 3000,
)


def test_no_route_with_a_name_in_it_climbs_out(client_of: Callable[[str], Any]) -> None:
    """Every route whose address has a text in it, as each role, with each climb."""
    from django.urls import NoReverseMatch, reverse

    texts = [(n, s) for n, s in SAMPLES.items() if any(not v.isdigit() for v in s.values())]
    assert len(texts) >= 5
    clients = {r: (client_of(r), key_of(r)) for r in ("anonymous", "enterprise", "officer")}
    for name, sample in texts:
        marked = {k: "CLIMB" if not v.isdigit() else v for k, v in sample.items()}
        try:
            address = str(reverse(name, kwargs=marked))
        except NoReverseMatch:  # a number or a UUID: it takes no text
            continue
        for climb in _CLIMBS:
            for client, key in clients.values():
                for form in ("", "?format=json"):
                    path = address.replace("CLIMB", quote(climb, safe="")) + form
                    response = client.get(path, **(key if path.startswith("/api/") else {}))
                    assert response.status_code in (302, 400, 401, 403, 404, 405, 422, 429), path
                    assert b"root:" not in response.content
                    assert b"<script>alert" not in response.content


@pytest.mark.parametrize(
    "path",
    [
        "/static/../settings.py",
        "/static/%2e%2e/%2e%2e/settings.py",
        "/static//etc/passwd",
        "/static/console/..%2f..%2f..%2fsettings.py",
        "/console.secret",
        "/jingkai.toml",
        "/files/",
        "/%2e%2e/console.sqlite3",
    ],
)
def test_files_beside_the_site_are_not_served(client: Any, path: str) -> None:
    assert client.get(path).status_code in (301, 404)


# --- bodies, headers


def test_an_oversized_body_is_refused_and_written_down(client_of: Callable[[str], Any]) -> None:
    client = client_of("officer")
    response = client.post("/tokens/", {"name": "x" * 400_000})
    assert response.status_code == 413
    assert _last().action == "body.refused"


def test_a_nul_is_refused_before_any_database_sees_it(client_of: Callable[[str], Any]) -> None:
    officer = client_of("officer")
    for response in (
        officer.get("/enterprises/?q=a%00b"),
        officer.get("/inspections/code/a%00b/"),
        officer.post("/inspections/new/", {"basis": "线索\0"}),
    ):
        assert response.status_code == 400 and "空字符" in response.content.decode()


def test_too_many_fields_are_refused_and_logged(
    client_of: Callable[[str], Any], caplog: pytest.LogCaptureFixture
) -> None:
    response = client_of("officer").post("/tokens/", {f"f{i}": "1" for i in range(3100)})
    assert response.status_code == 400
    assert "DATA_UPLOAD_MAX_NUMBER_FIELDS" in caplog.text


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", "", "image/png"]
)
def test_a_wrong_content_type_is_refused_in_the_one_shape(client: Any, kind: str) -> None:
    response = client.post("/api/try", b"<x/>", content_type=kind)
    assert response.status_code in (400, 422)
    assert response.json()["error"]
    response = client.post("/api/check", b"<x/>", content_type=kind, **key_of("officer"))
    assert response.status_code == 422


def test_deep_json_is_refused(client: Any) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    for address, key in (("/api/try", {}), ("/api/check", key_of("officer"))):
        response = client.post(address, deep, content_type="application/json", **key)
        assert response.status_code in (400, 422)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "localhost@evil.example",
        "[::1",
        "",
    ],
)
def test_a_host_that_is_not_this_site_is_refused_and_logged(
    client: Any, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.get("/accounts/login/", HTTP_HOST=host)
    assert response.status_code == 400
    assert "Invalid HTTP_HOST" in caplog.text


def test_a_forwarded_host_changes_nothing(client: Any) -> None:
    response = client.get("/accounts/2fa/", HTTP_X_FORWARDED_HOST="evil.example")
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    "after", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_signing_in_leads_to_no_other_site(client: Any, after: str) -> None:
    asked = {"login": "officer", "password": PASSWORD, "next": after}
    response = client.post("/accounts/login/", asked)
    assert (response.status_code, response["Location"]) == (302, "/")


def test_no_form_is_taken_without_its_token(site: Workspace, strict_client: Any) -> None:
    """Every route that takes a form, as a role that may: refused, and written down."""
    from jingkai.console.models import Account
    from jingkai.console.permissions import ROUTES
    from jingkai.console.roles import Role

    backend = "allauth.account.auth_backends.AuthenticationBackend"
    strict_client.force_login(Account.objects.get(username="officer"), backend)
    for name, address in addresses():
        if Role.OFFICER not in ROUTES[name] or name.startswith("api:"):
            continue
        assert strict_client.post(address).status_code == 403, name
        assert (_last().action, _last().about) == ("request.forged", name)


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: x=1", 'a"; filename="b.exe', "../../x", "\u202egpj.exe"]
)
def test_a_downloads_name_puts_nothing_into_the_headers(client: Any, name: str) -> None:
    import polars as pl
    from django.test import RequestFactory

    from jingkai.console.answer import answer

    request = RequestFactory().get("/", {"format": "csv"})
    response = answer(request, "", {}, pl.DataFrame({"a": [1]}), name)
    told = response["Content-Disposition"]
    assert told.startswith("attachment; filename")
    assert not set("\r\n") & set(told)
    assert "Set-Cookie" not in response
    assert client.get(f"/zones/?q={quote(name)}&format=csv").status_code == 200


def test_what_a_stranger_sends_is_never_markup(client_of: Callable[[str], Any]) -> None:
    client = client_of("auditor")
    bad = quote('"><script>alert(1)</script>')
    for address in (
        f"/zones/?q={bad}",
        f"/library/?q={bad}",
        f"/trail/?account={bad}",
        f"/{bad}",
        f"/accounts/login/?next={bad}",
    ):
        assert b"<script>alert" not in client.get(address).content, address


def test_methods_nobody_uses_change_nothing(client_of: Callable[[str], Any]) -> None:
    client = client_of("anonymous")
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
        for _, address in addresses():
            assert client.generic(method, address).status_code < 500


def test_a_broken_request_is_a_400(client: Any) -> None:
    assert client.get("/zones/?format=json&q=%ff%fe").status_code in (200, 400)
    assert client.post("/api/try", b"\xff\xfe", content_type="application/json").status_code == 400
    response = client.post(
        "/api/try", json.dumps({"answers": {"revenue": "\ud800"}}), content_type="application/json"
    )
    assert response.status_code in (200, 400, 422)
