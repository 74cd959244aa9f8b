from __future__ import annotations

import subprocess
import sys

import pytest

from jingkai.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
_WORKER = [sys.executable, "-m", "jingkai", "worker"]


def _worker(workspace: Workspace, *words: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*_WORKER, *words], cwd=workspace.path, stdin=pipe, stdout=pipe, stderr=pipe
    )


def test_a_worker_ends_with_the_process_that_started_it_and_leaves_its_place(
    site: Workspace,
) -> None:
    from filelock import FileLock, Timeout

    lock = FileLock(site.path / ".worker.lock")
    with _worker(site, "--with-parent") as worker:
        for _ in range(200):
            try:
                lock.acquire(timeout=0)
            except Timeout:
                break
            lock.release()
            assert worker.poll() is None
            with pytest.raises(subprocess.TimeoutExpired):
                worker.wait(0.1)
        else:
            pytest.fail("the worker never took its place")
        with _worker(site, "--until-idle") as second:
            assert second.wait(60) != 0
            assert "已有一个后台进程在运行" in second.stderr.read().decode()  # type: ignore[union-attr]
        assert worker.stdin is not None
        worker.stdin.close()
        assert worker.wait(10) == 1
    lock.acquire(timeout=0)
    lock.release()
