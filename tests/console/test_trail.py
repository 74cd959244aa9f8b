from __future__ import annotations

from typing import Any

import pytest

from jingkai.workspace import Workspace

pytestmark = pytest.mark.xdist_group("console")


def _record(**about: Any) -> Any:
    from jingkai.console.trail import record_as

    return record_as("li.ming", "officer", "enterprise.read", "91999999000000001K", **about)


def test_entries_are_numbered_and_chained(site: Workspace) -> None:
    from jingkai.console.trail import breaks

    one, two = _record(facts=["revenue", "profit"]), _record()
    assert two.number == one.number + 1
    assert two.previous == one.digest
    assert one.facts == ["profit", "revenue"]
    assert list(breaks()) == []


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_the_trail(site: Workspace, change: str) -> None:
    from django.db import Error, transaction

    from jingkai.console.models import TrailEntry

    one = TrailEntry.objects.filter(number=_record().number)
    with pytest.raises(Error, match="only be added"), transaction.atomic():
        one.delete() if change == "delete" else one.update(account="nobody")


def test_a_row_changed_or_taken_out_behind_the_database_shows(site: Workspace) -> None:
    from django.db import connection, transaction

    from jingkai.console.models import TrailEntry
    from jingkai.console.trail import breaks

    first = _record().number
    _record()
    _record()
    with transaction.atomic():
        _without_triggers(connection)
        TrailEntry.objects.filter(number=first).update(account="someone.else")
        TrailEntry.objects.filter(number=first + 1).delete()
        found = [b.number for b in breaks()]
        transaction.set_rollback(True)
    assert found[:2] == [first, first + 1]
    assert list(breaks()) == []


def _without_triggers(connection: Any) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE console_trailentry DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER trail_no_update")
            cursor.execute("DROP TRIGGER trail_no_delete")
