"""Dated events of an owner, counted in a window: what an engine joins before it runs a program."""

from __future__ import annotations

import hashlib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from jingkai.rulebook.parameters import Fixed
from jingkai.rulebook.plan import Plan, digest
from jingkai.rulebook.tree import Events, Parameter, walk

if TYPE_CHECKING:
    from jingkai.rulebook.lower import Lowering
    from jingkai.rulebook.rule import Rulebook

__all__ = ["EventCount", "event_count", "events_of", "months_after"]


@dataclass(frozen=True, slots=True)
class EventCount:
    """One count that rules read, as the two columns ``NAME__low`` and ``NAME__high``.

    Parameters
    ----------
    name
        Names the computation: the event's entity and a digest.
    entity, owner, day
        The table of events, its columns of the owner's key and of the day.
    window
        A number of months or days (the other zero); None where no zone has set it.
    until
        The date asked about, included.
    test
        What an event must fulfil to count, over the event's own columns.
    same
        The column of the kind where the largest number of one kind is wanted, else empty.
    earlier
        Whether rows are events themselves, and earlier ones of their owner are counted.
    """

    name: str
    entity: str
    owner: str
    day: str
    window: tuple[int, int] | None
    until: date
    test: Plan | None = None
    same: str = ""
    earlier: bool = False

    @property
    def since(self) -> date | None:
        """The last day before the window, None where it is not set."""
        if self.window is None:
            return None
        months, days = self.window
        return months_after(self.until, -months) - timedelta(days=days)


def months_after(day: date, months: int) -> date:
    """Return the day a number of months later, the month's last where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def event_count(node: Events, lowering: Lowering) -> EventCount:
    """Return what to count for an expression of a rule that is being lowered."""
    from jingkai.rulebook.lower import Lowering

    described = lowering.vocabulary.entities[node.entity].event
    assert described is not None and isinstance(node.window, Parameter)
    window = _window(node.window, lowering)
    test: Plan | None = None
    if node.test is not None:
        inner = Lowering(
            lowering.vocabulary, node.entity, lowering.as_of, None, lowering.parameters
        )
        test = inner.test(node.test.node)
    parts = (window, digest(test) if test is not None else "", node.same, node.earlier)
    name = f"{node.entity}#{hashlib.sha256(repr(parts).encode()).hexdigest()[:8]}"
    return EventCount(
        name,
        node.entity,
        described.owner,
        described.date,
        window,
        lowering.as_of,
        test,
        node.same,
        node.earlier,
    )


def _window(parameter: Parameter, lowering: Lowering) -> tuple[int, int] | None:
    known = lowering.parameters[parameter.name]
    value = known.at(lowering.as_of)
    if not isinstance(value, Fixed) or not isinstance(value.value, Fraction):
        return None
    size = int(value.value)
    return {"月": (size, 0), "年": (12 * size, 0), "天": (0, size)}[str(known.type.unit)]


def events_of(rulebook: Rulebook, entity: str, as_of: date) -> tuple[EventCount, ...]:
    """Return every count that the rules of an entity in force on a date read, each once."""
    from jingkai.rulebook.program import lowering_for

    found: dict[str, EventCount] = {}
    for rule in rulebook.in_force(as_of, entity):
        nodes = [n for node in rule.nodes() for n in walk(node) if isinstance(n, Events)]
        if nodes:
            lowering = lowering_for(rulebook, rule, as_of, None)
            for node in nodes:
                count = event_count(node, lowering)
                found[count.name] = count
    return tuple(found.values())
