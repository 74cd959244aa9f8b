from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jingkai.registry.snapshot import SourceFile, write_snapshot
from jingkai.workspace import Workspace
from tests.postgresql import a_database

ROLES = {
    "enterprise": {"enterprise": "91999999000000001K"},
    "officer": {"zone": "甲经开区", "office": "tax"},
    "zone_analyst": {"zone": "甲经开区"},
    "ministry_analyst": {},
    "auditor": {},
}
SOURCE = SourceFile("登记册.csv", "0" * 64, "zone_committee", "2026-06-30", "enterprise")
PASSWORD = "长密码-correct-horse-7"


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real PostgreSQL where ``JINGKAI_TEST_DATABASE=postgresql`` asks for it; empty: SQLite."""
    with a_database() as url:
        if url:
            os.environ["JINGKAI_DATABASE_URL"] = url
        yield url


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, database: str) -> Workspace:
    """A workspace of five zones and a few enterprises, with the site set up on it and an account a role."""
    from jingkai.console.serve import prepare

    workspace = Workspace.init(tmp_path_factory.mktemp("console") / "area")
    write_snapshot(
        workspace, {"zone": _zones(), "enterprise": _enterprises()},
        as_of=date(2026, 6, 30), sources=[SOURCE], synthetic=True,
    )  # fmt: skip
    prepare(workspace)
    from jingkai.console.accounts import add_account

    for role, about in ROLES.items():
        add_account(role, PASSWORD, role, **about)
    return workspace


def _zones() -> pl.DataFrame:
    yuan = 100 * 10**8  # fen in a hundred million yuan
    return pl.DataFrame(
        {
            "key": ["甲经开区", "乙经开区", "丙经开区", "丁经开区", "=戊经开区"],
            "name": ["甲经开区", "乙经开区", "丙经开区", "丁经开区", "=戊经开区"],
            "province": ["江苏", "江苏", "四川", "海南", None],
            "region": ["east", "east", "west", "east", None],
            "established_on": [date(1990, 1, 1), date(2010, 5, 1), None, None, None],
            "gdp_2025": [5000 * yuan, 800 * yuan, 900 * yuan, 700 * yuan, None],
            "gdp_2024": [4000 * yuan, 700 * yuan, None, 700 * yuan, 100 * yuan],
            "trade_value_2025": [90 * yuan, 80 * yuan, 70 * yuan, 60 * yuan, 50 * yuan],
        },
        schema_overrides={"established_on": pl.Date},
    ).sort("key")


def _enterprises() -> pl.DataFrame:
    count = 30
    return pl.DataFrame(
        {
            "key": [f"stock:{600000 + i}" for i in range(count)],
            "weight": [1 + i % 3 for i in range(count)],
            "name": [f"合成企业{i}" for i in range(count)],
            "zone": [["甲经开区", "乙经开区", "丙经开区"][i % 3] for i in range(count)],
            "industry_code": [
                ["C3425", "I6513", None][i % 3 if i > 5 else 0] for i in range(count)
            ],
        }
    )


@pytest.fixture(autouse=True)
def newest_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show new data at once, also after a test that served the site (which keeps answering meanwhile)."""
    monkeypatch.setattr("jingkai.console.opened._patience", None)


@pytest.fixture
def client(site: Workspace) -> Any:
    return _client()


@pytest.fixture
def client_of(site: Workspace) -> Callable[[str], Any]:
    """Give a client that is signed in as a role; ``anonymous`` is not."""

    def of(role: str) -> Any:
        from jingkai.console.models import Account

        found = _client()
        if role != "anonymous":
            backend = "allauth.account.auth_backends.AuthenticationBackend"
            found.force_login(Account.objects.get(username=role), backend)
        return found

    return of


def _client(**options: Any) -> Any:
    from django.test import Client

    return Client(SERVER_NAME="localhost", raise_request_exception=False, **options)


@pytest.fixture
def strict_client(site: Workspace) -> Any:
    return _client(enforce_csrf_checks=True)


@pytest.fixture(scope="module")
def town(site: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace of a zone whose enterprises have every fact that rules read; the site reads it meanwhile."""
    from django.test import override_settings

    from jingkai.population import some_enterprises, some_zone
    from jingkai.population.snapshots import write_synthetic

    workspace = Workspace.init(tmp_path_factory.mktemp("town") / "area")
    enterprises = some_enterprises(40)
    frames = {"enterprise": enterprises, "zone": some_zone(enterprises)}
    write_synthetic(workspace, frames, date(2026, 6, 30), "种子7")
    with override_settings(WORKSPACE=workspace):
        yield workspace


@pytest.fixture(scope="module")
def townspeople(town: Workspace) -> dict[str, Any]:
    """Accounts about the town by name: two of its enterprises, officers of its offices and of elsewhere."""
    from jingkai.console.models import Account
    from jingkai.console.opened import opened

    found = opened()
    assert found is not None
    keys = found.snapshot.scan("enterprise").select("key").collect()["key"]
    zone = found.zones["key"][0]
    about: dict[str, dict[str, str]] = {
        "firm_a": {"role": "enterprise", "enterprise": keys[0]},
        "firm_b": {"role": "enterprise", "enterprise": keys[1]},
        "far_officer": {"role": "officer", "zone": "别处经开区", "office": "tax"},
    }
    offices = {
        "tax_officer": "tax", "tax_other": "tax", "counter": "zone_committee",
        "hr_officer": "human_resources", "science_officer": "science_technology",
    }  # fmt: skip
    about |= {n: {"role": "officer", "zone": zone, "office": o} for n, o in offices.items()}
    return {
        name: Account.objects.update_or_create(username=name, defaults=fields)[0]
        for name, fields in about.items()
    }


CONSOLE = Path(__file__).resolve().parents[2] / "src" / "jingkai" / "console"
