"""The high-tech enterprise rule in OpenFisca-core, on arrays, zero where a fact is unknown.

Written as its users write: facts are variables by year, the sums of three years and each condition
are formulas over them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from openfisca_core.entities import Entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

__all__ = ["simulation"]

_Enterprise = Entity("enterprise", "enterprises", "", "")
_YEARS = (2023, 2024, 2025)
_YEARLY = ("rd_expense", "revenue", "domestic_rd_expense")
_LAST = ("tech_staff", "staff", "high_tech_income", "total_income")
_BOOLS = ("resident_enterprise", "mainland_registered", "in_field", "serious_incident_in_year")
_WHOLE = ("founded", "founded_year", "core_ip_count")


def _variable(name: str, kind: type, formula: Any = None) -> type[Variable]:
    body = {"value_type": kind, "entity": _Enterprise, "definition_period": DateUnit.YEAR}
    return type(name, (Variable,), body if formula is None else {**body, "formula": formula})


def _existing(name: str) -> Any:
    def formula(enterprise: Any, period: Any) -> Any:
        founded = enterprise("founded_year", period)
        years = (period.offset(-ago) for ago in (2, 1, 0))
        return sum(np.where(founded > y.start.year, 0, enterprise(name, y)) for y in years)

    return formula


def _ratio(over: str, under: str, floor: float) -> Any:
    def formula(enterprise: Any, period: Any) -> Any:
        below = enterprise(under, period)
        share = enterprise(over, period) / np.where(below, below, 1)
        return np.where(below != 0, share, 0) >= floor

    return formula


def _rd(enterprise: Any, period: Any) -> Any:
    revenue, sums = enterprise("revenue", period), enterprise("revenue_3", period)
    floor = np.where(revenue <= 5e9, 0.05, np.where(revenue <= 2e10, 0.04, 0.03))
    return np.where(sums != 0, enterprise("rd_3", period) / np.where(sums, sums, 1), 0) >= floor


_SUMS = {"rd_3": "rd_expense", "revenue_3": "revenue", "domestic_3": "domestic_rd_expense"}
_CONDITIONS = {
    "c_resident": lambda e, p: e("resident_enterprise", p) * e("mainland_registered", p),
    "c_old": lambda e, p: e("founded", p) <= 20269,  # 2025-06-30 in days since 1970
    "c_ip": lambda e, p: e("core_ip_count", p) >= 1,
    "c_field": lambda e, p: e("in_field", p),
    "c_staff": _ratio("tech_staff", "staff", 0.1),
    "c_rd": _rd,
    "c_domestic": _ratio("domestic_3", "rd_3", 0.6),
    "c_income": _ratio("high_tech_income", "total_income", 0.6),
    "c_score": lambda e, p: e("score", p) > 70,
    "c_clean": lambda e, p: np.logical_not(e("serious_incident_in_year", p)),
}


def _all(enterprise: Any, period: Any) -> Any:
    result = enterprise("c_resident", period)
    for name in list(_CONDITIONS)[1:]:
        result = result * enterprise(name, period)
    return result


def _system() -> TaxBenefitSystem:
    system = TaxBenefitSystem([_Enterprise])
    inputs = {**dict.fromkeys((*_YEARLY, *_LAST, "score"), float), **dict.fromkeys(_BOOLS, bool)}
    for name, kind in {**inputs, **dict.fromkeys(_WHOLE, int)}.items():
        system.add_variable(_variable(name, kind))
    for name, fact in _SUMS.items():
        system.add_variable(_variable(name, float, _existing(fact)))
    for name, formula in _CONDITIONS.items():
        system.add_variable(_variable(name, bool, formula))
    system.add_variable(_variable("high_tech_enterprise", bool, _all))
    return system


def simulation(facts: pl.DataFrame) -> Any:
    """Return a simulation with its inputs set from the facts."""
    built = SimulationBuilder().build_default_simulation(_system(), facts.height)
    for name in _YEARLY:
        for year in _YEARS:
            built.set_input(name, str(year), _array(facts[f"{name}_{year}"], 0))
    for name in _LAST:
        built.set_input(name, "2025", _array(facts[f"{name}_2025"], 0))
    founded = facts["established_on"]
    made = {
        **{name: _array(facts[name], False) for name in (*_BOOLS[:2], _BOOLS[3])},
        "in_field": _array(facts["hte_field"] != "none", False),
        "founded": _array(founded.cast(pl.Int32), 0),
        "founded_year": _array(founded.dt.year(), 0),
        "core_ip_count": _array(facts["core_ip_count"], 0),
        "score": _array(facts["hte_innovation_score__low"] / 100, 0),
    }
    for name, values in made.items():
        built.set_input(name, "2025", values)
    return built


def _array(values: pl.Series, unknown: int | bool) -> Any:
    return values.fill_null(unknown).to_numpy()
