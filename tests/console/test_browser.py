"""Looks at the pages in a real browser: nothing that the content policy refuses, charts drawn, no page wider than a phone."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from jingkai.workspace import Workspace

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("console"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: `make browser` installs it"),
]
_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--virtual-time-budget=3000", "--enable-logging=stderr",
)  # fmt: skip
ZONES = "&".join(f"zone={quote(z)}" for z in ("甲经开区", "乙经开区"))
PAGES = {
    "home": "/",
    "zones": "/zones/?lang=en",
    "compare": f"/zones/compare/?{ZONES}",
    "zone": f"/zones/{quote('甲经开区')}/",
    "rule": "/rules/high_tech_enterprise/",
    "tried": "/try/?foreign_share=60&negative_list_item=no&encouraged_catalogue_revenue=10&revenue=12",
}


@pytest.fixture(scope="module")
def address(site: Workspace) -> Iterator[str]:
    from waitress.server import create_server

    from jingkai.console.wsgi import application

    server = create_server(application, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(10)


def _look(url: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    command = [CHROMIUM, *_QUIET, f"--user-data-dir={folder}", *options, url]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_with_nothing_refused_and_no_error(
    address: str, tmp_path: Path, name: str
) -> None:
    seen = _look(address + PAGES[name], tmp_path / "profile", "--dump-dom")
    said = [line for line in seen.stderr.splitlines() if "CONSOLE" in line]
    assert said == []
    assert "<h1" in seen.stdout
    if name == "compare":
        assert re.search(r'data-chart="industries"[^>]*>.*<svg', seen.stdout, re.DOTALL)


def test_a_refused_style_would_be_seen(address: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<meta http-equiv='Content-Security-Policy' content=\"style-src 'self'\"><p style='color:red'>x"
    )
    seen = _look(page.as_uri(), tmp_path / "profile", "--dump-dom")
    assert "Content Security Policy" in seen.stderr
