"""Sums and counts of indicators: each entity's table scanned once, its rows added up by zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from jingkai.engine.joins import facts_columns, facts_frame
from jingkai.engine.polars_engine import program_frame
from jingkai.engine.polars_plan import PlanCompiler
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook, compile_program, lowering_for
from jingkai.rulebook.tree import Aggregate, OnShared, RuleRef, walk

__all__ = ["Aggregated", "aggregate_rows", "rows_decided_now"]

#: Rows of an entity with the results of the rules named, and the names of the facts' columns.
Rows = Callable[[str, list[str]], tuple[pl.LazyFrame, list[str]]]
_PARTS = ("", "__known", "__of")
_SHARE = 10**8


@dataclass(frozen=True, slots=True)
class Aggregated:
    """What an indicator's aggregates come to in each zone.

    Parameters
    ----------
    by_zone
        A row a zone (null: rows of no known zone) with, for the i-th aggregate, ``a{i}`` (the sum,
        or how many pass), ``a{i}__known`` and ``a{i}__of`` (entities, weighted).
    shares
        Names of those that are shares: what passes is divided by what is known.
    """

    by_zone: pl.DataFrame
    shares: tuple[str, ...]

    def grouped(self, places: pl.DataFrame, level: str) -> pl.DataFrame:
        """Return the sums at a level, column `group` first.

        Parameters
        ----------
        places
            Columns `zone`, `province`, `region`.
        level
            nation, region, province or zone.
        """
        group = {"nation": pl.lit(""), "zone": pl.col("zone")}.get(level, pl.col(level))
        table = self.by_zone.join(places, on="zone", how="left").group_by(group.alias("group"))
        sums = table.agg(pl.exclude("zone", "province", "region").sum())
        return sums.with_columns(
            pl.when(pl.col(f"{n}__known") > 0)
            .then(pl.col(n) * _SHARE // pl.max_horizontal(f"{n}__known", 1))
            .alias(n)
            for n in self.shares
        )


def rows_decided_now(
    snapshot: Snapshot, rulebook: Rulebook, as_of: date, entity: str, rules: list[str]
) -> tuple[pl.LazyFrame, list[str]]:
    """Return an entity's facts with the results of some rules, decided as the rows are read."""
    facts, columns = facts_frame(snapshot, rulebook, entity, as_of)
    if rules:
        have = facts_columns(snapshot, rulebook, entity, as_of)
        facts = program_frame(compile_program(rulebook, entity, as_of, have, only=rules), facts)
    return facts, columns


def aggregate_rows(
    wanted: Mapping[str, Sequence[Aggregate]],
    rows: Rows,
    rulebook: Rulebook,
    snapshot: Snapshot,
    as_of: date,
) -> dict[str, Aggregated]:
    """Add up the aggregates of indicators by zone, reading each entity's table once.

    Parameters
    ----------
    wanted
        By indicator its aggregates.
    rows
        Gives an entity's rows.
    rulebook, snapshot, as_of
        What is added up, over what, on which date.

    Returns
    -------
    By indicator; one that reads a table which the snapshot lacks is left out. Where several
    aggregates of an indicator go over one table, a row counts in none unless it is known in all.
    """
    wanted = {
        name: nodes
        for name, nodes in wanted.items()
        if nodes and all(n.entity in snapshot.entities for n in nodes)
    }
    tables: dict[str, pl.DataFrame] = {}
    for entity in dict.fromkeys(n.entity for nodes in wanted.values() for n in nodes):
        parts = {
            name: [(f"a{i}", n) for i, n in enumerate(nodes) if n.entity == entity]
            for name, nodes in wanted.items()
        }
        tables[entity] = _by_zone(entity, parts, rows, rulebook, as_of)
    return {name: _of_indicator(name, nodes, tables) for name, nodes in wanted.items()}


def _by_zone(
    entity: str,
    parts: Mapping[str, list[tuple[str, Aggregate]]],
    rows: Rows,
    rulebook: Rulebook,
    as_of: date,
) -> pl.DataFrame:
    read = {
        p.rule
        for nodes in parts.values()
        for _, n in nodes
        for p in walk(n.arg)
        if isinstance(p, RuleRef | OnShared)
    }
    frame, columns = rows(entity, sorted(read))
    compiler, have = PlanCompiler(), frozenset(columns)
    decided = frozenset(frame.collect_schema().names())
    zone = pl.col("key") if entity == "zone" else pl.col("zone") if "zone" in have else pl.lit(None)
    weight = pl.col("weight") if "weight" in have else pl.lit(1)
    inputs: dict[str, pl.Expr] = {}
    sums: list[pl.Expr] = []
    for name, nodes in parts.items():
        lowering = lowering_for(rulebook, rulebook.rules[name], as_of, have)
        lowering.entity, lowering.absent = entity, frozenset(lowering.rules.keys() - decided)
        for column, node in nodes:
            plan = (
                lowering.number(node.arg).num.plan
                if node.kind == "sum"
                else lowering.test(node.arg)
            )
            # Products of facts, added up over a nation, may pass 64 bits.
            whole = pl.Int128 if plan.kind == "wide" else pl.Int64
            inputs[f"{name}.{column}"] = compiler.expression(plan).cast(whole)
        sums += _sums([f"{name}.{column}" for column, _ in nodes])
    table = frame.select(zone=zone.cast(pl.String), weight=weight.cast(pl.Int64), **inputs)
    return table.group_by("zone").agg(sums).collect(engine="streaming")


def _sums(names: Sequence[str]) -> list[pl.Expr]:
    """Return the sums of aggregates that go over the same rows: those known in all of them."""
    weight = pl.col("weight")
    known = pl.all_horizontal(pl.col(n).is_not_null() for n in names) if names else pl.lit(True)
    counted = known.cast(pl.Int64) * weight
    return [
        e
        for n in names
        for e in (
            (pl.when(known).then(n) * weight).sum().alias(n),
            counted.sum().alias(f"{n}__known"),
            weight.sum().alias(f"{n}__of"),
        )
    ]


def _of_indicator(
    name: str, nodes: Sequence[Aggregate], tables: Mapping[str, pl.DataFrame]
) -> Aggregated:
    joined: pl.DataFrame | None = None
    for entity in dict.fromkeys(n.entity for n in nodes):
        own = [f"a{i}{part}" for i, n in enumerate(nodes) if n.entity == entity for part in _PARTS]
        table = tables[entity].select("zone", **{c: pl.col(f"{name}.{c}") for c in own})
        joined = (
            table
            if joined is None
            else joined.join(table, on="zone", how="full", coalesce=True, nulls_equal=True)
        )
    assert joined is not None
    return Aggregated(
        joined.fill_null(0) if len(nodes) > 1 else joined,
        tuple(f"a{i}" for i, n in enumerate(nodes) if n.kind == "share"),
    )
