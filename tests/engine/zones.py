"""Zones with listed companies by year, and an assessment by them alone: enough to work ranks out by hand."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import polars as pl

from jingkai.policies import policies_folder
from jingkai.registry.snapshot import Snapshot, SourceFile, write_snapshot
from jingkai.rulebook import Rulebook, load_rulebook
from jingkai.workspace import Workspace

_HEAD = "rule: %s\ntitle: {zh: 试, en: T}\nmeasure: trying\nentity: zone\nbasis: {document: 试, from: 2016-01-01}\n"
_OUTPUT = "unit: 家\nkind: indicator\nvalue: sum(zone.last(listed_companies))\ndirection: more\n"
_TRIAL = """kind: assessment
parameters:
  whole: {value: 100 %, basis: 一}
  least: {value: 0 分, basis: 一}
  range: {value: 100 分, basis: 一}
  full_year: {value: 12 月, basis: 一}
  next_day: {value: 1 天, basis: 一}
conditions:
  - {id: a_full_year, basis: 一, test: "add_months(established_on, full_year) <= date_add(last_year_end(), next_day)"}
scaling: {floor: least, span: range, basis: 一}
groups:
  - {id: all, title: {zh: 全部, en: All}, weight: whole, of: 1, items: [{id: output, title: {zh: 产出, en: O}, basis: 一, indicator: output}]}
"""


def small_book(folder: Path) -> Rulebook:
    """Return an assessment by one indicator, and both exit rules as shipped."""
    folder.mkdir(exist_ok=True)
    for name, text in (("output", _OUTPUT), ("trial", _TRIAL)):
        (folder / f"{name}.yaml").write_text(_HEAD % name + text, "utf-8")
    for name in ("zone_exit_candidate", "zone_exit_candidate_2016"):
        shutil.copy(policies_folder() / "assessment" / f"{name}.yaml", folder)
    return load_rulebook([folder], examples_needed=False)


def put_zones(
    workspace: Workspace, as_of: dt.date, zones: dict[str, dict[str, Any]], region: str = "east"
) -> Snapshot:
    """Store zones: by name stored facts, a year for the listed companies of that year."""
    rows = []
    for name, given in zones.items():
        listed = {f"listed_companies_{k}" if k.isdigit() else k: v for k, v in given.items()}
        rows.append(
            {"key": name, "name": name, "region": region, "established_on": dt.date(2000, 1, 1)}
            | listed
        )
    names = dict.fromkeys(column for row in rows for column in row)
    kinds = {
        "key": pl.String,
        "name": pl.String,
        "region": pl.String,
        "province": pl.String,
        "established_on": pl.Date,
    }
    frame = pl.DataFrame(rows, schema={n: kinds.get(n, pl.Int64) for n in names})
    source = SourceFile(file="试", sha256="", office="commerce", as_of=str(as_of), entity="zone")
    return write_snapshot(workspace, {"zone": frame}, as_of=as_of, sources=[source])


_ALIKE = [
    "gdp",
    "trade_value",
    "foreign_capital_used",
    "rd_expense",
    "above_scale_revenue",
    "rd_bodies",
    "high_tech_enterprise_count",
    "total_energy",
    "industrial_value_added",
    "industrial_co2",
    "co2_emissions",
    "fresh_water",
    "solid_waste",
    "new_jobs",
    "co_built_parks",
    "tax_revenue",
    "large_manufacturers",
    "listed_companies",
    "industrial_land",
]


def alike(*years: int) -> dict[str, Any]:
    """Return every fact that the shipped assessment reads, the same in each year: full points for all."""
    facts = {f"{name}_{year}": 10**10 for name in _ALIKE for year in years}
    return facts | {f"solid_waste_use_{year}": 10**8 for year in years}
