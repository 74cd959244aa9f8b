"""Random tables of every entity for comparing engines: gaps, zeros, edges, ratios that come out even.

Whatever facts the vocabulary has are drawn, and whatever codes the rules compare with, so new rules
and facts are covered without being named here.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.rulebook import Rulebook, compile_program
from jingkai.rulebook.plan import Plan
from jingkai.vocabulary import Entity, Fact

GAP = 0.08


def random_tables(
    rulebook: Rulebook, as_of: dt.date, rows: dict[str, int], others: int, seed: int
) -> dict[str, pl.DataFrame]:
    """Return for every entity a table with all of its facts of the years that rules read."""
    rng = random.Random(seed)
    counts = {e: rows.get(e, others) for e in rulebook.vocabulary.entities}
    return {e: _Table(rulebook, e, as_of, counts, rng).frame() for e in counts}


class _Table:
    def __init__(
        self,
        rulebook: Rulebook,
        entity: str,
        as_of: dt.date,
        counts: dict[str, int],
        rng: random.Random,
    ) -> None:
        self.entity: Entity = rulebook.vocabulary.entities[entity]
        self.as_of, self.counts, self.rng, self.name = as_of, counts, rng, entity
        self.rows = counts[entity]
        # One size a row, of which figures are round shares: so ratios meet their thresholds.
        self.base = self._draw(
            [rng.randrange(1, 10**5) * 10**p for p in range(6) for _ in "x" * 500]
        )
        self.ints, self.texts = _constants(rulebook, as_of)

    def frame(self) -> pl.DataFrame:
        made = [pl.Series("key", [key(self.name, i) for i in range(self.rows)])]
        for fact in self.entity.facts.values():
            years = range(self.as_of.year - 5, self.as_of.year + 1) if fact.yearly else (None,)
            for year in years:
                made.append(self._column(fact, fact.column(year)))
        return pl.DataFrame(made)

    def _column(self, fact: Fact, name: str) -> pl.Series:
        if name in self.entity.references:
            target = self.entity.references[name]
            # A few refer to rows that are not there.
            values = self._draw([key(target, i) for i in range(self.counts[target] + 3)])
        else:
            kind = str(fact.type)
            draw = {
                "bool": self._bits,
                "date": self._days,
                "code": self._codes,
                "text": self._codes,
            }
            values = draw.get(kind, self._figures)(fact)
        known = self._draw([i / 1000 > GAP for i in range(1000)])
        frame = pl.DataFrame([values.cast(fact.arrow_type).alias(name), known.alias("known?")])
        return frame.select(pl.when("known?").then(name).alias(name))[name]

    def _draw(self, values: Sequence[Any]) -> pl.Series:
        """Return one of the values for every row, each as likely."""
        seed = self.rng.randrange(2**32)
        return pl.Series(values).sample(self.rows, with_replacement=True, seed=seed)

    def _bits(self, fact: Fact) -> pl.Series:
        share = self.rng.choice([1, 5, 9])
        return self._draw([True] * share + [False] * (10 - share))

    def _days(self, fact: Fact) -> pl.Series:
        near = [0, 0, 1, -1, 31, 365, 366, -365, 730, 1095, 1096, 1825, 1826, 3652, 3653, 3650] * 60
        far = [self.rng.randrange(-800, 9000) for _ in near]
        days = [self.as_of - dt.timedelta(days=back) for back in (*near, *far)]
        marks = [
            dt.date(y, m, d) for y in (2000, 2020, 2024) for m, d in ((2, 29), (12, 31), (1, 1))
        ]
        return self._draw([*days, *(marks * 30)])

    def _codes(self, fact: Fact) -> pl.Series:
        return self._draw(list(fact.codes) if isinstance(fact.codes, dict) else self.texts)

    def _figures(self, fact: Fact) -> pl.Series:
        rng, step = self.rng, max(1, int(1 / fact.quantum))
        top = min(fact.bound, 10**15)
        if fact.max is not None:
            top = min(top, int(Fraction(fact.max) / fact.quantum))
        low = 0 if fact.never_negative else -top
        if fact.min is not None:
            low = max(low, int(Fraction(fact.min) / fact.quantum))
        many = range(2000)
        small = [rng.randrange(120) * step // rng.choice([1, 1, 4, 100]) for _ in many]
        near = [rng.choice(self.ints) * rng.choice([1, step]) + rng.randrange(-1, 2) for _ in many]
        near = [min(n, top) for n in near]
        shares = self.base * self._draw(range(201)) // 100 * self._draw([1, 100])
        made = {
            "share": shares,
            "small": self._draw(small),
            "near": self._draw(near),
            "edge": self._draw([top, top - 1]),
            "sign": self._draw([1, 1, 1, 1, 1 if fact.never_negative else -1]),
            "kind": self._draw([0] * 50 + [1] * 25 + [2] * 22 + [3] * 3),
        }
        kind = pl.col("kind")
        value = pl.when(kind == 0).then("share").when(kind == 1).then("small")
        value = value.when(kind == 2).then("near").otherwise("edge") * pl.col("sign")
        return pl.DataFrame(made).select(value=value.clip(low, top))["value"]


def key(entity: str, number: int) -> str:
    """Return a row's key; in their byte order they are not in the order of their numbers."""
    return f"{entity[:3]}-{number}" if number % 7 else f"{entity[:3]}_示例{number}"


def _constants(rulebook: Rulebook, as_of: dt.date) -> tuple[list[int], list[str]]:
    """Return the numbers and texts that the rules compare with."""
    ints, texts = {0, 1, 100}, {"", "C391"}
    stack: list[Plan] = []
    for entity in rulebook.vocabulary.entities:
        for step in compile_program(rulebook, entity, as_of, None).steps:
            stack += step.values()
    seen: set[Plan] = set()
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        for arg in node.args if isinstance(node.args, tuple) else ():
            if isinstance(arg, Plan):
                stack.append(arg)
            elif node.op in ("lit", "prefix", "isin"):
                for value in arg if isinstance(arg, tuple) else (arg,):
                    if isinstance(value, str):
                        texts |= {value, value + "1"}
                    elif isinstance(value, int) and 0 < abs(value) < 10**12:
                        ints.add(abs(value))
    return sorted(ints), sorted(texts)
