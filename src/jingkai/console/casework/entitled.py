"""Whom shared data entitle to a payment: everyone of a zone at once, as `offer` has it of one."""

from __future__ import annotations

from fractions import Fraction

import polars as pl

from jingkai.console.casework.rights import decider_of, owner_column
from jingkai.console.opened import Opened
from jingkai.engine.joins import facts_frame
from jingkai.rulebook import Rule
from jingkai.rulebook.program import quantum_of
from jingkai.services.catalogue import Item
from jingkai.vocabulary.units import units

__all__ = ["entitled"]

_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "subject": pl.String, "matter": pl.String, "enterprise": pl.String, "name": pl.String,
    "amount": pl.Decimal(20, 2),
}  # fmt: skip


def entitled(found: Opened, item: Item, zone: str) -> pl.DataFrame:
    """Return whom shared data alone entitle to what an item pays out (免申即享), in a zone.

    Nothing of it is stored: it follows from the newest snapshot, and is computed once of each.

    Returns
    -------
    A row a right: `subject` and `matter` (key and name of the row it is about; of an enterprise itself its own),
    `enterprise` and `name`, `amount` (yuan); the largest first.
    """
    return found.kept(("entitled", item.id, item.place, zone), lambda: _entitled(found, item, zone))


def _entitled(found: Opened, item: Item, zone: str) -> pl.DataFrame:
    decides = decider_of(found, item) if item.source.kind == "payment" else None
    yuan = _yuan(decides.rule) if decides is not None else None
    entity = item.source.entity
    owner = "key" if entity == "enterprise" else owner_column(found, entity)
    if decides is None or yuan is None or owner is None:
        return pl.DataFrame(schema=_SCHEMA)
    if any(m.asked and not m.facts for m in item.materials):  # an original has to be brought
        return pl.DataFrame(schema=_SCHEMA)
    name = decides.rule.id
    facts, have = facts_frame(found.snapshot, found.rulebook, entity, found.day)
    stored = found.run.scan(entity).select(
        pl.col(f"{name}__right").alias("whole right"), pl.col(name).alias("whole amount")
    )
    rows = pl.concat([facts, stored], how="horizontal").with_columns(
        pl.col(owner).alias("whose"),
        pl.col("key").alias("subject"),
        (pl.col("name") if "name" in have else pl.lit("")).alias("matter"),
    )
    here = rows.join(_enterprises(found, zone), on="whose", how="inner")
    settled = pl.col("on_shared") & pl.col("whole right") & (pl.col("whole amount") > 0)
    amount = (pl.col("whole amount") * yuan.numerator / yuan.denominator).round(2)
    return (
        decides.on_shared(here)
        .filter(settled.fill_null(False))
        .select(
            "subject", "matter", pl.col("whose").alias("enterprise"), pl.col("who").alias("name"),
            amount.cast(pl.Decimal(20, 2)).alias("amount"),
        )
        .sort("amount", "enterprise", descending=[True, False])
        .collect(engine="streaming")
    )  # fmt: skip


def _yuan(rule: Rule) -> Fraction | None:
    """Return how many yuan one stored integer of a rule's amount is; None of what is no amount of yuan."""
    quantum, unit = quantum_of(rule), str(rule.unit or "")
    if rule.kind != "amount" or quantum is None or not unit.endswith("元"):
        return None
    return units().convert(quantum, unit, "元")


def _enterprises(found: Opened, zone: str) -> pl.LazyFrame:
    """Return key and name of a zone's enterprises."""
    have = found.snapshot.columns("enterprise")
    name = pl.col("name") if "name" in have else pl.lit(None, pl.String)
    here = (pl.col("zone") == zone) if "zone" in have else pl.lit(False)
    rows = found.snapshot.scan("enterprise").filter(here)
    return rows.select(whose="key", who=name.fill_null(pl.col("key")))
