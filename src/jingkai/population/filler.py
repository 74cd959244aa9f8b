"""Plausible values for any fact of any entity, drawn by column from a seed.

Uncalibrated: shapes by type only, each column on its own, gaps where offices have gaps. The same
seed, column and row give the same value, whatever else is drawn.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from jingkai.rulebook import Rulebook, compile_program
from jingkai.rulebook.parameters import Codes, Keyed
from jingkai.rulebook.plan import plan_columns
from jingkai.rulebook.tree import CodeTest, FactRef, walk
from jingkai.vocabulary import Fact, Vocabulary

__all__ = ["Filler", "codes_in_rules", "columns_read"]

#: How often a yes-or-no is yes, where not by chance.
_YES = {
    "resident_enterprise": 0.98,
    "mainland_registered": 0.99,
    "legal_entity": 0.95,
    "foreign_invested": 0.15,
    "serious_incident_in_year": 0.02,
    "is_sme": 0.9,
    "negative_list_compliant": 0.99,
    "sound_accounts": 0.85,
    "encouraged_national": 0.4,
    "encouraged_regional": 0.3,
    "serious_dishonesty": 0.01,
}
_GAP = 0.1
_WHOLE = float(2**64)


class Filler:
    """Draws columns for rows of one entity.

    Parameters
    ----------
    vocabulary, entity
        Whose facts are drawn.
    day
        The date around which dates lie.
    seed
        The same gives the same values.
    codes
        For coded facts without a list of their own: values that rules look for.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        entity: str,
        day: date,
        seed: int,
        codes: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.vocabulary, self.entity = vocabulary, vocabulary.entities[entity]
        self.day, self.seed, self.codes = day, seed, codes or {}

    def fill(self, frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
        """Return the rows with every named column that they do not have yet.

        Text is left out: nobody's name or address is made up here.
        """
        new = {}
        for name in columns:
            known = self.entity.column(name)
            if known is None or name in frame.columns or name in new or known[0].type == "text":
                continue
            gap = self._uniform(name, 9) < (0 if known[0].type == "quantity" else _GAP)
            value = self._value(name, known[0])
            new[name] = pl.when(~gap).then(value).cast(known[0].arrow_type).alias(name)
        return frame.with_columns(new.values())

    def _uniform(self, name: str, draw: int) -> pl.Expr:
        seed = zlib.crc32(f"{self.entity.id} {name} {draw} {self.seed}".encode())
        return pl.int_range(pl.len(), dtype=pl.UInt64).hash(seed).cast(pl.Float64) / _WHOLE

    def _spread(self, name: str) -> pl.Expr:
        """Return something near a standard normal."""
        return (pl.sum_horizontal(self._uniform(name, i) for i in range(4)) - 2) * 1.73

    def _value(self, name: str, fact: Fact) -> pl.Expr:
        u = self._uniform(name, 0)
        if fact.type == "bool":
            return u < _YES.get(fact.name, 0.3 if fact.title else 0.5)
        if fact.type == "date":
            first, span = (-300, 1000) if fact.name.endswith("_to") else (-1800, 1750)
            return pl.lit(self.day).dt.offset_by(
                pl.format("{}d", (u * span + first).cast(pl.Int64))
            )
        if not fact.numeric:
            return self._code(fact, u)
        return self._number(name, fact, u)

    def _code(self, fact: Fact, u: pl.Expr) -> pl.Expr:
        listed = self.vocabulary.code_list(fact)
        pool = list(dict.fromkeys(self.codes.get(fact.name, ())))
        if listed is not None and (isinstance(fact.codes, dict) or not pool):
            pool = list(listed.names)
        if not pool:
            return pl.lit(None, dtype=pl.String)
        place = (u * u * len(pool)).cast(pl.UInt32)  # the first of a list are the commoner ones
        return pl.lit(pl.Series(pool)).gather(place)

    def _number(self, name: str, fact: Fact, u: pl.Expr) -> pl.Expr:
        """Return a figure in quanta, to two decimals of its unit where it has any."""
        top = float(fact.max) if fact.max is not None else None
        quanta = float(1 / fact.quantum)
        if fact.type == "count":
            value = (self._spread(name) * 0.9 + 1.2).exp().floor()
        elif fact.type == "money":
            value = (self._spread(name) * 1.6 + 5).exp()
        elif fact.type == "ratio":
            value = (u + self._uniform(name, 1)) / 2 * (top or 1.0)
        elif fact.type == "number":
            least = float(fact.min) if fact.min is not None else 0.0
            value = least + (u + self._uniform(name, 1)) / 2 * ((top or 1000.0) - least)
        elif fact.unit == "m2":  # land and floors: some thousand square metres, none of them nil
            value = (self._spread(name) * 0.6 + 9.5).exp()
        else:
            some = self._uniform(name, 5) < 0.3
            value = pl.when(some).then((self._spread(name) + 3).exp()).otherwise(0.0)
        if top is not None:
            value = pl.min_horizontal(value, top)
        return ((value * 100).round() / 100 * quanta).round().cast(pl.Int64)


def columns_read(rulebook: Rulebook, entity: str, day: date) -> list[str]:
    """Return the columns of an entity's own facts that its rules in force on a day read."""
    program = compile_program(rulebook, entity, day, None)
    read = dict.fromkeys(c for plan in program.columns.values() for c in plan_columns(plan))
    return [c for c in read if c not in program.columns and "." not in c and "#" not in c]


def codes_in_rules(rulebook: Rulebook, entity: str, day: date) -> dict[str, list[str]]:
    """Return for coded facts of an entity the codes that its rules look for."""
    found: dict[str, list[str]] = {}
    for rule in rulebook.in_force(day, entity):
        for parameter in rule.parameters.values():
            value = parameter.at(day)
            if isinstance(value, Keyed) and isinstance(value.by, FactRef) and not value.by.of:
                found.setdefault(value.by.name, []).extend(key for key, _ in value.table)
        for part in (p for node in rule.nodes() for p in walk(node)):
            if not isinstance(part, CodeTest) or not isinstance(part.subject, FactRef):
                continue
            if isinstance(part.codes, tuple):
                codes = part.codes
            else:
                known = rule.parameters[part.codes.name].at(day)
                codes = known.codes if isinstance(known, Codes) else ()
            found.setdefault(part.subject.name, []).extend(codes)
    return found
