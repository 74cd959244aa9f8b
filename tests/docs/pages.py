"""Runs the commands of a page of the documentation as a reader would type them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_page(name: str, folder: Path) -> str:
    """Run every block of commands of a how-to page in one shell; returns what was printed."""
    page = (ROOT / "docs" / "how-to" / name).read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    commands = folder / "bin"
    commands.mkdir()
    for command, words in (("jingkai", "-m jingkai "), ("python", "")):
        file = commands / command
        file.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words}"$@"\n', "utf-8")
        file.chmod(0o755)
    environment = {**os.environ, "PATH": f"{commands}:{os.environ['PATH']}", "PYTHONUTF8": "1"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "".join(blocks)],
        cwd=folder,
        capture_output=True,
        env=environment,
        check=False,
    )
    said = done.stdout.decode()
    assert done.returncode == 0, said[-2000:] + done.stderr.decode()[-2000:]
    return said
