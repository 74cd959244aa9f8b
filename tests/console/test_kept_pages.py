from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from jingkai.registry.snapshot import write_snapshot
from jingkai.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]


def _count(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often the list of zones is made."""
    from jingkai.console.portal import zones

    made: list[int] = []
    real = zones.opened_zones
    monkeypatch.setattr(zones, "opened_zones", lambda: (made.append(1), real())[1])
    return made


def test_a_page_is_made_once_for_all_who_are_not_signed_in(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _count(monkeypatch)
    pages = [client.get("/zones/?q=经开&sort=name") for _ in range(3)]
    assert len(made) == 1
    assert len({p.content for p in pages}) == 1
    assert "default-src 'none'" in pages[2]["Content-Security-Policy"]
    assert client.get("/zones/?q=经开&sort=name&format=json").json()["count"] == 5


def test_each_language_and_query_is_a_page_of_its_own(client: Any) -> None:
    chinese = client.get("/zones/?q=甲").content
    other = client.get("/zones/?q=乙").content
    english = client.get("/zones/?q=甲&lang=en").content
    remembered = client.get("/zones/?q=甲").content
    assert len({chinese, other, english}) == 3
    assert remembered == english
    assert b'lang="en"' in remembered


def test_who_is_signed_in_sees_no_page_of_others_and_leaves_none(
    client: Any, client_of: Callable[[str], Any]
) -> None:
    mine = client_of("officer").get("/library/?q=signed").content.decode()
    anyone = client.get("/library/?q=signed").content.decode()
    again = client_of("auditor").get("/library/?q=signed").content.decode()
    assert "officer" in mine
    assert "officer" not in anyone
    assert "csrfmiddlewaretoken" not in anyone
    assert "auditor" in again


def test_new_data_are_shown_at_once(client: Any, tmp_path: Any) -> None:
    from django.test import override_settings

    def load(name: str) -> None:
        zones = pl.DataFrame(
            {"key": [name], "name": [name], "province": ["江苏"], "region": ["east"]}
        )
        write_snapshot(
            workspace, {"zone": zones}, as_of=date(2026, 6, 30), sources=[], synthetic=True
        )

    workspace = Workspace.init(tmp_path / "other")
    with override_settings(WORKSPACE=workspace):
        load("旧经开区")
        assert "旧经开区" in client.get("/zones/").content.decode()
        load("新经开区")
        page = client.get("/zones/").content.decode()
    assert "新经开区" in page
    assert "旧经开区" not in page
