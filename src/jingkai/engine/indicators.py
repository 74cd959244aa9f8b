"""Indicators: sums, counts and shares over entities, by zone and above, with their coverage beside.

Everything is added up once by zone; a province, a region and the nation add up their zones' parts, so
that a formula is computed from sums and never from other groups' ratios. A row stands for as many
entities as its column ``weight`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import partial
from typing import Any, Literal

import polars as pl

from jingkai.engine.aggregates import aggregate_rows, rows_decided_now
from jingkai.engine.joins import facts_and_results
from jingkai.engine.polars_plan import PlanCompiler
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rule, Rulebook, lowering_for
from jingkai.rulebook.results import amount_quantum, result_plans
from jingkai.rulebook.tree import Aggregate, walk

__all__ = ["LEVELS", "Level", "decide_indicators", "indicator_table", "indicators_in_force"]

Level = Literal["nation", "region", "province", "zone"]
LEVELS: tuple[Level, ...] = ("nation", "region", "province", "zone")
#: The results of an entity's rules, one row each in the snapshot's order.
Results = Callable[[str], pl.LazyFrame]
_SCHEMA = {
    "indicator": pl.String(),
    "group": pl.String(),
    "value": pl.Int64(),
    "partial": pl.Int64(),
    "known": pl.Int64(),
    "of": pl.Int64(),
}


def indicators_in_force(
    rulebook: Rulebook, as_of: date, only: Collection[str] | None = None
) -> list[Rule]:
    """Return the indicators in force on a day, in the order people read them."""
    rules = {r.id: r for r in rulebook.in_force(as_of) if r.kind == "indicator"}
    return [rules[n] for n in rulebook.in_order(rules) if only is None or n in only]


def indicator_table(
    rulebook: Rulebook,
    snapshot: Snapshot,
    as_of: date,
    levels: Sequence[Level] = LEVELS,
    only: Collection[str] | None = None,
) -> dict[Level, pl.DataFrame]:
    """Compute indicators from a snapshot, deciding no more rules than they read.

    Parameters
    ----------
    rulebook, snapshot, as_of
        What to add up, over what, on which date.
    levels
        The levels wanted.
    only
        The indicators wanted; all in force by default.

    Returns
    -------
    By level a row an indicator and group: `indicator`, `group` (a zone's or province's name, a
    region's code, ``""`` for the nation; null where it is not known to which group rows belong),
    `value` (whole quanta; null unless every entity is known), `partial` (over those known, null if
    none is), `known` and `of` (how many entities, weighted).
    """
    rules = indicators_in_force(rulebook, as_of, only)
    cells = aggregate_rows(
        {r.id: _aggregates(r) for r in rules},
        partial(rows_decided_now, snapshot, rulebook, as_of),
        rulebook,
        snapshot,
        as_of,
    )
    places = _places(snapshot)
    return {
        level: _concat(
            [
                _valued(r, rulebook, as_of, cells[r.id].grouped(places, level))
                for r in rules
                if r.id in cells
            ]
        )
        for level in levels
    }


def decide_indicators(
    rulebook: Rulebook,
    snapshot: Snapshot,
    results: Results,
    as_of: date,
    only: Collection[str] | None = None,
) -> dict[str, Any]:
    """Return every indicator in force, for the whole snapshot and for each zone in it.

    Parameters
    ----------
    rulebook, snapshot, as_of
        What to add up, over what, on which date.
    results
        Gives the results of an entity's rules.
    only
        The indicators wanted; all by default.

    Returns
    -------
    By indicator: ``unit``, ``quantum``, ``direction`` and ``zones``: one object a zone (key
    ``""``: all) with ``value``, ``partial``, ``known`` and ``of`` as `indicator_table` has them.
    """
    rules = indicators_in_force(rulebook, as_of, only)
    cells = aggregate_rows(
        {r.id: _aggregates(r) for r in rules},
        lambda entity, _: facts_and_results(snapshot, rulebook, entity, as_of, results(entity)),
        rulebook,
        snapshot,
        as_of,
    )
    places = _places(snapshot)
    found: dict[str, Any] = {}
    for rule in sorted(rules, key=lambda r: r.id):
        rows: list[dict[str, Any]] = []
        for level in ("nation", "zone") if rule.id in cells else ():
            table = _valued(rule, rulebook, as_of, cells[rule.id].grouped(places, level))
            rows += table.filter(pl.col("group").is_not_null()).drop("indicator").to_dicts()
        found[rule.id] = {
            "unit": str(rule.unit),
            "quantum": str(amount_quantum(rule.unit)),
            "direction": rule.source.direction,
            "zones": [{"zone": row.pop("group"), **row} for row in rows],
        }
    return found


def _aggregates(rule: Rule) -> list[Aggregate]:
    assert rule.value is not None
    return [n for n in dict.fromkeys(walk(rule.value)) if isinstance(n, Aggregate)]


def _valued(rule: Rule, rulebook: Rulebook, as_of: date, sums: pl.DataFrame) -> pl.DataFrame:
    """Return a rule's formula over the sums of each group, null where they are of no whole."""
    aggregates = _aggregates(rule)
    lowering = lowering_for(rulebook, rule, as_of, None)
    lowering.aggregates = {node: f"a{i}" for i, node in enumerate(aggregates)}
    plan = result_plans(rule, lowering)[0][rule.id]
    known, of = (
        pl.min_horizontal(f"a{i}__{part}" for i in range(len(aggregates)))
        for part in ("known", "of")
    )
    table = sums.select(
        "group", partial=PlanCompiler().expression(plan), known=known, of=of
    ).with_columns(
        partial=pl.when(pl.col("known") > 0).then("partial").cast(pl.Int64),
        indicator=pl.lit(rule.id),
    )
    whole = pl.when(pl.col("known") == pl.col("of")).then("partial")
    return table.with_columns(value=whole).select(*_SCHEMA).sort("group", nulls_last=True)


def _concat(tables: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(tables) if tables else pl.DataFrame(schema=_SCHEMA)


def _places(snapshot: Snapshot) -> pl.DataFrame:
    """Return of each zone its province and region, null where the snapshot does not say."""
    names = ("province", "region")
    if "zone" not in snapshot.entities:
        return pl.DataFrame(schema={c: pl.String() for c in ("zone", *names)})
    have = snapshot.columns("zone")
    columns = [pl.col(n) if n in have else pl.lit(None, pl.String).alias(n) for n in names]
    return snapshot.scan("zone").select(pl.col("key").alias("zone"), *columns).collect()
