"""The high-tech enterprise rule alone, its innovation score given: jingkai and its peers.

All read one Arrow file of the facts the rule needs. jingkai, Polars and DuckDB write the ten
conditions and the verdict, exact and three-valued. OpenFisca has no unknown, computes in 32-bit
floats and returns arrays: it is given the facts as arrays already, with zero for unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from benchmarks.agreement import pairs
from benchmarks.data import AS_OF
from benchmarks.handwritten import handwritten
from jingkai.engine.polars_engine import PolarsEngine
from jingkai.rulebook import Program, Rulebook, compile_program

__all__ = ["HighTech"]

_YEARS = (2023, 2024, 2025)
_YEARLY = ("rd_expense", "revenue", "domestic_rd_expense")
_POINT = {
    "resident_enterprise": "BOOLEAN",
    "mainland_registered": "BOOLEAN",
    "established_on": "DATE",
    "core_ip_count": "BIGINT",
    "hte_field": "VARCHAR",
    "serious_incident_in_year": "BOOLEAN",
}
_LAST = ("tech_staff_2025", "staff_2025", "high_tech_income_2025", "total_income_2025")
_SCORE = tuple(f"hte_innovation_score__{end}" for end in ("low", "high"))
_FACTS = ("key", *_POINT, *_LAST, *(f"{f}_{y}" for f in _YEARLY for y in _YEARS))

_SUM = " + ".join(f"case when year(established_on) > {y} then 0 else {{0}}_{y} end" for y in _YEARS)
SQL = f"""
with sums as (
  select *, {_SUM.format("rd_expense")} as rd_3, {_SUM.format("revenue")} as revenue_3,
         {_SUM.format("domestic_rd_expense")} as domestic_3
  from facts),
conditions as (
  select key,
    resident_enterprise and mainland_registered as resident,
    established_on <= date '2025-06-30' as old_enough,
    core_ip_count >= 1 as ip,
    hte_field <> 'none' as field,
    case when staff_2025 <> 0 then tech_staff_2025 * 100 >= staff_2025 * 10 end as staff,
    case when revenue_3 <> 0 then rd_3 * 100 >= revenue_3 * case
      when revenue_2025 <= 5000000000 then 5 when revenue_2025 <= 20000000000 then 4
      when revenue_2025 > 20000000000 then 3 end end as rd,
    case when rd_3 <> 0 then domestic_3 * 100 >= rd_3 * 60 end as domestic,
    case when total_income_2025 <> 0
      then high_tech_income_2025 * 100 >= total_income_2025 * 60 end as income,
    case when hte_innovation_score__low > 7000 then true
      when hte_innovation_score__high <= 7000 then false end as score,
    not serious_incident_in_year as clean
  from sums)
select *, resident and old_enough and ip and field and staff and rd and domestic and income
  and score and clean as high_tech_enterprise
from conditions
"""


class HighTech:
    """The same question put to four programs.

    Parameters
    ----------
    rulebook
        The shipped rules.
    facts
        The whole snapshot's facts.
    scores
        The run's stored columns, for the innovation score.
    folder
        Where files are written.
    """

    def __init__(
        self, rulebook: Rulebook, facts: pl.LazyFrame, scores: pl.LazyFrame, folder: Path
    ) -> None:
        self.folder, self.file = folder, folder / "high_tech.arrow"
        given = pl.concat([facts.select(_FACTS), scores.select(_SCORE)], how="horizontal")
        given.collect().write_ipc(
            self.file, compression="uncompressed", compat_level=pl.CompatLevel.oldest()
        )
        self.facts = pl.scan_ipc(self.file)
        self.program: Program = compile_program(
            rulebook,
            "enterprise",
            AS_OF,
            [*_FACTS, *_SCORE],
            only=["high_tech_enterprise"],
            given=["hte_innovation_score"],
        )

    def jingkai(self) -> Path:
        """Decide with the engine."""
        target = self.folder / "by_jingkai.arrow"
        PolarsEngine().decide(self.program, self.facts, target)
        return target

    def polars(self) -> Path:
        """Decide with Polars written by hand."""
        target = self.folder / "by_polars.arrow"
        handwritten(self.facts, pairs(self.program).values(), given=_SCORE).sink_ipc(
            target, compression="uncompressed", compat_level=pl.CompatLevel.oldest()
        )
        return target

    def duckdb(self) -> Path:
        """Decide with DuckDB on the mapped file."""
        import duckdb

        target = self.folder / "by_duckdb.arrow"
        with duckdb.connect(config={"threads": 2}) as connection:
            connection.register("facts", pa.ipc.open_file(pa.memory_map(str(self.file))).read_all())
            batches = connection.sql(SQL).to_arrow_reader(65_536)
            with pa.ipc.new_file(str(target), batches.schema) as out:
                for batch in batches:
                    out.write_batch(batch)
        return target

    def openfisca(self) -> Callable[[], Any]:
        """Return a call that decides with OpenFisca from arrays made beforehand."""
        from benchmarks.openfisca_model import arrays, simulation

        given = arrays(self.facts.collect())
        return lambda: simulation(given).calculate("high_tech_enterprise", "2025")
