"""Green 绿色低碳."""

from __future__ import annotations

from datetime import date

import polars as pl

from benchmarks.handwritten.terms import (
    Columns,
    all_of,
    amount,
    any_of,
    c,
    duty,
    grade,
    half_up,
    last,
)

__all__ = ["columns"]

#: Of each fuel: calorific value × carbon × oxidation of each fuel, times 10^10, per unit burnt.
_FUELS = {
    "anthracite": (24515, 2749, 94),
    "bituminous_coal": (23204, 2618, 93),
    "lignite": (14449, 2800, 96),
    "washed_coal": (26344, 2540, 93),
    "other_washed_coal": (15373, 2540, 90),
    "briquettes": (17460, 3360, 90),
    "coke": (28446, 2940, 93),
    "crude_oil": (42620, 2010, 98),
    "fuel_oil": (40190, 2110, 98),
    "gasoline": (44800, 1890, 98),
    "diesel": (43330, 2020, 98),
    "kerosene": (44750, 1960, 98),
    "naphtha": (41031, 2000, 98),
    "petroleum_coke": (31000, 2750, 98),
    "other_petroleum": (40190, 2000, 98),
    "tar": (33453, 2200, 98),
    "crude_benzene": (41816, 2270, 98),
    "refinery_gas": (46050, 1820, 99),
    "lpg": (47310, 1720, 99),
    "lng": (41868, 1530, 99),
    "natural_gas": (389310, 1530, 99),
    "coke_oven_gas": (173854, 1360, 99),
    "blast_furnace_gas": (37690, 7080, 99),
    "converter_gas": (79540, 4960, 99),
    "carbide_furnace_gas": (111190, 3951, 99),
    "other_gas": (52340, 1220, 99),
}


def columns() -> Columns:
    """Return the columns of this measure's rules."""
    return {**amount("enterprise_co2", pl.lit(True), _co2()), **_trading(), **_energy(), **_audit()}


def _co2() -> pl.Expr:
    burnt = sum(
        (last(f"{f}_use").cast(pl.Int128) * (n * k * o) for f, (n, k, o) in _FUELS.items()),
        pl.lit(0, pl.Int128),
    )
    power = (last("purchased_electricity") - last("exported_electricity")).cast(pl.Int128)
    heat = (last("purchased_heat") - last("exported_heat")).cast(pl.Int128)
    total = burnt * 11 + power * (3 * 5306 * 10**6) + heat * (33 * 10**8)
    return half_up(total, 3 * 10**10).cast(pl.Int64)


def _trading() -> Columns:
    unit, included = "key_emitting_unit", c("ets_inclusion")
    sector, emissions = c("ets_sector"), f"{unit}.emissions"
    others = ["petrochemical", "chemical", "flat_glass", "copper", "paper", "aviation"]
    report_only = sector.is_in(others) & c(emissions)
    plan, report = "emission_data_plan", "emission_report_filing"
    return {
        f"{unit}.sector": sector.is_in(["power", "steel", "cement", "aluminium"]),
        emissions: last("direct_emissions") >= 260_000_000,
        unit: all_of(unit, "sector", "emissions"),
        "ets_inclusion": grade(["allocation", "report_only", "outside"], [c(unit), report_only]),
        f"{plan}.key_unit": c(unit),
        **duty(plan, c(f"{plan}.key_unit"), pl.lit(date(2026, 12, 31))),
        f"{report}.included": (included == "allocation") | (included == "report_only"),
        **duty(report, c(f"{report}.included"), pl.lit(date(2026, 3, 31))),
    }


def _energy() -> Columns:
    user, managed, used = "key_energy_user", "energy_management", last("total_energy")
    own = ("target", "post", "metering", "online")
    legal = c("above_scale_industrial.legal_entity")
    return {
        f"{user}.large_user": used >= 100_000_000,
        f"{user}.designated_user": (used >= 50_000_000) & c("key_user_designated"),
        user: legal & any_of(user, "large_user", "designated_user"),
        f"{managed}.key_user": c(user),
        **{f"{managed}.{name}": c(f"energy_{name}") for name in own},
        managed: all_of(managed, "key_user", *own),
        **duty("energy_use_report", c(f"{managed}.key_user"), pl.lit(date(2026, 3, 31))),
        # No zone has set where the classes end.
        "energy_intensity_class": pl.lit(None, pl.Enum(["A", "B", "C"])),
    }


def _audit() -> Columns:
    audit, start = "clean_production_audit", "clean_production_audit_start"
    listed = c("audit_list_published_on").dt
    bound = any_of(audit, "over_limits", "energy_hungry", "toxic")
    return {
        f"{audit}.over_limits": c("over_emission"),
        f"{audit}.energy_hungry": c("over_energy_limit"),
        f"{audit}.toxic": c("toxic_materials"),
        **duty(audit, bound, listed.offset_by("12mo")),
        **duty(start, bound, listed.offset_by("2mo")),
    }
