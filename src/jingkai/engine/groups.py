"""What flips are grouped by: zone (经开区), industry (行业门类) and size (规模)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from jingkai.registry.snapshot import Snapshot
from jingkai.vocabulary import Vocabulary, last_year

__all__ = ["GROUPS", "Groups", "group_name", "groups_of"]

GROUPS = ("zone", "industry", "size")
#: The fact that gives an enterprise's size class, where the vocabulary has one.
_CLASS = "size_class"
#: Else staff of the last year in bands; bands of a table, not a size class of the statistics law.
_STAFF = ((20, "20人以下"), (300, "20至299人"), (1000, "300至999人"))
_MOST = "1000人及以上"


@dataclass(frozen=True, slots=True)
class Groups:
    """Where an entity's rows get their groups from.

    Parameters
    ----------
    columns
        Columns of the entity's own table that are read.
    owner
        Fact that holds the key of the enterprise whose groups count, None if it has its own.
    """

    entity: str
    columns: tuple[str, ...]
    owner: str | None
    enterprise: tuple[str, ...]
    as_of: date

    def add(self, frame: pl.LazyFrame, snapshot: Snapshot) -> pl.LazyFrame:
        """Put `name`, `zone`, `industry` and `size` in the place of the columns they come from."""
        have = set(self.columns)
        if self.owner is not None:
            there = [c for c in self.enterprise if c not in have]
            other = snapshot.scan("enterprise").select(pl.col("key").alias(self.owner), *there)
            frame = frame.join(other, on=self.owner, how="left", maintain_order="left")
            have |= set(there)
        found = {name: self._expression(name, have) for name in ("name", *GROUPS)}
        raw = [c for c in have if c not in ("key", *found)]
        return frame.with_columns(**found).drop(raw)

    def _expression(self, name: str, have: set[str]) -> pl.Expr:
        unknown = pl.lit(None, dtype=pl.String)
        if name == "industry":
            return pl.col("industry_code").str.slice(0, 1) if "industry_code" in have else unknown
        if name == "size":
            return self._size(have)
        if name == "zone" and self.entity == "zone":
            return pl.col("key")
        return pl.col(name) if name in have else unknown

    def _size(self, have: set[str]) -> pl.Expr:
        if _CLASS in have:
            return pl.col(_CLASS)
        staff = f"staff_{last_year(self.as_of)}"
        if staff not in have:
            return pl.lit(None, dtype=pl.String)
        band: pl.Expr = pl.lit(_MOST)
        for edge, name in reversed(_STAFF):
            band = pl.when(pl.col(staff) < edge).then(pl.lit(name)).otherwise(band)
        return pl.when(pl.col(staff).is_not_null()).then(band)


def groups_of(snapshot: Snapshot, vocabulary: Vocabulary, entity: str, as_of: date) -> Groups:
    """Return where the rows of an entity get their groups from.

    An entity that belongs to an enterprise (a project, an investment) has the enterprise's.
    """
    wanted = ["name", "zone", "industry_code", _CLASS, f"staff_{last_year(as_of)}"]

    def present(name: str) -> tuple[str, ...]:
        columns = set(snapshot.columns(name)) if name in snapshot.entities else set()
        found = [c for c in wanted if c in columns]
        return tuple(c for c in found if not (c == wanted[-1] and _CLASS in found))

    references = vocabulary.entities[entity].references
    owner = next((fact for fact, to in references.items() if to == "enterprise"), None)
    own = present(entity)
    if owner is None or owner not in snapshot.columns(entity) or not present("enterprise"):
        return Groups(entity, ("key", *own), None, (), as_of)
    return Groups(entity, ("key", *own, owner), owner, present("enterprise"), as_of)


def group_name(group: str, key: str | None, vocabulary: Vocabulary) -> str:
    """Return a group as people call it; of an unknown one that it is unknown."""
    if key is None:
        return "未知"
    if group == "industry":
        return f"{key} {vocabulary.codes['gbt4754'].names.get(key, '')}".strip()
    if group == "size":
        fact = vocabulary.fact("enterprise", _CLASS)
        if fact is not None and isinstance(fact.codes, dict) and key in fact.codes:
            return fact.codes[key].zh
    return key
