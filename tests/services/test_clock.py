"""Deadlines: a table worked by hand, and what holds of all of them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jingkai.services.clock import Pause, Term, add_months, deadline, standing
from jingkai.services.errors import ClockError
from jingkai.services.working_days import CHINA

TABLE = yaml.safe_load(Path(__file__).with_name("deadlines.yaml").read_text("utf-8"))


def test_the_table_is_as_large_as_it_should_be():
    assert len(TABLE) >= 40
    assert len({case["title"] for case in TABLE}) == len(TABLE)


@pytest.mark.parametrize("case", TABLE, ids=lambda c: c["title"])
def test_a_deadline_is_as_worked_by_hand(case):
    if case.get("until") and case["until"] != CHINA.last_known:
        pytest.skip("a later year has been announced meanwhile")
    unit = case.get("unit", "working")
    pauses = [Pause("听证", *days) for days in case.get("pauses", ())]
    more = Term(case["extension"], unit) if "extension" in case else None
    found = deadline(case["start"], Term(case["days"], unit), pauses, more)
    assert found.assured == case["ends"]
    assert found.assumed == case.get("assumed", case["ends"])
    assert bool(found.note) is (case["ends"] is None)


_DAYS = st.dates(date(2024, 1, 1), date(2026, 6, 30))
_COUNTS = st.integers(1, 60)


@given(_DAYS, _COUNTS, _COUNTS)
def test_terms_add_up(start, a, b):
    first = deadline(start, Term(a)).assured
    assert first is not None
    assert deadline(first, Term(b)).assured == deadline(start, Term(a + b)).assured
    assert deadline(start, Term(a), (), Term(b)).assured == deadline(start, Term(a + b)).assured


@given(_DAYS, st.integers(0, 120), st.sampled_from(["working", "calendar"]))
def test_no_deadline_ends_on_a_day_that_is_not_worked(start, days, unit):
    found = deadline(start, Term(days, unit))
    assert found.assumed is not None and CHINA.works(found.assumed)


@st.composite
def _pauses(draw):
    start = draw(_DAYS)
    points = draw(
        st.lists(st.integers(0, 60), min_size=2, max_size=8).filter(lambda p: len(p) % 2 == 0)
    )
    days = [start + timedelta(days=n) for n in sorted(points)]
    return start, [Pause("检测", a, b) for a, b in zip(days[::2], days[1::2], strict=True)]


@given(_pauses(), _COUNTS, st.sampled_from(["working", "calendar"]))
def test_a_pause_never_shortens(found, days, unit):
    start, pauses = found
    ends = [deadline(start, Term(days, unit), pauses[:n]).assumed for n in range(len(pauses) + 1)]
    assert all(a is not None and b is not None and a <= b for a, b in pairwise(ends))


@given(_pauses(), _COUNTS)
def test_days_used_and_left_add_up_to_the_term(found, days):
    start, pauses = found
    end = deadline(start, Term(days), pauses)
    assert end.assumed is not None
    assert standing(end, end.assumed, 3).used == days


@given(_DAYS, st.integers(0, 40))
def test_between_and_add_are_inverse(start, n):
    assert CHINA.between(start, CHINA.add(start, n).assumed).assumed == n


def test_months_end_on_the_last_day_where_there_is_no_such_day():
    assert add_months(date(2025, 8, 31), 6) == date(2026, 2, 28)
    assert add_months(date(2025, 8, 31), 4) == date(2025, 12, 31)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)


def test_where_a_deadline_stands():
    end = deadline(date(2026, 3, 2), Term(10))
    assert end.assured == date(2026, 3, 16)
    said = {day: standing(end, date(2026, 3, day), 3) for day in (3, 10, 11, 16, 17, 22)}
    assert [s.state for s in said.values()] == ["running", "running", "soon", "due", "late", "late"]
    assert (said[10].left, said[11].left, said[16].left) == (4, 3, 0)
    assert (said[17].late_by, said[22].late_by) == (1, 4)
    assert said[3].used == 1


def test_while_stopped_nothing_is_left_to_count():
    end = deadline(date(2026, 3, 2), Term(10), [Pause("听证", date(2026, 3, 5))])
    assert end.assured is None and "听证" in end.note
    assert standing(end, date(2026, 3, 4), 3).state == "running"
    paused = standing(end, date(2026, 4, 1), 3)
    assert (paused.state, paused.used, paused.left) == ("paused", 3, None)


@pytest.mark.parametrize(
    "pauses",
    [
        [Pause("听证", date(2026, 3, 1))],
        [Pause("听证", date(2026, 3, 5)), Pause("检测", date(2026, 3, 9), date(2026, 3, 10))],
        [Pause("听证", date(2026, 3, 5), date(2026, 3, 4))],
    ],
)
def test_pauses_that_cannot_be_are_refused(pauses):
    with pytest.raises(ClockError):
        deadline(date(2026, 3, 2), Term(10), pauses)


def test_an_extension_in_another_unit_is_refused():
    with pytest.raises(ClockError, match="单位"):
        deadline(date(2026, 3, 2), Term(10), (), Term(5, "calendar"))
