"""A command as a person types it, without a process of its own.

`started` gives it one; so do the pages of the documentation, whose commands run as they stand.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jingkai.cli import main, output

WIDTH = 150


def run(folder: Path, *words: str, check: bool = True) -> tuple[str, str, int]:
    """Type a command in a folder; returns what it printed, what it complained of and its code."""
    with pytest.MonkeyPatch.context() as patch, CliRunner().isolation() as (out, err, _):
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["jingkai", *words])
        for console in (output.console, output._errors):
            patch.setattr(console, "width", WIDTH)
        with pytest.raises(SystemExit) as ended:
            main()
        sys.stdout.flush()
        sys.stderr.flush()
        said, complained = out.getvalue().decode(), err.getvalue().decode()
        code = ended.value.code or 0
    if check:
        assert code == 0, complained
    return said, complained, code


def started(folder: Path, *words: str) -> tuple[bytes, bytes, int]:
    """Type a command in a folder to a process of its own."""
    environment = {**os.environ, "COLUMNS": str(WIDTH), "NO_COLOR": "1", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "jingkai", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, env=environment, check=False)
    return done.stdout, done.stderr, done.returncode
