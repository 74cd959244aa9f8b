"""Bundles: what is asked for once, which steps run at once, how long the longest way is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from graphlib import CycleError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingkai.services.bundle import plan_bundle, schedule
from jingkai.services.critical_path import longest_way


def test_shared_materials_are_asked_for_once(catalogue):
    plan = plan_bundle(catalogue.bundles["construction_project"])
    ids = [m.id for m in plan.materials]
    assert len(ids) == len(set(ids)) < plan.apart < plan.listed
    assert ids.count("working_drawings") == 1  # the fire review and the permit both want them
    assert not any(m.shared or m.result_of for m in plan.materials)


def promise(catalogue, name: str, **days: int):
    bundle = catalogue.bundles[name]
    items = {n: replace(i, promised=days.get(n)) for n, i in bundle.items.items()}
    return replace(bundle, items=items)


OPENING = {
    "establishment_registration": 1,
    "seal_filing": 1,
    "tax_start": 3,
    "social_insurance_registration": 1,
    "bank_account": 1,
}


def test_the_longest_way_counts_and_not_the_sum(catalogue):
    plan = plan_bundle(promise(catalogue, "open_an_enterprise", **OPENING))
    assert plan.promised.days == 4
    assert plan.promised.way == ("establishment_registration", "tax_start")
    assert plan.in_turn == 7


def test_a_part_without_a_promise_leaves_the_whole_open(catalogue):
    days = {k: v for k, v in OPENING.items() if k != "bank_account"}
    plan = plan_bundle(promise(catalogue, "open_an_enterprise", **days))
    assert plan.promised.days is None and plan.in_turn is None
    assert plan.promised.unknown == ("bank_account",)
    assert plan.promised.known == 4


def test_what_is_optional_may_be_left_out(catalogue):
    bundle = promise(catalogue, "open_an_enterprise", **OPENING)
    plan = plan_bundle(bundle, without=("bank_account", "seal_filing"))
    names = [i.id for i in plan.items]
    assert "bank_account" not in names and "seal_filing" in names  # the seal is no option
    assert "account_application" not in [m.id for m in plan.materials]


def test_trips_of_one_case_are_those_of_its_worst_part(catalogue):
    bundle = catalogue.bundles["open_an_enterprise"]
    assert plan_bundle(bundle).trips is None
    items = {n: replace(i, trips=1) for n, i in bundle.items.items()}
    plan = plan_bundle(replace(bundle, items=items))
    assert (plan.trips, plan.trips_apart) == (1, 5)
    assert plan_bundle(replace(bundle, items=items, trips=0)).trips == 0


def test_days_of_a_bundle_run_in_parallel_over_a_holiday(catalogue):
    bundle = promise(catalogue, "open_an_enterprise", **OPENING)
    found = schedule(bundle, date(2026, 2, 13))
    begins = {p.item: p.begins for p in found.parts}
    ends = {p.item: p.promised.assured for p in found.parts}
    assert begins["tax_start"] == begins["seal_filing"] == date(2026, 2, 14)  # a made-up Saturday
    assert ends["seal_filing"] == date(2026, 2, 24)  # the first day after the festival
    assert ends["tax_start"] == date(2026, 2, 26)
    assert found.ends == date(2026, 2, 26) and found.note == ""


def test_a_bundle_with_a_part_that_has_no_time_limit_has_no_end(catalogue):
    found = schedule(catalogue.bundles["construction_project"], date(2026, 3, 2))
    last = found.parts[-1]
    assert last.item == "joint_completion_acceptance" and last.statutory is None
    assert found.ends is None
    permit = next(p for p in found.parts if p.item == "construction_permit")
    assert permit.begins == date(2026, 5, 21)


def test_steps_of_an_item_may_run_at_once(catalogue):
    item = catalogue.items["joint_completion_acceptance"]
    steps = tuple(replace(s, days=2) for s in item.steps)
    assert replace(item, steps=steps).way().days == 6  # five steps, three of them at once


@given(st.dictionaries(st.integers(0, 9), st.integers(0, 20), min_size=1))
def test_the_longest_way_lies_between_the_longest_step_and_the_sum(days):
    names = {str(n): d for n, d in days.items()}
    after = {str(n): [str(m) for m in days if m < n and (m + n) % 2] for n in days}
    found = longest_way(names, after)
    assert max(days.values()) <= found.days <= sum(days.values())
    assert sum(names[n] for n in found.way) == found.days


def test_a_circle_is_an_error():
    with pytest.raises(CycleError):
        longest_way({"a": 1, "b": 1}, {"a": ["b"], "b": ["a"]})
