"""Writes synthetic tables as a snapshot that says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from jingkai.registry.snapshot import Batches, Snapshot, SourceFile, write_snapshot
from jingkai.vocabulary import load_vocabulary
from jingkai.workspace import Workspace

__all__ = ["write_synthetic"]


def write_synthetic(
    workspace: Workspace,
    tables: Mapping[str, pl.DataFrame | Batches],
    day: date,
    said: str,
    shapes: Mapping[str, tuple[int, list[str]]] | None = None,
    population: Mapping[str, Any] | None = None,
) -> Snapshot:
    """Write tables as a new snapshot; each is named as made up, every table of events is whole.

    Parameters
    ----------
    workspace, tables, day
        Where to, what, and the day facts are as of.
    said
        How they were made: seed, scale, year.
    shapes
        Of a table given in parts its number of rows and its columns.
    population
        What the manifest says of a nation.
    """
    vocabulary = load_vocabulary()
    known = dict(shapes or {})
    known |= {n: (t.height, t.columns) for n, t in tables.items() if isinstance(t, pl.DataFrame)}
    sources = [
        SourceFile(
            file=f"合成{vocabulary.entities[name].title.zh}（{said}）",
            sha256="",
            office="zone_committee",
            as_of=day.isoformat(),
            entity=name,
            rows=known[name][0],
            accepted=known[name][0],
        )
        for name in tables
    ]
    events = [name for name in tables if vocabulary.entities[name].event is not None]
    return write_snapshot(
        workspace,
        tables,
        as_of=day,
        sources=sources,
        column_sources={n: {c: [i] for c in known[n][1]} for i, n in enumerate(tables)},
        registers={e: {"as_of": day.isoformat()} for e in events},
        synthetic=True,
        population=population,
    )
