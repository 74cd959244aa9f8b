"""A case from application to end, step by step, and the steps that are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]


def _steps(found: Any, person: Any, item: str, *ids: str) -> Any:
    from jingkai.console.casework.acting import act

    for step in ids:
        found = act(found.case.pk, item, "finish_step", person, step=step)
    return found


def test_a_case_goes_from_application_to_its_end_and_every_step_is_kept_and_told(
    permit: Callable[..., Any], people: dict[str, Any]
) -> None:
    from jingkai.console.casework.acting import act
    from jingkai.console.casework.handing_in import correct
    from jingkai.console.casework.recorded import read_case
    from jingkai.console.models import Case, TrailEntry
    from jingkai.console.trail import breaks
    from tests.console.casework.conftest import paper

    item = "works_planning_permit"
    found = permit()
    number = found.case.pk
    part = found.case.parts.get()
    assert (part.status, part.turn) == ("received", ",natural_resources,zone_committee,")
    act(number, item, "notify", people["counter"], defects=("缺用地红线图", "申请表未盖章"))
    material = found.items[item].asked[0].id
    found = correct(number, item, people["firm_a"], {material: [paper()]})
    assert found.case.files.filter(event=3).count() == 1
    found = act(number, item, "accept", people["natural"])
    found = _steps(found, people["natural"], item, *found.states[item].open_steps)
    while found.states[item].open_steps:
        found = _steps(found, people["natural"], item, *found.states[item].open_steps)
    found = act(number, item, "grant", people["natural"], seen=found.case.length)
    found = act(number, item, "deliver", people["natural"])
    assert found.states[item].status == "closed"
    again = read_case(Case.objects.get(pk=number))
    assert again.case.ended and again.states == found.states
    assert [e.number for e in again.events] == list(range(1, again.case.length + 1))
    told = TrailEntry.objects.filter(action__startswith="case.", detail__case=number)
    assert [t.action for t in told] == [f"case.{e.kind}" for e in again.events]
    assert list(breaks()) == []
    part = again.case.parts.get()
    assert (part.status, part.turn, part.due_on, part.granted) == ("closed", "", None, True)


def test_what_is_not_lawful_or_not_ones_own_is_refused_with_the_reason_and_leaves_no_trace(
    permit: Callable[..., Any], people: dict[str, Any]
) -> None:
    from jingkai.console.casework.acting import act
    from jingkai.console.casework.errors import CaseRefused
    from jingkai.console.models import TrailEntry

    item = "works_planning_permit"
    found = permit()
    number, before = found.case.pk, TrailEntry.objects.count()
    refused = [
        ("grant", "natural", {}, "已收件.*不能.*准予"),
        ("accept", "tax_officer", {}, "不由您的账户办理"),
        ("accept", "far_officer", {}, "不由您的账户办理"),
        ("withdraw", "natural", {}, "不由您的账户办理"),
        ("withdraw", "firm_b", {}, "不由您的账户办理"),
        ("notify", "counter", {"defects": (" ",)}, "没有写明需要补正"),
        ("decline", "natural", {}, "没有说明理由"),
        ("extend", "natural", {"reason": "复杂"}, "负责人批准"),
        ("deem_accepted", "natural", {}, "应由系统作出"),
    ]
    for kind, who, told, said in refused:
        with pytest.raises(CaseRefused, match=said):
            act(number, item, kind, people[who], **told)
    found.case.refresh_from_db()
    assert (found.case.length, TrailEntry.objects.count()) == (1, before)


def test_the_head_alone_extends_and_who_decides_must_have_seen_it(
    permit: Callable[..., Any], people: dict[str, Any]
) -> None:
    from jingkai.console.casework.acting import act
    from jingkai.console.casework.errors import CaseRefused

    item = "works_planning_permit"
    found = permit()
    seen = act(found.case.pk, item, "accept", people["natural"]).case.length
    act(found.case.pk, item, "extend", people["natural_head"], reason="地类复杂")
    with pytest.raises(CaseRefused, match=r"新的进展.*natural_head 已于.*批准延长"):
        act(found.case.pk, item, "refuse", people["natural"], seen=seen, reason="不符合规划")


def test_the_database_refuses_to_change_or_drop_an_event(permit: Callable[..., Any]) -> None:
    from django.db import DatabaseError, transaction

    from jingkai.console.models import RecordedEvent

    events = RecordedEvent.objects.filter(case=permit().case)
    for change in (lambda: events.update(kind="grant"), lambda: events.delete()):
        with pytest.raises(DatabaseError, match="can only be added to"), transaction.atomic():
            change()
    assert events.get().kind == "submit"
