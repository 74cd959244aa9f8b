"""A case read from what was recorded: its items, and where each of them stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import prefetch_related_objects
from django.utils import timezone

from jingkai.console.casework.procedures import items_of, procedures
from jingkai.console.casework.turns import next_due, turn
from jingkai.console.models import Case, CasePart, RecordedEvent
from jingkai.services.case import CaseEvent, CaseState
from jingkai.services.catalogue import Catalogue, Item, Material

__all__ = ["READY", "ReadCase", "read_case", "read_cases"]

#: In work lists, an item that only waits for the applicant's materials to begin.
READY = "ready"

#: Where nothing more comes of an item by itself.
_ENDED = ("closed", "withdrawn")


@dataclass(frozen=True)
class ReadCase:
    """A case as it stands.

    Parameters
    ----------
    case, events
        Its rows.
    items, states
        By name the items that it is about, in their order, and where each stands.
    waits
        By item those items whose results it waits for.
    catalogue
        The procedures of the day it was opened on.
    """

    case: Case
    events: tuple[RecordedEvent, ...]
    items: Mapping[str, Item]
    states: Mapping[str, CaseState]
    waits: Mapping[str, tuple[str, ...]]
    catalogue: Catalogue

    def after(self, item: str, event: CaseEvent) -> ReadCase:
        """Return the case after one more lawful event of an item."""
        return replace(self, states={**self.states, item: self.states[item].after(event)})

    def lacking(self, item: str) -> tuple[Material, ...]:
        """Return the materials of an item that are still to be handed in; those wanted only in some case aside."""
        here = {f.material for f in self.case.files.all()}
        return tuple(m for m in self.items[item].asked if m.id not in here and m.when is None)

    def ready(self, item: str) -> bool:
        """Return whether an item that has not begun may begin: what it waits for was granted."""
        if self.states[item].status != "draft":
            return False
        return all(self.states[a].granted for a in self.waits[item])

    def never(self, item: str) -> bool:
        """Return whether an item cannot begin, as something it waits for ended without a grant."""
        if self.states[item].status != "draft":
            return False
        return any(
            self.never(a) or (self.states[a].status in _ENDED and not self.states[a].granted)
            for a in self.waits[item]
        )

    @property
    def ended(self) -> bool:
        """Whether every item has ended, or cannot begin."""
        return all(s.status in _ENDED or self.never(n) for n, s in self.states.items())

    def parts(self, day: date) -> list[CasePart]:
        """Return where each item stands as work lists keep it."""
        found = []
        for position, (name, state) in enumerate(self.states.items()):
            now = state.on(day)
            due = next_due(now, day, self.catalogue.warning)
            found.append(
                CasePart(
                    case=self.case,
                    item=name,
                    position=position,
                    status=READY if self.ready(name) else now.status,
                    turn="".join(f",{o}" for o in turn(now)) + ("," if turn(now) else ""),
                    due_on=due and (due.assured or due.assumed),
                    sure=due is None or due.assured is not None,
                    granted=now.granted,
                )
            )
        return found


def read_case(case: Case) -> ReadCase:
    """Return a case as its events tell it."""
    return _read(case, tuple(case.events.all()))


def read_cases(cases: Iterable[Case]) -> list[ReadCase]:
    """Return cases as their events tell them; the events of all are fetched at once."""
    rows = list(cases)
    prefetch_related_objects(rows, "parts", "files")
    by_case: dict[int, list[RecordedEvent]] = {c.pk: [] for c in rows}
    for event in RecordedEvent.objects.filter(case__in=by_case).order_by("case", "number"):
        by_case[event.case_id].append(event)
    return [_read(case, tuple(by_case[case.pk])) for case in rows]


def _read(case: Case, events: tuple[RecordedEvent, ...]) -> ReadCase:
    day = timezone.localdate(case.at) if case.at else timezone.localdate()
    catalogue = procedures(day)
    promised = {p.item: p.promised for p in case.parts.all()} if case.pk else {}
    items = items_of(case.service, case.bundle, day)
    items = {n: replace(i, promised=promised[n]) for n, i in items.items() if n in promised}
    waits = dict.fromkeys(items, ()) if not case.bundle else _waits(catalogue, case.service, items)
    states = {}
    for name, item in items.items():
        own = (CaseEvent.from_dict(e.content) for e in events if e.item == name)
        states[name] = CaseState.of(item, own, catalogue.calendar)
    return ReadCase(case, events, items, states, waits, catalogue)


def _waits(
    catalogue: Catalogue, bundle: str, items: Mapping[str, Item]
) -> dict[str, tuple[str, ...]]:
    """Return what each chosen item of a bundle waits for, of the chosen ones."""
    parts = catalogue.bundles[bundle].parts
    return {p.item: tuple(a for a in p.after if a in items) for p in parts if p.item in items}
