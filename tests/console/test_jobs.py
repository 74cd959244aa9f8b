from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jingkai.errors import JingkaiError
from jingkai.workspace import Workspace

pytestmark = pytest.mark.xdist_group("console")


@pytest.fixture
def account(site: Workspace) -> Any:
    from jingkai.console.models import Account

    return Account.objects.get(username="officer")


def _work() -> None:
    from django.core.management import call_command

    call_command("db_worker", batch=True, interval=0, startup_delay=False, reload=False)


def test_work_is_done_by_the_worker_and_its_progress_told(account: Any) -> None:
    from jingkai.console import jobs

    told = []

    @jobs.kind("double")
    def _double(job: Any, tell: Callable[[str, int, int], None]) -> dict[str, Any]:
        tell("一半", 1, 2)
        job.refresh_from_db()
        told.append((job.state, job.step, job.done, job.of))
        return {"twice": job.arguments["number"] * 2}

    job = jobs.start("double", account, number=21)
    assert job.state == "waiting"
    _work()
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"twice": 42})
    assert told == [("running", "一半", 1, 2)]


@pytest.mark.parametrize("error", [JingkaiError("列名看不懂", hint="改第一行"), ValueError("x")])
def test_what_goes_wrong_is_told_in_the_job(account: Any, error: Exception) -> None:
    from jingkai.console import jobs

    @jobs.kind("fail")
    def _fail(job: Any, tell: Callable[[str, int, int], None]) -> dict[str, Any]:
        raise error

    job = jobs.start("fail", account)
    _work()
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.error["hint"] == getattr(error, "hint", "请联系管理员查看日志")


def test_a_job_of_a_worker_that_died_is_done_again(account: Any) -> None:
    from jingkai.console import jobs

    @jobs.kind("late")
    def _late(job: Any, tell: Callable[[str, int, int], None]) -> dict[str, Any]:
        return {"attempt": job.attempts}

    job = jobs.start("late", account)
    _as_killed(job, attempts=1)
    assert jobs.resume() == 1
    _work()
    job.refresh_from_db()
    assert job.result == {"attempt": 2}


def test_a_job_that_kills_its_worker_each_time_is_given_up(account: Any) -> None:
    from jingkai.console import jobs

    @jobs.kind("deadly")
    def _deadly(job: Any, tell: Callable[[str, int, int], None]) -> dict[str, Any]:
        raise AssertionError

    job = jobs.start("deadly", account)
    _as_killed(job, attempts=3)
    assert jobs.resume() == 0
    job.refresh_from_db()
    assert job.state == "failed"
    assert "中断" in job.error["what"]


def _as_killed(job: Any, attempts: int) -> None:
    """Leave the job and its place in line as a worker killed while at work does."""
    from django_tasks_db.models import DBTaskResult

    DBTaskResult.objects.ready().update(status="RUNNING")
    type(job).objects.filter(pk=job.pk).update(state="running", attempts=attempts)
