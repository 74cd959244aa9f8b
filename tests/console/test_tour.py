from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jingkai.workspace import Workspace

pytestmark = pytest.mark.xdist_group("console")


def test_every_step_is_open_to_the_role_whose_desk_it_shows(site: Workspace) -> None:
    from jingkai.console.permissions import allowed
    from jingkai.console.portal.tour_steps import STOPS
    from jingkai.console.roles import Role

    assert [stop.role for stop in STOPS] == list(Role)
    steps = [(stop.role, step.route) for stop in STOPS for step in stop.steps]
    assert len(steps) > 12
    assert [s for s in steps if not allowed(s[1], s[0])] == []


def test_links_are_those_that_who_asks_can_open(client_of: Callable[[str], Any]) -> None:
    def links(role: str) -> dict[str, list[bool]]:
        stops = client_of(role).get("/tour/?format=json").json()["stops"]
        return {s["role"]: [bool(step["link"]) for step in s["steps"]] for s in stops}

    assert all(all(found) for found in links("anonymous").values())
    auditor = links("auditor")
    assert all(auditor["auditor"]) and all(auditor["anonymous"])
    assert not any(auditor["ministry_analyst"])


def test_the_home_page_and_the_mark_of_made_up_data_lead_to_it(client: Any) -> None:
    assert client.get("/").content.decode().count('href="/tour/"') == 2
    page = client.get("/tour/?lang=en").content.decode()
    assert "Tour: one matter through every desk" in page
    assert "%23officer" in page
