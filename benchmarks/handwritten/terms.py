"""What every measure's queries have in common: years, titles, shares, grades, amounts, bands."""

from __future__ import annotations

from datetime import date

import polars as pl

__all__ = [
    "AS_OF",
    "LAST",
    "PRIOR",
    "UNKNOWN",
    "WAN",
    "YI",
    "all_of",
    "amount",
    "any_of",
    "before",
    "c",
    "duty",
    "existing",
    "falling",
    "first",
    "grade",
    "half_up",
    "holds",
    "last",
    "lesser",
    "points",
    "prior",
    "score_at_least",
    "score_total",
    "share",
    "under",
    "years",
]

AS_OF = date(2026, 6, 30)
LAST, PRIOR, BEFORE = 2025, 2024, 2023
WAN = 1_000_000  # fen in 万元
YI = 10_000 * WAN
#: What a test against a line that the zone has not drawn comes to.
UNKNOWN = pl.lit(None, pl.Boolean)
c = pl.col

Ends = tuple[pl.Expr, pl.Expr]
Columns = dict[str, pl.Expr]


def last(name: str) -> pl.Expr:
    """Return a fact of 2025."""
    return c(f"{name}_{LAST}")


def prior(name: str) -> pl.Expr:
    """Return a fact of 2024."""
    return c(f"{name}_{PRIOR}")


def before(name: str) -> pl.Expr:
    """Return a fact of 2023."""
    return c(f"{name}_{BEFORE}")


def years(name: str, count: int) -> pl.Expr:
    """Return the sum of the last years, unknown if one is."""
    total = last(name)
    for year in range(LAST - 1, LAST - count, -1):
        total = total + c(f"{name}_{year}")
    return total


def existing(name: str) -> pl.Expr:
    """Sum the three years in which it existed; unknown establishment needs all three."""
    founded = c("established_on").dt.year()
    there = [
        pl.when(founded > y).then(0).otherwise(c(f"{name}_{y}")) for y in (BEFORE, PRIOR, LAST)
    ]
    return there[0] + there[1] + there[2]


def holds(title: str) -> pl.Expr:
    """Whether a title's certificate is valid on the day."""
    return c(f"{title}_held") & (c(f"{title}_from") <= AS_OF) & (c(f"{title}_to") >= AS_OF)


def all_of(rule: str, *conditions: str) -> pl.Expr:
    """Whether all hold; a name without a dot is a condition of the rule itself."""
    found = c(_full(rule, conditions[0]))
    for name in conditions[1:]:
        found = found & c(_full(rule, name))
    return found


def any_of(rule: str, *conditions: str) -> pl.Expr:
    """Whether any holds; names as in `all_of`."""
    found = c(_full(rule, conditions[0]))
    for name in conditions[1:]:
        found = found | c(_full(rule, name))
    return found


def _full(rule: str, name: str) -> str:
    return name if "." in name else f"{rule}.{name}"


def share(over: pl.Expr, below: pl.Expr, per_cent: int) -> pl.Expr:
    """Whether over / below reaches a percentage, for a `below` that is never negative."""
    return pl.when(below != 0).then(over * 100 >= below * per_cent)


def under(code: pl.Expr, *branches: str) -> pl.Expr:
    """Whether a code lies in one of the branches."""
    found = code.str.starts_with(branches[0])
    for branch in branches[1:]:
        found = found | code.str.starts_with(branch)
    return found


def lesser(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Return the smaller, unknown if one is."""
    return pl.when(a <= b).then(a).when(a > b).then(b)


def half_up(over: pl.Expr, below: int | pl.Expr) -> pl.Expr:
    """Return a quotient to the nearest whole number, halves upwards."""
    return (over * 2 + below) // (below * 2)


def grade(names: list[str], tests: list[pl.Expr]) -> pl.Expr:
    """Return the first grade whose test holds, else the last; unknown while one is open.

    With as many tests as grades the last has one too.
    """
    found: pl.Expr = pl.lit(names[-1] if len(names) > len(tests) else None, pl.String)
    for name, test in reversed(list(zip(names, tests, strict=False))):
        found = pl.when(test).then(pl.lit(name)).when(test.is_not_null()).then(found)
    return found.cast(pl.Enum(names))


def amount(rule: str, right: pl.Expr, value: pl.Expr) -> Columns:
    """Return an amount with its right and its bounds while that is open; zero where refused."""
    yes, known = c(f"{rule}__right"), c(f"_{rule}")
    least = pl.when(yes.is_null()).then(0)
    most = pl.when(yes.is_null()).then(pl.when(known < 0).then(0).otherwise(known))
    return {
        f"_{rule}": value,
        f"{rule}__right": right,
        rule: pl.when(yes).then(known).when(~yes).then(0),
        f"{rule}__low": least.otherwise(c(rule)),
        f"{rule}__high": most.otherwise(c(rule)),
    }


def duty(rule: str, bound: pl.Expr, due: pl.Expr) -> Columns:
    """Return whether a duty binds and its day."""
    return {rule: bound, f"{rule}__due": pl.when(c(rule)).then(due)}


def first(tests: list[pl.Expr], values: list[int], unknown: bool) -> pl.Expr:
    """Return the value of the first test that holds, an unknown one read as `unknown`."""
    found: pl.Expr = pl.lit(values[-1])
    for test, value in reversed(list(zip(tests, values[:-1], strict=True))):
        found = pl.when(test.fill_null(unknown)).then(value).otherwise(found)
    return found


def falling(tests: list[pl.Expr], least: list[int], most: list[int] | None = None) -> Ends:
    """Return least and most points of bands whose points fall from the first to the last."""
    return first(tests, least, False), first(tests, most or least, True)


def points(rule: str, groups: dict[str, tuple[list[Ends], int]]) -> Columns:
    """Return the ends of each group of a score, in hundredths, at most the group's cap."""
    found = {}
    for group, (items, cap) in groups.items():
        for i, end in enumerate(("low", "high")):
            total = items[0][i]
            for item in items[1:]:
                total = total + item[i]
            found[f"{rule}__{group}__{end}"] = total.cast(pl.Int64).clip(upper_bound=cap)
    return found


def score_total(rule: str, *groups: str) -> Columns:
    """Return the ends of a score, and its points where they meet."""
    found = {}
    for end in ("low", "high"):
        total = c(f"{rule}__{groups[0]}__{end}")
        for group in groups[1:]:
            total = total + c(f"{rule}__{group}__{end}")
        found[f"{rule}__{end}"] = total
    low, high = (c(f"{rule}__{end}") for end in ("low", "high"))
    return {**found, rule: pl.when(low == high).then(low)}


def score_at_least(name: str, floor: int, strict: bool = False) -> pl.Expr:
    """Whether a score surely reaches (or passes) a line, surely does not, or it is open."""
    low, high = c(f"{name}__low"), c(f"{name}__high")
    sure = low > floor if strict else low >= floor
    out = high <= floor if strict else high < floor
    return pl.when(sure).then(True).when(out).then(False)
