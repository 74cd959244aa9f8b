"""Expert marks within the bands of the high-tech enterprise score, and growth over three years."""

from __future__ import annotations

import polars as pl

from benchmarks.handwritten.terms import Columns, Ends, before, c, falling, last, prior

__all__ = ["growth_points", "growth_tests", "marked", "open_mark"]

_GROWTH = (35, 25, 15, 5, 0)


def marked(
    ends: Ends, mark: str, tests: list[pl.Expr], least: list[int], most: list[int]
) -> Ends:
    """Let the expert's mark stand where it lies in the one band that surely holds."""
    given = c(mark) // 10_000
    fits: pl.Expr = pl.lit(False)
    none_before: pl.Expr = pl.lit(True)
    for test, low, high in zip([*tests, pl.lit(True)], least, most, strict=True):
        if low < high:
            fits = fits | (none_before & test & given.is_between(low, high))
        none_before = none_before & ~test
    low, high = (pl.when(fits).then(given).otherwise(end) for end in ends)
    return low, high


def open_mark(mark: str, most: int) -> Ends:
    """Return an item that is the expert's alone."""
    return marked((pl.lit(0), pl.lit(most)), mark, [], [0], [most])


def growth_tests(name: str) -> Columns:
    """Mean growth of three years (two, for the young) at least 35, 25, 15, 5 and above 0 %."""
    now, prior_year, base = (x(name).cast(pl.Int128) for x in (last, prior, before))
    young, no_base = c("_young") & (prior_year > 0), base == 0
    short = pl.when(young).then(True).when(~young).then(no_base)
    signs = prior_year.sign(), prior_year.sign() * base.sign()
    two, three = now * signs[0], (prior_year * prior_year + now * base) * signs[1]
    bases = prior_year * signs[0], prior_year * base * 2 * signs[1]

    def above(per_cent: int) -> pl.Expr:
        over = [
            top * 100 - below * (100 + per_cent)
            for top, below in zip((two, three), bases, strict=True)
        ]
        one_year, mean = (o > 0 if per_cent == 0 else o >= 0 for o in over)
        one_year = pl.when(prior_year != 0).then(one_year)
        mean = pl.when((prior_year != 0) & (base != 0)).then(mean)
        return pl.when(short).then(one_year).when(~short).then(mean)

    return {f"_{name}_above_{n}": above(n) for n in _GROWTH}


def growth_points(name: str, mark: str) -> Ends:
    """Return the points of growth; none where there was nothing to grow from."""
    empty = prior(name) == 0
    tests = [c(f"_{name}_above_{n}") for n in _GROWTH]
    least, most = [900, 700, 500, 300, 100, 0], [1000, 800, 600, 400, 200, 0]
    low, high = falling(tests, least, most)
    low = pl.when(empty.fill_null(True)).then(0).otherwise(low)
    high = pl.when(empty.fill_null(False)).then(0).otherwise(high)
    return marked((low, high), mark, [empty, *tests], [0, *least], [0, *most])
