from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jingkai.workspace import Workspace

pytestmark = pytest.mark.xdist_group("console")

#: What fills the place holders of a route.
SAMPLES: dict[str, dict[str, str]] = {
    "my_rule": {"name": "high_tech_enterprise"},
    "my_paper": {"name": "high_tech_enterprise"},
    "my_correct": {"column": "revenue_2025"},
    "my_correction": {"id": "1"},
    "my_service": {"service": "open_an_enterprise"},
    "my_confirm": {"item": "apprentice_subsidy_payout"},
    "my_apply": {"service": "works_planning_permit"},
    "my_case": {"id": "1"},
    "paper": {"number": "JK-20260630-0000-0000-0000-0000"},
    "verify_number": {"number": "JK-20260630-0000-0000-0000-0000"},
    "evidence": {"id": "00000000-0000-0000-0000-000000000000"},
    "zone": {"key": "甲经开区"},
    "measure": {"name": "innovation_platforms"},
    "rule": {"name": "high_tech_enterprise"},
    "figure": {"name": "zone_gdp"},
    "reform": {"key": "00000000-0000-4000-8000-000000000000"},
    "correction": {"pk": "1"},
    "case": {"id": "1"},
    "enterprise": {"key": "stock:600000"},
    "enterprise_rule": {"key": "stock:600000", "name": "high_tech_enterprise"},
    "api:zone": {"key": "甲经开区"},
    "api:rule": {"name": "high_tech_enterprise"},
    "api:entitlements": {"key": "stock:600000"},
    "token_revoke": {"number": "1"},
    "import": {"pk": "1"},
    "visit": {"pk": "1"},
    "visit_notice": {"pk": "1"},
    "visit_code": {"token": "AAAAAAAAAAAAAAAAAAAAAA"},
    "visit_evidence": {"id": "00000000-0000-0000-0000-000000000000"},
    "my_visit": {"pk": "1"},
    "job": {"pk": "00000000-0000-4000-8000-000000000000"},
}


def addresses() -> list[tuple[str, str]]:
    from django.urls import reverse

    from jingkai.console.permissions import ROUTES

    return [(n, str(reverse(n, kwargs=SAMPLES.get(n, {})))) for n in ROUTES]


def key_of(role: str, *scopes: str) -> dict[str, str]:
    """The header of a program that asks as a role; empty for a role that has no keys."""
    from jingkai.console.models import Account
    from jingkai.console.tokens.keys import SCOPES, make_key

    allowed = scopes or SCOPES.get(role, ())  # type: ignore[call-overload]
    if not allowed:
        return {}
    account = Account.objects.get(username=role)
    account.tokens.all().delete()
    return {"HTTP_AUTHORIZATION": f"Bearer {make_key(account, 'walk', allowed, 1)[1]}"}


def _refused(response: Any) -> bool:
    if response.status_code == 302:
        return bool(response["Location"].startswith("/accounts/login/?next="))
    return response.status_code in (401, 403)


@pytest.mark.slow
def test_every_route_opens_for_exactly_the_roles_of_the_table(
    site: Workspace, client_of: Callable[[str], Any]
) -> None:
    from django.core.cache import cache

    from jingkai.console.permissions import ROUTES
    from jingkai.console.roles import Role

    cache.clear()
    routes = addresses()
    wrong = []
    for role in Role:
        client, key = client_of(role), key_of(role)
        for name, address in routes:
            if name == "account_logout":
                continue  # asked last: it ends the session
            response = client.get(address, **(key if name.startswith("api:") else {}))
            assert response.status_code < 500, (name, role)
            if _refused(response) is (role in ROUTES[name]):
                wrong.append((name, str(role), response.status_code))
    assert wrong == []
    assert len(routes) > 15


def test_posting_does_not_open_what_reading_does_not(
    site: Workspace, client_of: Callable[[str], Any]
) -> None:
    from jingkai.console.permissions import ROUTES
    from jingkai.console.roles import Role

    client = client_of("anonymous")
    closed = [(n, a) for n, a in addresses() if Role.ANONYMOUS not in ROUTES[n]]
    assert closed
    assert all(_refused(client.post(address)) for _, address in closed)


def test_signing_up_is_as_if_it_were_not_there(client_of: Callable[[str], Any]) -> None:
    for role in ("anonymous", "officer"):
        response = client_of(role).get("/accounts/signup/")
        assert response.status_code == 404
        assert "没有这一页" in response.content.decode()


def test_a_program_is_told_in_json_that_it_must_sign_in(client: Any) -> None:
    response = client.get("/accounts/2fa/?format=json")
    assert response.status_code == 401
    assert response.json()["error"] == "forbidden"


def test_a_route_without_permission_stops_the_site(
    site: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jingkai.console.errors import ConsoleError
    from jingkai.console.permissions import ROUTES, check_routes

    check_routes()
    monkeypatch.delitem(ROUTES, "zones")
    with pytest.raises(ConsoleError, match="zones"):
        check_routes()


def test_a_permission_without_a_route_stops_the_site(
    site: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jingkai.console.errors import ConsoleError
    from jingkai.console.permissions import ROUTES, check_routes
    from jingkai.console.roles import EVERYONE

    monkeypatch.setitem(ROUTES, "long_gone", EVERYONE)
    with pytest.raises(ConsoleError, match="long_gone"):
        check_routes()


def test_an_account_that_was_switched_off_is_anyone(
    site: Workspace, client_of: Callable[[str], Any]
) -> None:
    from jingkai.console.models import Account

    client = client_of("auditor")
    Account.objects.filter(username="auditor").update(is_active=False)
    try:
        assert _refused(client.get("/accounts/2fa/"))
    finally:
        Account.objects.filter(username="auditor").update(is_active=True)
