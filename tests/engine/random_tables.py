"""Random tables of every entity that fit together, large, for holding engines against each other.

Values are those of `RandomFacts`, on the lines that rules draw; beside them figures that are round
shares of one size a row, so that ratios come out even, and figures at their facts' bounds.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.rulebook import Rulebook
from jingkai.vocabulary import Fact
from tests.reference.random_facts import RandomFacts

_POOL = 1200


def random_tables(
    rulebook: Rulebook, as_of: dt.date, rows: dict[str, int], others: int, seed: int
) -> dict[str, pl.DataFrame]:
    """Return for every entity a table of all its facts in the years that rules may read.

    Parameters
    ----------
    rows, others
        How many rows of which entity, and of every other one.
    """
    counts = {e: rows.get(e, others) for e in rulebook.vocabulary.entities}
    return {e: _Table(rulebook, e, as_of, counts, seed).frame() for e in counts}


def key(entity: str, number: int) -> str:
    """Return a row's key; in their byte order they are not in the order of their numbers."""
    return f"{entity[:3]}-{number}" if number % 7 else f"{entity[:3]}_示例{number}"


class _Table:
    def __init__(
        self, rulebook: Rulebook, entity: str, as_of: dt.date, counts: dict[str, int], seed: int
    ) -> None:
        self.drawn = RandomFacts(rulebook, entity, as_of, seed)
        self.entity, self.as_of, self.counts = rulebook.vocabulary.entities[entity], as_of, counts
        self.rng, self.rows = random.Random(f"{entity}{seed}"), counts[entity]
        self.size = self._draw([int(10 ** self.rng.uniform(0, 11)) for _ in range(_POOL)])

    def frame(self) -> pl.DataFrame:
        made = [pl.Series("key", [key(self.entity.id, i) for i in range(self.rows)])]
        for fact in self.entity.facts.values():
            years = range(self.as_of.year - 5, self.as_of.year + 1) if fact.yearly else (None,)
            for name in (fact.column(year) for year in years):
                made.append(self._column(name, fact).cast(fact.arrow_type).alias(name))
        return pl.DataFrame(made)

    def _column(self, name: str, fact: Fact) -> pl.Series:
        if name in self.entity.references:
            target = self.entity.references[name]
            # Some are not known, a few refer to rows that are not there.
            there = [key(target, i) for i in range(self.counts[target] + 3)]
            return self._draw([*there, *([None] * (len(there) // 12 + 1))])
        drawn = self._draw([self.drawn._value(name, fact) for _ in range(_POOL)])
        return self._figures(fact, drawn) if fact.numeric else drawn

    def _figures(self, fact: Fact, drawn: pl.Series) -> pl.Series:
        top = min(fact.bound, 10**15)
        if fact.max is not None:
            top = min(top, int(Fraction(fact.max) / fact.quantum))
        low = 0 if fact.never_negative else -top
        if fact.min is not None:
            low = max(low, int(Fraction(fact.min) / fact.quantum))
        made = {
            "drawn": drawn,
            "share": self.size * self._draw(range(201)) // 100 * 100,
            "edge": self._draw([top, top - 1, low, low + 1]),
            "kind": self._draw([0] * 68 + [1] * 30 + [2] * 2),
        }
        kind = pl.col("kind")
        value = pl.when(kind == 0).then("drawn").when(kind == 1).then("share").otherwise("edge")
        return pl.DataFrame(made).select(value=value.clip(low, top))["value"]

    def _draw(self, values: Sequence[Any]) -> pl.Series:
        """Return one of the values for every row, each as likely."""
        seed = self.rng.randrange(2**32)
        return pl.Series(values).sample(self.rows, with_replacement=True, seed=seed)
