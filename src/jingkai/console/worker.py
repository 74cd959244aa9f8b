"""The worker: one process that does the jobs of the site, one after another."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

from filelock import FileLock, Timeout

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
        Wait until no other worker is at work here; stop when the process that started this one, and
        holds the other end of its standard input, is gone.

    Raises
    ------
    ConsoleError
        If another worker is at work here.
    """
    from jingkai.console.serve import prepare

    prepare(workspace)
    if with_parent:
        threading.Thread(target=_follow, daemon=True).start()
    lock = FileLock(workspace.path / ".worker.lock", timeout=-1 if with_parent else 0)
    try:
        lock.acquire()
    except Timeout as error:
        raise ConsoleError("已有一个后台进程在运行", hint="一个工作区只需一个") from error
    try:
        _work(until_idle)
    finally:
        lock.release()


def _work(until_idle: bool) -> None:
    from django.core.management import call_command

    from jingkai.console.jobs import resume

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
        # In a session of its own: Ctrl+C is for this process, which then ends the worker.
        with subprocess.Popen(
            command, cwd=workspace.path, stdin=subprocess.PIPE, start_new_session=True
        ) as worker:
            while worker.poll() is None and not ended.wait(0.3):
                pass
        # leaving `with` closes its standard input, on which it stops
        ended.wait(_PAUSE)


def _follow() -> None:
    # Not by the buffered reader, whose lock would be held when Python ends.
    while os.read(sys.stdin.fileno(), 64):
        pass  # ends when the other end is closed, however that process ended
    os._exit(1)  # whatever it does is safe to be killed in
