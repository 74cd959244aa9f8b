"""Measures of a log that was worked out by hand."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from jingkai.services.logs.cases import case_table, working_days_between
from jingkai.services.logs.events import read_log
from jingkai.services.logs.measures import measure
from jingkai.services.working_days import CHINA


@pytest.fixture
def cases(small):
    return {r["case"]: r for r in case_table(read_log(small)).iter_rows(named=True)}


def test_days_of_a_case_are_counted_over_the_holidays(cases):
    # 11, 12, 13, 14, 24, 25, 26, 27, 28 February and 2, 3 March are worked.
    assert (cases["A1"]["working_days"], cases["A1"]["calendar_days"]) == (11, 21)
    assert cases["A1"]["elapsed_days"] == pytest.approx(21 + 4 / 24)
    assert (cases["B1"]["working_days"], cases["B1"]["calendar_days"]) == (0, 0)


def test_working_days_of_many_pairs_are_those_of_each():
    days = pl.Series(
        [
            date(2025, 1, 20),
            date(2026, 2, 13),
            date(2026, 4, 30),
            date(2012, 6, 1),
            date(2026, 3, 2),
        ]
    )
    last = pl.Series(
        [date(2025, 2, 10), date(2026, 3, 2), date(2026, 5, 7), date(2013, 7, 1), date(2026, 3, 1)]
    )
    told = working_days_between(days, last)
    assert told.to_list() == [CHINA.between(a, b).assured for a, b in zip(days, last, strict=True)]


def test_days_outside_the_calendar_are_not_guessed(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(
        "case_id,activity,timestamp\n1,a,1999-01-04\n1,b,1999-01-08\n2,a,2031-01-06\n2,b,2031-01-07\n",
        "utf-8",
    )
    found = measure(read_log(path))
    assert found.total["unknown_days"] == 2 and found.total["working_days_median"] is None
    assert found.total["calendar_days_median"] == 2.5
    assert any("2 件超出已公布放假安排" in n for n in found.notes)


def test_steps_hand_overs_and_repeats_are_counted(cases):
    told = [
        cases["A1"][k]
        for k in ("events", "activities", "office_handovers", "resource_handovers", "rework")
    ]
    assert told == [5, 4, 4, 4, 1]
    assert cases["A2"]["office_handovers"] == 2 and cases["B1"]["resource_handovers"] == 0


def test_late_is_told_by_the_logs_deadline_else_by_the_items(small, cases):
    assert (cases["A1"]["late"], cases["A2"]["late"], cases["B1"]["late"]) == (True, False, None)
    with_limit = case_table(read_log(small), limits={"刻章备案": 1})
    assert with_limit.filter(pl.col("case") == "B1")["late"].to_list() == [False]


def test_what_the_log_does_not_say_is_unknown(small, cases):
    assert cases["A1"]["materials"] == 5 and cases["A2"]["trips"] == 1
    assert cases["B1"]["materials"] is None and cases["B1"]["trips"] is None  # 3 and 4; blank
    found = measure(read_log(small))
    assert found.total["late_known"] == 2 and found.total["late_share"] == 0.5
    assert any("1 件的材料" in n for n in found.notes)


def test_items_are_summed_up_one_by_one_and_in_all(small):
    found = measure(read_log(small))
    rows = {r["item"]: r for r in found.items.iter_rows(named=True)}
    assert list(rows) == [None, "用地许可", "刻章备案"]
    land = rows["用地许可"]
    assert (land["cases"], land["events"], land["activities"], land["variants"]) == (2, 8, 4, 2)
    assert land["working_days_median"] == 7.0 and land["working_days_p90"] == pytest.approx(10.2)
    assert rows[None]["variants"] == 3 and rows[None]["rework_share"] == pytest.approx(1 / 3)


def test_waiting_and_working_are_told_apart_by_office(small):
    offices = {r["office"]: r for r in measure(read_log(small)).offices.iter_rows(named=True)}
    planning = offices["规划"]
    assert planning["events"] == 3 and planning["working_days"] == pytest.approx(1 + 3 + 1)
    assert planning["waiting_days"] == pytest.approx(2 + 1 + 1)
    assert sum(o["share"] for o in offices.values()) == pytest.approx(1)


def test_with_one_time_an_event_there_is_only_sojourn(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(
        "case_id,activity,office,timestamp\n1,a,甲,2026-01-05 09:00\n1,b,乙,2026-01-06 21:00\n",
        "utf-8",
    )
    found = measure(read_log(path))
    second = found.offices.row(0, named=True)
    assert (
        second["sojourn_days"] == 1.5 and second["waiting_days"] is second["working_median"] is None
    )
    assert any("停留" in n for n in found.notes)


def test_where_the_time_goes_is_told_by_passage(small):
    table = measure(read_log(small)).transitions
    first = table.row(0, named=True)
    assert (first["from"], first["to"], first["count"]) == ("审查", "补正", 1)
    assert first["median_days"] == pytest.approx(11 + 2 / 24)
    assert table["share"].sum() == pytest.approx(1)


def test_a_case_without_an_end_is_open_where_the_log_tells_ends(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(
        "办件编号,环节,完成时间,申请时间,办结时间\n"
        "1,受理,2026-03-03,2026-03-02,2026-03-06\n2,受理,2026-03-03,2026-03-02,\n",
        "utf-8",
    )
    total = measure(read_log(path)).total
    assert (total["cases"], total["open"], total["working_days_median"]) == (2, 1, 4)
