"""What was measured of the site's cases, computed once until another event is recorded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import polars as pl
from django.conf import settings

from jingkai.console.casework.log import own_log
from jingkai.console.casework.procedures import edition, procedures
from jingkai.console.clock import today
from jingkai.console.models import Case, RecordedEvent
from jingkai.services.logs.compare import Difference, compare
from jingkai.services.logs.limits import item_limits
from jingkai.services.logs.measures import Measures, measure
from jingkai.services.logs.periods import part_by_day

__all__ = ["Compared", "compared", "measured", "zones_of_cases"]

T = TypeVar("T")
_MOST = 64
_lock = threading.RLock()
_kept: dict[Hashable, Any] = {}


@dataclass(frozen=True, slots=True)
class Compared:
    """Cases applied for before a day against those from it on: how many each, and what they differ in."""

    day: date
    cases: tuple[int, int]
    differences: list[Difference]


def measured(zone: str | None) -> Measures | None:
    """Return the measures of a zone's cases, of all zones' where None; None where there is no case."""
    return _once(("measures", zone), lambda: _measured(zone))


def compared(found: Measures, zone: str | None, day: date) -> Compared | None:
    """Return what cases differ in before and from a day on; None where either side has none."""

    def made() -> Compared | None:
        applied = found.cases["applied_day"]
        if not ((applied < day).any() and (applied >= day).any()):
            return None
        sides = part_by_day(found.cases, day, None)
        return Compared(day, (sides[0].height, sides[1].height), compare(*sides))

    return _once(("compared", zone, day), made)


def zones_of_cases(found: Measures) -> pl.DataFrame:
    """Return the cases with their zone beside them."""
    rows = [(c.number, c.zone) for c in Case.objects.only("at", "zone").order_by("pk")]
    zones = pl.DataFrame(rows, schema={"number": pl.String, "zone": pl.String}, orient="row")
    number = pl.col("case").str.split("/").list.first().alias("number")
    return found.cases.with_columns(number).join(zones, on="number", how="left")


def _measured(zone: str | None) -> Measures | None:
    wanted = {} if zone is None else {"case__zone": zone}
    if not RecordedEvent.objects.filter(**wanted).exists():
        return None
    log, catalogue = own_log(None if zone is None else [zone]), procedures()
    limits = item_limits(catalogue.items.values(), log.frame["item"].unique().to_list())
    return measure(log, catalogue.calendar, limits)


def _once(what: Hashable, compute: Callable[[], T]) -> T:
    """Compute something one at a time, and again only when an event, a day or a promise is new."""
    name = (str(settings.WORKSPACE.path), what)
    state = (_newest(), today(), edition())
    with _lock:
        if name not in _kept or _kept[name][0] != state:
            if len(_kept) >= _MOST:
                _kept.clear()
            _kept[name] = state, compute()
        found: T = _kept[name][1]
        return found


def _newest() -> Any:
    return RecordedEvent.objects.order_by("-pk").values_list("pk", "at").first()
