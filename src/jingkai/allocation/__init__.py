"""Who gets which of what is scarce: inspection slots first, each plan with its grounds.

A plan reads a snapshot, a run and the zone's own file; it says what it could not place and why.
"""

from __future__ import annotations

__all__: list[str] = []
