"""Rows out of counts: every entity once, or fewer rows that each stand for several.

Within each kind and zone the entities are cut into runs of nearly equal length; one of each run
becomes a row that stands for the whole run. So the weights of any kind in any zone come to exactly
its number of entities, whatever the scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jingkai.population.counts import KINDS, Counts

__all__ = ["Rows", "draw_rows"]

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a population, in the order of their keys.

    Parameters
    ----------
    kind, zone, industry
        Of each row, as positions in `KINDS`, the zones and `industries()`.
    weight
        How many entities a row stands for.
    """

    kind: NDArray[np.int8]
    zone: NDArray[np.int16]
    industry: NDArray[np.int8]
    weight: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.kind)

    def part(self, start: int, stop: int) -> Rows:
        """Return some consecutive rows."""
        return self.at(slice(start, stop))

    def at(self, places: slice | Integers) -> Rows:
        """Return the rows at some places."""
        return Rows(
            self.kind[places], self.zone[places], self.industry[places], self.weight[places]
        )

    def has(self, trait: str) -> NDArray[np.bool_]:
        """Return of each row whether it has a trait."""
        return np.array([trait in k.traits for k in KINDS])[self.kind]

    def form(self, form: str) -> NDArray[np.bool_]:
        """Return of each row whether it is of a legal form."""
        return np.array([k.form == form for k in KINDS])[self.kind]


def draw_rows(counts: Counts, scale: float, seed: np.random.SeedSequence) -> Rows:
    """Return a population's rows.

    Parameters
    ----------
    counts
        How many entities there are.
    scale
        Rows per entity, over 0 and at most 1. Every kind that a zone has keeps at least one row.
    seed
        Which of a run becomes its row, and the order within a zone.

    Returns
    -------
    Enterprises first, then individual businesses; by zone in each.
    """
    draw = np.random.default_rng(seed)
    kinds, zones, _ = counts.table.shape
    cell_sizes = counts.table.reshape(kinds * zones, -1)
    of_stratum = cell_sizes.sum(axis=1)
    rows = np.where(of_stratum > 0, np.clip(np.rint(of_stratum * scale), 1, None), 0).astype(
        np.int64
    )
    rows = np.minimum(rows, of_stratum)
    stratum = np.repeat(np.arange(kinds * zones), rows)
    number = np.arange(len(stratum)) - np.repeat(np.cumsum(rows) - rows, rows)  # within its stratum
    size, count = of_stratum[stratum], rows[stratum]
    first, after = number * size // count, (number + 1) * size // count
    weight = after - first
    chosen = first + (draw.random(len(stratum)) * weight).astype(np.int64)
    start = np.cumsum(of_stratum) - of_stratum  # of each stratum, in the list of all entities
    ends = np.cumsum(cell_sizes.reshape(-1))
    cell = np.searchsorted(ends, start[stratum] + chosen, side="right")
    kind, zone = stratum // zones, stratum % zones
    industry = cell - stratum * cell_sizes.shape[1]
    individual = np.array([k.form == "individual" for k in KINDS])[kind]
    order = np.lexsort((draw.random(len(stratum)), zone, individual))
    return Rows(
        kind[order].astype(np.int8),
        zone[order].astype(np.int16),
        industry[order].astype(np.int8),
        weight[order].astype(np.int32),
    )
