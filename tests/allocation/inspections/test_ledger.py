"""The ledger: how often each enterprise was visited, by whom, on what ground, with what result."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from jingkai.allocation.inspections.ledger import caps_of_rules, ledger_summary, read_ledger
from jingkai.allocation.inspections.objects import visits_made
from jingkai.registry.snapshot import SourceFile, write_snapshot

_COLUMNS = {
    "enterprise": pl.String, "occurred_on": pl.Date, "inspecting_office": pl.String, "kind": pl.String,
    "ordered_from_above": pl.Boolean, "planned": pl.Boolean, "ground": pl.String,
    "visit_ground": pl.Boolean, "result": pl.String, "plan_visit": pl.String,
}  # fmt: skip
_ROWS = [
    # A: three of fire, one of them ordered from above; a joint visit on one day
    ("A", date(2026, 3, 2), "fire", "daily", False, True, "random", None, "no_problem", None),
    ("A", date(2026, 5, 6), "fire", "case", False, False, "complaint", True, "corrected", None),
    ("A", date(2026, 6, 1), "fire", "campaign", True, False, "ordered", None, None, None),
    ("A", date(2026, 3, 2), "tax", "daily", False, True, "random", None, "no_problem", None),
    # B: it is not known of one whether it was ordered from above, of another whose it was
    ("B", date(2026, 4, 1), "fire", "daily", False, False, None, False, "no_problem", None),
    ("B", date(2026, 4, 9), "fire", "daily", None, None, None, None, None, None),
    ("C", date(2026, 4, 9), None, "daily", False, None, None, None, None, None),
    ("C", date(2026, 4, 10), "tax", "daily", False, False, "random", None, None, "2026-000007"),
    # D is nobody in the data; the last is of another year
    ("D", date(2026, 4, 9), "tax", None, False, True, None, None, None, None),
    ("A", date(2025, 4, 9), "fire", "daily", False, True, None, None, None, None),
]


@pytest.fixture
def zone(workspace):
    """A snapshot of four enterprises and ten inspections."""

    def made(whole: bool = True):
        frames = {
            "enterprise": pl.DataFrame({"key": ["A", "B", "C", "E"], "name": list("甲乙丙戊")}),
            "inspection": pl.DataFrame(_ROWS, schema=_COLUMNS, orient="row")
            .with_row_index("key")
            .cast({"key": pl.String}),
        }
        return write_snapshot(
            workspace, frames, as_of=date(2026, 6, 30), sources=[SourceFile("表", "", "tax", "2026-06-30", "inspection")],
            registers={"inspection": {"as_of": "2026-06-30"}} if whole else {},
        )  # fmt: skip

    return made


_CLASSES = pl.LazyFrame({"class": ["A", "B", None, "D"]})


def test_counts_are_intervals_and_campaigns_from_above_stand_outside_the_cap(zone):
    ledger = read_ledger(zone(), _CLASSES, 2026, {"fire": 1, "tax": 1})
    found = {(r["key"], r["office"]): r for r in ledger.counts().iter_rows(named=True)}
    bounds = {k: (r["visits"], r["low"], r["high"], r["over"]) for k, r in found.items()}
    assert bounds == {
        ("A", "fire"): (3, 2, 2, True),
        ("A", "tax"): (1, 1, 1, False),
        ("B", "fire"): (2, 1, 2, None),
        ("C", "tax"): (1, 1, 2, None),
        ("C", None): (1, 1, 1, None),
        ("D", "tax"): (1, 1, 1, False),
    }


def test_records_that_are_not_whole_never_prove_that_a_cap_holds(zone):
    ledger = read_ledger(zone(whole=False), _CLASSES, 2026, {"fire": 1, "tax": 1})
    over = {(r["key"], r["office"]): r["over"] for r in ledger.counts().iter_rows(named=True)}
    assert over["A", "fire"] is True and over["A", "tax"] is None
    assert ledger_summary(ledger)["until"] is None


def test_without_caps_nobody_is_over_one(zone):
    assert read_ledger(zone(), _CLASSES, 2026, {}).counts()["over"].null_count() == 6


def test_the_summary_says_how_often_by_whom_why_and_with_what_result(zone):
    found = ledger_summary(read_ledger(zone(), _CLASSES, 2026, {"fire": 1}))
    assert (found["visits"], found["entries"], found["enterprises"]) == (9, 8, 4)
    assert found["not_in_data"] == 1
    assert found["how_often"] == {0: 1, 2: 2, 3: 1}
    assert found["kind"] == {"daily": 6, "": 1, "campaign": 1, "case": 1}
    assert found["ground"] == {"": 4, "random": 3, "complaint": 1, "ordered": 1}
    assert found["result"] == {"": 5, "no_problem": 3, "corrected": 1}
    assert found["planned"] == {"false": 4, "true": 3, "": 2}
    # B in April without any; C says random outside the plan, which is none
    assert found["without_ground"] == {"surely": 2, "not_recorded": 2}
    fire = next(o for o in found["offices"] if o["office"] == "fire")
    assert (fire["visits"], fire["over_cap"], fire["maybe_over"], fire["cap"]) == (5, 1, 1, 1)
    by_class = {
        c["class"]: (c["enterprises"], c["visited"], c["visits"], c["problems"])
        for c in found["classes"]
    }
    assert by_class == {"A": (1, 1, 4, 1), "B": (1, 1, 2, 0), "D": (1, 0, 0, 0), None: (1, 1, 2, 0)}


def test_a_plan_decides_what_was_planned_whatever_the_record_says(zone):
    plan = pl.DataFrame(
        {"visit": ["2026-000007", "2026-000008"], "key": ["C", "B"], "office": ["tax", "fire"],
         "day": [date(2026, 9, 9), date(2026, 4, 1)]}
    )  # fmt: skip
    events = read_ledger(zone(), _CLASSES, 2026, {}, plan).events
    planned = events.filter("planned").select("key", "office", "day").rows()
    assert planned == [("B", "fire", date(2026, 4, 1)), ("C", "tax", date(2026, 4, 10))]
    assert events["planned"].null_count() == 0


def test_a_year_without_records_is_empty_and_a_zone_without_the_table_too(zone, workspace):
    assert ledger_summary(read_ledger(zone(), _CLASSES, 2020, {}))["visits"] == 0
    bare = write_snapshot(
        workspace, {"enterprise": pl.DataFrame({"key": ["A"]})}, as_of=date(2026, 6, 30), sources=[]
    )
    found = ledger_summary(read_ledger(bare, pl.LazyFrame({"class": ["A"]}), 2026, {}))
    assert found["visits"] == 0 and found["how_often"] == {0: 1}


def test_a_plan_counts_what_may_count_so_that_no_cap_is_passed(zone):
    made = visits_made(zone(), pl.Series(["A", "B", "C", "E"]), 2026)
    done = {(p, o): n for p, o, n in made.iter_rows() if o in ("fire", "tax")}
    assert done == {(0, "fire"): 2, (0, "tax"): 1, (1, "fire"): 2, (2, "tax"): 2, (2, "fire"): 1}


def test_the_caps_of_the_zones_rules_are_used_where_it_set_one(rulebook, tmp_path):
    from jingkai.policies import policies_folder
    from jingkai.rulebook import load_rulebook

    day = date(2026, 6, 30)
    assert caps_of_rules(rulebook.on(day), day) == {}
    (tmp_path / "parameters.yaml").write_text("inspection_cap_left: {cap: 3 次}\n", "utf-8")
    found = caps_of_rules(load_rulebook([policies_folder(), tmp_path]).on(day), day)
    assert set(found.values()) == {3} and "fire" in found
