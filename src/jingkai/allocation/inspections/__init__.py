"""A year's inspections: a draw that anyone can repeat, visits within the caps, and their ledger.

    plan file + snapshot + run ─► pool (published) ─► seed ─► draw ─► visits ─► days ─► inspectors
    plan folder ─► verify;  inspection events ─► ledger

Nothing here invents a ratio or a cap: what the zone has not set is refused with what to set.
"""

from __future__ import annotations

__all__: list[str] = []
