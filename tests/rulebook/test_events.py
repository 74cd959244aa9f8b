"""Dated events counted for their owners: windows, kinds, what is not known."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from jingkai.engine.events import EventTable, with_events
from jingkai.rulebook import RulebookError, load_rulebook
from jingkai.rulebook.events import events_of
from jingkai.vocabulary import load_vocabulary
from tests.rulebook.tiny import HEAD, rule_file

DAY = dt.date(2026, 6, 30)
WINDOW = "parameters:\n  year: {value: 12 月, basis: 一}\n  two: {value: 2 次, basis: 一}\n"


def book(folder, test, entity="enterprise"):
    path = rule_file(
        folder, WINDOW + f'conditions:\n  - {{id: c, basis: 一, test: "{test}"}}\n', "eligibility"
    )
    path.write_text(path.read_text("utf-8").replace("entity: enterprise", f"entity: {entity}"))
    return load_rulebook([folder], examples_needed=False)


def counted(folder, test, events, whole=DAY, owners=("A", "B"), entity="enterprise", facts=None):
    rulebook = book(folder, test, entity)
    schema = {"key": pl.String, "enterprise": pl.String, "occurred_on": pl.Date, "kind": pl.String}
    table = EventTable(pl.LazyFrame(events, schema=schema, orient="row"), whole)
    counts = events_of(rulebook, entity, DAY)
    frame = facts if facts is not None else pl.DataFrame({"key": list(owners)})
    name = "violation" if entity == "violation" else "penalty"
    lazy, added = with_events(frame.lazy(), counts, {name: table}, load_vocabulary())
    return lazy.select("key", low=added[0], high=added[1]).collect().rows()


def test_the_window_ends_on_the_day_asked_about_and_starts_after_its_anniversary(tmp_path):
    days = ["2025-06-30", "2025-07-01", "2026-06-30", "2026-07-01"]
    events = [(str(i), "A", dt.date.fromisoformat(d), "x") for i, d in enumerate(days)]
    assert counted(tmp_path, "events(penalty, year) >= two", events) == [("A", 2, 2), ("B", 0, 0)]


def test_a_table_not_loaded_whole_is_a_lower_bound(tmp_path):
    events = [("1", "A", DAY, "x")]
    test = "events(penalty, year) < two"
    assert counted(tmp_path, test, events, None) == [("A", 1, None), ("B", 0, None)]
    yesterday = DAY - dt.timedelta(days=1)
    assert counted(tmp_path, test, events, yesterday) == [("A", 1, None), ("B", 0, None)]


def test_an_event_without_its_day_or_owner_may_count(tmp_path):
    events = [("1", "A", None, "x"), ("2", None, DAY, "x"), ("3", None, dt.date(2020, 1, 1), "x")]
    found = counted(tmp_path, "events(penalty, year) < two", events)
    assert found == [("A", 0, 2), ("B", 0, 1)]


def test_the_largest_number_of_one_kind(tmp_path):
    kinds = ["x", "x", "y", None]
    events = [(str(i), "A", DAY, k) for i, k in enumerate(kinds)]
    found = counted(tmp_path, "events(penalty, year, same(kind)) < two", events)
    assert found == [("A", 2, 3), ("B", 0, 0)]


def test_only_events_that_pass_a_test_count(tmp_path):
    events = [("1", "A", DAY, "x"), ("2", "A", DAY, "y"), ("3", "A", DAY, None)]
    assert counted(tmp_path, "events(penalty, year, kind = 'x') < two", events)[0] == ("A", 1, 2)


def test_earlier_events_of_the_same_owner_and_kind(tmp_path):
    rows = [
        ("1", "A", dt.date(2025, 1, 10), "x"),
        ("2", "A", dt.date(2026, 1, 9), "x"),
        ("3", "A", dt.date(2026, 1, 10), "x"),
        ("4", "A", dt.date(2026, 2, 1), "y"),
        ("5", "B", dt.date(2026, 2, 1), "x"),
        ("6", None, dt.date(2026, 2, 1), "x"),
    ]
    schema = {"key": pl.String, "enterprise": pl.String, "occurred_on": pl.Date, "kind": pl.String}
    facts = pl.DataFrame(rows, schema=schema, orient="row")
    found = counted(
        tmp_path, "earlier(year, same(kind)) < two", rows, entity="violation", facts=facts
    )
    assert [r[1] for r in found] == [0, 1, 1, 0, 0, 0]
    assert [r[2] for r in found] == [1, 2, 2, 1, 1, None]  # the stray one may be anybody's


@pytest.mark.parametrize(
    ("test", "words"),
    [
        ("events(revenue, year) >= two", "no table of events"),
        ("events(penalty, two) >= two", "no window"),
        ("events(penalty) >= two", "needs a window"),
        ("events(penalty, year, same(name, kind)) >= two", "takes 1"),
        ("events(penalty, year, same(occurred_on)) >= two", "needs a code"),
        ("events(penalty, year, last(revenue) >= 1) >= two", "no fact"),
        ("events(penalty, year) + 1 >= two", "only stand alone"),
        ("events(penalty, year) >= year", "units do not agree"),
        ("earlier(year) >= two", "no table of events"),
    ],
)
def test_what_is_no_count_is_refused(tmp_path, test, words):
    with pytest.raises(RulebookError, match=words):
        book(tmp_path, test)


def test_examples_give_events_as_lists(tmp_path):
    from jingkai.engine.examples import run_examples

    path = tmp_path / "probe.yaml"
    path.write_text(
        HEAD % "eligibility"
        + WINDOW
        + """conditions:
  - {id: c, basis: 一, test: "events(penalty, year) < two"}
examples:
  - title: 一次
    as_of: 2026-06-30
    given: {penalty: [{occurred_on: 2026-01-01}]}
    expect: granted
  - title: 两次
    as_of: 2026-06-30
    given: {penalty: [{occurred_on: 2026-01-01}, {occurred_on: 2026-01-02}]}
    expect: refused
  - {title: 没有记录, as_of: 2026-06-30, given: {penalty: []}, expect: granted}
  - {title: 未装载, as_of: 2026-06-30, given: {}, expect: undetermined}
""",
        "utf-8",
    )
    rulebook = load_rulebook([tmp_path])
    assert [o.problems for o in run_examples(rulebook)] == [()] * 4
