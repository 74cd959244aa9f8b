"""Indicators: sums, counts and shares over entities, by zone, with their coverage beside."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

import polars as pl

from jingkai.engine.joins import facts_and_results
from jingkai.engine.polars_plan import PlanCompiler
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rule, Rulebook, lowering_for
from jingkai.rulebook.plan import Plan
from jingkai.rulebook.results import amount_quantum, result_plans
from jingkai.rulebook.tree import Aggregate, walk

__all__ = ["decide_indicators"]

#: The results of an entity's rules, one row each in the snapshot's order.
Results = Callable[[str], pl.LazyFrame]


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
    ``""``: all) with ``value`` (whole quanta; null unless every entity is known), ``partial`` (over
    those known), ``known`` and ``of``.
    """
    found: dict[str, Any] = {}
    for rule in rulebook.in_force(as_of):
        if rule.kind == "indicator" and (only is None or rule.id in only):
            found[rule.id] = {
                "unit": str(rule.unit),
                "quantum": str(amount_quantum(rule.unit)),
                "direction": rule.source.direction,
                "zones": _zones(rule, rulebook, snapshot, results, as_of),
            }
    return found


def _zones(
    rule: Rule, rulebook: Rulebook, snapshot: Snapshot, results: Results, as_of: date
) -> list[dict[str, Any]]:
    assert rule.value is not None
    aggregates = [n for n in dict.fromkeys(walk(rule.value)) if isinstance(n, Aggregate)]
    joined: pl.DataFrame | None = None
    names: dict[Aggregate, str] = {}
    for i, node in enumerate(aggregates):
        names[node] = f"a{i}"
        if node.entity not in snapshot.entities:
            return []
        frame = _aggregated(node, f"a{i}", rule, rulebook, snapshot, results, as_of)
        joined = (
            frame if joined is None else joined.join(frame, on="zone", how="full", coalesce=True)
        )
    if joined is None:
        return []
    lowering = lowering_for(rulebook, rule, as_of, None)
    lowering.aggregates = names
    plan = result_plans(rule, lowering)[0][rule.id]
    known, of = (
        pl.min_horizontal(f"a{i}__{part}" for i in range(len(names))) for part in ("known", "of")
    )
    table = joined.select("zone", partial=PlanCompiler().expression(plan), known=known, of=of)
    whole = pl.when(pl.col("known") == pl.col("of")).then("partial")
    return table.with_columns(value=whole).sort("zone").to_dicts()


def _aggregated(
    node: Aggregate,
    name: str,
    rule: Rule,
    rulebook: Rulebook,
    snapshot: Snapshot,
    results: Results,
    as_of: date,
) -> pl.DataFrame:
    stored = results(node.entity)
    both, columns = facts_and_results(snapshot, rulebook, node.entity, as_of, stored)
    lowering = lowering_for(rulebook, rule, as_of, frozenset(columns))
    lowering.entity = node.entity
    plan: Plan = (
        lowering.number(node.arg).num.plan if node.kind == "sum" else lowering.test(node.arg)
    )
    zone = pl.col("zone") if "zone" in columns else pl.lit(None, dtype=pl.String)
    rows = both.select(zone=zone, x=PlanCompiler().expression(plan))
    x = pl.col("x")
    value = {
        "sum": x.sum(),
        "count": x.sum().cast(pl.Int64),
        "share": x.sum().cast(pl.Int64) * 10**8 // pl.when(x.count() > 0).then(x.count()),
    }[node.kind]
    parts = {name: value, f"{name}__known": x.count(), f"{name}__of": pl.len()}
    by_zone = rows.group_by("zone").agg(**parts).filter(pl.col("zone").is_not_null())
    whole = rows.select(**parts).with_columns(zone=pl.lit(""))
    return pl.concat([by_zone, whole.select(by_zone.collect_schema().names())]).collect()
