"""Expert marks within the bands of the high-tech enterprise score, and growth over three years."""

from __future__ import annotations

import polars as pl

from benchmarks.handwritten.terms import Columns, Ends, before, c, falling, last, prior

__all__ = ["growth_points", "growth_tests", "marked", "open_mark"]

_GROWTH = (35, 25, 15, 5, 0)


def marked(ends: Ends, mark: str, tests: list[pl.Expr], least: list[int], most: list[int]) -> Ends:
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
    now, middle, base = (x(name).cast(pl.Int128) for x in (last, prior, before))
    signs = middle.sign(), middle.sign() * base.sign()
    young = c("_young") & (prior(name) > 0)
    short = pl.when(young).then(True).when(~young).then(before(name) == 0)
    grown, on = c(f"_{name}_grown"), c(f"_{name}_on")
    # Over one year now / middle, over two the mean of now / middle and middle / base.
    both = middle != 0, (middle != 0) & (base != 0)
    one_year = pl.when(both[0]).then(now * signs[0])
    mean = pl.when(both[1]).then((middle * middle + now * base) * signs[1])
    tests = {n: grown * 100 >= on * (100 + n) for n in _GROWTH[:-1]} | {0: grown > on}
    return {
        f"_{name}_short": short,
        f"_{name}_grown": _either(c(f"_{name}_short"), one_year, mean),
        f"_{name}_on": _either(c(f"_{name}_short"), middle.abs(), (middle * base).abs() * 2),
        **{f"_{name}_above_{n}": test for n, test in tests.items()},
    }


def _either(test: pl.Expr, yes: pl.Expr, no: pl.Expr) -> pl.Expr:
    return pl.when(test).then(yes).when(~test).then(no)


def growth_points(name: str, mark: str, below_zero: bool = False) -> Ends:
    """Return the points of growth; none from nothing, any from `below_zero`, where it can be."""
    empty = prior(name) == 0
    tests = [c(f"_{name}_above_{n}") for n in _GROWTH]
    least, most = [900, 700, 500, 300, 100, 0], [1000, 800, 600, 400, 200, 0]
    low, high = falling(tests, least, most)
    bands, none, all_ = [empty], [0], [0]
    if below_zero:
        negative = (prior(name) < 0) | ((c("_age") >= 3) & (before(name) < 0))
        low = pl.when(negative.fill_null(True)).then(0).otherwise(low)
        high = pl.when(negative.fill_null(True)).then(1000).otherwise(high)
        bands, none, all_ = [empty, negative], [0, 0], [0, 1000]
    low = pl.when(empty.fill_null(True)).then(0).otherwise(low)
    high = pl.when(empty.fill_null(False)).then(0).otherwise(high)
    return marked((low, high), mark, [*bands, *tests], [*none, *least], [*all_, *most])
