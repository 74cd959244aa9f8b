"""Working days of China: statutory holidays and make-up working days, and where they end.

The State Council announces a year's holidays shortly before it begins. What no announcement covers is
never taken for known: an answer then has no assured day, only one that assumes Monday to Friday.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import chinese_calendar
from pydantic import BaseModel, ConfigDict

from jingkai.services.errors import CalendarError

__all__ = ["CHINA", "AnnouncedYear", "CountedDays", "ReckonedDay", "WorkingCalendar"]

_DAY = timedelta(days=1)
_HOLIDAYS: Mapping[date, object] = chinese_calendar.holidays
_MADE_UP: Mapping[date, object] = chinese_calendar.workdays
_FIRST = min(_HOLIDAYS).replace(month=1, day=1)
_LAST_YEAR = max(_HOLIDAYS).year
#: The first day of any December that an announcement for the next year ever changed.
_FIRST_CHANGED = min(d.day for d in (*_HOLIDAYS, *_MADE_UP) if d.month == 12)


class AnnouncedYear(BaseModel):
    """A year's holidays as announced, for a year that the library does not have yet.

    Parameters
    ----------
    basis, url
        The announcement.
    rest, work
        Days of rest on weekdays and weekends alike, and weekend days that are worked instead.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    basis: str
    url: str = ""
    rest: tuple[date, ...]
    work: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class ReckonedDay:
    """A day found by counting.

    Parameters
    ----------
    assured
        The day; None where it lies beyond what was announced.
    assumed
        The day with Monday to Friday taken for working days wherever nothing was announced.
    note
        What is assumed, in Chinese; empty where nothing is.
    """

    assured: date | None
    assumed: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class CountedDays:
    """A number of working days; `assured` is None where some of them were only assumed."""

    assured: int | None
    assumed: int
    note: str = ""


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked.

    Parameters
    ----------
    announced
        Years that the library does not have yet, by year.

    Raises
    ------
    CalendarError
        If a year is one that the library has, or would leave a gap.
    """

    announced: Mapping[int, AnnouncedYear] = field(default_factory=dict)

    def __post_init__(self) -> None:
        last = _LAST_YEAR
        for year, words in sorted(self.announced.items()):
            if year <= last:
                raise CalendarError(f"{year} 年的放假安排已在系统中", hint="删去这一年")
            if year != last + 1:
                raise CalendarError(f"缺 {last + 1} 年的放假安排", hint=f"先补上 {last + 1} 年")
            if set(words.rest) & set(words.work):
                raise CalendarError(f"{year} 年有日期既放假又上班", hint="只留一处")
            last = year

    @property
    def first_known(self) -> date:
        """The first day that is known."""
        return _FIRST

    @cached_property
    def last_known(self) -> date:
        """The last day that is known; days at a year's end wait for the next year's announcement."""
        return date(max((_LAST_YEAR, *self.announced)), 12, _FIRST_CHANGED - 1)

    def is_working_day(self, day: date) -> bool | None:
        """Return whether a day is worked; None where nothing was announced."""
        for words in self.announced.values():
            if day in words.rest or day in words.work:
                return day in words.work
        if day in _HOLIDAYS or day in _MADE_UP:
            return day in _MADE_UP
        if not self.first_known <= day <= self.last_known:
            return None
        return day.weekday() < 5

    def works(self, day: date) -> bool:
        """Return whether a day is worked, with Monday to Friday assumed where nothing was announced."""
        known = self.is_working_day(day)
        return day.weekday() < 5 if known is None else known

    def add(self, day: date, n: int) -> ReckonedDay:
        """Return the n-th working day after a day; the day itself is not counted.

        Parameters
        ----------
        n
            Working days, 0 or more; 0 gives the day itself, worked or not.
        """
        for found in self.working_days_after(day):
            if n <= 0:
                break
            day, n = found, n - 1
        return self.reckoned(day)

    def working_days_after(self, day: date) -> Iterator[date]:
        """Yield the working days after a day, without end."""
        while True:
            day += _DAY
            if self.works(day):
                yield day

    def next_working_day(self, day: date) -> ReckonedDay:
        """Return the day itself where it is worked, else the first working day after it."""
        return self.reckoned(day) if self.works(day) else self.add(day, 1)

    def between(self, first: date, last: date) -> CountedDays:
        """Return how many working days lie after `first` up to and with `last`; 0 where it is not later."""
        count = sum(self.works(first + _DAY * i) for i in range(1, (last - first).days + 1))
        found = self.reckoned(max(first, last))
        return CountedDays(None if found.note else count, count, found.note)

    def reckoned(self, day: date) -> ReckonedDay:
        """Return a day that was found by counting up to it, with what it assumes."""
        if day <= self.last_known:
            return ReckonedDay(day, day)
        first = self.last_known + _DAY
        note = f"{first} 起的放假安排尚未公布或尚未录入，按周一至周五为工作日推算，公布后以安排为准"
        return ReckonedDay(None, day, note)


#: The calendar as the library has it.
CHINA = WorkingCalendar()
