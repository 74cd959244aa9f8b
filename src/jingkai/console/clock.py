"""What the console takes for now: the real time, but where past cases are recorded as of their day.

The trail never asks here: it always tells when something was really written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

__all__ = ["as_of", "now", "today"]

_given: ContextVar[datetime | None] = ContextVar("given", default=None)


def now() -> datetime:
    """Return the time at which a case is recorded."""
    return _given.get() or timezone.now()


def today() -> date:
    """Return the day in China at that time, where every term runs."""
    return timezone.localdate(now())


@contextmanager
def as_of(moment: datetime) -> Iterator[None]:
    """Record cases as of a past moment; for histories that are brought in or made up, never for a page.

    Parameters
    ----------
    moment
        With its time zone.
    """
    token = _given.set(moment)
    try:
        yield
    finally:
        _given.reset(token)
