"""Renewals: in time, too late, and silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from jingkai.services.renewal import last_day_to_renew, renewed_by_silence

ENDS = date(2026, 3, 31)


@pytest.fixture
def permit(catalogue):
    return catalogue.items["foreign_work_permit"]


def test_thirty_calendar_days_before_the_end(permit, catalogue):
    assert last_day_to_renew(permit, ENDS) == date(2026, 3, 1)  # a Sunday stays
    assert last_day_to_renew(catalogue.items["seal_filing"], ENDS) is None


@pytest.mark.parametrize(
    ("applied", "decided", "granted"),
    [
        (date(2026, 3, 1), None, True),
        (date(2026, 3, 1), date(2026, 4, 1), True),
        (date(2026, 3, 1), ENDS, False),  # decided in time, whatever it says
        (date(2026, 3, 2), None, False),  # asked too late
    ],
)
def test_silence_renews_what_was_asked_for_in_time(permit, applied, decided, granted):
    assert renewed_by_silence(permit, applied, ENDS, decided) is granted


def test_where_silence_means_nothing_nothing_is_renewed(permit):
    renewal = permit.source.renewal.model_copy(
        update={"silence": "none", "unit": "months", "days": 1}
    )
    other = replace(permit, source=permit.source.model_copy(update={"renewal": renewal}))
    assert not renewed_by_silence(other, date(2026, 1, 5), ENDS, None)
    assert last_day_to_renew(other, ENDS) == date(2026, 2, 28)
