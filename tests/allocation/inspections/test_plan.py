"""Plans within every constraint: caps, days, teams, conflicts, joined visits."""

from __future__ import annotations

from collections import Counter
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingkai.allocation.inspections.checks import cap_table, check_visits
from jingkai.allocation.inspections.errors import InspectionError, PlanFileError
from jingkai.allocation.inspections.folder import made_by_key
from jingkai.allocation.inspections.objects import Enterprises
from jingkai.allocation.inspections.plan import draw_plan
from jingkai.allocation.inspections.plan_file import PlanFile
from jingkai.allocation.inspections.pool import make_pool
from jingkai.allocation.inspections.summary import pool_summary
from tests.allocation.inspections.small import (
    OFFICES,
    enterprises,
    made_visits,
    plan_words,
    prepared,
)

_NEW_YEAR = date(2026, 1, 1)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.text("abc123", min_size=1, max_size=8),
    cap=st.integers(2, 3),
    each=st.integers(2, 6),
    per_day=st.integers(1, 4),
    ranking=st.sampled_from(["joint", "by_office"]),
    joint=st.sampled_from(["all", "none", [["market_supervision", "tax"]]]),
    made=st.lists(
        st.tuples(st.integers(0, 299), st.sampled_from(OFFICES), st.integers(1, 3)),
        unique_by=lambda row: row[:2],
        max_size=40,
    ),
    foes=st.sets(st.tuples(st.integers(0, 23), st.integers(0, 299)), max_size=200),
)
@pytest.mark.slow
def test_no_constraint_is_ever_broken(seed, cap, each, per_day, ranking, joint, made, foes):
    words = plan_words(4, ranking=ranking, joint=joint)
    for office in words["offices"].values():
        office |= {"cap": cap, "visits_per_day": per_day}
    words["quiet"] = [{"title": "月初", "days_of_month": [1, 2, 3]}]
    words["priority"] = [
        {"title": "化工", "office": "emergency", "items": ["all"], "objects": {"industries": ["C26"]},
         "times": 2, "ground": "依据"}
    ]  # fmt: skip
    words["campaigns"] = [_campaign("fire", "2026-06-01", "2026-06-30")]
    keys = enterprises(300).keys
    conflicts = frozenset((f"{OFFICES[i % 4]}{i // 4}", keys[e]) for i, e in foes)
    ready = prepared(words, 300, each, conflicts, made_visits(made))
    plan = draw_plan(ready, [seed])
    for check in check_visits(ready.plan, ready.people, plan.visits, made_by_key(ready)):
        assert check.holds, check
    _by_hand(ready, plan, conflicts, {(keys[p], o): n for p, o, n in made}, cap, per_day)
    _everything_is_planned_or_said(ready, plan)


def _by_hand(ready, plan, conflicts, made, cap, per_day):
    """Count caps, days, teams and conflicts row by row, in plain Python."""
    visits, load = Counter(made), Counter()
    for row in plan.visits.iter_rows(named=True):
        if row["counts"]:
            visits[row["key"], row["office"]] += 1
            assert visits[row["key"], row["office"]] <= cap
        assert row["day"] in ready.days and row["day"].day > 3 and row["day"] > _NEW_YEAR
        assert len(set(row["inspectors"])) == 2
        for name in row["inspectors"]:
            assert name.startswith(row["office"]) and (name, row["key"]) not in conflicts
            load[name, row["day"]] += 1
            assert load[name, row["day"]] <= per_day


def _everything_is_planned_or_said(ready, plan):
    names = ready.enterprises.keys
    done = set(plan.visits.select("key", "office").iter_rows())
    said = set(plan.unassigned.select("key", "office").iter_rows())
    offices = [d.office for d in ready.plan.draws]
    for position, draw in plan.drawn.select("position", "draw").iter_rows():
        assert (names[position], offices[draw]) in done | said


def _campaign(office, begins, ends, **changes):
    return {
        "title": "有限空间", "office": office, "items": ["all"], "objects": {"industries": ["C34"]},
        "times": 1, "ordered_by": "省厅", "document": "文号", "begins": begins, "ends": ends, **changes,
    }  # fmt: skip


def test_the_same_seed_gives_the_same_plan_and_another_another():
    ready = prepared()
    first, again, other = (draw_plan(ready, [s]) for s in ("一", "一", "二"))
    assert first.visits.equals(again.visits) and first.placed.equals(again.placed)
    assert not first.visits.equals(other.visits)


