"""The site's own cases as a log of events, to be measured like any other.

What was read of a case is kept until it goes on: of many thousand cases only those with a new event are read again.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.conf import settings

from jingkai.console.casework.procedures import edition
from jingkai.console.casework.recorded import ReadCase, read_cases
from jingkai.console.models import Case, CaseFile
from jingkai.services.logs.errors import LogError
from jingkai.services.logs.events import EventLog
from jingkai.services.logs.own_cases import COLUMNS, OwnCase, log_of_own_table, table_of_cases

__all__ = ["own_cases", "own_log", "own_table"]

_PK = "pk"
_SCHEMA = {_PK: pl.Int64(), **dict.fromkeys(COLUMNS, pl.String())}
#: How many cases are read at once: a database takes only so many numbers in a question.
_PART = 500


@dataclass
class _Read:
    """The events of cases as they were last read, and up to where of each.

    Parameters
    ----------
    edition
        Of the zone's items then: deadlines and trips follow from them.
    seen
        By case its length, and when it was opened.
    """

    edition: Hashable
    seen: dict[int, tuple[int, Any]] = field(default_factory=dict)
    table: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_SCHEMA))


_lock = threading.Lock()
_read: dict[str, _Read] = {}


def own_log(zones: Iterable[str] | None = None) -> EventLog:
    """Return the events of the site's cases.

    Parameters
    ----------
    zones
        Of which zones; None: of all.

    Raises
    ------
    LogError
        If there is no event.
    """
    return log_of_own_table(own_table(zones))


def own_table(zones: Iterable[str] | None = None) -> pl.DataFrame:
    """Return the same as a table of texts, to be written into a file; see `table_of_cases`.

    Each item of a bundle that has begun is a case of its own.

    Raises
    ------
    LogError
        If there is no event.
    """
    names = None if zones is None else list(zones)
    wanted = Case.objects.all() if names is None else Case.objects.filter(zone__in=names)
    now = {pk: (length, at) for pk, length, at in wanted.values_list("pk", "length", "at")}
    items = edition()
    with _lock:
        kept = _read.get(str(settings.WORKSPACE.path))
        if kept is None or kept.edition != items:
            kept = _read[str(settings.WORKSPACE.path)] = _Read(items)
        if new := [pk for pk, state in now.items() if kept.seen.get(pk) != state]:
            old = kept.table.filter(~pl.col(_PK).is_in(new))
            parts = [_table(new[i : i + _PART]) for i in range(0, len(new), _PART)]
            kept.table = pl.concat([old, *parts]).sort(_PK, maintain_order=True)
            kept.seen |= {pk: now[pk] for pk in new}
        found = kept.table.filter(pl.col(_PK).is_in(list(now))).drop(_PK)
    if not found.height:
        hint = "有办件提交后再量测" + ("" if names is None else "；经开区写数据中的全名")
        raise LogError("这些办件还没有事件", where="、".join(names or ()), hint=hint)
    return found


def own_cases(cases: Iterable[Case]) -> dict[str, OwnCase]:
    """Return cases by number as they are measured.

    The materials of an item are those among the case's files that it asks for; a commitment is none.
    """
    rows = list(cases)
    filed = _filed(rows)
    found: dict[str, OwnCase] = {}
    for read in read_cases(rows):
        for name, state in read.states.items():
            if state.received_on is None:
                continue  # not begun, or given up before it was
            own = tuple(e.at for e in read.events if e.item == name)
            found[_number(read.case, name)] = OwnCase(state, own, _materials(read, name, filed))
    return found


def _table(numbers: Sequence[int]) -> pl.DataFrame:
    rows = list(Case.objects.filter(pk__in=numbers).select_related("by").order_by("pk"))
    table = table_of_cases(own_cases(rows))
    of = {_number(case, part.item): case.pk for case in rows for part in case.parts.all()}
    number = pl.col(COLUMNS[0]).replace_strict(of, return_dtype=pl.Int64).alias(_PK)
    return table.select(number, *COLUMNS)


def _number(case: Case, item: str) -> str:
    return f"{case.number}/{item}" if case.bundle else case.number


def _filed(cases: Sequence[Case]) -> dict[int, set[str]]:
    """Return by case the materials that were handed in as a file."""
    found: dict[int, set[str]] = {}
    rows = CaseFile.objects.filter(file__isnull=False, case__in=cases)
    for case, material in rows.values_list("case", "material"):
        found.setdefault(case, set()).add(material)
    return found


def _materials(found: ReadCase, item: str, filed: dict[int, set[str]]) -> int:
    own = {m.id for m in found.items[item].materials}
    here = filed.get(found.case.pk, set())
    return len(here & own) if found.case.bundle else len(here)
