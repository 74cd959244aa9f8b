from __future__ import annotations

import hashlib
import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from jingkai.workspace import Workspace
from tests.console.conftest import CONSOLE

pytestmark = pytest.mark.xdist_group("console")
VENDOR = CONSOLE / "static" / "vendor"


def _manifest() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((VENDOR / "manifest.json").read_text())
    return found


def test_vendored_files_are_what_the_manifest_says() -> None:
    for entry in _manifest():
        assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert entry["version"] in entry["file"]
        assert entry["licence"] and entry["origin"]


def test_every_vendored_file_and_licence_is_listed() -> None:
    third = (CONSOLE.parents[2] / "THIRD_PARTY.md").read_text()
    listed = {e["file"] for e in _manifest()} | {f for e in _manifest() for f in e["licence_files"]}
    there = {str(p.relative_to(VENDOR)) for p in VENDOR.rglob("*") if p.is_file()}
    assert there - {"manifest.json"} == listed
    assert all(Path(f).name in third for e in _manifest() for f in e["licence_files"])


def test_no_page_names_an_outside_host_or_holds_a_script_or_style_of_its_own() -> None:
    files = [p for p in CONSOLE.rglob("*") if p.suffix in (".html", ".js", ".css")]
    ours = [p for p in files if VENDOR not in p.parents]
    assert len(ours) > 10
    for path in ours:
        text = path.read_text()
        assert not re.search(r"https?://(?!www\.w3\.org)", text), path
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", text), path
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), path


def test_every_answer_tells_the_browser_to_load_nothing_else(client: Any) -> None:
    for address in (
        "/",
        "/zones/",
        "/accounts/login/",
        "/not-there",
        "/static/console/console.css",
    ):
        response = client.get(address)
        response.close()
        policy = response["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"


def test_a_name_it_does_not_go_by_is_refused(client: Any) -> None:
    assert client.get("/", SERVER_NAME="evil.example").status_code == 400


def test_the_key_is_made_once_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    from jingkai.console.secret import secret_key

    first = secret_key(tmp_path)
    assert len(first) > 60
    assert secret_key(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "console.secret").stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["console.secret"]


def test_one_setting_chooses_the_database(tmp_path: Path) -> None:
    from jingkai.console.database import database
    from jingkai.console.errors import ConsoleError

    assert database(tmp_path, "")["NAME"] == tmp_path / "console.sqlite3"
    found = database(tmp_path, "postgresql://jing:p%40ss@db.intranet:5433/kai")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "jing", "p@ss", "db.intranet", "5433", "kai",
    )  # fmt: skip
    with pytest.raises(ConsoleError) as failed:
        database(tmp_path, "mysql://root:secret@host/kai")
    assert "secret" not in str(failed.value)


def test_the_database_is_as_the_models_say(site: Workspace) -> None:
    from io import StringIO

    from django.core.management import call_command

    call_command("makemigrations", "console", check=True, dry_run=True, stdout=StringIO())


def test_something_broken_is_said_without_what_broke(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jingkai.console.portal import zones

    monkeypatch.setattr(zones, "opened_zones", lambda: 1 // 0)
    response = client.get("/zones/?format=json")
    assert response.status_code == 500
    assert response.json()["hint"]
    assert "ZeroDivision" not in response.content.decode()
