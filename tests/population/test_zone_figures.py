"""What zones report: shares of what was published."""

from __future__ import annotations

import numpy as np
import pytest

from jingkai.population.targets import targets_of
from jingkai.population.zone_figures import every_zone, members, zone_figures, zone_sizes


@pytest.mark.parametrize("year", [2022, 2023, 2024])
def test_the_members_of_a_year_come_to_what_was_published(year):
    figures, there, targets = zone_figures(7, year), members(year), targets_of(year)
    assert abs(figures["gdp"][there].sum() - targets.value("zone_gdp")) < 0.05e12
    assert figures["trade_value"][there].sum() == targets.value("trade_reported") * 100
    capital = figures["foreign_capital_used"][there].sum()
    assert capital == targets.value("foreign_capital_used_reported") * 100
    hte = figures["high_tech_enterprise_count"][there].sum()
    assert hte == targets.count("high_tech_enterprises")
    assert figures["rd_bodies"][there].sum() == targets.count("rd_bodies_reported")


def test_growth_is_the_published_one():
    there = members(2023)
    grown = zone_figures(7, 2023)["gdp"][there].sum() / zone_figures(7, 2022)["gdp"][there].sum()
    assert round(grown - 1, 3) == 0.056


def test_the_zones_that_ranked_first_are_the_largest():
    sizes = zone_sizes(7)
    order = np.argsort(-sizes)
    assert [every_zone()[i].rank for i in order[:30]] == list(range(1, 31))
    assert every_zone()[order[-1]].years is not None


def test_above_scale_revenue_leaves_room_for_every_enterprise_that_is_above_scale():
    figures = zone_figures(7, 2024)
    assert figures["above_scale_revenue"].min() > 0
    assert figures["solid_waste_use"].max() <= 1
