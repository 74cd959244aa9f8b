"""The cases that jingkai runs are a log like any other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from jingkai.services.case import CaseEvent, CaseState
from jingkai.services.logs.errors import LogError
from jingkai.services.logs.events import read_log
from jingkai.services.logs.export import write_log
from jingkai.services.logs.measures import measure
from jingkai.services.logs.own_cases import OwnCase, log_of_own_table, table_of_cases

CHINA = ZoneInfo("Asia/Shanghai")


def _case(
    catalogue, *events: tuple[str, date], at: Sequence[datetime] = (), materials: int | None = None
) -> OwnCase:
    item = catalogue.item("land_planning_permit")
    actors = {"submit": "applicant", "withdraw": "applicant"}
    told = [
        CaseEvent(k, d, actors.get(k, "officer"), by="甲", office=item.source.office)
        for k, d in events
    ]
    return OwnCase(CaseState.of(item, told), at, materials)


def test_cases_are_measured_with_their_deadline_and_open_ones_count_for_no_time(catalogue):
    begun = [("submit", date(2026, 3, 2)), ("accept", date(2026, 3, 2))]
    cases = {
        "in time": _case(catalogue, *begun, ("grant", date(2026, 3, 30))),
        "late": _case(catalogue, *begun, ("refuse", date(2026, 3, 31))),
        "extended": _case(
            catalogue,
            *begun,
            ("extend", date(2026, 3, 20)),
            ("grant", date(2026, 3, 31)),
        ),
        "withdrawn": _case(catalogue, *begun, ("withdraw", date(2026, 3, 4))),
        "open": _case(catalogue, *begun, materials=3),
    }
    found = measure(log_of_own_table(table_of_cases(cases)))
    rows = {r["case"]: r for r in found.cases.iter_rows(named=True)}
    assert {k: r["working_days"] for k, r in rows.items()} == {
        "in time": 20,
        "late": 21,
        "extended": 21,
        "withdrawn": 2,
        "open": None,
    }
    assert [rows[k]["late"] for k in ("in time", "late", "extended", "open")] == [
        False,
        True,
        False,
        None,
    ]
    assert found.total["open"] == 1 and found.total["activities"] == 6
    assert found.total["steps_mean"] == (3 + 3 + 4 + 3) / 4  # of those that ended
    assert (rows["open"]["materials"], rows["late"]["materials"]) == (3, None)
    assert rows["open"]["trips"] is None
    assert found.log.frame.filter(pl.col("activity") == "提交申请")["resource"].null_count() == 5


def test_acceptance_that_finishes_its_own_step_is_done_once(catalogue):
    day, item = date(2026, 3, 2), catalogue.item("land_planning_permit")
    told = [CaseEvent("submit", day, "applicant"), CaseEvent("accept", day, "officer", "甲", "x")]
    steps = [CaseEvent("finish_step", day, "officer", w, "x", step="accept") for w in "甲乙"]
    for step, events in zip(steps, (2, 3), strict=True):
        case = OwnCase(CaseState.of(item, [*told, step]))
        row = measure(log_of_own_table(table_of_cases({"1": case}))).cases.row(0, named=True)
        assert (row["events"], row["rework"]) == (events, events - 2)


def test_no_event_is_no_log():
    with pytest.raises(LogError, match="没有一行能读作事件"):
        log_of_own_table(table_of_cases({}))


def _timed(catalogue) -> dict[str, OwnCase]:
    first, second = date(2026, 3, 2), date(2026, 3, 4)
    at = [datetime(2026, 3, 2, 9, tzinfo=CHINA), datetime(2026, 3, 2, 15, tzinfo=CHINA)]
    at += [datetime(2026, 3, 4, 10, 30, tzinfo=CHINA)]
    steps = (("submit", first), ("accept", first), ("refuse", second))
    later = [*at[:2], datetime(2026, 3, 6, 9, tzinfo=CHINA)]
    earlier = [at[0], datetime(2026, 3, 3, 9, tzinfo=CHINA), at[2]]
    return {
        "told": _case(catalogue, *steps, at=at, materials=2),
        "put down late": _case(catalogue, *steps, at=later, materials=4),
        "accepted that day, put down the next": _case(catalogue, *steps, at=earlier),
    }


def test_events_have_their_hour_unless_they_were_put_down_on_another_day(catalogue):
    log = log_of_own_table(table_of_cases(_timed(catalogue)))
    rows = {r["case"]: r for r in measure(log).cases.iter_rows(named=True)}
    days = {k: round(r["elapsed_days"] * 24, 2) for k, r in rows.items()}
    assert days == {
        "told": 49.5,
        "put down late": 39.0,  # to the beginning of the day
        "accepted that day, put down the next": 49.5,
    }
    assert {r["working_days"] for r in rows.values()} == {2}
    assert {r["variant"] for r in rows.values()} == {rows["told"]["variant"]}
    assert log.notes[0] == "2 个事件不是当天记的，只计到日"


@pytest.mark.parametrize("name", ["cases.csv", "cases.xes"])
def test_a_log_that_was_written_reads_back_with_the_same_figures(catalogue, tmp_path: Path, name):
    cases = _timed(catalogue) | {'open & "new"': _case(catalogue, ("submit", date(2026, 3, 9)))}
    write_log(table_of_cases(cases), tmp_path / name, synthetic=True)
    own, back = measure(log_of_own_table(table_of_cases(cases))), measure(read_log(tmp_path / name))
    assert back.cases.equals(own.cases) and back.items.equals(own.items)
    assert back.offices.equals(own.offices) and back.transitions.equals(own.transitions)
    assert back.total["open"] == 1 and back.total["trips_median"] is None
    assert not back.log.rejected.height
    written = (tmp_path / name).read_text("utf-8")
    assert "合成数据" in written
    for told in re.findall(r'<date key="[^"]+" value="([^"]+)"/>', written):
        assert datetime.fromisoformat(told).utcoffset() is not None and told[10] == "T"


def test_a_log_is_written_as_csv_or_xes_alone(catalogue, tmp_path: Path):
    with pytest.raises(LogError, match=r"cases\.txt"):
        write_log(table_of_cases(_timed(catalogue)), tmp_path / "cases.txt")
