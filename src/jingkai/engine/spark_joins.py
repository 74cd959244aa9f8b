"""The facts a program reads, as Spark has them: tables at a URL, joined as `joins` does."""

from __future__ import annotations

from datetime import date
from typing import Any

from jingkai.engine.events import whole_until
from jingkai.engine.joins import counts_read, references_read
from jingkai.engine.spark_events import with_count
from jingkai.engine.spark_plan import quoted
from jingkai.engine.store import EngineError
from jingkai.registry.snapshot import Snapshot
from jingkai.rulebook import Rulebook

__all__ = ["SparkTables"]


class SparkTables:
    """The tables of a snapshot as Parquet folders at a URL.

    Parameters
    ----------
    session
        An open Spark session.
    url
        The folder with ``ENTITY.parquet``, as `jingkai export` writes it.
    snapshot
        What the tables hold: their columns, and how far they are whole.
    """

    def __init__(self, session: Any, url: str, snapshot: Snapshot) -> None:
        self.session, self.url, self.snapshot = session, url.rstrip("/"), snapshot

    def table(self, entity: str) -> Any:
        """Return an entity's table.

        Raises
        ------
        EngineError
            If it is not there, or lacks columns that the snapshot has.
        """
        where = f"{self.url}/{entity}.parquet"
        try:
            frame = self.session.read.parquet(where)
        except Exception as error:
            raise EngineError(
                f"读不到 {entity} 的 Parquet 数据",
                where=where,
                hint="用 `jingkai export --parquet 文件夹` 导出，或检查 --facts 地址",
            ) from error
        lacking = sorted(set(self.snapshot.columns(entity)) - set(frame.columns))
        if lacking:
            raise EngineError(
                f"{entity} 的 Parquet 数据缺少列：{'、'.join(lacking[:5])}",
                where=where,
                hint="重新导出这个快照",
            )
        return frame.select(*map(quoted, self.snapshot.columns(entity)))

    def facts(self, rulebook: Rulebook, entity: str, as_of: date) -> Any:
        """Return one row an entity, in the order of the keys, with every column its rules may read.

        Keys are sorted by their bytes, as the snapshot's are; what follows row by row keeps the order.
        """
        frame = self.table(entity)
        for reference in references_read(self.snapshot, rulebook, entity):
            there = {**reference.columns, "key": reference.owner}
            other = self.table(reference.target).selectExpr(
                *(f"{quoted(name)} AS {quoted(here)}" for name, here in there.items())
            )
            frame = frame.join(other, on=reference.owner, how="left")
        for count in counts_read(self.snapshot, rulebook, entity, as_of):
            until = whole_until(self.snapshot, count.entity)
            frame = with_count(
                frame,
                count,
                self.table(count.entity),
                rulebook.vocabulary.entities[count.entity],
                until is not None and until >= count.until,
            )
        return frame.orderBy("key")
