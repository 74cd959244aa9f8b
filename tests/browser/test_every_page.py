"""Every page of every role: no barrier that axe finds, nothing refused or thrown, no page wider than a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.visitor import Visitor
from tests.browser.walk import Routes, routes, walk

ROLES = ("anonymous", "enterprise", "officer", "zone_analyst", "ministry_analyst", "auditor")
#: Routes that are no page of their own: files, fragments, what is only posted to, what programs ask.
NO_PAGE = frozenset({"account_logout", "mfa_authenticate", "mfa_download_recovery_codes"})
_PHONE, _DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_OPTIONS = {
    "runOnly": {"type": "tag", "values": _TAGS},
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
}


@pytest.fixture(scope="module")
def found(nation: Path, visit: dict[str, Visitor]) -> Iterator[Routes]:
    with routes(nation) as known:
        yield known


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """Routes looked at so far; what several roles share is looked at once."""
    return set()


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_can_be_used_by_anyone(
    role: str, visit: dict[str, Visitor], found: Routes, seen: set[str]
) -> None:
    visitor = visit[role]
    visitor.wrong.clear()
    wrong = [
        f"{name}: {problem}"
        for name in walk(visitor, found, "/tour/", seen)
        for problem in _problems(visitor.page)
    ]
    told = wrong + visitor.wrong
    assert not told, "\n".join(told)


def test_no_page_was_left_out(found: Routes, seen: set[str]) -> None:
    pages = {n for n in found.roles if not n.startswith("api:")} - NO_PAGE
    assert sorted(pages - seen) == []


def _problems(page: Any) -> Iterator[str]:
    for violation in Axe().run(page, options=_OPTIONS).response["violations"]:
        nodes = [f"{node['html'][:160]} ({node['any'][:1]})" for node in violation["nodes"][:3]]
        yield f"{violation['id']}: {'; '.join(nodes)}"
    if page.locator("h1").count() != 1:
        yield "not exactly one h1"
    page.set_viewport_size(_PHONE)
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > _PHONE["width"]:
        yield f"{width} px wide on a phone"
    page.set_viewport_size(_DESK)
