"""The published numbers of entities, kept exactly in every year."""

from __future__ import annotations

import numpy as np
import pytest

from jingkai.population.assumptions import assumption, industries
from jingkai.population.counts import KINDS, TRAITS, count_entities
from jingkai.population.targets import YearWithoutFigures, targets_of
from jingkai.population.zones import national_zones


def counted(year: int):
    zones = national_zones(year)
    draw = np.random.default_rng(5)
    size = np.exp(draw.normal(0, 0.7, len(zones)))
    noise = {t: np.exp(draw.normal(0, 0.3, len(zones))) for t in TRAITS}
    regions = [z.region or "central" for z in zones]
    return count_entities(targets_of(year), size, regions, noise), size


@pytest.mark.parametrize("year", [2022, 2023, 2024])
def test_every_published_number_is_met_exactly(year):
    counts, size = counted(year)
    targets = targets_of(year)
    for trait, indicator in TRAITS.items():
        assert counts.total(trait) == targets.count(indicator)
    assert counts.total() == targets.count("market_entities")
    assert counts.table.min() >= 0
    share = counts.by_zone() / counts.total()
    assert np.allclose(share, size / size.sum(), rtol=0.01)


def test_published_bounds_are_exceeded_and_figures_met():
    targets = targets_of(2024)
    assert targets.count("market_entities") > 4_900_000
    assert targets.count("foreign_invested_enterprises") > 60_000
    assert targets.count("trading_enterprises") == 99_000
    assert targets.value("zone_gdp") == 16_900_000_000_000
    assert targets.value("foreign_capital_used_reported") == 27_200_000_000


def test_a_year_without_a_figure_takes_that_of_the_nearest():
    targets = targets_of(2022)
    assert not targets.published("market_entities")
    assert targets.count("market_entities") == targets_of(2024).count("market_entities")
    assert targets.count("high_tech_enterprises") == 65_000
    with pytest.raises(YearWithoutFigures, match="2018"):
        targets_of(2018)


def test_only_industry_is_above_scale():
    counts, _ = counted(2024)
    services = [i for i, code in enumerate(industries()) if code[0] not in "BCD"]
    above = [k for k, kind in enumerate(KINDS) if "above" in kind.traits]
    assert counts.table[np.ix_(above, range(counts.table.shape[1]), services)].sum() == 0


def test_industries_have_as_many_companies_as_assumed_however_traits_meet():
    counts, _ = counted(2024)
    rows = assumption("industries")
    companies = [k for k, kind in enumerate(KINDS) if kind.form == "company"]
    made = counts.table[companies].sum(axis=(0, 1)) / counts.table[companies].sum()
    wanted = np.array([rows[code][0] for code in industries()], dtype=float)
    assert np.abs(made - wanted / wanted.sum()).max() < 0.03
