"""Every page of every role: no barrier that axe finds, nothing refused or thrown, no page wider than a phone."""

from __future__ import annotations

import base64
import hmac
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.visitor import Visitor
from tests.browser.walk import Routes, routes, walk

ROLES = (
    "anonymous", "enterprise", "inspector", "officer", "zone_analyst", "ministry_analyst", "auditor"
)  # fmt: skip
#: What the inspector is looked at for; the rest of the officer's desk is the officer's.
_INSPECTS = frozenset({"visits", "visit", "visit_new", "visit_notice"})
#: Routes that are no page of their own: files, fragments, what is only posted to, what programs ask.
NO_PAGE = frozenset(
    (
        *("account_logout", "openid_connect_login", "openid_connect_callback"),
        *(
            "mfa_download_recovery_codes",
            "token_revoke",
            "evidence",
            "my_paper",
            "paper",
            "service_log",
        ),
        "visit_evidence",
    )
)
_PHONE, _DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_OPTIONS = {
    "runOnly": {"type": "tag", "values": _TAGS},
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
}

_SQUEEZED = """[...document.querySelectorAll('[data-chart]')].some(box => {
  const texts = [...box.querySelectorAll('svg text')].map(t => t.getBoundingClientRect());
  const height = Math.max(...texts.map(r => r.bottom)) - Math.min(...texts.map(r => r.top));
  return height < 0.4 * box.clientHeight;
})"""


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
    visitor, start, skip = visit[role], "/tour/", NO_PAGE
    if role == "inspector":
        start, skip = "/inspections/?view=overdue", NO_PAGE | (found.roles.keys() - _INSPECTS)
    visitor.wrong.clear()
    wrong = [
        f"{name}: {problem}"
        for name in walk(visitor, found, start, seen, skip)
        for problem in problems(visitor.page)
    ]
    told = wrong + visitor.wrong
    assert not told, "\n".join(told)


def test_the_pages_of_a_second_factor_can_be_used_by_anyone(
    visit: dict[str, Visitor], seen: set[str]
) -> None:
    visitor, page = visit["auditor"], visit["auditor"].page
    visitor.wrong.clear()
    told = []

    def look(name: str, at: Page = page) -> None:
        seen.add(name)
        told.extend(f"{name}: {problem}" for problem in problems(at))

    visitor.open("/accounts/2fa/totp/activate/")
    page.fill("[name=password]", visitor.password)
    page.click("main form button")
    look("mfa_activate_totp")
    secret = page.locator("#authenticator_secret").input_value()
    page.fill("[name=code]", _code(secret))
    page.click("main form button[type=submit]")
    for name, address in (
        ("mfa_view_recovery_codes", "recovery-codes/"),
        ("mfa_generate_recovery_codes", "recovery-codes/generate/"),
        ("mfa_deactivate_totp", "totp/deactivate/"),
        ("mfa_reauthenticate", "reauthenticate/"),
    ):
        visitor.open(f"/accounts/2fa/{address}")
        look(name)
    with _elsewhere(visitor) as again:
        look("mfa_authenticate", again)
    told += visitor.wrong
    assert not told, "\n".join(told)


@contextmanager
def _elsewhere(visitor: Visitor) -> Iterator[Page]:
    """Sign the same account in at another browser, up to the question for its second factor."""
    browser = visitor.context.browser
    assert browser is not None
    context = browser.new_context(base_url=visitor.page.url.split("/accounts")[0])
    page = context.new_page()
    visitor.sign_in(page)
    page.wait_for_url("**/2fa/authenticate/**")
    yield page
    context.close()


def _code(secret: str) -> str:
    """Return the one-time password of the moment, as an authenticator application shows it."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


def test_what_these_tests_look_for_would_be_seen(visit: dict[str, Visitor]) -> None:
    visitor = visit["anonymous"]
    page = visitor.open("/tour/")
    visitor.wrong.clear()
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=/static/console/icon.svg>')"
    )
    page.evaluate("document.querySelector('h1').setAttribute('style', 'color: red')")
    assert any("image-alt" in problem for problem in problems(page))
    assert any("Content Security Policy" in said for said in visitor.wrong)
    visitor.wrong.clear()


def test_no_page_was_left_out(found: Routes, seen: set[str]) -> None:
    pages = {n for n in found.roles if not n.startswith("api:")} - NO_PAGE
    assert sorted(pages - seen) == []


def problems(page: Page) -> Iterator[str]:
    """Yield what bars somebody from using a page."""
    for violation in Axe().run(page, options=_OPTIONS).response["violations"]:
        nodes = [f"{node['html'][:160]} ({node['any'][:1]})" for node in violation["nodes"][:3]]
        yield f"{violation['id']}: {'; '.join(nodes)}"
    if page.locator("[data-chart]").count() != page.locator("[data-chart] > div > svg").count():
        yield "a chart was not drawn"
    if page.evaluate(_SQUEEZED):
        yield "a chart uses only a strip of its box"
    if page.locator("h1").count() != 1:
        yield "not exactly one h1"
    page.set_viewport_size(_PHONE)
    page.evaluate("new Promise(requestAnimationFrame)")  # charts draw themselves anew
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > _PHONE["width"]:
        yield f"{width} px wide on a phone"
    page.set_viewport_size(_DESK)