def test_offices_that_go_together_share_one_visit_and_others_go_alone():
    together = draw_plan(prepared(plan_words(joint="all")), ["一"])
    alone = draw_plan(prepared(plan_words(joint="none")), ["一"])
    some = draw_plan(prepared(plan_words(joint=[["fire", "emergency"]])), ["一"])
    counts = [p.visits["visit"].n_unique() for p in (together, some, alone)]
    assert counts[0] * 3 == counts[2] == together.separate and counts[0] * 2 == counts[1]
    offices = some.visits.group_by("visit").agg(pl.col("office").sort())["office"].to_list()
    assert {tuple(o) for o in offices} == {("emergency", "fire"), ("market_supervision",)}


def test_visits_made_count_and_who_reached_the_cap_is_not_in_the_draw():
    words = plan_words(1)
    made = made_visits([(0, "market_supervision", 2), (1, "market_supervision", 1)])
    ready = prepared(words, 300, made=made)
    assert 0 not in ready.pool.units["position"] and ready.pool.left_out[0]["cap"] == 1
    plan = draw_plan(ready, ["一"])
    table = cap_table(ready.plan, plan.visits, made_by_key(ready)).to_dicts()[0]
    assert table["over_cap"] == 0 and table["most"] <= 2


def test_what_a_cap_cuts_off_is_said():
    words = plan_words(1, draws=[])
    words["priority"] = [
        {"title": "化工", "office": "market_supervision", "items": ["all"],
         "objects": {"all": True}, "times": 2, "ground": "依据"}
    ]  # fmt: skip
    ready = prepared(
        words, 3, made=made_visits([(0, "market_supervision", 1), (1, "market_supervision", 2)])
    )
    plan = draw_plan(ready, ["一"])
    keys = ready.enterprises.keys
    visits = Counter(plan.visits["key"])
    assert [visits[k] for k in keys] == [1, 0, 2]
    cut = dict(plan.unassigned.select("key", "times").iter_rows())
    assert cut == {keys[0]: 1, keys[1]: 2}
    assert set(plan.unassigned["reason"]) == {"本年检查次数已达上限"}


def test_a_campaign_from_above_is_outside_the_cap_and_inside_its_span():
    words = plan_words(1, campaigns=[_campaign("market_supervision", "2026-06-01", "2026-06-30")])
    words["offices"]["market_supervision"]["cap"] = 1
    words["draws"][0]["times"]["D"] = 1
    full = made_visits([(p, "market_supervision", 1) for p in range(400)])
    ready = prepared(words, made=full)
    assert ready.pool.units.is_empty()
    plan = draw_plan(ready, ["一"])
    of_machines = ready.enterprises.frame.filter(pl.col("industry").str.starts_with("C34")).height
    assert plan.visits.height == of_machines and not plan.visits["counts"].any()
    assert {d.month for d in plan.visits["day"]} == {6}


def test_a_campaign_and_a_draw_are_one_visit():
    words = plan_words(1, campaigns=[_campaign("market_supervision", "2026-06-01", "2026-06-30")])
    words["draws"][0] |= {
        "ratios": dict.fromkeys("ABCD", "100 %"),
        "times": dict.fromkeys("ABCD", 1),
    }
    plan = draw_plan(prepared(words), ["一"])
    both = plan.visits.filter(pl.col("grounds").str.contains("；"))
    assert plan.visits.height == 400 and both.height > 0
    assert both["counts"].all() and {d.month for d in both["day"]} == {6}
    assert set(both["kinds"]) == {"日常检查；专项检查"}


def test_two_visits_of_a_year_are_apart():
    words = plan_words(1)
    words["draws"][0] |= {
        "ratios": dict.fromkeys("ABCD", "100 %"),
        "times": dict.fromkeys("ABCD", 2),
    }
    plan = draw_plan(prepared(words, 100), ["一"])
    days = plan.visits.group_by("key").agg(
        pl.col("day").min().alias("a"), pl.col("day").max().alias("b")
    )
    assert all(a.month <= 7 <= b.month + 1 and a < b for _, a, b in days.iter_rows())


