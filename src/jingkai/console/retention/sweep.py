"""Deletes what is past its period, as `[console.retention]` of `jingkai.toml` says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from jingkai.console.files import path_of
from jingkai.console.models import ApiToken, Correction, Job, StoredFile, Upload
from jingkai.console.retention.archive import archive_trail
from jingkai.console.trail import record_as

__all__ = ["retain"]

_State = Correction.State
_UNUSED = (Upload.State.PREVIEWED, Upload.State.DISCARDED, Upload.State.REFUSED)


def retain(try_only: bool = False) -> dict[str, int]:
    """Delete what is past its period; each kind of thing deleted is written into the trail.

    Parameters
    ----------
    try_only
        Only count.

    Returns
    -------
    dict
        How many by kind: sessions, sign_ins, keys, uploads, evidence, files, jobs, trail.
    """
    periods = settings.RETENTION
    kinds: dict[str, Callable[[bool], int]] = {
        "sessions": lambda t: _rows([Session.objects.filter(expire_date__lt=timezone.now())], t),
        "sign_ins": lambda t: _rows(_sign_ins(_before(periods.sign_ins)), t),
        "keys": lambda t: _rows([_keys(_before(periods.sign_ins))], t),
        "uploads": lambda t: _rows([_uploads(_before(periods.unused_files))], t),
        "evidence": lambda t: _files(_evidence(periods.evidence, periods.unused_files), t),
        "files": lambda t: _files(_loose(_before(periods.unused_files)), t),
        "jobs": lambda t: _rows(_jobs(_before(periods.jobs)), t),
        "trail": lambda t: archive_trail(_before(periods.trail), t),
    }
    found = {}
    for kind, delete in kinds.items():
        found[kind] = delete(try_only)
        if found[kind] and not try_only and kind != "trail":  # which says so itself
            record_as("", "system", "retention.delete", kind, count=found[kind])
    return found


def _before(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def _rows(every: Iterable[QuerySet[Any]], try_only: bool) -> int:
    count = 0
    for rows in every:
        count += rows.count()
        if not try_only:
            rows.delete()
    return count


def _files(rows: QuerySet[StoredFile], try_only: bool) -> int:
    """Delete files with their rows: the row first, so that no row is left without its file."""
    count: int = rows.count()
    for stored in [] if try_only else list(rows):
        path = path_of(stored)
        with transaction.atomic():
            stored.delete()
        path.unlink(missing_ok=True)
    return count


def _sign_ins(before: datetime) -> list[QuerySet[Any]]:
    tables = (AccessAttempt, AccessFailureLog, AccessLog)
    return [t.objects.filter(attempt_time__lt=before) for t in tables]


def _keys(before: datetime) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before))


def _uploads(before: datetime) -> QuerySet[Upload]:
    """Return the uploads that came to nothing; their files are loose then."""
    return Upload.objects.filter(state__in=_UNUSED, at__lt=before)


def _evidence(days: int, days_unused: int) -> QuerySet[StoredFile]:
    """Return the papers of corrections decided or taken back, and of objections, long enough ago."""
    decided = Correction.objects.filter(
        state__in=(_State.APPLIED, _State.REFUSED), decided_at__lt=_before(days)
    )
    withdrawn = Correction.objects.filter(state=_State.WITHDRAWN, at__lt=_before(days_unused))
    over = Q(correction__in=decided) | Q(correction__in=withdrawn)
    over |= Q(visitevent__at__lt=_before(days))
    return StoredFile.objects.filter(over).distinct()


def _loose(before: datetime) -> QuerySet[StoredFile]:
    kept = {"upload": None, "correction": None, "casefile": None, "visitevent": None}
    return StoredFile.objects.filter(at__lt=before, **kept)


def _jobs(before: datetime) -> list[QuerySet[Any]]:
    ended = Job.objects.filter(ended_at__lt=before, upload=None, correction=None)
    return [ended, DBTaskResult.objects.filter(finished_at__lt=before)]
