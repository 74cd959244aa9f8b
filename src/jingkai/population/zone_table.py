"""The zones of a population as a snapshot stores them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jingkai.population.assumptions import assumed
from jingkai.population.columns import columns_read
from jingkai.population.draft import Draft
from jingkai.population.draws import draw_for
from jingkai.population.others import all_columns
from jingkai.population.recipes import recipe_book
from jingkai.population.zone_figures import members, zone_figures
from jingkai.population.zones import NationalZone
from jingkai.rulebook import Rulebook
from jingkai.vocabulary import load_vocabulary

__all__ = ["identity_of_zones", "stored_figure", "zone_frame"]

#: Figures that published totals are about: every zone reports them.
_WHOLE = {
    "gdp", "trade_value", "foreign_capital_used", "above_scale_revenue", "high_tech_enterprise_count",
    "rd_bodies", "large_manufacturers", "listed_companies",
}  # fmt: skip
#: How many years before the last one zones report: rules look back as far.
_BACK = 3
_FEN = 100


def identity_of_zones(zones: tuple[NationalZone, ...]) -> pl.DataFrame:
    """Return key, name, province, region, day and year of approval, null where not known."""
    return pl.DataFrame(
        {
            "key": [z.name for z in zones],
            "name": [z.name for z in zones],
            "province": pl.Series([z.province for z in zones], dtype=pl.String),
            "region": pl.Series([z.region for z in zones], dtype=pl.String),
            "established_on": pl.Series([z.established_on for z in zones], dtype=pl.Date),
            "established_year": pl.Series([z.established_year for z in zones], dtype=pl.Int64),
        }
    )


def zone_frame(
    zones: tuple[NationalZone, ...],
    seed: int,
    year: int,
    day: date,
    reached: Mapping[str, NDArray[np.int64]],
    rulebook: Rulebook,
) -> pl.DataFrame:
    """Return every zone with what it reports of four years.

    Parameters
    ----------
    zones
        The members of the year.
    seed, year, day
        As for the population.
    reached
        Of the year what the zones' enterprises come to, in 元, 分 or 美分 as drawn.
    rulebook
        Whose rules' facts are made.
    """
    entity, there = load_vocabulary().entities["zone"], members(year)
    draft = Draft(entity, len(zones), (seed, "zone", year), year, recipe_book("zone"), {})
    columns = all_columns(rulebook, "zone", year, day)
    for back in range(_BACK + 1):
        past = year - back
        for fact, values in zone_figures(seed, past).items():
            given = reached.get(fact, values[there]) if not back else values[there]
            known = _reported(seed, fact, past, there)
            draft.put(f"{fact}_{past}", stored_figure(fact, given), known)
            columns.append(f"{fact}_{past}")
    identity = identity_of_zones(zones)
    wanted = [c for c in dict.fromkeys(columns) if c not in identity.columns]
    assert set(wanted) >= set(columns_read(rulebook, "zone", day)) - set(identity.columns)
    return pl.concat([identity, draft.frame(wanted)], how="horizontal")


def stored_figure(fact: str, values: NDArray[Any]) -> NDArray[Any]:
    """Return money in hundredths, the rest as floats in the fact's unit."""
    if fact in ("gdp", "above_scale_revenue"):
        return np.asarray(values, dtype=np.int64) * _FEN
    if fact in ("trade_value", "foreign_capital_used"):
        return np.asarray(values, dtype=np.int64)
    return np.asarray(values, dtype=np.float64)


def _reported(seed: int, fact: str, year: int, there: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which zones reported a figure of a year: now and then one forgets."""
    if fact in _WHOLE:
        return np.ones(int(there.sum()), dtype=bool)
    chance = draw_for(seed, "reported", fact, year).random(len(there))[there]
    return np.asarray(chance >= assumed("drop"))
