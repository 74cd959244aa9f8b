"""Synthetic enterprises, stated to be so wherever they are shown.

seed ─► enterprises, reinvestments (facts as stored, with gaps) ─► a snapshot
"""

from jingkai.population.demo import (
    demo_enterprises,
    demo_entities,
    demo_investments,
    synthetic_code,
)

__all__ = ["demo_enterprises", "demo_entities", "demo_investments", "synthetic_code"]
