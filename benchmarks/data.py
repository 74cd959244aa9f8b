"""A workspace of synthetic enterprises, as many as asked for."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl

from jingkai.engine.polars_engine import write_results
from jingkai.population import some_enterprises, some_entities
from jingkai.registry.snapshot import SourceFile, write_snapshot
from jingkai.rulebook import Rulebook, compile_program
from jingkai.rulebook.plan import plan_columns
from jingkai.workspace import Workspace, ZoneSettings

__all__ = ["AS_OF", "base_enterprises", "bench_workspace"]

AS_OF = date(2026, 6, 30)
_BASE = 20_000
_ZONES = ("四川", "江苏", "海南", "浙江", "重庆", "广东", "陕西", "山东")
#: What enterprises are grouped and found by, beside what rules read.
_IDENTITY = ("key", "name", "zone", "industry_code", "established_on", "staff_2025", "revenue_2025")


def base_enterprises(rulebook: Rulebook, count: int = _BASE) -> pl.DataFrame:
    """Return different synthetic enterprises with every fact that rules read on the day."""
    frame = some_enterprises(count)
    program = compile_program(rulebook, "enterprise", AS_OF, None)
    read = {c for plan in program.columns.values() for c in plan_columns(plan)}
    wanted = dict.fromkeys((*_IDENTITY, *sorted(read - program.columns.keys())))
    number = pl.int_range(pl.len()) * 7919 % len(_ZONES)
    zone = pl.lit(pl.Series([f"示范{province}经开区" for province in _ZONES])).gather(number)
    facts = rulebook.vocabulary.entities["enterprise"]
    # No text is made up; what only text would answer stays unknown.
    lacking = {
        c: k[0].arrow_type for c in wanted.keys() - set(frame.columns) if (k := facts.column(c))
    }
    frame = frame.with_columns(pl.lit(None, dtype=t).alias(c) for c, t in lacking.items())
    return frame.select(c for c in wanted if c in frame.columns).with_columns(zone=zone)


def bench_workspace(folder: Path, rows: int, rulebook: Rulebook) -> Workspace:
    """Make a workspace whose snapshot has so many enterprises of eight zones.

    The demo's generator makes 20,000 different ones; beyond that they come again, each under a key
    of its own, streamed to the file. What is decided of them does not depend on how often one occurs.
    """
    workspace = Workspace.init(folder, ZoneSettings(key="示范四川经开区", name="示范四川经开区"))
    base = base_enterprises(rulebook, min(rows, _BASE))
    made = SourceFile(
        "synthetic", "", "zone_committee", AS_OF.isoformat(), "enterprise", None, rows, rows
    )
    tables = {"enterprise": base, "zone": _zones(), "inspection": _inspections(base, rows)}
    whole = {"inspection": {"as_of": AS_OF.isoformat()}}
    snapshot = write_snapshot(
        workspace, tables, as_of=AS_OF, sources=[made], synthetic=True, registers=whole
    )
    _repeat(base, rows, snapshot.path / "enterprise.arrow")
    manifest = snapshot.manifest
    manifest["entities"]["enterprise"] |= {"rows": rows, "sha256": ""}
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (snapshot.path / "manifest.json").write_text(text, "utf-8")
    return workspace


def _zones() -> pl.DataFrame:
    name = pl.format("示范{}经开区", "province")
    return pl.DataFrame({"province": _ZONES}).select(
        name.alias("key"), name.alias("name"), "province"
    )


def _inspections(base: pl.DataFrame, rows: int) -> pl.DataFrame:
    """Return a whole table of inspections, one for ten enterprises on average."""
    some = some_entities("inspection", 200, base["key"]).sample(
        max(rows // 10, 20), with_replacement=True, seed=7
    )
    number = pl.int_range(pl.len(), dtype=pl.UInt64)
    return some.drop("name").with_columns(
        key=pl.format("I{}", number.cast(pl.String).str.zfill(9)),
        enterprise=_key(number.hash(7) % rows),
    )


def _key(number: pl.Expr) -> pl.Expr:
    return pl.format("B{}", number.cast(pl.String).str.zfill(17))


def _repeat(base: pl.DataFrame, rows: int, target: Path) -> None:
    many = pl.concat([base.lazy()] * -(-rows // base.height)).head(rows)
    key = _key(pl.col("__row"))
    write_results(many.with_row_index("__row").with_columns(key=key).drop("__row"), target)
