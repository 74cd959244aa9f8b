"""The facts a program reads, with the referred entity's facts joined under `zone.x` names."""

from __future__ import annotations

from datetime import date

import polars as pl

from jingkai.engine.events import event_tables, with_events
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook
from jingkai.rulebook.events import events_of
from jingkai.rulebook.tree import FactRef, walk

__all__ = ["facts_and_results", "facts_frame"]


def facts_frame(
    snapshot: Snapshot, rulebook: Rulebook, entity: str, as_of: date
) -> tuple[pl.LazyFrame, list[str]]:
    """Return one row an entity with every column its rules may read, and the columns' names.

    A fact of a referred entity (`zone.province`) becomes a column of that name, null where the
    reference or the referred row is unknown. Counts of dated events become two columns each.
    """
    frame, columns = snapshot.scan(entity), list(snapshot.columns(entity))
    references = rulebook.vocabulary.entities[entity].references
    for owner in _owners_read(rulebook, entity):
        target = references[owner]
        if owner not in columns or target not in snapshot.entities:
            continue
        there = [c for c in snapshot.columns(target) if c != "key"]
        renamed = {c: f"{owner}.{c}" for c in there}
        other = snapshot.scan(target).rename({**renamed, "key": owner})
        frame = frame.join(other, on=owner, how="left", maintain_order="left")
        columns += renamed.values()
    counts = events_of(rulebook, entity, as_of)
    frame, added = with_events(frame, counts, event_tables(snapshot, counts), rulebook.vocabulary)
    return frame, [*columns, *added]


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
