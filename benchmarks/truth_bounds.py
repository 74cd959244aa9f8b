"""Three-valued columns as Parquet takes them cheaply: two booleans each and no null.

``X__low`` says that X surely holds, ``X__high`` that it may; X is unknown where the two differ.
Polars writes a boolean column with nulls some six times as slowly as the two together.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

__all__ = ["with_truth_bounds", "without_truth_bounds"]

#: What stands at each end where the truth is unknown.
_ENDS = {"low": False, "high": True}


def with_truth_bounds(frame: pl.LazyFrame, columns: Iterable[str]) -> pl.LazyFrame:
    """Return the frame with each of the three-valued columns as its bounds, in its place."""
    split = set(columns)
    return frame.select(
        expression
        for name in frame.collect_schema().names()
        for expression in (_bounds(name) if name in split else [pl.col(name)])
    )


def without_truth_bounds(frame: pl.LazyFrame, columns: Iterable[str]) -> pl.LazyFrame:
    """Return the frame with the bounds of each column as the three-valued column they stand for."""
    names = list(columns)
    both = [f"{name}__{end}" for name in names for end in _ENDS]
    return frame.with_columns(_truth(name) for name in names).drop(both)


def _bounds(name: str) -> list[pl.Expr]:
    return [pl.col(name).fill_null(at).alias(f"{name}__{end}") for end, at in _ENDS.items()]


def _truth(name: str) -> pl.Expr:
    low, high = (pl.col(f"{name}__{end}") for end in _ENDS)
    return pl.when(low == high).then(low).alias(name)
