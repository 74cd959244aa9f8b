"""Grants that follow the rule, and those that must say why they do not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.console.casework.conftest import PAYOUT as ITEM

pytestmark = pytest.mark.xdist_group("console")


@pytest.mark.parametrize(
    ("amount", "reason", "refused"),
    [
        ("", "", "没有写明拨付金额"),
        ("0", "", "不是拨付金额"),
        ("12.345", "", "不是拨付金额"),
        ("很多", "已核", "不是拨付金额"),
        ("1", "", "与规则算出的 .* 元不同"),
        ("1", "核减上年已付部分", ""),
        ("rule", "", ""),
    ],
)
def test_another_amount_than_the_rules_needs_a_reason(
    payout: Callable[[str], Any], entitled: Any, people: dict[str, Any], amount: str, reason: str, refused: str
) -> None:  # fmt: skip
    from jingkai.console.casework.acting import act
    from jingkai.console.casework.errors import CaseRefused
    from jingkai.console.casework.granting import ruled

    case = payout(entitled.enterprise)
    right = ruled(case, ITEM)
    assert right is not None
    amount = f"{right.entitlement.amount:,.2f}元" if amount == "rule" else amount
    if refused:
        with pytest.raises(CaseRefused, match=refused):
            act(case.case.pk, ITEM, "grant", people["hr_officer"], amount=amount, reason=reason)
        return
    done = act(case.case.pk, ITEM, "grant", people["hr_officer"], amount=amount, reason=reason)
    assert done.case.amount == (Decimal(1) if reason else right.entitlement.amount)


def test_a_grant_on_the_data_of_another_year_than_was_asked_for_needs_a_reason(
    payout: Callable[[str], Any], entitled: Any, people: dict[str, Any]
) -> None:
    from jingkai.console.casework.acting import act
    from jingkai.console.casework.errors import CaseRefused
    from jingkai.console.casework.granting import ruled
    from jingkai.console.models import Case

    case = payout(entitled.enterprise)
    year = case.case.year - 1
    Case.objects.filter(pk=case.case.pk).update(year=year)
    right = ruled(case, ITEM)
    assert right is not None
    told = {"amount": f"{right.entitlement.amount:.2f}"}
    with pytest.raises(CaseRefused, match=f"申请的是{year}年的权利"):
        act(case.case.pk, ITEM, "grant", people["hr_officer"], **told)
    done = act(case.case.pk, ITEM, "grant", people["hr_officer"], reason="两年数据相同", **told)
    assert done.states[ITEM].granted


def test_a_grant_against_the_rule_or_without_its_verdict_needs_a_reason(
    payout: Callable[[str], Any], people: dict[str, Any], found: Any
) -> None:
    from jingkai.console.casework.acting import act
    from jingkai.console.casework.errors import CaseRefused
    from jingkai.console.casework.granting import ruled

    tried = {}
    for key in found.snapshot.scan("enterprise").select("key").collect()["key"]:
        case = payout(key)
        right = ruled(case, ITEM)
        if right is not None and right.entitlement.mode == "refused":
            tried[key] = case
            break
    (case,) = tried.values()
    with pytest.raises(CaseRefused, match=r"规则.*准予须说明理由"):
        act(case.case.pk, ITEM, "grant", people["hr_officer"], amount="100")
    case.case.given = {"no_such_fact": "1"}  # what was stated cannot be read any more
    case.case.save()
    assert ruled(case, ITEM) is None
    with pytest.raises(CaseRefused, match="规则现在没有结论"):
        act(case.case.pk, ITEM, "grant", people["hr_officer"], amount="100")
    told = {"amount": "100", "reason": "按联席会议纪要"}
    assert act(case.case.pk, ITEM, "grant", people["hr_officer"], **told).case.amount == 100


def test_money_counts_as_paid_only_with_its_voucher_and_a_permit_has_no_amount(
    payout: Callable[[str], Any], entitled: Any, permit: Callable[[], Any], people: dict[str, Any]
) -> None:
    from jingkai.console.casework.acting import act
    from jingkai.console.casework.errors import CaseRefused

    case = payout(entitled.enterprise)
    act(case.case.pk, ITEM, "grant", people["hr_officer"], amount="5", reason="核减")
    with pytest.raises(CaseRefused, match="没有写明拨付凭证"):
        act(case.case.pk, ITEM, "deliver", people["finance"], reason=" ")
    assert act(case.case.pk, ITEM, "deliver", people["finance"], reason="2026-7").case.ended
    other, item = permit(), "works_planning_permit"
    act(other.case.pk, item, "accept", people["natural"])
    for step in ("design", "decide"):
        act(other.case.pk, item, "finish_step", people["natural"], step=step)
    with pytest.raises(CaseRefused, match="不拨付资金"):
        act(other.case.pk, item, "grant", people["natural"], amount="5")


def test_what_silence_accepts_moves_on_in_work_lists_without_an_event(
    permit: Callable[[], Any], people: dict[str, Any]
) -> None:
    from jingkai.console.casework.procedures import today
    from jingkai.console.casework.recorded import read_case
    from jingkai.console.casework.worklist import AskedCases, refresh_silent, work_list

    case = permit()
    item, day = "works_planning_permit", today()
    limit = case.states[item].notice_limit
    assert limit is not None and limit.assumed is not None
    waits = AskedCases("mine", "open", item)

    def numbers(who: str, on: Any) -> set[int]:
        return set(work_list(people[who], waits, on).values_list("case", flat=True))

    assert case.case.pk in numbers("counter", day) & numbers("natural", day)
    last = limit.assumed
    assert case.case.pk in set(
        work_list(people["counter"], AskedCases("mine", "soon", item), last).values_list("case", flat=True)
    )  # fmt: skip
    refresh_silent(case.case.zone, last)
    assert case.case.pk in numbers("counter", last)
    refresh_silent(case.case.zone, last + timedelta(days=1))
    kept, now = case.case.parts.get(), read_case(case.case).parts(last + timedelta(days=1))[0]
    assert (kept.status, kept.turn, kept.due_on) == (now.status, now.turn, now.due_on)
    if limit.assured is not None:
        assert kept.status == "reviewing"
        assert case.case.pk not in numbers("counter", last + timedelta(days=1))
    late = AskedCases("mine", "late", item)
    assert set(
        work_list(people["natural"], late, kept.due_on + timedelta(days=1)).values_list("case", flat=True)
    ) >= {case.case.pk}  # fmt: skip
