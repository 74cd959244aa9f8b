from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from jingkai.workspace import Workspace


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _jingkai(folder: Path, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "jingkai", *words]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(
        command,
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


@pytest.fixture
def area(tmp_path: Path) -> Path:
    return Workspace.init(tmp_path / "area").path


@pytest.mark.slow
def test_the_site_answers_and_stops_when_asked(area: Path) -> None:
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "jingkai", "serve", "--port", str(port)],
        cwd=area, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    try:
        page = ""
        for _ in range(100):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                    page = answer.read().decode()
                break
            except OSError:
                time.sleep(0.3)
        assert "还没有经开区的数据" in page
        taken = _jingkai(area, "serve", "--port", str(port))
        assert taken.returncode == 2
        assert "不能监听" in taken.stderr
        assert "Traceback" not in taken.stderr
    finally:
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=20)
    assert f"http://127.0.0.1:{port}/" in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_accounts_are_given_and_listed(area: Path) -> None:
    made = _jingkai(
        area, "account", "add", "li", "--role", "auditor", given="a long pass phrase 7\n"
    )
    assert made.returncode == 0, made.stderr
    weak = _jingkai(area, "account", "add", "wang", "--role", "auditor", given="short\n")
    assert weak.returncode == 2
    assert "没有新建账户" in weak.stderr
    listed = _jingkai(area, "account", "list")
    assert "1 个账户" in listed.stdout
    assert "pass phrase" not in listed.stdout + made.stdout
