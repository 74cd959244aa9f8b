"""The assessment: the ministry's ranking, a zone's own places, warnings and what climbing takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jingkai.registry.snapshot import write_snapshot
from jingkai.workspace import Workspace
from tests.engine.zones import alike

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
NAMES = ("甲经开区", "乙经开区", "丙经开区")


@pytest.fixture(scope="module")
def assessed(site: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three zones alike but for foreign capital, of three years."""
    folder: Path = tmp_path_factory.mktemp("assessed")
    workspace = Workspace.init(folder / "w")
    rows = [
        {"key": n, "name": n, "province": "江苏", "region": "east"}
        | alike(2023, 2024, 2025)
        | {"established_on": date(2000, 1, 1), "foreign_capital_used_2025": (3 - i) * 10**8}
        for i, n in enumerate(NAMES)
    ]
    zones = pl.DataFrame(rows, infer_schema_length=None).sort("key")
    write_snapshot(workspace, {"zone": zones}, as_of=date(2026, 6, 30), sources=[], synthetic=True)
    return workspace


@pytest.fixture
def page_of(
    assessed: Workspace, client_of: Callable[[str], Any], settings_of: Callable[[Workspace], Any]
) -> Callable[[str, str], Any]:
    def page(role: str, query: str = "") -> Any:
        with settings_of(assessed):
            return client_of(role).get(f"/assessment/?{query}")

    return page


def test_the_ministry_sees_every_place_with_its_years(page_of: Callable[..., Any]) -> None:
    page = page_of("ministry_analyst", "format=json").json()
    assert [r["name"] for r in page["rows"]] == list(NAMES)
    assert [r["rank"] for r in page["rows"]] == [[1, 1], [2, 2], [3, 3]]
    assert all(len(r["history"]) == len(page["years"]) for r in page["rows"])
    assert page["years"][-1] == 2025


def test_a_zone_sees_its_own_place_and_what_climbing_takes(page_of: Callable[..., Any]) -> None:
    response = page_of("zone_analyst", "format=json")
    page = response.json()
    assert page["rows"] == [] and page["zone"]["name"] == "甲经开区"
    assert page["items"]["first"] and len(page["items"]["lines"]) > 10
    assert "乙经开区" not in response.content.decode()
    csv = page_of("zone_analyst", "format=csv").content.decode()
    assert "甲经开区" in csv and "丙经开区" not in csv


def test_a_zone_is_not_shown_another_by_asking(page_of: Callable[..., Any]) -> None:
    assert page_of("zone_analyst", "zone=丙经开区&format=json").json()["zone"]["name"] == "甲经开区"


def test_the_ministry_may_look_at_one_zone(page_of: Callable[..., Any]) -> None:
    page = page_of("ministry_analyst", "zone=丙经开区&format=json").json()
    lines = {i["title"]: i for i in page["items"]["lines"]}
    assert page["items"]["target"] == 1
    assert lines["实际使用外资金额"]["needed"]
    assert page["chart"]["series"][-1]["data"][-1] == 3
    assert page_of("ministry_analyst", "zone=不存在").status_code == 404


def test_a_reform_of_weights_tells_which_ranks_move(
    assessed: Workspace, client_of: Callable[[str], Any], settings_of: Callable[[Workspace], Any]
) -> None:
    from django.core.management import call_command

    # Foreign capital alone tells the zones apart: where opening weighs nothing, all are first.
    typed = {"p.opening_weight": "0", "p.quality_weight": "60"}
    seen = {}
    with settings_of(assessed):
        for role in ("ministry_analyst", "zone_analyst"):
            client = client_of(role)
            asked = client.post("/reforms/new/?rule=zone_assessment_score", typed)
            call_command("db_worker", batch=True, interval=0, startup_delay=False, reload=False, verbosity=0)  # fmt: skip
            page = client.get(f"{asked['Location']}?format=json").json()
            assert (page["state"], page["rules"]) == ("done", [])
            seen[role] = {r["name"]: (r["before"], r["after"]) for r in page["moved"]["ranks"][0]["rows"]}  # fmt: skip
            text = client.get(f"{asked['Location']}?format=csv").content.decode()
            assert ("丙经开区,3,1" in text) is (role == "ministry_analyst")
    assert seen["ministry_analyst"] == {"乙经开区": ([2, 2], [1, 1]), "丙经开区": ([3, 3], [1, 1])}
    assert seen["zone_analyst"] == {}  # its own is first before and after


def test_where_nothing_can_be_assessed_it_says_what_to_load(client_of: Callable[[str], Any], tmp_path: Path, settings_of: Any) -> None:  # fmt: skip
    workspace = Workspace.init(tmp_path / "w")
    zones = pl.DataFrame({"key": ["甲经开区"], "name": ["甲经开区"]})
    write_snapshot(workspace, {"zone": zones}, as_of=date(2020, 6, 30), sources=[])
    with settings_of(workspace):
        response = client_of("ministry_analyst").get("/assessment/")
    assert response.status_code == 404
    assert "登记册" in response.content.decode()
