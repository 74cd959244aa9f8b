"""Random rows of any entity, with gaps, heavy on the values that rules draw their lines at."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import polars as pl

from jingkai.rulebook import Rule, Rulebook, compile_program
from jingkai.rulebook.parameters import Banded, Codes, Fixed, Keyed
from jingkai.rulebook.plan import plan_columns
from jingkai.rulebook.tree import CodeTest, Compare, FactRef, Node, TextConstant, walk
from jingkai.vocabulary import Entity, Fact, Vocabulary

KEYS = "ABCDEFGH"


class RandomFacts:
    """Draws rows for one entity and date.

    Numbers come from the figures of the rules that read a fact (the figure, a quantum to either side,
    small multiples), from zero and from a wide range; dates lie whole years and months before the date,
    a day to either side; codes from the rules' lists; nulls everywhere.
    """

    def __init__(self, rulebook: Rulebook, entity: str, as_of: dt.date, seed: int):
        self.rulebook, self.as_of, self.rng = rulebook, as_of, random.Random(seed)
        self.vocabulary: Vocabulary = rulebook.vocabulary
        self.entity: Entity = self.vocabulary.entities[entity]
        self.rules = rulebook.in_force(as_of, entity)
        self.figures, self.codes = self._figures(), self._codes()

    def frame(self, rows: int) -> pl.DataFrame:
        series = [pl.Series("key", [f"{KEYS[i % 8]}{i:06d}" for i in range(rows)])]
        for name in self.columns():
            fact = self._fact(name)
            if fact is not None:
                values = [self._value(name, fact) for _ in range(rows)]
                series.append(pl.Series(name, values, dtype=fact.arrow_type))
        return pl.DataFrame(series)

    def columns(self) -> list[str]:
        program = compile_program(self.rulebook, self.entity.id, self.as_of, None)
        read = {c for plan in program.columns.values() for c in plan_columns(plan)}
        return sorted(c for c in read - program.columns.keys() if "#" not in c)

    def _fact(self, column: str) -> Fact | None:
        owner, _, inner = column.partition(".")
        if inner:
            known = self.vocabulary.entities[self.entity.references[owner]].column(inner)
        else:
            known = self.entity.column(column)
        return known[0] if known else None

    def _value(self, column: str, fact: Fact) -> Any:
        roll = self.rng.random()
        if roll < 0.12:
            return None
        if fact.type == "bool":
            return self.rng.random() < (0.8 if fact.title else 0.6)
        if fact.type == "date":
            return self._date(column)
        if not fact.numeric:
            return self._code(fact)
        return self._number(fact)

    def _number(self, fact: Fact) -> int:
        pool = self.figures.get(fact.name, [])
        roll = self.rng.random()
        if pool and roll < 0.5:
            figure = self.rng.choice(pool)
            stored = int(figure / fact.quantum) * self.rng.choice((1, 1, 1, 2, 3))
            value = stored + self.rng.choice((-1, 0, 0, 0, 1))
        elif roll < 0.6:
            value = 0
        elif fact.type == "ratio":
            value = self.rng.randint(0, 10**8)
        elif fact.type == "count":
            value = self.rng.choice((1, 2, 3, 5, 10, 50, 200, 1000))
        else:
            value = int(10 ** self.rng.uniform(0, 13))
        if not fact.never_negative and self.rng.random() < 0.05:
            value = -value
        low = 0 if fact.never_negative else -fact.bound
        high = fact.bound if fact.max is None else int(Fraction(fact.max) / fact.quantum)
        return min(max(value, low), high)

    def _date(self, column: str) -> dt.date:
        if column.endswith("_to"):
            return self.as_of + dt.timedelta(days=self.rng.choice((-1, 0, 1, 400)))
        if column.endswith("_from"):
            return self.as_of - dt.timedelta(days=self.rng.choice((-1, 0, 1, 400)))
        months = self.rng.choice((0, 1, 6, 11, 12, 13, 24, 36, 48, 60, 61, 120))
        year, month = divmod(self.as_of.year * 12 + self.as_of.month - 1 - months, 12)
        day = dt.date(year, month + 1, min(self.as_of.day, 28))
        return day + dt.timedelta(days=self.rng.choice((-1, 0, 0, 1, 40)))

    def _code(self, fact: Fact) -> str:
        pool = self.codes.get(fact.name, [])
        listed = self.vocabulary.code_list(fact)
        if listed is not None and (not pool or self.rng.random() < 0.3):
            pool = list(listed.names)
        return self.rng.choice(pool) if pool else self.rng.choice(("甲", "乙"))

    # --- what rules draw their lines at

    def _figures(self) -> dict[str, list[Fraction]]:
        found: dict[str, list[Fraction]] = {}
        for rule in self.rules:
            values = list(_values(rule, self.as_of))
            for node in rule.nodes():
                for part in walk(node):
                    name = getattr(part, "name", None)
                    fact = self._named(name, getattr(part, "of", "")) if name else None
                    if fact is not None and fact.numeric:
                        pool = found.setdefault(fact.name, [])
                        pool += [v for v, unit in values if _same(unit, fact)]
        return found

    def _named(self, name: str, owner: str) -> Fact | None:
        entity = self.entity.references[owner] if owner else self.entity.id
        return self.vocabulary.fact(entity, name)

    def _codes(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for rule in self.rules:
            for node in rule.nodes():
                for part in walk(node):
                    for name, codes in _coded(part, rule, self.as_of):
                        found.setdefault(name, []).extend(codes)
            for p in rule.parameters.values():
                value = p.at(self.as_of)
                if isinstance(value, Keyed) and isinstance(value.by, FactRef):
                    found.setdefault(value.by.name, []).extend(k for k, _ in value.table)
        return found


def _same(unit: str, fact: Fact) -> bool:
    return unit == (str(fact.symbol) if fact.unit else "")


def _values(rule: Rule, day: dt.date) -> Iterable[tuple[Fraction, str]]:
    for p in rule.parameters.values():
        value, unit = p.at(day), str(p.type.unit)
        if isinstance(value, Fixed) and isinstance(value.value, Fraction):
            yield value.value, unit
        elif isinstance(value, Banded):
            for step in value.steps:
                yield step.value, unit
                for edge in (step.to, step.below):
                    if edge is not None:
                        yield edge, "万元"
        elif isinstance(value, Keyed):
            yield from ((v, unit) for _, v in value.table)


def _coded(part: Node, rule: Rule, day: dt.date) -> Iterable[tuple[str, list[str]]]:
    if isinstance(part, CodeTest) and isinstance(part.subject, FactRef):
        if isinstance(part.codes, tuple):
            yield part.subject.name, list(part.codes)
        else:
            value = rule.parameters[part.codes.name].at(day)
            if isinstance(value, Codes):
                yield part.subject.name, list(value.codes)
    if isinstance(part, Compare) and part.kind == "code":
        for a, b in ((part.left, part.right), (part.right, part.left)):
            if isinstance(a, FactRef) and isinstance(b, TextConstant):
                yield a.name, [b.value]
