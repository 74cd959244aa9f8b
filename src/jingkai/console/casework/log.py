"""The site's own cases as a log of events, to be measured like any other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jingkai.console.casework.recorded import read_cases
from jingkai.console.models import Case
from jingkai.services.case import CaseState
from jingkai.services.logs.events import EventLog
from jingkai.services.logs.own_cases import log_of_cases

__all__ = ["own_log"]


def own_log(zones: Iterable[str] | None = None) -> EventLog:
    """Return the events of the site's cases.

    Parameters
    ----------
    zones
        Of which zones; None: of all. Each item of a bundle is a case of its own.

    Raises
    ------
    LogError
        If there is no event.
    """
    wanted: dict[str, Any] = {} if zones is None else {"zone__in": list(zones)}
    states: dict[str, CaseState] = {}
    for found in read_cases(Case.objects.filter(**wanted).order_by("pk")):
        for name, state in found.states.items():
            number = f"{found.case.number}/{name}" if found.case.bundle else found.case.number
            states[number] = state
    return log_of_cases(states)
