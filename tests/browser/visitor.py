"""Somebody with a browser: what goes wrong on the pages they open is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

__all__ = ["Visitor", "visitors"]

_QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
_ROLES = {
    "enterprise": "demo-enterprise",
    "officer": "demo-officer",
    "inspector": "demo-inspector",
    "zone_analyst": "demo-analyst",
    "ministry_analyst": "demo-ministry",
    "auditor": "demo-auditor",
}
#: Who has the role of another desk, in an office of its own.
_IN_ROLE = {"inspector": "officer"}
_PATIENCE = 30_000  # milliseconds; jobs on a busy machine take their time


class Visitor:
    """A browser with its own cookies.

    Attributes
    ----------
    page
        Where it looks.
    wrong
        What the pages said in the console, threw, or were refused by the content policy.
    """

    def __init__(self, context: BrowserContext, role: str) -> None:
        self.role, self.name, self.password = _IN_ROLE.get(role, role), _ROLES.get(role, ""), ""
        self.context, self.wrong = context, list[str]()
        context.set_default_timeout(_PATIENCE)
        self.page: Page = context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(f"{self.page.url}: {error}"))

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"{self.page.url}: {message.text}")

    def open(self, address: str) -> Page:
        """Open a page and wait until it and what it asks for is there."""
        self.page.goto(address, wait_until="load")
        return self.page

    def sign_in(self, page: Page) -> None:
        """Fill the form of signing in and send it."""
        page.goto("/accounts/login/?next=/tour/")
        page.fill("[name=login]", self.name)
        page.fill("[name=password]", self.password)
        page.click("main form button")


@contextmanager
def visitors(
    chromium: str, address: str, passwords: dict[str, str]
) -> Iterator[dict[str, Visitor]]:
    """Yield a visitor a role by role, those with an account signed in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*_QUIET])
        found = {}
        for role in ("anonymous", *_ROLES):
            context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
            found[role] = Visitor(context, role)
            if role in _ROLES:
                found[role].password = passwords[_ROLES[role]]
                found[role].sign_in(found[role].page)
                found[role].page.wait_for_url("**/tour/")
        yield found
        browser.close()
