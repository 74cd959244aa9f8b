"""A site of its own in a process of its own: its database can be emptied, migrated back and aged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from jingkai.workspace import Workspace

__all__ = ["Apart", "apart"]

_BEFORE = """
import json, os, sys
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "jingkai.console.settings"
import django
django.setup()
from django.core.management import call_command
def migrate(to=""):
    call_command("migrate", *(["console", to] if to else []), verbosity=0, interactive=False)
def tell(found):
    print("FOUND" + json.dumps(found, ensure_ascii=False, default=str))
"""


class Apart:
    """Runs pieces of a program on a workspace and a database of their own."""

    def __init__(self, workspace: Workspace, url: str) -> None:
        self.workspace, self.url = workspace, url

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "JINGKAI_WORKSPACE": str(self.workspace.path),
            "JINGKAI_DATABASE_URL": self.url,
        }

    def run(self, code: str) -> Any:
        """Run a piece; return what it told last."""
        whole = _BEFORE + textwrap.dedent(code)
        done = subprocess.run(
            [sys.executable, "-c", whole], env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]
        told = [line[5:] for line in done.stdout.splitlines() if line.startswith("FOUND")]
        return json.loads(told[-1]) if told else None

    def command(self, *words: str, fails: bool = False) -> str:
        """Run `jingkai` in the workspace; return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "jingkai", *words],
            env=self.environment, cwd=self.workspace.path, capture_output=True, text=True,
        )  # fmt: skip
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def apart(tmp_path: Path, database: str) -> Apart:
    workspace = Workspace.init(tmp_path / "apart")
    return Apart(workspace, _new_database(database) if database else "")


def _new_database(url: str) -> str:
    import psycopg

    name = f"apart_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return urlsplit(url)._replace(path=f"/{name}").geturl()
