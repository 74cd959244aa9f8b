"""A load joined to the current snapshot, cell by cell, by a stated precedence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from jingkai.registry.snapshot import Snapshot, SourceFile
from jingkai.vocabulary import Entity, Vocabulary

__all__ = ["MOST_SOURCES", "Merged", "merge_into"]

#: How many files a snapshot's cells may come from: their index is a 16-bit number.
MOST_SOURCES = 60_000
_AT = "__at"


@dataclass(slots=True)
class Merged:
    """The joined table, the source index of each cell, and every cell where two sources differ."""

    frame: pl.DataFrame
    cells: pl.DataFrame
    differences: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Precedence:
    vocabulary: Vocabulary
    entity: Entity
    order: tuple[str, ...]
    sources: tuple[SourceFile, ...]
    office: str
    as_of: date

    def new_wins(self, column: str) -> list[bool]:
        """Return for each old source whether the new one counts before it in a column."""
        known = self.entity.column(column)
        holder = known[0].holder if known else ""
        mine = self._rank(self.office, holder)
        wins = []
        for source in self.sources:
            rank = self._rank(source.office, holder)
            newer = date.fromisoformat(source.as_of) <= self.as_of
            wins.append(mine < rank or (mine == rank and newer))
        return wins

    def _rank(self, office: str, holder: str) -> int:
        if office == holder:
            return -1
        return self.order.index(office) if office in self.order else len(self.order)


def merge_into(
    new: pl.DataFrame,
    new_source: pl.Series,
    snapshot: Snapshot | None,
    entity: Entity,
    vocabulary: Vocabulary,
    *,
    sources: list[SourceFile],
    office: str,
    as_of: date,
    order: list[str],
    whole: bool = True,
) -> Merged:
    """Join a load to a snapshot.

    Where both know a cell and differ, the fact's holder counts first, then the order of offices,
    then (of one office) the later date; every such cell is listed.

    Parameters
    ----------
    new
        One row a key with the new facts.
    new_source
        The index of each new row's file among the sources of the new snapshot.
    snapshot
        What was there; None for the first load.
    sources
        The old snapshot's sources, in the order of their indices.
    office, as_of
        Whose the load is, and as of when.
    order
        Offices in order of precedence.
    whole
        Whether rows that the load does not touch are in the table too.
    """
    facts = [c for c in new.columns if c != "key"]
    fresh = new.with_columns(new_source.cast(pl.UInt16).alias("__new"))
    if snapshot is None or entity.id not in snapshot.entities:
        cells = fresh.select(
            "key", *(pl.when(pl.col(f).is_not_null()).then("__new").alias(f) for f in facts)
        )
        return Merged(new, cells, _no_differences())
    there = snapshot.scan(entity.id).with_row_index(_AT)
    if not whole:
        there = there.join(new.lazy().select("key"), on="key", how="semi", maintain_order="left")
    found = there.collect()
    old = found.drop(_AT)
    old_cells = _old_cells(snapshot, entity.id, old, found[_AT])
    joined = _joined(old, old_cells, fresh)
    rule = _Precedence(vocabulary, entity, tuple(order), tuple(sources), office, as_of)
    columns = list(dict.fromkeys([*old.columns[1:], *facts]))
    values: list[pl.Expr] = []
    sources_of: list[pl.Expr] = []
    differences: list[pl.DataFrame] = []
    for column in columns:
        value, cell, differing = _one(joined, column, facts, old.columns, rule)
        values.append(value)
        sources_of.append(cell)
        if differing is not None:
            differences.append(differing)
    frame = joined.select("key", *values)
    differ = pl.concat(differences) if differences else _no_differences()
    return Merged(frame, joined.select("key", *sources_of), differ)


def _old_cells(
    snapshot: Snapshot, entity: str, old: pl.DataFrame, places: pl.Series
) -> pl.DataFrame:
    path = snapshot.path / f"{entity}.sources.arrow"
    mixed = pl.read_ipc(path)[places] if path.exists() else pl.DataFrame()
    described = snapshot.manifest["entities"][entity]["columns"]
    columns = []
    for name in old.columns[1:]:
        if name in mixed.columns:
            columns.append(mixed[name].alias(f"{name}|src"))
        else:
            only = pl.lit(described[name]["sources"][0], dtype=pl.UInt16)
            cell = old.select(pl.when(pl.col(name).is_not_null()).then(only)).to_series()
            columns.append(cell.alias(f"{name}|src"))
    return pl.DataFrame([old["key"], *columns])


def _joined(old: pl.DataFrame, old_cells: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    renamed = fresh.rename({c: f"{c}|new" for c in fresh.columns if c not in ("key", "__new")})
    wide = old.join(old_cells, on="key", how="left", maintain_order="left")
    return wide.join(renamed, on="key", how="full", coalesce=True)


def _one(
    joined: pl.DataFrame, column: str, facts: list[str], had: list[str], rule: _Precedence
) -> tuple[pl.Expr, pl.Expr, pl.DataFrame | None]:
    if column not in facts:
        return pl.col(column), pl.col(f"{column}|src").alias(column), None
    new, source = pl.col(f"{column}|new"), pl.col("__new")
    if column not in had:
        return new.alias(column), pl.when(new.is_not_null()).then(source).alias(column), None
    old, old_source = pl.col(column), pl.col(f"{column}|src")
    wins = rule.new_wins(column)
    better = pl.lit(False)
    for index, win in enumerate(wins):
        if win:
            better = better | (old_source == index)
    take = new.is_not_null() & (old.is_null() | better)
    value = pl.when(take).then(new).otherwise(old).alias(column)
    cell = pl.when(take).then(source).otherwise(old_source).alias(column)
    differing = joined.filter(old.is_not_null() & new.is_not_null() & (old != new)).select(
        "key",
        pl.lit(column).alias("column"),
        old.cast(pl.String).alias("old"),
        old_source.cast(pl.Int64).alias("old_source"),
        new.cast(pl.String).alias("new"),
        source.cast(pl.Int64).alias("new_source"),
        pl.when(better).then(pl.lit("new")).otherwise(pl.lit("old")).alias("kept"),
    )
    return value, cell, differing


def _no_differences() -> pl.DataFrame:
    text, number = pl.String(), pl.Int64()
    return pl.DataFrame(
        schema={
            "key": text,
            "column": text,
            "old": text,
            "old_source": number,
            "new": text,
            "new_source": number,
            "kept": text,
        }
    )
