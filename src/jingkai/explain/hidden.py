"""What is told of rules to a reader who may not see some of the facts: an officer of another office.

What was decided here, and why it is enough:

- A verdict (granted, refused, undetermined; of a duty, of the right to an amount) and a grade are told.
  They are the zone's decisions, not data of an office; the rule's text is public, so whoever may know
  a decision knows what it says of the facts. Nothing finer than the decision is told.
- A hidden fact is taken out of the row before anything is explained, and points, amounts and dates are
  computed again without it. No figure of an explanation can hold or imply a value that was not there.
- A comparison that reads a hidden fact, itself or through another rule's points or amount, shows its
  holder in the place of what was found; no verdict, no distance. What it asks for stays, unless that is
  a hidden figure too.
- A condition is decided by its other comparisons (one alternative that holds is enough), else its
  verdict is hidden. It is then never said to block, and no near miss rests on it.
- Points, subtotals, amounts, their bounds and due dates that read a hidden fact are not told at all:
  a rate turns an amount back into the fact, a threshold turns points into a span. Neither are a
  score's items, since their sum would.
- Grades that are still possible are not told either where their tests read a hidden fact.
- Facts that a rule waits for are named as seen from outside: a hidden one is named whether the holder
  has it or not, so that its absence from the list tells nothing.
- Silence that a rule reads as a value (an assumption on a register) does not count for a hidden fact:
  it is unknown to the reader, not absent.
- A list of near misses takes a condition that rests on a hidden fact to hold for everyone: to stand on
  the list of another condition then says nothing of it (`given` of `engine.near.near_misses`).
- What is worth most together is not told where something is hidden: a sum tells its parts.
- Counts of events are hidden where the day, the kind or the test of an event is a hidden fact.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from jingkai.rulebook import Rulebook
from jingkai.rulebook.events import events_of
from jingkai.rulebook.plan import plan_columns
from jingkai.vocabulary import Entity, Fact

__all__ = ["hidden_columns"]


def hidden_columns(
    rulebook: Rulebook,
    entity: str,
    columns: list[str],
    as_of: date,
    why: Callable[[Fact], str],
) -> dict[str, str]:
    """Return the columns of an entity's rows that a reader may not see, and what stands in their place.

    Parameters
    ----------
    columns
        Of the entity's facts; those of what it refers to are named ``zone.x``.
    why
        Gives what is said of a fact that may not be seen, empty for one that may.

    Returns
    -------
    dict
        By column, by the name of each fact (columns that nobody has loaded yet), and by count of events.
    """
    described = rulebook.vocabulary.entities[entity]
    others = {o: rulebook.vocabulary.entities[t] for o, t in described.references.items()}
    found = {name: why(fact) for name, fact in described.facts.items()}
    for owner, other in others.items():
        found |= {f"{owner}.{name}": why(fact) for name, fact in other.facts.items()}
    for column in columns:
        owner, _, inner = column.partition(".")
        known = others[owner].column(inner) if inner else described.column(column)
        if known is not None:
            found[column] = why(known[0])
    for count in events_of(rulebook, entity, as_of):
        read = {count.day, count.same, *(plan_columns(count.test) if count.test else ())}
        words = _of_event(rulebook.vocabulary.entities[count.entity], read, why)
        found |= {f"{count.name}__{end}": words for end in ("low", "high")}
        found[count.entity] = found.get(count.entity) or words
    return {column: words for column, words in found.items() if words}


def _of_event(event: Entity, columns: set[str], why: Callable[[Fact], str]) -> str:
    known = (event.column(c) for c in columns)
    return next((words for k in known if k is not None and (words := why(k[0]))), "")
