"""Decides the current snapshot as of a day that somebody asks about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings

from jingkai.console import jobs
from jingkai.console.errors import ConsoleError
from jingkai.console.models import Account, Job
from jingkai.console.reload import decide_now

__all__ = ["decide_on", "start_deciding"]


@jobs.kind("decide")
def decide_on(job: Job, tell: Callable[[str, int, int], None]) -> dict[str, Any]:
    """Decide the current snapshot on a day.

    Returns
    -------
    dict
        ``run``, ``snapshot``, ``as_of``; ``rules``: how many were in force; ``counts``: granted,
        refused and undetermined over all of them.
    """
    run = decide_now(settings.WORKSPACE, tell, date.fromisoformat(job.arguments["as_of"]))
    return {
        "run": run.id,
        "snapshot": run.manifest["snapshot"],
        "as_of": run.manifest["as_of"],
        "rules": len(run.rules),
    }


def start_deciding(account: Account, text: str) -> Job:
    """Put a decision run in line, or find the one that waits for the same day.

    Parameters
    ----------
    text
        The day, as ``2026-06-30``.

    Raises
    ------
    ConsoleError
        If it is no day, or nothing was loaded yet.
    """
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise ConsoleError(f"“{text}”不是日期", hint="写成 2026-06-30") from error
    if settings.WORKSPACE.current_snapshot_id is None:
        raise ConsoleError("还没有数据可以认定", hint="先导入登记册")
    waiting = Job.objects.filter(
        kind="decide", by=account, arguments={"as_of": day.isoformat()}, state=Job.State.WAITING
    )
    return waiting.first() or jobs.start("decide", account, account.zone, as_of=day.isoformat())
