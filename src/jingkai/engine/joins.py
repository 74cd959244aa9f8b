"""The facts a program reads, with the referred entity's facts joined under `zone.x` names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from jingkai.engine.events import event_tables, with_events
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook
from jingkai.rulebook.events import EventCount, events_of
from jingkai.rulebook.tree import FactRef, walk

__all__ = [
    "Reference",
    "counts_read",
    "facts_and_results",
    "facts_columns",
    "facts_frame",
    "references_read",
]


@dataclass(frozen=True, slots=True)
class Reference:
    """A referred entity's table to join.

    Parameters
    ----------
    owner
        The column that holds the referred row's key.
    target
        The entity referred to.
    columns
        Its columns by their names there, and what they are called here (`zone.province`).
    """

    owner: str
    target: str
    columns: dict[str, str]


def references_read(snapshot: Snapshot, rulebook: Rulebook, entity: str) -> list[Reference]:
    """Return the tables that an entity's rules refer to, as far as a snapshot has them."""
    references = rulebook.vocabulary.entities[entity].references
    return [
        Reference(
            owner,
            references[owner],
            {c: f"{owner}.{c}" for c in snapshot.columns(references[owner]) if c != "key"},
        )
        for owner in _owners_read(rulebook, entity)
        if owner in snapshot.columns(entity) and references[owner] in snapshot.entities
    ]


def facts_columns(snapshot: Snapshot, rulebook: Rulebook, entity: str, as_of: date) -> list[str]:
    """Return the names of every column an entity's rules may read, without reading a table."""
    columns = list(snapshot.columns(entity))
    for reference in references_read(snapshot, rulebook, entity):
        columns += reference.columns.values()
    for count in counts_read(snapshot, rulebook, entity, as_of):
        columns += [f"{count.name}__low", f"{count.name}__high"]
    return columns


def counts_read(
    snapshot: Snapshot, rulebook: Rulebook, entity: str, as_of: date
) -> list[EventCount]:
    """Return the counts of events that an entity's rules read, as far as they can be counted."""
    return [
        count
        for count in events_of(rulebook, entity, as_of)
        if count.window is not None and count.entity in snapshot.entities
    ]


def facts_frame(
    snapshot: Snapshot, rulebook: Rulebook, entity: str, as_of: date
) -> tuple[pl.LazyFrame, list[str]]:
    """Return one row an entity with every column its rules may read, and the columns' names.

    A fact of a referred entity (`zone.province`) becomes a column of that name, null where the
    reference or the referred row is unknown. Counts of dated events become two columns each.
    """
    frame = snapshot.scan(entity)
    for reference in references_read(snapshot, rulebook, entity):
        names = {**reference.columns, "key": reference.owner}
        other = snapshot.scan(reference.target).rename(names)
        frame = frame.join(other, on=reference.owner, how="left", maintain_order="left")
    counts = counts_read(snapshot, rulebook, entity, as_of)
    frame, _ = with_events(frame, counts, event_tables(snapshot, counts), rulebook.vocabulary)
    return frame, facts_columns(snapshot, rulebook, entity, as_of)


def facts_and_results(
    snapshot: Snapshot, rulebook: Rulebook, entity: str, as_of: date, results: pl.LazyFrame
) -> tuple[pl.LazyFrame, list[str]]:
    """Return facts and stored results side by side, and the names of the facts' columns.

    Counts of events stand in both; the stored ones are left out.
    """
    facts, columns = facts_frame(snapshot, rulebook, entity, as_of)
    twice = {"key", *columns} & set(results.collect_schema().names())
    return pl.concat([facts, results.drop(sorted(twice))], how="horizontal"), columns


def _owners_read(rulebook: Rulebook, entity: str) -> list[str]:
    owners = {
        part.of
        for rule in rulebook.rules.values()
        if rule.entity == entity
        for node in rule.nodes()
        for part in walk(node)
        if isinstance(part, FactRef) and part.of
    }
    return sorted(owners)
