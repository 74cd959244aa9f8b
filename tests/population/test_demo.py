"""The demo's enterprises stay the same when the vocabulary grows."""

from __future__ import annotations

from jingkai.population.demo import _Maker
from jingkai.vocabulary import load_vocabulary


def test_a_fact_that_is_added_leaves_the_others_alike():
    entity = load_vocabulary().entities["enterprise"]
    fewer = {n: f for n, f in entity.facts.items() if n != "is_sme"}
    before = entity.model_copy(update={"facts": fewer})
    old, new = (_Maker(50, 3, 2025, e).frame("示范经开区") for e in (before, entity))
    assert "is_sme" not in old.columns and "is_sme" in new.columns
    assert new.drop("is_sme").select(old.columns).equals(old)
