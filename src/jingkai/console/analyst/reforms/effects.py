"""Whom a reform touches, in aggregates: by rule, and by region, province, zone, industry and size."""

from __future__ import annotations

from typing import Any

import polars as pl

from jingkai.engine.comparison import Comparison
from jingkai.engine.groups import group_name, groups_of
from jingkai.engine.store import DecisionRun
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook

__all__ = ["DIMENSIONS", "WAYS", "cube", "rolled", "way"]

DIMENSIONS = ("nation", "region", "province", "zone", "industry", "size")
#: How a decision may change; towards or from what is not known is neither gain nor loss.
WAYS = ("gained", "lost", "open", "other")
_BY = ("rule", "zone", "industry", "size")
_SUMS = ("rows", *WAYS, "delta", "before")


def way() -> pl.Expr:
    """Return which of `WAYS` a flip's direction is."""
    direction = pl.col("direction")
    open_ = direction.str.contains("undetermined")
    gained = direction.is_in(["up", "not_in_force→known"]) | direction.str.ends_with("→granted")
    lost = direction.is_in(["down", "known→not_in_force"]) | direction.str.starts_with("granted→")
    return (
        pl.when(open_).then(pl.lit("open"))
        .when(gained).then(pl.lit("gained"))
        .when(lost).then(pl.lit("lost"))
        .otherwise(pl.lit("other"))
    )  # fmt: skip


def cube(
    comparison: Comparison, snapshot: Snapshot, run: DecisionRun, book: Rulebook
) -> pl.DataFrame:
    """Return what flips come to by rule, zone, industry and size.

    Returns
    -------
    `rows` (how many flips), of `WAYS` how many entities they stand for, and of an amount `delta` and
    `before` (known amounts in quanta, weighted; 128 bits); groups without a flip have `before` alone.
    """
    moved = {n: r for n, r in comparison.rules.items() if r["flips"]}
    parts = []
    for entity in dict.fromkeys(r["entity"] for r in moved.values()):
        names = [n for n, r in moved.items() if r["entity"] == entity]
        parts.append(_flips(comparison, snapshot, entity))
        amounts = [n for n in names if moved[n]["kind"] == "amount" and n in run.rules]
        if amounts:
            parts.append(_before(snapshot, run, book, entity, amounts))
    none = pl.DataFrame(schema={**dict.fromkeys(_BY, pl.String), **dict.fromkeys(_SUMS, pl.Int128)})
    both = pl.concat([none, *parts], how="diagonal").with_columns(pl.col(*_SUMS).fill_null(0))
    return both.group_by(_BY).agg(pl.col(*_SUMS).sum())


def _weight(snapshot: Snapshot, entity: str) -> pl.Expr:
    has = "weight" in snapshot.columns(entity)
    return (pl.col("weight") if has else pl.lit(1)).cast(pl.Int128)


def _flips(comparison: Comparison, snapshot: Snapshot, entity: str) -> pl.DataFrame:
    weights = snapshot.scan(entity).select("key", w=_weight(snapshot, entity))
    old, new = (
        pl.col(f"{side}_number").fill_null(0).cast(pl.Int128) for side in ("before", "after")
    )
    table = pl.scan_ipc(comparison.path / f"{entity}.arrow")
    rows = table.join(weights, on="key", how="left").with_columns(way=way())
    counts = {w: pl.col("w").filter(pl.col("way") == w).sum() for w in WAYS}
    sums = {"rows": pl.len().cast(pl.Int128), **counts, "delta": ((new - old) * pl.col("w")).sum()}
    found = rows.group_by(_BY).agg(**sums).collect(engine="streaming")
    return found.with_columns(pl.col("rows", *WAYS, "delta").cast(pl.Int128))


def _before(snapshot: Snapshot, run: DecisionRun, book: Rulebook, entity: str, names: list[str]) -> pl.DataFrame:  # fmt: skip
    """Return the known amounts of rules as they are, by the same groups."""
    groups = groups_of(snapshot, book.vocabulary, entity, run.as_of)
    columns = snapshot.scan(entity).select(*groups.columns, _w=_weight(snapshot, entity))
    results = run.scan(entity).select(**{f"_{n}": pl.col(n) for n in names})
    both = pl.concat([columns, results], how="horizontal")
    located = groups.add(both, snapshot)
    sums = {n: (pl.col(f"_{n}").fill_null(0).cast(pl.Int128) * pl.col("_w")).sum() for n in names}
    wide = located.group_by("zone", "industry", "size").agg(**sums).collect(engine="streaming")
    return pl.concat(
        wide.select("zone", "industry", "size", rule=pl.lit(n), before=pl.col(n).cast(pl.Int128))
        for n in names
    )


def rolled(found: pl.DataFrame, zones: pl.DataFrame, dimension: str, book: Rulebook) -> list[dict[str, Any]]:  # fmt: skip
    """Return a cube's rows summed by rule and the groups of a dimension, most flips first.

    Parameters
    ----------
    zones
        `key`, `name`, `province`, `region` of each zone.

    Returns
    -------
    Rows of `rule`, `group` (null: not known), `title`, `parent` (what it lies in) and the sums as whole
    numbers; groups that nothing of flips are left out.
    """
    places = zones.select("province", "region", zone="key")
    table = found.join(places, on="zone", how="left") if dimension in ("region", "province", "zone") else found  # fmt: skip
    group = pl.lit("") if dimension == "nation" else pl.col(dimension)
    parent = {"province": pl.col("region"), "zone": pl.col("province")}.get(dimension, pl.lit(""))
    sums = table.group_by("rule", group.alias("group"), parent.alias("parent")).agg(pl.col(*_SUMS).sum())  # fmt: skip
    names = dict(zones.select("key", "name").iter_rows())
    rows = sums.filter(pl.col("rows") > 0).sort(
        "rule", "rows", "group", descending=[False, True, False]
    )
    return [
        {**row, "title": _title(dimension, row["group"], names, book)}
        for row in rows.iter_rows(named=True)
    ]


def _title(dimension: str, group: str | None, names: dict[str, str], book: Rulebook) -> str:
    if group is None:
        return "未知"
    if dimension == "region":
        codes = book.vocabulary.entities["zone"].facts["region"].codes
        return codes[group].zh if isinstance(codes, dict) and group in codes else group
    if dimension in ("industry", "size"):
        return group_name(dimension, group, book.vocabulary)
    return names.get(group, group) if dimension == "zone" else group
