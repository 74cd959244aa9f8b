"""The high-tech enterprise rule alone, its innovation score given: jingkai and its peers.

Each reads one file of the facts that the rule needs and stores its result as a file of the same
format, uncompressed as snapshots and decision runs are. jingkai, Polars and DuckDB store the ten
conditions and the verdict, exact and three-valued; in Parquet jingkai and Polars as bounds. OpenFisca has no unknown (zero stands for it), computes in 32-bit floats and stores no trace: the
verdict alone is written.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from benchmarks.agreement import pairs
from benchmarks.data import AS_OF
from benchmarks.handwritten import handwritten
from benchmarks.truth_bounds import with_truth_bounds, without_truth_bounds
from jingkai.engine.polars_engine import PolarsEngine, program_frame, write_results
from jingkai.policies import policies_folder
from jingkai.rulebook import Program, Rulebook, compile_program, load_rulebook

__all__ = ["RULE", "HighTech"]

RULE = "high_tech_enterprise"
_YEARS = (2023, 2024, 2025)
_YEARLY = ("rd_expense", "revenue", "domestic_rd_expense")
_POINT = (
    "resident_enterprise",
    "mainland_registered",
    "established_on",
    "core_ip_count",
    "hte_field",
    "serious_incident_in_year",
)
_LAST = ("tech_staff_2025", "staff_2025", "high_tech_income_2025", "total_income_2025")
_SCORE = tuple(f"hte_innovation_score__{end}" for end in ("low", "high"))
_FACTS = ("key", *_POINT, *_LAST, *(f"{f}_{y}" for f in _YEARLY for y in _YEARS))

_PARQUET: dict[str, Any] = {
    "compression": "uncompressed",
    "statistics": False,
    "maintain_order": True,
    "engine": "streaming",
}
#: Who stores three-valued columns as two of two values in Parquet.
_BY_BOUNDS = ("jingkai", "polars")
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
    folder
        Where `give` has put the facts, and where results are written.
    """

    def __init__(self, rulebook: Rulebook, folder: Path) -> None:
        self.folder = folder
        self.program: Program = compile_program(
            rulebook,
            "enterprise",
            AS_OF,
            [*_FACTS, *_SCORE],
            only=[RULE],
            given=["hte_innovation_score"],
        )

    def give(self, facts: pl.LazyFrame, scores: pl.LazyFrame) -> None:
        """Write the facts that the rule needs and the innovation score in both formats."""
        given = pl.concat([facts.select(_FACTS), scores.select(_SCORE)], how="horizontal")
        write_results(given, self.file("arrow"))
        self.facts("arrow").sink_parquet(self.file("parquet"), **_PARQUET)

    def file(self, form: str) -> Path:
        """Return the file of facts of a format."""
        return self.folder / f"high_tech.{form}"

    def facts(self, form: str) -> pl.LazyFrame:
        """Return the facts as they stand in a file."""
        return (pl.scan_ipc if form == "arrow" else pl.scan_parquet)(self.file(form))

    def result(self, side: str, form: str) -> pl.LazyFrame:
        """Return what a side stored, unknown as null."""
        stored = (pl.scan_ipc if form == "arrow" else pl.scan_parquet)(self._target(side, form))
        if form == "parquet" and side in _BY_BOUNDS:
            return without_truth_bounds(stored, self._answers(side))
        return stored

    def call(self, side: str, form: str) -> Callable[[], None]:
        """Return a call that decides from a format to the same."""
        return lambda: getattr(self, f"_{side}")(form)

    def _answers(self, side: str) -> list[str]:
        """Return the names under which a side has the conditions and the verdict."""
        names = pairs(self.program)
        return list(names) if side == "jingkai" else list(names.values())

    def _target(self, side: str, form: str) -> Path:
        return self.folder / f"by_{side}.{form}"

    def _store(self, frame: pl.LazyFrame, side: str, form: str) -> None:
        target = self._target(side, form)
        if form == "arrow":
            write_results(frame, target)
            return
        if side in _BY_BOUNDS:
            frame = with_truth_bounds(frame, self._answers(side))
        frame.sink_parquet(target, **_PARQUET)

    def _jingkai(self, form: str) -> None:
        if form == "arrow":
            PolarsEngine().decide(self.program, self.facts(form), self._target("jingkai", form))
            return
        frame = program_frame(self.program, self.facts(form))
        self._store(frame.select("key", *self.program.outputs), "jingkai", form)

    def _polars(self, form: str) -> None:
        frame = handwritten(self.facts(form), self._answers("polars"), given=_SCORE)
        self._store(frame, "polars", form)

    def _duckdb(self, form: str) -> None:
        import duckdb

        target = self._target("duckdb", form)
        with duckdb.connect(config={"threads": 2}) as connection:
            if form == "parquet":
                connection.read_parquet(str(self.file(form))).create_view("facts")
                connection.sql(SQL).write_parquet(str(target), compression="uncompressed")
                return
            table = pa.ipc.open_file(pa.memory_map(str(self.file(form)))).read_all()
            connection.register("facts", table)
            batches = connection.sql(SQL).to_arrow_reader(65_536)
            with pa.ipc.new_file(str(target), batches.schema) as out:
                for batch in batches:
                    out.write_batch(batch)

    def _openfisca(self, form: str) -> None:
        from benchmarks.openfisca_model import simulation

        facts = self.facts(form).collect()
        verdict = simulation(facts).calculate(RULE, "2025")
        found = facts.select("key", pl.Series(RULE, verdict))
        self._store(found.lazy(), "openfisca", form)


def main() -> None:
    """Decide once, so that memory can be watched: side, format, folder."""
    side, form, folder = sys.argv[1:]
    HighTech(load_rulebook([policies_folder()]), Path(folder)).call(side, form)()


if __name__ == "__main__":
    main()
