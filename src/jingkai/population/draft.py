"""Rows of one entity in the making: what is true of them, and what of it offices know.

A fact's values depend on the seed, the part of the population and the fact alone, not on what else
is drawn; so a fact that is added leaves all others as they were.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from jingkai.population.draws import draw_for
from jingkai.population.recipes.book import Recipe, RecipeBook
from jingkai.vocabulary import Entity, Fact

__all__ = ["Draft"]

Array = NDArray[Any]
Flags = NDArray[np.bool_]
#: How much of a gap lies with the office (it has nothing of the enterprise), not with the one fact.
_OFFICE = 0.7
_EPOCH = date(1970, 1, 1)


class Draft:
    """Rows being made.

    Parameters
    ----------
    entity
        Whose facts.
    rows
        How many.
    purpose
        What the draws depend on: the seed, then names and numbers of the part.
    year
        The last year with figures.
    book
        The entity's recipes.
    groups
        Of whom recipes tell apart: one flag each row.
    """

    def __init__(
        self,
        entity: Entity,
        rows: int,
        purpose: tuple[int | str, ...],
        year: int,
        book: RecipeBook,
        groups: Mapping[str, Flags],
    ) -> None:
        self.entity, self.rows, self.purpose, self.year, self.book = (
            entity,
            rows,
            purpose,
            year,
            book,
        )
        self.groups = dict(groups)
        self.masks: dict[str, Flags] = {}  #: named gaps that a recipe may ask for
        self._true: dict[str, Array] = {}
        self._known: dict[str, Flags] = {}
        self._offices: dict[str, Array] = {}

    def draw(self, *names: str | int) -> np.random.Generator:
        """Return the generator of one purpose in this part."""
        seed, *part = self.purpose
        assert isinstance(seed, int)
        return draw_for(seed, *part, *names)

    def put(self, column: str, values: Array, known: Flags | None = None) -> None:
        """Set a column's true values (in the fact's unit), known to all or where said."""
        self._true[column] = values
        self._known[column] = np.ones(self.rows, dtype=bool) if known is None else known

    def group(self, name: str) -> Flags:
        """Return of each row whether it is of a group, or of several (`a&b`), or a fact is true."""
        if name not in self.groups:
            if "&" in name:
                parts = [self.group(part) for part in name.split("&")]
                self.groups[name] = np.logical_and.reduce(parts)
            else:
                self.groups[name] = self.true(name).astype(bool)
        return self.groups[name]

    def pick(self, spec: Any, place: int | None = None) -> Array | float:
        """Return a figure that may differ by group: the first group of a row counts."""

        def one(value: Any) -> float:
            return float(value if place is None else value[place])

        if not isinstance(spec, dict):
            return one(spec)
        found = np.full(self.rows, one(spec["else"]) if "else" in spec else 0.0)
        for name, value in reversed([(n, v) for n, v in spec.items() if n != "else"]):
            found[self.group(name)] = one(value)
        return found

    def true(self, name: str, year: int | None = None) -> Array:
        """Return what is true of a fact (of a year), known or not.

        Raises
        ------
        KeyError
            If there is neither a value nor a recipe.
        """
        if name in self._true:
            return self._true[name]
        fact = self.entity.facts[name]
        column = fact.column(year or self.year)
        if column not in self._true:
            if fact.title is not None:
                self._title(fact.title)
            else:
                self._make(fact, column, year or self.year)
        return self._true[column]

    def _make(self, fact: Fact, column: str, year: int) -> None:
        recipe = self.book.recipe(fact.name)
        if recipe is None:
            raise KeyError(fact.name)
        draw = self.draw(fact.name)
        if fact.type == "bool":
            values: Array = draw.random(self.rows, dtype=np.float32) < self.pick(recipe["chance"])
        elif fact.type == "date":
            values = self._days(recipe, draw)
        elif fact.type == "code":
            values = self._codes(recipe, draw)
        else:
            values = self._number(fact, recipe, year, draw)
        if "only" in recipe:
            outside = ~self.group(recipe["only"])
            values = values.copy()
            values[outside] = np.datetime64("NaT") if fact.type == "date" else 0
        self._true[column] = values
        self._known[column] = ~self.unknown(fact, recipe, year)

    def _number(self, fact: Fact, recipe: Recipe, year: int, draw: np.random.Generator) -> Array:
        """Return a figure: of another fact, or by itself; persistent by row, with a little by year."""
        rows = self.rows
        if "among_numbers" in recipe:
            pool = np.array(recipe["among_numbers"], dtype=np.float64)
            values: Array = pool[draw.integers(0, len(pool), rows)]
        elif "share" in recipe:
            low, high = self.pick(recipe["share"], 0), self.pick(recipe["share"], 1)
            values = low + draw.random(rows, dtype=np.float32) * (high - low)
        elif "near" in recipe:
            values = draw.standard_normal(rows, dtype=np.float32) * self.pick(recipe["near"], 1)
            values = values + self.pick(recipe["near"], 0)
            if recipe.get("of_max"):
                values = values * float(fact.max or 1)
        else:
            spec = recipe["times"] if "times" in recipe else recipe["number"]
            spread = self.pick(spec, 1) * draw.standard_normal(rows, dtype=np.float32)
            values = self.pick(spec, 0) * np.exp(spread)
        values = np.asarray(values, dtype=np.float64)
        if fact.yearly and ("times" in recipe or "number" in recipe):
            values *= np.exp(
                0.06 * self.draw(fact.name, year).standard_normal(rows, dtype=np.float32)
            )
        if "of" in recipe:
            values *= self._driver(recipe["of"], year)
        if "some" in recipe:
            values[draw.random(rows, dtype=np.float32) >= self.pick(recipe["some"])] = 0
        return self._bounded(fact, recipe, year, values)

    def _bounded(self, fact: Fact, recipe: Recipe, year: int, values: Array) -> Array:
        if "least" in recipe:
            values = np.maximum(values, recipe["least"])
        if "at_most" in recipe:
            values = np.minimum(values, self._driver(recipe["at_most"], year))
        low = float(fact.min) if fact.min is not None else 0.0 if fact.type == "count" else None
        high = float(fact.max) if fact.max is not None else None
        if low is not None or high is not None:
            values = np.clip(values, low, high)
        whole = fact.type == "count" or recipe.get("whole")
        return np.rint(values) if whole else values

    def _driver(self, name: str, year: int) -> Array:
        return self.true(name, year)

    def _days(self, recipe: Recipe, draw: np.random.Generator) -> Array:
        """Return days: some time around the end of the year, or after another day."""
        u = draw.random(self.rows, dtype=np.float32)
        if "from" in recipe:
            start = self.true(recipe["from"])
            low, high = recipe["over"]
            span = (np.datetime64(date(self.year, 12, 31)) - start).astype(np.int64)
            step = np.rint(np.maximum(span, 0) * (low + u * (high - low))).astype(np.int64)
            return np.asarray(start + step)
        low, high = recipe["days"]
        step = np.rint(low + u * (high - low)).astype(np.int64)
        found = np.datetime64(date(self.year, 12, 31), "D") + step
        if "some" in recipe:
            found[draw.random(self.rows, dtype=np.float32) >= self.pick(recipe["some"])] = "NaT"
        return np.asarray(found)

    def _codes(self, recipe: Recipe, draw: np.random.Generator) -> Array:
        """Return positions in the recipe's codes, from one; zero is none."""
        spec = recipe["among"]
        by_group = spec if any(isinstance(v, dict) for v in spec.values()) else {"else": spec}
        codes = self._code_names(recipe)
        u = draw.random(self.rows, dtype=np.float32)
        found, left = np.zeros(self.rows, dtype=np.int64), np.ones(self.rows, dtype=bool)
        for name, weights in by_group.items():
            here = left if name == "else" else left & self.group(name)
            ends = np.cumsum(list(weights.values())) / sum(weights.values())
            places = np.array([codes.index(str(c)) + 1 for c in weights])
            chosen = np.minimum(np.searchsorted(ends, u[here], side="right"), len(places) - 1)
            found[here] = places[chosen]
            left = left & ~here
        return found

    @staticmethod
    def _code_names(recipe: Recipe) -> list[str]:
        spec = recipe["among"]
        parts = [v if isinstance(v, dict) else {k: v} for k, v in spec.items()]
        return list(dict.fromkeys(str(code) for part in parts for code in part))

    def _title(self, title: str) -> None:
        """Draw a title: whether it is held, from when and to when."""
        recipe, draw = self.book.titles[title], self.draw(title)
        held = draw.random(self.rows, dtype=np.float32) < self.pick(recipe["chance"])
        low, high = recipe["days"]
        step = np.rint(low + draw.random(self.rows, dtype=np.float32) * (high - low))
        start = np.datetime64(date(self.year, 12, 31), "D") + step.astype(np.int64)
        years = int(recipe.get("years", 3))
        end = start + (365 * years + (1 if years >= 3 else 0) - 1)
        fact = self.entity.facts[f"{title}_held"]
        known = ~self.unknown(fact, recipe, self.year)
        nothing = np.datetime64("NaT")
        for part, values in (
            ("held", held),
            ("from", np.where(held, start, nothing)),
            ("to", np.where(held, end, nothing)),
        ):
            self.put(f"{title}_{part}", values, known)

    def unknown(self, fact: Fact, recipe: Recipe, year: int) -> Flags:
        """Return where nobody knows: the office has nothing of the row, or not this fact."""
        spec = recipe.get("gap")
        if isinstance(spec, str):
            return self.masks[spec]
        if spec is None:
            gaps = self.book.gaps
            spec = gaps.get(fact.holder, gaps.get("else", 0.05))
        chance = self.pick(spec)
        if isinstance(chance, float) and chance == 0:
            return np.zeros(self.rows, dtype=bool)
        own = self.draw(fact.name, "gap", year).random(self.rows, dtype=np.float32)
        return np.asarray(
            (self._office(fact.holder) < _OFFICE * chance) | (own < (1 - _OFFICE) * chance)
        )

    def _office(self, holder: str) -> Array:
        if holder not in self._offices:
            draw = self.draw("office", holder)
            self._offices[holder] = draw.random(self.rows, dtype=np.float32)
        return self._offices[holder]

    @property
    def set_columns(self) -> set[str]:
        """The columns that have values already."""
        return set(self._true)

    def has_recipe(self, column: str) -> bool:
        """Whether a column is set, or can be made."""
        known = self.entity.column(column)
        if column in self._true or known is None:
            return column in self._true
        if known[0].title is not None:
            return known[0].title in self.book.titles
        return self.book.recipe(known[0].name) is not None

    def frame(self, columns: Iterable[str], founded: Array | None = None) -> pl.DataFrame:
        """Return columns as a snapshot stores them, null where nobody knows.

        Parameters
        ----------
        columns
            Only those that are set or have a recipe are taken.
        founded
            The year in which each row began, before which a yearly fact is unknown.
        """
        series = []
        for column in dict.fromkeys(columns):
            if not self.has_recipe(column):
                continue
            known = self.entity.column(column)
            assert known is not None
            fact, year = known
            values = self.true(fact.name, year)
            missing = ~self._known[column]
            if founded is not None and year is not None:
                missing = missing | (founded > year)
            series.append(self._series(column, fact, values, missing))
        return pl.DataFrame(series)

    def _series(self, column: str, fact: Fact, values: Array, missing: Flags) -> pl.Series:
        if fact.type == "code" and values.dtype.kind == "i":
            recipe = self.book.recipe(fact.name)
            assert recipe is not None
            pool = pl.Series([None, *self._code_names(recipe)], dtype=pl.String)
            return pool.gather(pl.Series(np.where(missing, 0, values))).alias(column)
        if fact.type in ("code", "text"):
            return pl.Series(column, pa.array(values, mask=missing)).cast(pl.String)
        if fact.type == "date":
            missing = missing | np.isnat(values)
            days = (values.astype("datetime64[D]") - np.datetime64(_EPOCH, "D")).astype(np.int32)
            return pl.Series(column, pl.from_arrow(pa.array(days, mask=missing))).cast(pl.Date)
        if fact.type == "bool":
            return pl.Series(column, pl.from_arrow(pa.array(values.astype(bool), mask=missing)))
        return pl.Series(column, pl.from_arrow(pa.array(_quanta(fact, values), mask=missing)))


def _quanta(fact: Fact, values: Array) -> NDArray[np.int64]:
    """Return figures as stored; a float to two decimals of its unit, a ratio to four."""
    if values.dtype.kind == "i":
        return np.asarray(values, dtype=np.int64)  # given in quanta already
    quanta = int(1 / fact.quantum)
    step = math.gcd(quanta, 10**4 if fact.type == "ratio" else 100)
    return np.asarray(np.rint(values * step).astype(np.int64) * (quanta // step))
