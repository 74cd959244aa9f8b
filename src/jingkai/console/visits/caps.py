"""How often an office may visit an enterprise in a year, and how often it has: as far as it is known.

The country publishes no one number (INS-03): the cap is the assigned plan's, else the zone's rule's, else
not known. All visits count but campaigns ordered from above (INS-04).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from jingkai.allocation.inspections.ledger import caps_of_rules
from jingkai.console.models import AssignedPlan, Visit
from jingkai.console.opened import Opened
from jingkai.console.visits.records import registry_visits, unrecorded_visits
from jingkai.console.visits.state import MADE, OPEN, Status

__all__ = ["Cap", "Standing", "cap_of", "plan_for", "standing_of"]


@dataclass(frozen=True, slots=True)
class Cap:
    """The most visits of an office to an enterprise in a year, and where it is published."""

    most: int
    basis: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How an enterprise stands with an office in a year.

    Parameters
    ----------
    made, to_come
        Visits that count: made (the register's and the site's), and still planned or proposed.
    cap
        None where none is known.
    """

    made: int
    to_come: int
    cap: Cap | None

    @property
    def full(self) -> bool | None:
        """Whether one more would pass the cap; None where no cap is known."""
        return None if self.cap is None else self.made + self.to_come >= self.cap.most


def plan_for(zone: str, year: int) -> AssignedPlan | None:
    """Return the plan of a year that was put on a zone's desks."""
    return AssignedPlan.objects.filter(zone__in=("", zone), year=year).first()


def cap_of(found: Opened | None, zone: str, office: str, year: int) -> Cap | None:
    """Return the cap of an office: of the assigned plan, else of the zone's rule; None: not known."""
    plan = plan_for(zone, year)
    if plan is not None and office in plan.content["offices"]:
        told = plan.content["offices"][office]
        return Cap(told["cap"], told["cap_basis"])
    caps = caps_of_rules(found.rulebook, found.day) if found else {}
    return Cap(caps[office], "本区规则参数 inspection_cap_left") if office in caps else None


def standing_of(
    found: Opened | None, zone: str, office: str, enterprise: str, year: int, *, inside: bool = True
) -> Standing:
    """Return how often an office visited an enterprise in a year, beside its cap.

    A visit of the register of which it is not known whether it was ordered from above, or whose office
    is not known, counts: a cap that may have been reached is not passed.

    Parameters
    ----------
    inside
        Whether the reader is of the offices: nobody else is told that a visit waits for approval.
    """
    mine = Visit.objects.filter(
        zone=zone, office=office, enterprise=enterprise, day__year=year, counts=True
    )
    register = registry_visits(found, year, enterprise)
    counted = register.filter(
        ~pl.col("above").fill_null(False) & (pl.col("office").fill_null(office) == office)
    )
    # A visit that the register has is not to come any more, whatever its desk wrote down.
    coming = OPEN if inside else (Status.PLANNED,)
    made, to_come = (
        unrecorded_visits(mine.filter(state__in=states), register).height
        for states in (MADE, coming)
    )
    return Standing(counted.height + made, to_come, cap_of(found, zone, office, year))
