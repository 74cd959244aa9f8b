"""Finds every page that a role can open by following links, one page a route."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.browser.visitor import Visitor

__all__ = ["Routes", "routes", "walk"]

#: Django is set up once in a process; the site's routes are asked for in another.
_LINKS = "[...document.querySelectorAll('main a[href], form[method=get]'), ...document.querySelectorAll('a[href]')].map(a => a.href ?? a.action)"
_RESOLVER = """
import json, sys
from pathlib import Path
from jingkai.workspace import Workspace
from jingkai.console.serve import prepare
prepare(Workspace.open(Path(".")))
from django.urls import Resolver404, resolve
from jingkai.console.permissions import ROUTES
print(json.dumps({name: sorted(roles) for name, roles in ROUTES.items()}), flush=True)
for line in sys.stdin:
    try:
        print(resolve(line.rstrip("\\n")).view_name, flush=True)
    except Resolver404:
        print("", flush=True)
"""


class Routes:
    """Who may open which route, and which route an address is of."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._in, self._out = process.stdin, process.stdout
        self.roles: dict[str, list[str]] = json.loads(self._out.readline())

    def of(self, path: str) -> str:
        """Return the route of a path; empty where there is none."""
        self._in.write(unquote(path) + "\n")
        self._in.flush()
        return self._out.readline().strip()


@contextmanager
def routes(workspace: Path) -> Iterator[Routes]:
    """Yield the site's routes."""
    environment = {**os.environ, "PYTHONUTF8": "1", "JINGKAI_DATABASE_URL": ""}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", _RESOLVER], cwd=workspace, stdin=pipe, stdout=pipe, text=True, env=environment
    ) as process:  # fmt: skip
        yield Routes(process)


def walk(
    visitor: Visitor, found: Routes, start: str, seen: set[str], skip: frozenset[str]
) -> Iterator[str]:
    """Yield the route of each page with the page open; one in `seen` is passed over.

    Forms of data are not opened, nor what is in `skip`: files, what is only sent to.
    """
    waiting, met = deque([start]), {found.of(urlsplit(start).path)}
    while waiting:
        address = waiting.popleft()
        page = visitor.open(address)
        links = page.evaluate(_LINKS)
        here = found.of(urlsplit(page.url).path)
        if here not in seen:
            seen.add(here)
            yield here
        for link in links:
            parts = urlsplit(link)
            if parts.netloc != urlsplit(page.url).netloc or "format=" in parts.query:
                continue
            if "lang=" in parts.query or parts.path.endswith((".json", ".pdf")):
                continue
            name = found.of(parts.path)
            if not name or name in met or name in skip or name.startswith("api:"):
                continue
            shared = name in seen and "anonymous" in found.roles[name]
            if not shared and visitor.role in found.roles[name]:
                met.add(name)
                waiting.append(link)
