"""Random draws that depend on a seed and on what they are for, and on nothing else."""

from __future__ import annotations

import zlib

import numpy as np

__all__ = ["draw_for", "seed_for"]


def seed_for(seed: int, *purpose: str | int) -> np.random.SeedSequence:
    """Return the seed of one purpose: a zone's name, a year, a chunk's number."""
    parts = [p if isinstance(p, int) else zlib.crc32(p.encode()) for p in purpose]
    return np.random.SeedSequence([seed, *parts])


def draw_for(seed: int, *purpose: str | int) -> np.random.Generator:
    """Return a generator for one purpose."""
    return np.random.default_rng(seed_for(seed, *purpose))
