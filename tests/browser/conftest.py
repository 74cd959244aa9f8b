"""The site as people meet it: `jingkai serve --demo` on a small nation, asked by Chromium."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.visitor import Visitor, visitors
from tests.postgresql import a_database

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
_ACCOUNT = re.compile(r"^\s+demo-\S+\s+\S+", re.MULTILINE)


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what asks a browser where there is none; keep the rest of a group together."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("browser"))
            if CHROMIUM is None:
                reason = "no Chromium here: `make browser` installs it"
                item.add_marker(pytest.mark.skip(reason=reason))


# Of the package, not the session: a browser that is still open keeps an event loop, in which Django
# refuses to ask its database.
@pytest.fixture(scope="package")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest nation in which an enterprise misses the recognition by one condition."""
    folder = tmp_path_factory.mktemp("browser")
    _jingkai(folder, "population", "make", "--scale", "0.001", "--out", "nation").check_returncode()
    return folder / "nation"


def _jingkai(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "jingkai", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="package")
def served(nation: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of the site with its worker, and the demo accounts with their pass phrases."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with a_database() as url:
        environment = {**os.environ, "PYTHONUTF8": "1", "JINGKAI_DATABASE_URL": url}
        site = subprocess.Popen(
            [sys.executable, "-m", "jingkai", "serve", "--demo", "--port", port],
            cwd=nation, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
        )  # fmt: skip
        try:
            said = _until_ready(site)
            pairs = (line.split()[:2] for line in _ACCOUNT.findall(said))
            yield f"http://127.0.0.1:{port}", dict(pairs)
        finally:
            site.terminate()
            site.wait(20)
            assert site.stdout is not None
            site.stdout.close()


def _until_ready(site: subprocess.Popen[str]) -> str:
    assert site.stdout is not None
    lines = []
    for line in site.stdout:
        lines.append(line)
        if "网站已就绪" in line:
            threading.Thread(target=_drain, args=(site,), daemon=True).start()
            return "".join(lines)
    pytest.fail("the site did not start:\n" + "".join(lines))


def _drain(site: subprocess.Popen[str]) -> None:
    """Read on, so that the site never waits for its output to be read; what it says is shown."""
    assert site.stdout is not None
    try:
        for line in site.stdout:
            sys.stderr.write(line)
    except ValueError:
        pass  # closed


@pytest.fixture(scope="package")
def visit(served: tuple[str, dict[str, str]]) -> Iterator[dict[str, Visitor]]:
    """A visitor a role, signed in once; `anonymous` is not."""
    assert CHROMIUM is not None
    with visitors(CHROMIUM, *served) as found:
        yield found
