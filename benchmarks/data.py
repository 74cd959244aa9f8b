"""A workspace of synthetic enterprises, as many as asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from jingkai.population import demo_enterprises
from jingkai.registry.snapshot import SourceFile, write_snapshot
from jingkai.workspace import Workspace, ZoneSettings

__all__ = ["AS_OF", "bench_workspace"]

AS_OF = date(2026, 6, 30)
_BASE = 20_000


def bench_workspace(folder: Path, rows: int) -> Workspace:
    """Make a workspace whose snapshot has so many enterprises.

    The demo's generator makes 20,000 different ones; beyond that they are drawn again, each under
    a key and name of its own. What is decided of them does not depend on how often one occurs.
    """
    workspace = Workspace.init(folder, ZoneSettings(key="示范经开区", name="示范经开区"))
    base = demo_enterprises(min(rows, _BASE))
    number = pl.int_range(rows).cast(pl.String).str.zfill(17)
    frame = base.sample(rows, with_replacement=True, seed=7).with_columns(
        pl.format("B{}", number).alias("key"), pl.format("{} {}", "name", number).alias("name")
    )
    made = SourceFile(
        "synthetic", "", "zone_committee", AS_OF.isoformat(), "enterprise", None, rows, rows
    )
    write_snapshot(workspace, {"enterprise": frame}, as_of=AS_OF, sources=[made], synthetic=True)
    return workspace
