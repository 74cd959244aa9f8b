"""The site's own cases as a log of events, to be measured like any other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jingkai.console.casework.recorded import ReadCase, read_cases
from jingkai.console.models import Case, CaseFile
from jingkai.services.logs.events import EventLog
from jingkai.services.logs.own_cases import OwnCase, log_of_cases, table_of_cases

__all__ = ["own_cases", "own_log", "own_table"]


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
    return log_of_cases(own_cases(zones))


def own_table(zones: Iterable[str] | None = None) -> Any:
    """Return the same as a table of texts, to be written into a file; see `table_of_cases`.

    Raises
    ------
    LogError
        If there is no event.
    """
    return table_of_cases(own_cases(zones))


def own_cases(zones: Iterable[str] | None = None) -> dict[str, OwnCase]:
    """Return the site's cases by number, each item of a bundle that has begun as a case of its own.

    The materials of an item are those among the case's files that it asks for; a commitment is none.
    """
    wanted: dict[str, Any] = {} if zones is None else {"zone__in": list(zones)}
    rows = Case.objects.filter(**wanted).select_related("by").order_by("pk")
    filed = _filed(wanted)
    found: dict[str, OwnCase] = {}
    for case in read_cases(rows):
        for name, state in case.states.items():
            number = f"{case.case.number}/{name}" if case.case.bundle else case.case.number
            own = tuple(e.at for e in case.events if e.item == name)
            found[number] = OwnCase(state, own, _materials(case, name, filed))
    return found


def _filed(wanted: dict[str, Any]) -> dict[int, set[str]]:
    """Return by case the materials that were handed in as a file."""
    found: dict[int, set[str]] = {}
    about = {f"case__{k}": v for k, v in wanted.items()}
    rows = CaseFile.objects.filter(file__isnull=False, **about).values_list("case", "material")
    for case, material in rows:
        found.setdefault(case, set()).add(material)
    return found


def _materials(found: ReadCase, item: str, filed: dict[int, set[str]]) -> int:
    own = {m.id for m in found.items[item].materials}
    here = filed.get(found.case.pk, set())
    return len(here & own) if found.case.bundle else len(here)
