"""Iterative proportional fitting of a table to margins, and whole numbers out of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Margin", "rake", "whole"]

Floats = NDArray[np.float64]
#: A margin: for each cell of some axes (flattened) its total, -1 where it is not bound.
Margin = tuple[NDArray[np.int64], Floats]


def rake(
    seed: Floats, margins: Sequence[Margin], rounds: int = 200, tolerance: float = 1e-10
) -> Floats:
    """Return the table nearest to a seed whose margins are the ones asked for.

    Parameters
    ----------
    seed
        Any shape, never negative; a zero stays zero.
    margins
        Each a pair: for every cell of the table which group it belongs to (an array that broadcasts
        to the table's shape), and every group's total.
    rounds, tolerance
        When to stop: after so many rounds, or once every group is within this share of its total.

    Returns
    -------
    The fitted table. Margins that contradict one another are met as nearly as the rounds allow.
    """
    table = seed.astype(np.float64).copy()
    groups = [(np.broadcast_to(g, table.shape).reshape(-1), totals) for g, totals in margins]
    flat = table.reshape(-1)
    for _ in range(rounds):
        off = 0.0
        for group, totals in groups:
            now = np.bincount(group, weights=flat, minlength=len(totals))
            factor = np.divide(totals, now, out=np.ones_like(totals), where=now > 0)
            off = max(off, float(np.abs(factor - 1).max()))
            flat *= factor[group]
        if off < tolerance:
            break
    return table


def whole(shares: Floats, total: int) -> NDArray[np.int64]:
    """Return whole numbers in proportion to shares that come to exactly a total.

    Each running sum is rounded, so every stretch of cells is off by less than one, and small cells
    are neither always lost nor always kept.
    """
    flat = np.cumsum(shares.reshape(-1))
    if total == 0 or flat[-1] <= 0:
        return np.zeros(shares.shape, dtype=np.int64)
    running = np.floor(flat / flat[-1] * total + 0.5).astype(np.int64)
    running[-1] = total
    steps: NDArray[np.int64] = np.diff(running, prepend=0)
    return steps.reshape(shares.shape)
