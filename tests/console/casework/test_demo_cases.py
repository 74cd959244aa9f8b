"""The demo zone's made-up history of cases."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
SOURCES = Path(__file__).resolve().parents[3] / "src" / "jingkai"


def test_every_case_came_about_by_lawful_steps_on_past_days_and_no_second_time(
    history: int, found: Any
) -> None:
    from django.utils import timezone

    from jingkai.console.casework.recorded import read_cases
    from jingkai.console.demo_cases import demo_cases
    from jingkai.console.demo_stories import OWN, RIGHTS, stories
    from jingkai.console.models import Case, RecordedEvent, TrailEntry
    from jingkai.console.trail import breaks

    rights = history - len(stories()) - len(OWN)
    assert 0 < rights <= len(RIGHTS)
    cases = Case.objects.filter(by__username__startswith="demo-")
    assert cases.count() == history and demo_cases(found) == 0
    events = RecordedEvent.objects.filter(case__in=cases)
    now = timezone.now()
    assert all(e.at < now and str(timezone.localdate(e.at)) == e.content["on"] for e in events)
    assert list(breaks()) == []
    told = TrailEntry.objects.filter(action__startswith="case.").order_by("-number")
    assert told.count() >= events.count() and (now - told[0].at).total_seconds() < 3600
    states = Counter(s.status for c in read_cases(cases) for s in c.states.values())
    assert states.keys() == {
        "received", "correcting", "corrected", "reviewing", "paused", "granted", "closed",
        "appealed", "withdrawn",
    }  # fmt: skip


def test_the_desks_have_something_late_something_soon_due_and_money_to_pay(
    history: int, found: Any
) -> None:
    from jingkai.console.casework.recorded import read_cases
    from jingkai.console.clock import today
    from jingkai.console.models import Case
    from jingkai.services.case_clock import clocks

    cases = list(Case.objects.filter(by__username__startswith="demo-"))
    day = today()
    running = {
        c.now.state
        for r in read_cases(cases)
        for s in r.states.values()
        for c in clocks(s, day, r.catalogue.warning)
        if c.now is not None
    }
    assert {"late", "soon", "paused", "running"} <= running
    assert any(c.amount and not c.ended for c in cases)
    own = [c for c in cases if c.by.username == "demo-enterprise"]
    assert sorted(c.parts.get().status for c in own) == ["closed", "correcting"]
    assert all(c.matter.startswith("合成") for c in cases)


def test_no_page_can_record_as_of_another_day() -> None:
    users = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.ImportFrom) else []
            if "as_of" in names and isinstance(node, ast.ImportFrom):
                users |= {path.name} if node.module == "jingkai.console.clock" else set()
    assert users == {"demo_cases.py"}
