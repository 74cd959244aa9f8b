"""The example of a plan file with its tables, as ``jingkai inspect template`` writes it."""

from __future__ import annotations

from pathlib import Path

__all__ = ["FILES"]

#: The example's files.
FILES = tuple(
    Path(__file__).parent / name for name in ("plan.yaml", "inspectors.csv", "conflicts.csv")
)
