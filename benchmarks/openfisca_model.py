"""The high-tech enterprise rule in OpenFisca-core, on arrays, zero where a fact is unknown."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from openfisca_core.entities import Entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

__all__ = ["arrays", "simulation"]

_Enterprise = Entity("enterprise", "enterprises", "", "")
_FLOATS = ("rd_3", "revenue_3", "domestic_3", "revenue", "tech_staff", "staff", "income", "total")
_BOOLS = ("resident", "mainland", "in_field", "incident")


def _input(name: str, kind: type) -> type[Variable]:
    body = {"value_type": kind, "entity": _Enterprise, "definition_period": DateUnit.YEAR}
    return type(name, (Variable,), body)


def _computed(name: str, formula: Any) -> type[Variable]:
    body = {"value_type": bool, "entity": _Enterprise, "definition_period": DateUnit.YEAR}
    return type(name, (Variable,), {**body, "formula": formula})


def _ratio(over: str, under: str, floor: float) -> Any:
    def formula(enterprise: Any, period: Any) -> Any:
        below = enterprise(under, period)
        return (
            np.where(below != 0, enterprise(over, period) / np.where(below, below, 1), 0) >= floor
        )

    return formula


def _rd(enterprise: Any, period: Any) -> Any:
    revenue = enterprise("revenue", period)
    floor = np.where(revenue <= 5e9, 0.05, np.where(revenue <= 2e10, 0.04, 0.03))
    sums = enterprise("revenue_3", period)
    return np.where(sums != 0, enterprise("rd_3", period) / np.where(sums, sums, 1), 0) >= floor


_CONDITIONS = {
    "c_resident": lambda e, p: e("resident", p) * e("mainland", p),
    "c_old": lambda e, p: e("founded", p) <= 20269,  # 2025-06-30 in days since 1970
    "c_ip": lambda e, p: e("core_ip", p) >= 1,
    "c_field": lambda e, p: e("in_field", p),
    "c_staff": _ratio("tech_staff", "staff", 0.1),
    "c_rd": _rd,
    "c_domestic": _ratio("domestic_3", "rd_3", 0.6),
    "c_income": _ratio("income", "total", 0.6),
    "c_score": lambda e, p: e("score", p) > 70,
    "c_clean": lambda e, p: np.logical_not(e("incident", p)),
}


def _all(enterprise: Any, period: Any) -> Any:
    result = enterprise("c_resident", period)
    for name in list(_CONDITIONS)[1:]:
        result = result * enterprise(name, period)
    return result


def _system() -> TaxBenefitSystem:
    system = TaxBenefitSystem([_Enterprise])
    inputs = {**dict.fromkeys((*_FLOATS, "score"), float), **dict.fromkeys(_BOOLS, bool)}
    for name, kind in {**inputs, "founded": int, "core_ip": int}.items():
        system.add_variable(_input(name, kind))
    for name, formula in _CONDITIONS.items():
        system.add_variable(_computed(name, formula))
    system.add_variable(_computed("high_tech_enterprise", _all))
    return system


def arrays(frame: pl.LazyFrame) -> dict[str, Any]:
    """Return the inputs as arrays; the sums of three years are made beforehand."""
    years = (2023, 2024, 2025)
    c = pl.col

    def three(name: str) -> pl.Expr:
        there = c("established_on").dt.year()
        return pl.sum_horizontal(
            pl.when((there <= y) | there.is_null()).then(c(f"{name}_{y}")) for y in years
        )

    ready = frame.select(
        rd_3=three("rd_expense"),
        revenue_3=three("revenue"),
        domestic_3=three("domestic_rd_expense"),
        revenue=c("revenue_2025"),
        tech_staff=c("tech_staff_2025"),
        staff=c("staff_2025"),
        income=c("high_tech_income_2025"),
        total=c("total_income_2025"),
        resident=c("resident_enterprise"),
        mainland=c("mainland_registered"),
        in_field=c("hte_field") != "none",
        incident=c("serious_incident_in_year"),
        founded=c("established_on").cast(pl.Int32),
        core_ip=c("core_ip_count"),
        score=c("hte_innovation_score__low") / 100,
    )
    filled = ready.with_columns(
        pl.selectors.boolean().fill_null(False), pl.selectors.numeric().fill_null(0)
    ).collect(engine="streaming")
    return {name: filled[name].to_numpy() for name in filled.columns}


def simulation(given: dict[str, Any]) -> Any:
    """Return a simulation with its inputs set."""
    built = SimulationBuilder().build_default_simulation(_system(), len(given["score"]))
    for name, values in given.items():
        built.set_input(name, "2025", values)
    return built
