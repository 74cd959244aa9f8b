"""The worker: one process that does the jobs of the site, one after another."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

from jingkai.console.errors import ConsoleError
from jingkai.workspace import Workspace

__all__ = ["work", "worker_beside"]

_INTERVAL = 0.3
_PAUSE = 2  # seconds before a worker that died is started again


def work(workspace: Workspace, *, until_idle: bool = False, with_parent: bool = False) -> None:
    """Do jobs until stopped; those that a killed worker left are done again first.

    Parameters
    ----------
    until_idle
        Stop when none waits.
    with_parent
        Wait until no other worker is at work here; stop when the process that started this one is gone.

    Raises
    ------
    ConsoleError
        If another worker is at work here.
    """
    from jingkai.console.serve import prepare

    prepare(workspace)
    from django.core.management import call_command

    from jingkai.console.jobs import resume

    with (workspace.path / ".worker.lock").open("w") as lock:
        if with_parent:
            threading.Thread(target=_follow, args=(os.getppid(),), daemon=True).start()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if with_parent else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise ConsoleError("已有一个后台进程在运行", hint="一个工作区只需一个") from error
        resume()
        call_command(
            "db_worker",
            interval=_INTERVAL,
            batch=until_idle,
            startup_delay=False,
            reload=False,
            verbosity=0,
        )


@contextlib.contextmanager
def worker_beside(workspace: Workspace) -> Iterator[None]:
    """Keep a worker running beside this process; one that dies is started again."""
    ended = threading.Event()
    keeper = threading.Thread(target=_keep, args=(workspace, ended), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join(10)


def _keep(workspace: Workspace, ended: threading.Event) -> None:
    command = [sys.executable, "-m", "jingkai", "worker", "--with-parent"]
    while not ended.is_set():
        worker = subprocess.Popen(command, cwd=workspace.path)
        while worker.poll() is None and not ended.wait(0.3):
            pass
        if worker.poll() is None:
            worker.terminate()
            worker.wait(5)
        ended.wait(_PAUSE)


def _follow(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)  # whatever it does is safe to be killed in
