"""What every zone reports of a year: shares of the published totals, and ratios that are assumed.

A zone's figure of a year depends on the seed, the zone and the year alone, so the nation of one year
and that of the next tell the same story about the year they share.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from jingkai.population.assumptions import assumed, assumption
from jingkai.population.counts import TRAITS, Counts, count_entities
from jingkai.population.draws import draw_for
from jingkai.population.raking import whole
from jingkai.population.targets import published_years, targets_of
from jingkai.population.zones import NationalZone, national_zones

__all__ = ["every_zone", "members", "shape_region", "zone_counts", "zone_figures", "zone_sizes"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_YI = 10**8  # 元 in 亿元
_ABOVE_SCALE = 0.2  # 亿元: main-business revenue from which an industrial enterprise is above scale


@cache
def every_zone() -> tuple[NationalZone, ...]:
    """Return all zones of all years, sorted by name."""
    found = {z.name: z for year in published_years() for z in national_zones(year)}
    return tuple(found[name] for name in sorted(found))


def members(year: int) -> NDArray[np.bool_]:
    """Return which of all zones were national ones in a year; before the first those of the first."""
    names = {z.name for z in national_zones(max(year, published_years()[0]))}
    return np.array([z.name in names for z in every_zone()])


def shape_region(zone: NationalZone) -> str:
    """Return the region whose shape a zone takes: where its own is unknown, the middle one."""
    return zone.region or "central"


def _by_region(table: dict[str, float]) -> Floats:
    return np.array([table[shape_region(z)] for z in every_zone()])


@cache
def zone_sizes(seed: int) -> Floats:
    """Return the size of every zone: the ranked ones first, then by chance, those that left last."""
    chance = np.array([draw_for(seed, z.name, "place").normal() for z in every_zone()])
    chance += 2 * np.log(_by_region(assumption("zones", "region")))
    order = sorted(
        range(len(chance)),
        key=lambda i: (every_zone()[i].years is not None, every_zone()[i].rank or 999, -chance[i]),
    )
    steps = (np.arange(len(order)) + 0.5) / len(order)
    normal = np.quantile(draw_for(seed, "sizes").normal(size=200_001), 1 - steps)
    sizes = np.empty(len(order))
    sizes[order] = np.exp(assumed("zones", "spread") * normal)
    return sizes


def _noise(seed: int, what: str, spread: float, year: int = 0) -> Floats:
    """Return for each zone a factor around one, its own in each year."""
    draws = [draw_for(seed, z.name, what, year).normal() for z in every_zone()]
    return np.exp(spread * np.array(draws))


@cache
def zone_counts(seed: int, year: int) -> Counts:
    """Return how many entities of each kind the members of a year have, in their order."""
    there = members(year)
    size = zone_sizes(seed)[there] ** assumed("zones", "entities")
    spread = assumed("traits_by_zone")
    noise = {trait: _noise(seed, trait, spread)[there] for trait in TRAITS}
    regions = [shape_region(z) for z, is_there in zip(every_zone(), there, strict=True) if is_there]
    return count_entities(targets_of(year), size, regions, noise)


def _spread(shares: Floats, total: int, year: int) -> Integers:
    """Return whole numbers: those of the year's members come to the total, others are on top."""
    there = members(year)
    found: Integers = np.rint(shares / shares[there].sum() * total).astype(np.int64)
    found[there] = whole(shares[there], total)
    return found


def _trait(seed: int, trait: str, year: int) -> Integers:
    """Return how many enterprises with a trait each zone had in a year."""
    known = max(year, published_years()[0])
    shares = zone_sizes(seed).copy()
    counted = zone_counts(seed, known).by_zone(trait)
    there = members(known)
    shares *= counted.sum() / shares[there].sum()
    shares[there] = counted
    if known == year:
        return np.rint(shares).astype(np.int64)
    return _spread(shares, targets_of(known).count(TRAITS[trait], year), year)


def _gdp_total(year: int) -> int:
    """Return the nation's GDP in 元: as published, or what a published growth says of it."""
    targets = targets_of(max(year, published_years()[0]))
    if targets.published("zone_gdp_growth", year + 1):
        grown = targets.value("zone_gdp", year + 1)
        return round(grown / (1 + targets.value("zone_gdp_growth", year + 1)))
    return round(targets.value("zone_gdp", year))


def _gdp_year(year: int) -> int:
    """Return whose members a year's GDP is the total of: where growth is published, the next year's."""
    targets = targets_of(max(year, published_years()[0]))
    return year + 1 if targets.published("zone_gdp_growth", year + 1) else year


