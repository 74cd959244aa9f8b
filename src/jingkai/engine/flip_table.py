"""The table of flips, one row an enterprise and rule, and what it comes to by group and reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

from jingkai.engine.flips import RulePair, direction, flipped, numbers, reason, shown
from jingkai.engine.groups import GROUPS, group_name
from jingkai.vocabulary import Vocabulary

__all__ = ["FlipRule", "flip_rows", "flip_schema", "summed"]

_SUMS = ("gained", "lost", "newly_known", "no_longer_known")
_HALF = 10**6


@dataclass(frozen=True, slots=True)
class FlipRule:
    """How a rule's flips are counted and written.

    Parameters
    ----------
    quantum
        How much one stored integer of its amount is; None where it has no amount.
    """

    rule: str
    kind: str
    unit: str
    title: dict[str, str]
    quantum: Fraction | None


def flip_schema() -> dict[str, pl.DataType]:
    """Return the columns of the table of flips."""
    texts = ("key", "name", *GROUPS, "rule", "direction", "before", "after", "reason", "cause")
    return {
        **{name: pl.String() for name in texts},
        "before_number": pl.Int64(),
        "after_number": pl.Int64(),
    }


def flip_rows(frame: pl.LazyFrame, pair: RulePair, cause: pl.Expr | None = None) -> pl.LazyFrame:
    """Return a rule's flips out of a frame of both states.

    Parameters
    ----------
    frame
        ``key``, ``name``, the groups, and the columns that the pair needs of both states.
    cause
        What moved the decision, where that is asked.
    """
    old, new = numbers(pair)
    rows = frame.filter(flipped(pair)).select(
        "key",
        "name",
        *GROUPS,
        rule=pl.lit(pair.rule),
        direction=direction(pair),
        before=shown(pair, pair.before),
        after=shown(pair, pair.after),
        reason=reason(pair),
        cause=pl.lit(None, dtype=pl.String) if cause is None else cause,
        before_number=old,
        after_number=new,
    )
    return rows.cast(pl.Schema(flip_schema()))


def summed(
    table: Path, rules: Iterable[FlipRule], vocabulary: Vocabulary
) -> dict[str, dict[str, Any]]:
    """Return for each rule what its flips come to.

    Returns
    -------
    By rule: ``flips``, ``directions`` (count each), of an amount ``gained``, ``lost`` (both sides
    known), ``newly_known``, ``no_longer_known`` (one side undetermined) as exact text in the rule's
    unit, ``groups`` (by zone, industry, size: rows of the same with ``key`` and ``name``) and
    ``reasons``, ``causes`` (rows of the same with ``key``).
    """
    cube = _cube(pl.scan_ipc(table)).collect(engine="streaming")
    found = {}
    for rule in rules:
        mine = cube.filter(pl.col("rule") == rule.rule)
        groups = {
            group: [
                {**row, "name": group_name(group, row["key"], vocabulary)}
                for row in _rows(mine, group, rule)
            ]
            for group in GROUPS
        }
        causes = [row for row in _rows(mine, "cause", rule) if row["key"] is not None]
        found[rule.rule] = {
            **_counted(mine, rule),
            "groups": groups,
            "reasons": _rows(mine, "reason", rule),
            **({"causes": causes} if causes else {}),
        }
    return found


def _cube(table: pl.LazyFrame) -> pl.LazyFrame:
    """Count and add up by everything that is ever asked for, once."""
    old, new = pl.col("before_number"), pl.col("after_number")
    was, will = old.fill_null(0), new.fill_null(0)
    open_before, open_after = (pl.col(c) == "undetermined" for c in ("before", "after"))
    moved = pl.when(~open_before & ~open_after).then(will - was)
    parts = {
        "gained": pl.when(moved > 0).then(moved),
        "lost": pl.when(moved < 0).then(-moved),
        "newly_known": pl.when(open_before).then(will),
        "no_longer_known": pl.when(open_after).then(was),
    }
    # Two halves of each sum, each far inside 64 bits, whatever the number of rows.
    sums = {f"{n}_high": (x // _HALF).sum() for n, x in parts.items()}
    sums |= {f"{n}_low": (x % _HALF).sum() for n, x in parts.items()}
    by = ("rule", *GROUPS, "direction", "reason", "cause")
    return table.group_by(by).agg(flips=pl.len(), **sums)


def _rows(cube: pl.DataFrame, by: str, rule: FlipRule) -> list[dict[str, Any]]:
    keys = cube.group_by(by).agg(n=pl.col("flips").sum()).sort(["n", by], descending=[True, False])
    return [
        {"key": key, **_counted(cube.filter(pl.col(by).eq_missing(key)), rule)}
        for key in keys[by].to_list()
    ]


def _counted(cube: pl.DataFrame, rule: FlipRule) -> dict[str, Any]:
    ways = cube.group_by("direction").agg(n=pl.col("flips").sum())
    ways = ways.sort(["n", "direction"], descending=[True, False])
    found: dict[str, Any] = {
        "flips": int(cube["flips"].sum()),
        "directions": {way: int(n) for way, n in ways.iter_rows()},
    }
    if rule.kind == "amount" and rule.quantum is not None:
        for name in _SUMS:
            high, low = (int(cube[f"{name}_{half}"].sum()) for half in ("high", "low"))
            found[name] = str(Fraction(high * _HALF + low) * rule.quantum)
    return found
