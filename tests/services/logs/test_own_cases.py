"""The cases that jingkai runs are a log like any other."""

from __future__ import annotations

from datetime import date

import pytest

from jingkai.services.case import CaseEvent, CaseState
from jingkai.services.logs.errors import LogError
from jingkai.services.logs.measures import measure
from jingkai.services.logs.own_cases import log_of_cases


def _case(catalogue, *events: tuple[str, date]) -> CaseState:
    item = catalogue.item("land_planning_permit")
    actors = {"submit": "applicant", "withdraw": "applicant"}
    return CaseState.of(
        item,
        [
            CaseEvent(k, d, actors.get(k, "officer"), by="甲", office=item.source.office)
            for k, d in events
        ],
    )


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
        "open": _case(catalogue, *begun),
    }
    found = measure(log_of_cases(cases))
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
    assert rows["open"]["materials"] == len(catalogue.item("land_planning_permit").asked)
    assert rows["open"]["trips"] is None


def test_no_event_is_no_log():
    with pytest.raises(LogError, match="还没有事件"):
        log_of_cases({})