def _ratio(seed: int, name: str, year: int, trend: int = 0) -> Floats:
    """Return an assumed ratio of each zone, its own level and a little of the year's."""
    level = _noise(seed, name, float(assumption(name).get("spread", 0.2)))
    better = (1 - assumed("efficiency_trend")) ** (trend * (year - 2024))
    return assumed(name) * level * _noise(seed, name, 0.03, year) * better


@cache
def zone_figures(seed: int, year: int) -> dict[str, NDArray[np.generic]]:
    """Return what every zone reports of a year, by fact of the zone.

    Returns
    -------
    One value each of `every_zone`. Amounts of the year's members come to the published totals:
    `gdp` and `above_scale_revenue` in 元, `trade_value` in 分, `foreign_capital_used` in 美分; the
    rest in the unit of the fact. A zone that was no member then has figures too.
    """
    size = zone_sizes(seed) * _noise(seed, "size", assumed("zones", "yearly"), year)
    gdp = _spread(size, _gdp_total(year) // 10**6, _gdp_year(year)) * 10**6
    open_to = assumption("zones", "openness")
    targets = targets_of(max(year, published_years()[0]))
    found: dict[str, NDArray[np.generic]] = {"gdp": gdp}
    for fact, trait, indicator in (
        ("trade_value", "trading", "trade_reported"),
        ("foreign_capital_used", "foreign", "foreign_capital_used_reported"),
    ):
        shares = size * _by_region(open_to) * _noise(seed, fact, open_to["spread"])
        shares = shares * _noise(seed, fact, 0.1, year) * (_trait(seed, trait, year) > 0)
        found[fact] = _spread(shares, int(targets.value(indicator, year) * 100), year)
    found["high_tech_enterprise_count"] = _trait(seed, "high_tech", year)
    found |= _industry(seed, year, gdp / _YI)
    found |= _numbers(seed, year, gdp / _YI)
    return found


def _industry(seed: int, year: int, gdp: Floats) -> dict[str, NDArray[np.generic]]:
    """Return the figures of industry: value added, revenue, energy, emissions, water, waste, land."""
    added = gdp * np.minimum(_ratio(seed, "value_added_share", year), 0.85)  # 亿元
    nation = assumed("above_scale_revenue") * gdp[members(year)].sum() / (_gdp_total(2024) / _YI)
    revenue = added / added[members(year)].sum() * nation
    revenue = np.maximum(revenue, 4 * _ABOVE_SCALE * _trait(seed, "above", year))
    energy = added * 10**4 * _ratio(seed, "energy_intensity", year, trend=1)
    energy *= _by_region(assumption("energy_by_region"))
    burnt = energy * _ratio(seed, "industrial_co2", year)
    land = added * 10**4 / _ratio(seed, "land_output", year, trend=-1)
    use = assumed("solid_waste_use") * _noise(seed, "waste use", 0.08) + 0.006 * (year - 2024)
    return {
        "industrial_value_added": added * 10**4,
        "above_scale_revenue": np.rint(revenue * _YI).astype(np.int64),
        "rd_expense": revenue * _ratio(seed, "rd_intensity", year),
        "total_energy": energy,
        "industrial_co2": burnt,
        "co2_emissions": burnt * _ratio(seed, "zone_co2", year),
        "energy_co2": burnt,
        "fresh_water": added * 10**4 * _ratio(seed, "water_intensity", year, trend=1),
        "solid_waste": added * 10**4 * _ratio(seed, "solid_waste_intensity", year, trend=1),
        "solid_waste_use": np.clip(use, 0.3, 1),
        "industrial_land": land / _by_region(assumption("land_by_region")),
    }


def _numbers(seed: int, year: int, gdp: Floats) -> dict[str, NDArray[np.generic]]:
    """Return numbers of things: bodies, large and listed enterprises, jobs, parks; and the taxes."""
    targets = targets_of(max(year, published_years()[0]))
    able = gdp * _by_region(assumption("zones", "innovation")) * _noise(seed, "able", 0.3)
    large = gdp * _noise(seed, "large", 0.3)
    draw = [
        draw_for(seed, z.name, "parks").poisson(assumed("co_built_parks")) for z in every_zone()
    ]
    later = [draw_for(seed, z.name, "parks", year).random() < 0.3 for z in every_zone()]
    return {
        "rd_bodies": _spread(able, targets.count("rd_bodies_reported", year), year),
        "large_manufacturers": _spread(
            large, targets.count("assessed_large_manufacturers", year), year
        ),
        "listed_companies": _spread(able, targets.count("assessed_listed_companies", year), year),
        "tax_revenue": gdp * _ratio(seed, "tax_share", year),
        "new_jobs": np.rint(gdp * _ratio(seed, "new_jobs", year)).astype(np.int64),
        "co_built_parks": np.array(draw) + np.array(later),
    }
