"""Facts drawn by recipes: bounds, order, gaps, and nothing that hangs on what else is drawn."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from jingkai.population import some_enterprises
from jingkai.population.draft import Draft
from jingkai.population.recipes import RecipeBook, recipe_book
from jingkai.vocabulary import load_vocabulary

ROWS = 20_000
LARGE = np.arange(ROWS) % 4 == 0


def draft(**facts) -> Draft:
    book = RecipeBook(facts, {}, {"tax": 0.2, "else": 0.0}, {})
    entity = load_vocabulary().entities["enterprise"]
    return Draft(entity, ROWS, (7, "test"), 2024, book, {"large": LARGE})


def test_a_figure_may_follow_another_and_differ_by_group():
    made = draft(
        staff={"number": [100, 0.5], "gap": 0},
        tech_staff={"of": "staff", "share": {"large": [0.5, 0.6], "else": [0, 0.1]}, "gap": 0},
    )
    frame = made.frame(["staff_2024", "tech_staff_2024"])
    share = (frame["tech_staff_2024"] / frame["staff_2024"]).to_numpy()
    assert share[LARGE].mean() == pytest.approx(0.55, abs=0.01)
    assert share[~LARGE].mean() == pytest.approx(0.05, abs=0.01)
    assert (frame["tech_staff_2024"] <= frame["staff_2024"]).all()


def test_gaps_are_of_the_office_and_come_together():
    made = draft(revenue={"number": [100, 1]}, total_assets={"number": [100, 1]})
    frame = made.frame(["revenue_2024", "total_assets_2024"])
    lost = frame["revenue_2024"].is_null()
    both = lost & frame["total_assets_2024"].is_null()
    assert lost.mean() == pytest.approx(0.2, abs=0.02)
    assert both.mean() > 0.12  # 0.04 if offices lost facts one by one


def test_codes_follow_their_weights_and_days_lie_where_asked():
    made = draft(
        hte_field={"among": {"large": {"E1": 1}, "else": {"E2": 3, "none": 1}}, "gap": 0},
        neeq_listed_on={"days": [-10, -1], "only": "large", "gap": 0},
    )
    frame = made.frame(["hte_field", "neeq_listed_on"])
    assert set(frame.filter(pl.Series(LARGE))["hte_field"]) == {"E1"}
    shares = frame.filter(pl.Series(~LARGE))["hte_field"].value_counts(normalize=True)
    assert dict(shares.rows())["E2"] == pytest.approx(0.75, abs=0.02)
    days = frame["neeq_listed_on"]
    assert days.null_count() == int((~LARGE).sum())
    assert str(days.min()) >= "2024-12-21" and str(days.max()) <= "2024-12-30"


def test_a_fact_that_is_added_leaves_the_others_as_they_were():
    one = draft(staff={"number": [100, 0.5]}).frame(["staff_2024"])
    facts = {"rd_staff": {"number": [5, 1]}, "staff": {"number": [100, 0.5]}}
    two = draft(**facts).frame(["rd_staff_2024", "staff_2024"])
    assert two["staff_2024"].equals(one["staff_2024"])


def test_nothing_is_known_of_years_before_the_founding():
    founded = np.where(LARGE, 2024, 2020)
    frame = draft(staff={"number": [100, 0.5], "gap": 0}).frame(["staff_2023"], founded)
    assert frame["staff_2023"].is_null().to_numpy().tolist() == LARGE.tolist()


@pytest.mark.parametrize("entity", sorted(load_vocabulary().entities))
def test_recipes_are_about_facts_and_titles_that_exist(entity):
    vocabulary, book = load_vocabulary(), recipe_book(entity)
    facts = vocabulary.entities[entity].facts
    assert {name for name in book.facts if "*" not in name} <= set(facts)
    assert set(book.titles) <= set(vocabulary.titles)
    for name, recipe in book.facts.items():
        kind = facts[name].type if "*" not in name else "number"
        wanted = {"bool": {"chance"}, "code": {"among"}, "date": {"days", "from"}}
        assert wanted.get(kind, {"share", "times", "number", "near", "among_numbers"}) & set(recipe)


def test_enterprises_hang_together():
    made = some_enterprises(3000, seed=3, year=2024)
    known = made.drop_nulls(["revenue_2024", "staff_2024", "tech_staff_2024", "rd_expense_2024"])
    assert (known["tech_staff_2024"] <= known["staff_2024"]).all()
    assert (known["rd_expense_2024"] <= known["revenue_2024"]).all()
    services = pl.col("industry_code").str.contains("^[^BCD]")
    coal = made.filter(services)["bituminous_coal_use_2024"]
    assert coal.drop_nulls().sum() == 0 and coal.drop_nulls().len() > 0
    holds = pl.col("high_tech_enterprise_title_held")
    research = made.group_by(holds).agg(pl.col("rd_expense_2024").median())
    by = dict(research.drop_nulls().rows())
    assert by[True] > 10 * max(by[False], 1)
    assert made["name"].str.starts_with("合成").all() and made["key"].is_sorted()
