"""Long work in the background: started by a page, done by the worker, told as it goes, never lost."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from jingkai.console.errors import ConsoleError
from jingkai.console.models import Account, Job
from jingkai.errors import JingkaiError

__all__ = ["Work", "kind", "resume", "run_job", "start"]

_log = logging.getLogger(__name__)
_EVERY = 0.3  # seconds between two notes of progress
_MOST_ATTEMPTS = 3

#: What does a kind of work: given the job and where to tell how far it is, returns the result (JSON).
#: It may be run again from the start after a kill, so what it publishes it publishes once.
Work = Callable[[Job, Callable[[str, int, int], None]], dict[str, Any]]
_WORKS: dict[str, Work] = {}


def kind(name: str) -> Callable[[Work], Work]:
    """Register what does a kind of work."""

    def registered(work: Work) -> Work:
        _WORKS[name] = work
        return work

    return registered


def start(name: str, by: Account, zone: str = "", **arguments: Any) -> Job:
    """Put work in line; both the job and its place in line are stored, or neither.

    Parameters
    ----------
    name
        A registered kind.
    by, zone
        Who asked, and for which zone (empty: for no single one).
    arguments
        Plain JSON, enough to begin again after a restart.
    """
    if name not in _WORKS:
        raise ConsoleError(f"没有后台任务“{name}”", hint="检查注册的任务")
    with transaction.atomic():
        job = Job.objects.create(kind=name, by=by, zone=zone, arguments=arguments)
        run_job.enqueue(str(job.pk))
    return job


@task()
def run_job(job_id: str) -> None:
    """Do a job; what goes wrong is told in the job."""
    job = Job.objects.get(pk=UUID(job_id))
    if job.ended:
        return
    job.state, job.started_at, job.attempts = Job.State.RUNNING, timezone.now(), job.attempts + 1
    job.save(update_fields=["state", "started_at", "attempts"])
    try:
        job.result = _WORKS[job.kind](job, _Progress(job))
        job.state = Job.State.DONE
    except JingkaiError as error:
        job.error, job.state = error.to_dict(), Job.State.FAILED
    except Exception:
        _log.exception("job %s (%s) failed", job.pk, job.kind)
        found = ConsoleError("系统出错，任务未完成", hint="请联系管理员查看日志")
        job.error, job.state = found.to_dict(), Job.State.FAILED
    job.ended_at = timezone.now()
    job.save(update_fields=["state", "result", "error", "ended_at"])


def resume() -> int:
    """Put the jobs of a worker that died back in line; called by the only worker before it works.

    Returns
    -------
    int
        How many. One that has killed its worker too often is given up.
    """
    from django_tasks_db.models import DBTaskResult

    DBTaskResult.objects.running().delete()
    again = 0
    for job in Job.objects.filter(state=Job.State.RUNNING):
        if job.attempts >= _MOST_ATTEMPTS:
            found = ConsoleError("任务多次中断，已停止", hint="检查服务器内存后重新发起")
            job.state, job.error, job.ended_at = (
                Job.State.FAILED,
                found.to_dict(),
                timezone.now(),
            )
            job.save(update_fields=["state", "error", "ended_at"])
            continue
        with transaction.atomic():
            job.state = Job.State.WAITING
            job.save(update_fields=["state"])
            run_job.enqueue(str(job.pk))
        again += 1
    return again


class _Progress:
    """Notes how far a job is, not too often."""

    def __init__(self, job: Job) -> None:
        self._job, self._last = job, 0.0

    def __call__(self, step: str, done: int, of: int) -> None:
        now = time.monotonic()
        if step == self._job.step and done < of and now - self._last < _EVERY:
            return
        self._last = now
        self._job.step, self._job.done, self._job.of = step[:200], done, of
        self._job.save(update_fields=["step", "done", "of"])
