"""A zone's own load into a workspace of many: what belongs to another zone is not taken."""

from __future__ import annotations

import polars as pl

from jingkai.registry.collect import FILE, Collected
from jingkai.registry.errors import RegistryError
from jingkai.registry.reading import ROW
from jingkai.registry.snapshot import Snapshot
from jingkai.vocabulary import Entity

__all__ = ["known_enterprises", "no_part_whole", "reject_others"]

_OTHER = "不属于本经开区，未装载"
_MOVED = "所在经开区不是本经开区，未装载"
_STRANGE = "没有这家企业，或它不属于本经开区"


def known_enterprises(
    before: Snapshot | None, entity: str, zone: str | None
) -> pl.DataFrame | None:
    """Return `key` and `name` of those that are there, to find rows that have only a name.

    Parameters
    ----------
    zone
        Only of this zone: a namesake elsewhere is somebody else.
    """
    if before is None or entity not in before.entities or "name" not in before.columns(entity):
        return None
    rows = before.scan(entity)
    if zone and "zone" in before.columns(entity):
        rows = rows.filter(pl.col("zone") == zone)
    return rows.select("key", "name").collect()


def no_part_whole(only_zone: str | None) -> None:
    """Refuse a zone's list as a whole one: it says nothing of the enterprises of other zones.

    Raises
    ------
    RegistryError
        If it is a zone's.
    """
    if only_zone:
        raise RegistryError(
            "一个经开区的名单不能作为全部经开区的完整名单装载", hint="不勾选“名单是完整的”"
        )


def reject_others(collected: Collected, entity: Entity, before: Snapshot | None, zone: str) -> None:
    """Reject rows that belong to another zone; those that say none get this one.

    A row that is there already belongs where it is, whatever the file says; a new one where the file
    says, and where the enterprise is that it names.
    """
    frame = collected.frame.join(
        _places(before, entity.id), on="key", how="left", maintain_order="left"
    ).with_columns(
        pl.col("zone")
        if "zone" in collected.frame.columns
        else pl.lit(None, pl.String).alias("zone")
    )
    said = pl.col("zone")
    elsewhere = pl.col("__there") & (pl.col("__zone") != zone).fill_null(True)
    if entity.id == "zone":
        elsewhere = pl.col("key") != zone
    found = [(elsewhere, _OTHER), (said != zone, _MOVED)]
    own = _places(before, "enterprise").filter(pl.col("__zone") == zone)["key"].implode()
    found += [
        (~pl.col(column).is_in(own), _STRANGE)  # null where the row names none
        for column, to in entity.references.items()
        if to == "enterprise" and column in frame.columns
    ]
    reason = pl.coalesce(pl.when(wrong).then(pl.lit(why)) for wrong, why in found)
    frame = frame.with_columns(reason.alias("__reason"))
    _refuse(collected, frame.filter(pl.col("__reason").is_not_null()))
    kept = frame.filter(pl.col("__reason").is_null()).drop("__reason", "__zone", "__there")
    if "zone" in entity.facts:
        collected.frame = kept.with_columns(said.fill_null(zone))
    else:
        collected.frame = kept.select(collected.frame.columns)


def _places(before: Snapshot | None, entity: str) -> pl.DataFrame:
    """Return where each thing that is there belongs: `key`, `__zone` (null: nowhere known), `__there`."""
    schema = {"key": pl.String, "__zone": pl.String, "__there": pl.Boolean}
    if before is None or entity not in before.entities:
        return pl.DataFrame(schema=schema)
    place = pl.col("zone") if "zone" in before.columns(entity) else pl.lit(None, pl.String)
    if entity == "zone":
        place = pl.col("key")
    rows = before.scan(entity).select("key", place.alias("__zone"))
    return rows.with_columns(pl.lit(True).alias("__there")).collect()


def _refuse(collected: Collected, rows: pl.DataFrame) -> None:
    refusal = collected.refusal
    found = rows.select(
        pl.col(FILE).alias("file"),
        pl.col(ROW).alias("row"),
        pl.lit(None, pl.String).alias("column"),
        pl.col("key").alias("value"),
        pl.col("__reason").alias("reason"),
    )
    refusal.rejects = pl.concat([refusal.rejects, found.cast(refusal.rejects.schema)])
