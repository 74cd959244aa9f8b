"""Every command of the page on reforms runs, in order, as a reader would type them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_runs_as_it_stands(tmp_path):
    page = (ROOT / "docs" / "how-to" / "reforms.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    commands = tmp_path / "bin"
    commands.mkdir()
    for name, words in (("jingkai", "-m jingkai "), ("python", "")):
        (commands / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words}"$@"\n', "utf-8")
        (commands / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{commands}:{os.environ['PATH']}", "PYTHONUTF8": "1"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "".join(blocks)],
        cwd=tmp_path,
        capture_output=True,
        env=environment,
        check=False,
    )
    said = done.stdout.decode()
    assert done.returncode == 0, said[-2000:] + done.stderr.decode()[-2000:]
    assert "放宽研发门槛（设想）" in said and "tech_staff_floor：10% → 8%" in said
    assert "low_risk_to：未设定 → 300 分" in said
    assert "不同在：规则、日期" in said and "源于" in said
    for name in ("flips.csv", "changed.csv"):
        assert (tmp_path / "demo-zone" / name).stat().st_size > 500
