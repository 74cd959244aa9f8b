"""Working days as announced, and what lies beyond."""

from __future__ import annotations

from datetime import date

import pytest

from jingkai.services.errors import CalendarError
from jingkai.services.working_days import CHINA, AnnouncedYear, WorkingCalendar


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2025, 1, 26), True),  # a Sunday before Spring Festival
        (date(2025, 1, 27), True),
        (date(2025, 1, 28), False),
        (date(2025, 10, 11), True),  # a Saturday after the National Day
        (date(2026, 1, 2), False),  # a Friday
        (date(2026, 1, 4), True),
        (date(2026, 5, 9), True),
        (date(2026, 6, 20), False),
    ],
)
def test_holidays_and_made_up_days_are_those_announced(day, worked):
    assert CHINA.is_working_day(day) is worked


def test_counting_between_leaves_the_first_day_out():
    assert CHINA.between(date(2026, 2, 13), date(2026, 2, 24)).assured == 2
    assert CHINA.between(date(2026, 2, 24), date(2026, 2, 13)).assured == 0


def test_a_year_that_is_not_announced_is_never_taken_for_known():
    last = CHINA.last_known
    beyond = date(last.year + 1, 3, 2)
    assert CHINA.is_working_day(beyond) is None
    found = CHINA.add(last, 30)
    assert found.assured is None
    assert "尚未公布" in found.note and str(last.year) in found.note
    assert CHINA.between(last, beyond).assured is None
    assert CHINA.is_working_day(date(1999, 10, 1)) is None


def test_the_last_days_of_a_year_wait_for_the_next_announcement():
    assert (CHINA.last_known.month, CHINA.last_known.day) == (12, 28)
    assert CHINA.is_working_day(date(CHINA.last_known.year, 12, 30)) is None


def _announced(*rest: date) -> AnnouncedYear:
    return AnnouncedYear(basis="放假安排", rest=rest, work=())


def test_a_zone_may_enter_an_announcement_before_the_library_has_it():
    year = CHINA.last_known.year + 1
    holiday = date(year, 3, 1)
    calendar = WorkingCalendar({year: _announced(holiday)})
    assert calendar.is_working_day(holiday) is False
    assert calendar.add(date(year, 2, 1), 5).assured is not None
    assert calendar.is_working_day(date(year - 1, 12, 30)) is not None


def test_a_year_that_is_known_or_leaves_a_gap_is_refused():
    year = CHINA.last_known.year
    with pytest.raises(CalendarError, match="已在系统中"):
        WorkingCalendar({year: _announced(date(year, 1, 1))})
    with pytest.raises(CalendarError, match=f"缺 {year + 1} 年"):
        WorkingCalendar({year + 2: _announced(date(year + 2, 1, 1))})
