"""The synthetic nation, stated to be so wherever it is shown.

published totals ─► counts ─► rows and amounts ─► facts by recipe, with gaps ─► a streamed snapshot
"""

from jingkai.population.codes import synthetic_code
from jingkai.population.example import some_enterprises, some_entities, some_zone

__all__ = ["some_enterprises", "some_entities", "some_zone", "synthetic_code"]
