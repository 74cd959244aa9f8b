"""What a bundle saves: materials asked for once, parallel steps, one visit (高效办成一件事)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from jingkai.services.catalogue import Bundle, Item, Material
from jingkai.services.clock import Deadline, Term, deadline
from jingkai.services.critical_path import LongestWay, longest_way
from jingkai.services.working_days import CHINA, WorkingCalendar

__all__ = ["BundlePlan", "BundleWay", "PartDays", "plan_bundle", "schedule"]


@dataclass(frozen=True, slots=True)
class BundlePlan:
    """A bundle as one case.

    Parameters
    ----------
    items
        The items that are in it.
    materials
        What the applicant brings, each once.
    listed, apart
        How many materials the items list, and how many they would ask for one by one.
    promised
        The longest way by promised working days.
    in_turn
        What the promises come to one after another; None where some is not set.
    trips, trips_apart
        Visits as one case and one by one; None where not set.
    offices
        Every office that takes part.
    """

    items: tuple[Item, ...]
    materials: tuple[Material, ...]
    listed: int
    apart: int
    promised: LongestWay
    in_turn: int | None
    trips: int | None
    trips_apart: int | None
    offices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartDays:
    """When an item of a bundle begins and by when it ends, promised and by law (None: not set)."""

    item: str
    begins: date
    promised: Deadline | None
    statutory: Deadline | None


@dataclass(frozen=True, slots=True)
class BundleWay:
    """The days of a bundle begun on a day; `ends` None where an item on the way has neither promise nor law."""

    parts: tuple[PartDays, ...]
    ends: date | None
    note: str = ""


def plan_bundle(bundle: Bundle, without: Collection[str] = ()) -> BundlePlan:
    """Return what a bundle comes to.

    Parameters
    ----------
    without
        Optional items that the applicant does not need.
    """
    parts = [p for p in bundle.parts if not (p.optional and p.item in without)]
    items = tuple(bundle.items[p.item] for p in parts)
    days = {i.id: i.promised for i in items}
    way = longest_way(days, {p.item: [a for a in p.after if a in days] for p in parts})
    each = [i.trips for i in items]
    return BundlePlan(
        items,
        _union(items),
        sum(len(i.materials) for i in items),
        sum(len(i.asked) for i in items),
        way,
        _total(days.values()),
        bundle.trips if bundle.trips is not None else _most(each),
        _total(each),
        tuple(dict.fromkeys(office for i in items for office in i.offices)),
    )


def _union(items: Iterable[Item]) -> tuple[Material, ...]:
    return tuple({m.id: m for i in items for m in i.asked}.values())


def _total(parts: Iterable[int | None]) -> int | None:
    known = list(parts)
    return None if None in known else sum(p for p in known if p is not None)


def _most(parts: Iterable[int | None]) -> int | None:
    known = list(parts)
    return None if None in known else max(p for p in known if p is not None)


def schedule(
    bundle: Bundle, begun: date, without: Collection[str] = (), calendar: WorkingCalendar = CHINA
) -> BundleWay:
    """Return the days of each item where the bundle is accepted on a day.

    An item begins when those it waits for end by their promise, or by law where nothing is promised.
    """
    ends: dict[str, date | None] = {}
    found, notes = [], []
    waiting = [p for p in bundle.parts if not (p.optional and p.item in without)]
    while waiting:
        part = next(p for p in waiting if not {w.item for w in waiting} & set(p.after))
        waiting.remove(part)
        before = [ends[a] for a in part.after if a in ends]
        if None in before:
            ends[part.item] = None
            continue
        begins = max((b for b in before if b is not None), default=begun)
        days = _part_days(bundle.items[part.item], begins, calendar)
        found.append(days)
        end = days.promised or days.statutory
        ends[part.item] = None if end is None else end.assumed
        notes.append("" if end is None else end.note)
    last = None if None in ends.values() else max(e for e in ends.values() if e is not None)
    return BundleWay(tuple(found), last, next((n for n in notes if n), ""))


def _part_days(item: Item, begins: date, calendar: WorkingCalendar) -> PartDays:
    def until(term: Term | None) -> Deadline | None:
        return None if term is None else deadline(begins, term, calendar=calendar)

    law = item.statutory
    return PartDays(
        item.id, begins, until(item.promised_term), until(None if law is None else law.term)
    )
