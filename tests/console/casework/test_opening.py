"""Rights confirmed once, applications with all they need, bundles as one case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from jingkai.workspace import Workspace

pytestmark = pytest.mark.xdist_group("console")


def test_a_right_on_shared_data_is_confirmed_once_and_paid_once_a_year(
    entitled: Any, found: Any, people: dict[str, Any]
) -> None:
    from jingkai.console.casework.acting import act
    from jingkai.console.casework.errors import CaseRefused
    from jingkai.console.casework.opening import confirm

    item = "apprentice_subsidy_payout"
    case = confirm(entitled, found, item, entitled.enterprise)
    state = case.states[item]
    assert state.status == "granted" and case.events[0].kind == "confirm" and len(case.events) == 1
    row = found.explainer.row(
        "enterprise", found.snapshot.at_key("enterprise", entitled.enterprise).position
    )[0]
    assert state.amount == Decimal(row["apprentice_training_subsidy"]) / 100 == case.case.amount
    assert case.case.parts.get().turn == ",finance,"
    with pytest.raises(CaseRefused, match="不由您的账户"):
        act(case.case.pk, item, "deliver", people["hr_officer"])
    with pytest.raises(CaseRefused, match="已经兑现"):
        confirm(entitled, found, item, entitled.enterprise)
    paid = act(case.case.pk, item, "deliver", people["finance"], reason="国库支付凭证 2026-118")
    assert paid.case.ended and paid.states[item].reason == ""
    with pytest.raises(CaseRefused, match="已经兑现"):
        confirm(entitled, found, item, entitled.enterprise)


def test_what_needs_an_application_cannot_be_confirmed(people: dict[str, Any], found: Any) -> None:
    from jingkai.console.casework.errors import CaseRefused
    from jingkai.console.casework.opening import confirm

    with pytest.raises(CaseRefused, match="不能免申即享"):
        confirm(
            people["firm_a"], found, "high_tech_enterprise_recognition", people["firm_a"].enterprise
        )


def test_everything_missing_is_said_at_once_and_nothing_is_opened(
    people: dict[str, Any], found: Any
) -> None:
    from jingkai.console.casework.errors import CaseRefused
    from jingkai.console.casework.opening import Application, apply
    from jingkai.console.casework.procedures import procedures
    from jingkai.console.models import Case

    before = Case.objects.count()
    item = procedures().items["establishment_registration"]
    with pytest.raises(CaseRefused) as error:
        apply(people["firm_a"], found, Application(item.id, matter="甲地块"))
    wanted = [f"file:{m.id}" for m in item.asked if m.when is None]
    assert len(wanted) > 1 and [f.where for f in error.value.findings] == wanted
    assert Case.objects.count() == before


def test_a_bundle_is_one_case_whose_items_begin_when_what_they_wait_for_is_granted(
    people: dict[str, Any], found: Any
) -> None:
    from jingkai.console.casework.acting import act
    from jingkai.console.casework.lines import case_line
    from jingkai.console.casework.opening import Application, apply
    from jingkai.console.casework.procedures import procedures, today
    from jingkai.console.models import Account
    from jingkai.services.bundle import plan_bundle
    from tests.console.casework.conftest import paper

    plan = plan_bundle(procedures().bundles["open_an_enterprise"], ["bank_account"])
    asked = Application(
        "open_an_enterprise", matter="合成新企业", without=["bank_account"],
        files={m.id: [paper()] for m in plan.materials},
    )  # fmt: skip
    case = apply(people["firm_b"], found, asked)
    assert {n: s.status for n, s in case.states.items()} == {
        "establishment_registration": "received", "seal_filing": "draft",
        "tax_start": "draft", "social_insurance_registration": "draft",
    }  # fmt: skip
    assert case.case.files.count() == len(plan.materials)
    officer = Account.objects.update_or_create(
        username="market",
        defaults={"role": "officer", "zone": case.case.zone, "office": "market_supervision"},
    )[0]
    first = "establishment_registration"
    case = act(case.case.pk, first, "accept", officer)
    while case.states[first].open_steps:
        step = case.states[first].open_steps[0]
        case = act(case.case.pk, first, "finish_step", officer, step=step)
    case = act(case.case.pk, first, "grant", officer)
    assert {s.status for n, s in case.states.items() if n != first} == {"received"}
    assert not case.ended
    told = case_line(case, found.rulebook, people["firm_b"], today())
    assert {e["by"] for e in told["events"]} == {"firm_b", ""}  # no officer's name


def test_what_only_a_later_item_asks_for_may_come_when_that_begins(
    people: dict[str, Any], found: Any
) -> None:
    from jingkai.console.casework.acting import act
    from jingkai.console.casework.errors import CaseRefused
    from jingkai.console.casework.handing_in import begin
    from jingkai.console.casework.opening import Application, apply
    from jingkai.console.models import Account
    from tests.console.casework.conftest import paper

    zone = people["counter"].zone
    reform = Account.objects.update_or_create(
        username="reform",
        defaults={"role": "officer", "zone": zone, "office": "development_reform"},
    )[0]
    without = ["environmental_impact_form", "fire_design_review"]
    asked = Application("construction_project", matter="合成厂房", without=without)
    with pytest.raises(CaseRefused) as error:
        apply(people["firm_b"], found, asked)
    first, land, works = "investment_filing", "land_planning_permit", "works_planning_permit"
    needed = [f.where.removeprefix("file:") for f in error.value.findings]
    case = apply(people["firm_b"], found, replace(asked, files={m: [paper()] for m in needed}))
    assert set(needed) == {m.id for m in case.items[first].asked}

    def granted(item: str, officer: Any) -> Any:
        number = case.case.pk
        now = act(number, item, "accept", officer)
        while steps := now.states[item].open_steps:
            now = act(number, item, "finish_step", officer, step=steps[0])
        return act(number, item, "grant", officer)

    now = granted(first, reform)
    assert now.states[land].status == "received"  # it asks for nothing more
    with pytest.raises(CaseRefused, match="现在不能开始"):
        begin(case.case.pk, works, people["firm_b"], {})
    now = granted(land, people["natural"])
    assert (now.states[works].status, now.ready(works)) == ("draft", True)
    assert case.case.parts.get(item=works).status == "ready"
    with pytest.raises(CaseRefused, match="还缺材料：建设工程设计方案"):
        begin(case.case.pk, works, people["firm_b"], {})
    now = begin(case.case.pk, works, people["firm_b"], {"design_scheme": [paper()]})
    assert now.states[works].status == "received"
    assert case.case.files.get(material="design_scheme").event == now.case.length


def test_a_case_keeps_the_promise_of_the_day_it_was_opened(
    permit: Callable[..., Any], people: dict[str, Any], town: Workspace
) -> None:
    from jingkai.console.casework.acting import act
    from jingkai.console.casework.recorded import read_case

    item = "works_planning_permit"
    case = permit()
    settings = town.items / "settings.yaml"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(f"items:\n  {item}: {{promised: 3}}\n", "utf-8")
    try:
        later = permit()
        before = act(case.case.pk, item, "accept", people["natural"])
        assert before.states[item].promised is None
        after = act(later.case.pk, item, "accept", people["natural"])
        assert str(after.states[item].promised.term) == "3个工作日"
    finally:
        settings.unlink()
    assert read_case(later.case).states[item].promised is not None


def test_an_item_whose_forerunner_was_refused_never_begins_and_the_case_ends(
    people: dict[str, Any], found: Any
) -> None:
    from jingkai.console.casework.acting import act
    from jingkai.console.casework.opening import Application, apply
    from jingkai.console.casework.procedures import procedures
    from jingkai.services.bundle import plan_bundle
    from tests.console.casework.conftest import paper

    plan = plan_bundle(procedures().bundles["open_an_enterprise"])
    files = {m.id: [paper()] for m in plan.materials}
    case = apply(
        people["firm_b"], found, Application("open_an_enterprise", matter="又一家", files=files)
    )
    case = act(case.case.pk, "establishment_registration", "withdraw", people["firm_b"])
    assert case.never("seal_filing") and case.never("bank_account") and case.case.ended


def test_values_that_no_rule_asks_for_are_refused(permit: Callable[..., Any]) -> None:
    from jingkai.console.casework.errors import CaseRefused

    with pytest.raises(CaseRefused, match="没有要求填写“employees”"):
        permit(given={"employees": "很多"})


def test_the_same_thing_is_not_applied_for_twice_at_a_time(permit: Callable[..., Any]) -> None:
    from jingkai.console.casework.errors import CaseRefused

    case = permit()
    with pytest.raises(CaseRefused, match="已有办件在办"):
        permit(matter=case.case.matter)
