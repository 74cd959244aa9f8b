from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from jingkai.workspace import Workspace

PDF = b"%PDF-1.7\nsynthetic\n"
PAYOUT = "apprentice_subsidy_payout"
#: No matter twice: of one thing there is one open case at a time.
_MATTERS = itertools.count(1)


def paper(content: bytes = PDF, name: str = "材料.pdf") -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, content)


@pytest.fixture
def found(town: Workspace) -> Any:
    from jingkai.console.opened import opened

    return opened()


@pytest.fixture(scope="module")
def people(town: Workspace, townspeople: dict[str, Any]) -> dict[str, Any]:
    """Accounts of the offices that the tested items need, beside the town's."""
    from jingkai.console.models import Account

    zone = townspeople["counter"].zone
    about = {
        "natural": {"office": "natural_resources"},
        "natural_too": {"office": "natural_resources"},
        "natural_head": {"office": "natural_resources", "head": True},
        "finance": {"office": "finance"},
    }
    return townspeople | {
        name: Account.objects.update_or_create(
            username=name, defaults={"role": "officer", "zone": zone, **fields}
        )[0]
        for name, fields in about.items()
    }


@pytest.fixture
def entitled(found: Any, town: Workspace) -> Iterator[Any]:
    """An account of an enterprise that shared data entitle to the apprentices' subsidy."""
    from jingkai.console.casework.procedures import procedures
    from jingkai.console.casework.rights import offer
    from jingkai.console.models import Account, Case

    item = procedures().items["apprentice_subsidy_payout"]
    for position, key in enumerate(
        found.snapshot.scan("enterprise").select("key").collect()["key"]
    ):
        match = replace(found.snapshot.at_key("enterprise", key), position=position)
        if offer(found, match, item, key).at_once:
            defaults = {"role": "enterprise", "enterprise": key}
            yield Account.objects.update_or_create(username="entitled", defaults=defaults)[0]
            paid = Case.objects.filter(service=item.id, enterprise=key)
            paid.update(amount=None, ended=True)  # the year's right is left to others
            return
    raise AssertionError("nobody in the town is entitled on shared data alone")


@pytest.fixture
def permit(people: dict[str, Any], found: Any) -> Callable[[], Any]:
    """Apply for a planning permit about a new matter each time."""
    from jingkai.console.casework.opening import Application, apply
    from jingkai.console.casework.procedures import procedures

    def applied(**other: Any) -> Any:
        item = procedures().items["works_planning_permit"]
        files = {m.id: [paper()] for m in item.asked}
        about = {"matter": f"合成地块{next(_MATTERS)}", "files": files, **other}
        return apply(people["firm_a"], found, Application(item.id, **about))

    return applied


@pytest.fixture(scope="module")
def history(town: Workspace) -> Iterator[int]:
    """The demo's history of cases in the town, taken back at the end; how many there are."""
    from django.db import transaction

    from jingkai.console.demo_cases import demo_cases
    from jingkai.console.models import Account
    from jingkai.console.opened import opened

    found = opened()
    assert found is not None
    key = found.snapshot.scan("enterprise").select("key").collect()["key"][0]
    people = {
        "demo-officer": {"role": "officer", "zone": found.zones["key"][0], "office": "zone_committee"},
        "demo-enterprise": {"role": "enterprise", "enterprise": key},
    }  # fmt: skip
    with transaction.atomic():
        for name, about in people.items():
            Account.objects.create(username=name, **about)
        yield demo_cases(found)
        transaction.set_rollback(True)


@pytest.fixture
def payout(people: dict[str, Any], found: Any) -> Iterator[Callable[..., Any]]:
    """Open a case of the apprentices' subsidy for an enterprise, reviewed and ready to be decided."""
    from django.db import transaction

    from jingkai.console.casework.acting import act, record_events
    from jingkai.console.casework.procedures import today
    from jingkai.console.casework.recorded import read_case
    from jingkai.console.models import Case, CasePart
    from jingkai.services.case import CaseEvent

    def forget() -> None:
        """Leave the year's right to others."""
        Case.objects.filter(service=PAYOUT).update(amount=None, ended=True)

    def opened(key: str, forgetting: bool = True) -> Any:
        if forgetting:
            forget()
        case = Case.objects.create(
            service=PAYOUT, entity="enterprise", subject=key, enterprise=key, name="合成企业",
            zone=people["counter"].zone, by=people["firm_a"], year=found.day.year,
        )  # fmt: skip
        CasePart.objects.create(case=case, item=PAYOUT, position=0, status="draft")
        submit = CaseEvent("submit", today(), "applicant", people["firm_a"].username)
        with transaction.atomic():
            record_events(read_case(case), [(PAYOUT, submit)], people["firm_a"])
        act(case.pk, PAYOUT, "accept", people["hr_officer"])
        for step in ("review", "publish"):
            read = act(case.pk, PAYOUT, "finish_step", people["hr_officer"], step=step)
        return read

    yield opened
    forget()
