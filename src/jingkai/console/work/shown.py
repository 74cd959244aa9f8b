"""A job as a page and a program read it."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse

from jingkai.console.models import Job

__all__ = ["job_shown"]

_KINDS = {
    "load": ("装载登记册", "Load a register"),
    "preview": ("预览登记册", "Preview a register"),
    "undo": ("撤销装载", "Undo a load"),
    "decide": ("认定", "Decide"),
    "correction": ("更正数据", "Correct a fact"),
    "reform": ("改革测算", "Try a reform"),
}
_STATES = {
    Job.State.WAITING: ("等待", "waiting", "open"),
    Job.State.RUNNING: ("进行中", "running", "open"),
    Job.State.DONE: ("完成", "done", "good"),
    Job.State.FAILED: ("未完成", "failed", "bad"),
}
#: Where to see what came of it: a route, what its address takes, and from which argument (none: the job).
_RESULTS = {
    "load": ("import", "pk", "upload"),
    "preview": ("import", "pk", "upload"),
    "undo": ("import", "pk", "upload"),
    "correction": ("correction", "pk", "correction"),
    "reform": ("reform", "key", ""),
}


def job_shown(job: Job, lang: str) -> dict[str, Any]:
    """Return a job: its kind and state in words, how far it is, what went wrong, where to go on."""
    english = lang == "en"
    zh, en, mark = _STATES[Job.State(job.state)]
    title = _KINDS.get(job.kind, (job.kind, job.kind))
    return {
        "id": str(job.pk),
        "kind": job.kind,
        "title": title[english],
        "state": job.state,
        "state_title": en if english else zh,
        "mark": mark,
        "step": job.step,
        "done": job.done,
        "of": job.of,
        "ahead": _ahead(job),
        "ended": job.ended,
        "error": job.error,
        "result": None if job.kind == "reform" else job.result,  # its page tells it
        "link": _link(job),
        "created_at": job.created_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
    }


def _ahead(job: Job) -> int:
    """Return how many jobs the worker does before this one."""
    if job.state != Job.State.WAITING:
        return 0
    unfinished = Job.objects.filter(state__in=(Job.State.WAITING, Job.State.RUNNING))
    return unfinished.filter(created_at__lt=job.created_at).count()


def _link(job: Job) -> str:
    if job.kind == "reform":  # its page is the job's own
        return reverse("reform", kwargs={"key": job.pk})
    route, name, argument = _RESULTS.get(job.kind, ("", "", ""))
    try:
        about = job.arguments[argument] if argument else job.pk
        return reverse(route, kwargs={name: about}) if route else ""
    except NoReverseMatch:
        return ""
