"""Every command of the README runs, in order, as a reader would type them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _blocks(name: str) -> list[tuple[str, str]]:
    return _BLOCK.findall((ROOT / name).read_text("utf-8"))


def test_both_languages_show_the_same_commands_and_sections():
    english, chinese = (_blocks(n) for n in ("README.md", "README.zh-CN.md"))
    assert english == chinese and len(english) >= 8
    texts = [(ROOT / n).read_text("utf-8") for n in ("README.md", "README.zh-CN.md")]
    shapes = [
        [re.match(r"#+|\||!|- |", line)[0] for line in t.splitlines() if line[:1] in "#|!-"]
        for t in texts
    ]
    assert shapes[0] == shapes[1]


def test_what_the_readme_links_to_is_there():
    for name in ("README.md", "README.zh-CN.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text("utf-8")):
            assert (ROOT / link).exists(), link


@pytest.mark.slow
def test_every_command_runs(tmp_path, request):
    if sys.prefix == sys.base_prefix:
        pytest.skip("the README's commands need the environment that make setup makes")
    copy = tmp_path / "jingkai"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(sys.prefix)
    stamp = copy / ".venv" / ".installed"
    before = stamp.stat() if stamp.exists() else None
    stamp.touch()  # made already: this very environment
    request.addfinalizer(
        lambda: (
            os.utime(stamp, ns=(before.st_atime_ns, before.st_mtime_ns))
            if before
            else stamp.unlink()
        )
    )
    script = "set -euo pipefail\n" + "".join(b for kind, b in _blocks("README.md") if kind == "sh")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=copy,
        capture_output=True,
        env={**environment, "PYTHONUTF8": "1", "DEMO_SERVE": "0"},
        check=False,
    )
    said = done.stdout.decode()
    assert done.returncode == 0, said[-3000:] + done.stderr.decode()[-3000:]
    assert "统一社会信用代码校验位不符" in said  # the wrong code is shown
    assert "jingkai serve --demo" in said  # what `make demo` goes on with, where it is to serve
    assert "读入 4 行：接收 3，合并重复 0，拒收 1" in said
    zone = copy / "my-zone"
    for name in ("register.xlsx", "map.yaml", "out.xlsx", "facts.json"):
        assert (zone / name).stat().st_size > 500, name
    python = next(b for kind, b in _blocks("README.md") if kind == "python")
    ran = subprocess.run([sys.executable, "-c", python], capture_output=True, check=True)
    assert "高新技术企业认定" in ran.stdout.decode()