def test_too_few_inspectors_leave_visits_unassigned_and_say_so():
    words = plan_words(2)
    words["offices"]["market_supervision"]["visits_per_day"] = 1
    words["draws"][0] |= {
        "ratios": dict.fromkeys("ABCD", "100 %"),
        "times": dict.fromkeys("ABCD", 1),
    }
    ready = prepared(words, 400, each=2)
    plan = draw_plan(ready, ["一"])
    mine = plan.visits.filter(pl.col("office") == "market_supervision")
    assert mine.height == len(ready.days)
    assert set(plan.unassigned["reason"]) == {"期间内检查人员不足"}
    assert mine.height + plan.unassigned.height == 400


def test_an_office_whose_people_all_must_keep_away_sends_nobody():
    words = plan_words(1)
    whom = enterprises(50).keys
    foes = frozenset((f"market_supervision{i}", k) for i in range(3) for k in whom)
    words["draws"][0]["ratios"] = dict.fromkeys("ABCD", "100 %")
    plan = draw_plan(prepared(words, 50, each=4, conflicts=foes), ["一"])
    assert plan.visits.is_empty()
    assert set(plan.unassigned["reason"]) == {"可派人员均须回避"}


def test_a_seed_that_is_not_the_one_committed_to_is_refused():
    commitment = "0" * 64
    ready = prepared(plan_words(seed=[{"name": "甲", "commitment": commitment}]))
    with pytest.raises(InspectionError, match="不符"):
        draw_plan(ready, ["一"])
    with pytest.raises(InspectionError, match="应有 1 部分"):
        draw_plan(ready, ["一", "二"])


def test_enterprises_of_open_class_need_a_decision_of_the_zone():
    with pytest.raises(PlanFileError, match="待定"):
        prepared_open(plan_words(1))
    words = plan_words(1)
    words["draws"][0]["ratios"] = {**words["draws"][0]["ratios"], "unknown": "50 %"}
    words["draws"][0]["times"] = {**words["draws"][0]["times"], "unknown": 1}
    strata = prepared_open(words).pool.strata
    assert strata.filter(pl.col("class") == "unknown")["number"].to_list() == [5]


def prepared_open(words):
    whom = enterprises(100)
    frame = whom.frame.with_columns(
        pl.when(pl.col("position") < 10).then(None).otherwise("class").alias("class")
    )
    ready = prepared(words, 0)
    pool = make_pool(PlanFile(**words), Enterprises(frame, whom.folder), "盐", None)
    return type(ready)(ready.plan, ready.folder, ready.people, ready.days, whom, None, pool)


def test_a_year_whose_holidays_nobody_announced_is_refused_until_the_zone_gives_them():
    with pytest.raises(PlanFileError, match="2030年的放假安排"):
        prepared(plan_words(year=2030))


def test_a_plan_made_in_the_year_begins_when_it_says():
    plan = draw_plan(prepared(plan_words(begins="2026-09-01")), ["一"])
    assert plan.visits["day"].min() >= date(2026, 9, 1)


def test_where_inspectors_are_too_few_the_riskiest_are_not_the_ones_left_out():
    words = plan_words(1)
    words["offices"]["market_supervision"]["visits_per_day"] = 1
    words["draws"][0] |= {
        "ratios": dict.fromkeys("ABCD", "100 %"),
        "times": dict.fromkeys("ABCD", 1),
    }
    words["priority"] = [
        {"title": "化工", "office": "market_supervision", "items": ["all"],
         "objects": {"industries": ["C26"]}, "times": 1, "ground": "依据"}
    ]  # fmt: skip
    ready = prepared(words, 400, each=2)
    plan = draw_plan(ready, ["一"])
    left = ready.enterprises.frame.join(plan.unassigned.select("key"), on="key")
    assert left.height == 400 - len(ready.days)
    assert set(left["class"]) == {"A"} and not left["industry"].str.starts_with("C26").any()
    found = pool_summary(ready)["capacity"]
    assert found == [{"office": "market_supervision", "asked": 400, "teams": len(ready.days)}]


def test_whoever_may_or_may_not_be_on_a_list_is_counted_apart():
    words = plan_words(1)
    words["draws"][0]["objects"] = {"industries": ["C"]}
    whom = enterprises(100)
    frame = whom.frame.with_columns(
        pl.when(pl.col("position") < 7).then(None).otherwise("industry").alias("industry")
    )
    pool = make_pool(PlanFile(**words), Enterprises(frame, whom.folder), "盐", None)
    assert pool.left_out[0]["open"] == 7 and pool.units["position"].min() >= 7
