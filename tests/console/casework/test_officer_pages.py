"""The officer's pages of casework: lists, a case with its steps, payments, and who only has to confirm."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.console.casework.conftest import PAYOUT, paper

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]

PERMIT = "works_planning_permit"
Clients = Callable[[str], Any]


def _json(client: Any, address: str, **query: str) -> dict[str, Any]:
    response = client.get(address, {"format": "json", **query})
    assert response.status_code == 200, (address, response.status_code)
    return dict(response.json())


def _post(client: Any, case: Any, kind: str, **told: Any) -> Any:
    item = told.pop("item", next(iter(case.items)))
    seen = told.pop("seen", str(_length(case)))
    form = {"item": item, "kind": kind, "seen": seen, **told}
    return client.post(f"/desk/cases/{case.case.pk}/", form)


def _length(case: Any) -> int:
    case.case.refresh_from_db()
    return int(case.case.length)


def test_a_permit_is_handled_on_the_page_and_every_refusal_keeps_what_was_typed(
    permit: Callable[..., Any], people: dict[str, Any], client_of: Clients
) -> None:
    from jingkai.console.casework.handing_in import correct
    from jingkai.console.casework.recorded import read_case
    from jingkai.console.models import TrailEntry

    case = permit()
    officer, other = client_of("natural"), client_of("natural_too")
    page = _json(officer, f"/desk/cases/{case.case.pk}/")
    kinds = [f["kind"] for f in page["parts"][0]["forms"]]
    assert kinds == ["accept", "notify", "decline"]
    assert client_of("tax_officer").get(f"/desk/cases/{case.case.pk}/").status_code == 404
    assert client_of("far_officer").get(f"/desk/cases/{case.case.pk}/").status_code == 404
    assert _post(client_of("tax_officer"), case, "accept").status_code == 404

    empty = _post(officer, case, "notify", defects=" ")
    assert empty.status_code == 400 and "没有写明需要补正" in empty.content.decode()
    title = case.items[PERMIT].asked[0].title.zh
    lines = {"ticked": title, "defects": "缺用地红线图\n\n申请表未盖章"}
    assert _post(officer, case, "notify", **lines).status_code == 302
    event = read_case(case.case).events[-1]
    wanted = [f"重新提交或补交：{title}", "缺用地红线图", "申请表未盖章"]
    assert (event.kind, event.content["defects"]) == ("notify", wanted)
    correct(case.case.pk, PERMIT, people["firm_a"], {case.items[PERMIT].asked[0].id: [paper()]})

    assert _post(officer, case, "accept").status_code == 302
    assert _post(officer, case, "finish_step", step="design").status_code == 302
    days = _post(officer, case, "pause", ground="hearing", days="很久")
    assert days.status_code == 400 and "“很久”不是工作日数" in days.content.decode()
    assert _post(officer, case, "pause", ground="hearing", days="5").status_code == 302
    assert _post(officer, case, "resume").status_code == 302
    assert _post(officer, case, "finish_step", step="decide").status_code == 302
    seen = str(_length(case))
    assert _post(officer, case, "grant", seen=seen).status_code == 302
    late = _post(other, case, "refuse", seen=seen, reason="不符合规划：退线不足")
    text = late.content.decode()
    assert late.status_code == 409 and "natural 已于" in text and "准予" in text
    assert "不符合规划：退线不足" in text  # its form is gone, the text is not
    assert _post(officer, case, "deliver", reason="邮寄送达").status_code == 302
    page = _json(officer, f"/desk/cases/{case.case.pk}/")
    assert page["ended"] and page["parts"][0]["forms"] == []
    assert [e["kind"] for e in page["events"]][-2:] == ["deliver", "close"]
    read = TrailEntry.objects.filter(action="case.read", account="natural").last()
    assert read is not None and read.about == case.case.enterprise


def test_the_list_has_what_waits_for_the_office_and_the_desk_counts_it(
    permit: Callable[..., Any], people: dict[str, Any], client_of: Clients
) -> None:
    from jingkai.console.casework.acting import act

    case = permit()
    number = case.case.number

    def numbers(who: str, **query: str) -> list[str]:
        return [c["number"] for c in _json(client_of(who), "/desk/cases/", **query)["cases"]]

    before = _json(client_of("natural"), "/desk/")["cases"]["waiting"]
    assert number in numbers("natural", item=PERMIT) and number in numbers("counter")
    assert number not in numbers("tax_officer", whose="all")
    act(case.case.pk, PERMIT, "notify", people["natural"], defects=("缺图",))
    assert number not in numbers("natural") and number in numbers("natural", whose="all")
    assert _json(client_of("natural"), "/desk/")["cases"]["waiting"] == before - 1
    act(case.case.pk, PERMIT, "withdraw", people["firm_a"])
    assert number in numbers("natural", state="ended") and number not in numbers(
        "natural", whose="all"
    )
    file = client_of("natural").get("/desk/cases/?whose=all&format=csv").content
    table = pl.read_csv(io.BytesIO(file), infer_schema=False)
    assert table["办件编号"].to_list() == numbers("natural", whose="all")
    of = _json(client_of("natural"), f"/enterprises/{case.case.enterprise}/")["cases"]
    assert number in [c["number"] for c in of if c["mine"]]


def test_a_right_is_shown_beside_what_it_was_and_another_amount_is_refused_on_the_page(
    payout: Callable[[str], Any], entitled: Any, people: dict[str, Any], client_of: Clients
) -> None:
    from jingkai.console.casework.granting import ruled

    case = payout(entitled.enterprise)
    officer, right = client_of("hr_officer"), ruled(case, PAYOUT)
    assert right is not None
    page = _json(officer, f"/desk/cases/{case.case.pk}/")
    assert page["ruled"]["now"]["amount"] == f"{right.entitlement.amount:,.2f}"
    assert "right" not in page  # `ruled` has of it what the office may know
    assert page["ruled"]["reason"]["rule"] == "apprentice_training_subsidy"
    grant = next(f for f in page["parts"][0]["forms"] if f["kind"] == "grant")
    assert grant["fields"][0]["value"] == f"{right.entitlement.amount:.2f}"
    refused = _post(officer, case, "grant", amount="7")
    text = refused.content.decode()
    assert refused.status_code == 400 and "与规则算出的" in text and 'value="7"' in text
    assert _post(officer, case, "grant", amount="7", reason="核减").status_code == 302


def test_what_was_stated_once_is_shown_also_where_it_cannot_be_read_any_more(
    payout: Callable[[str], Any], entitled: Any, people: dict[str, Any], client_of: Clients
) -> None:
    from jingkai.console.models import Case

    number = payout(entitled.enterprise).case.pk
    Case.objects.filter(pk=number).update(given={"established_on": "很久以前"})
    page = _json(client_of("hr_officer"), f"/desk/cases/{number}/")
    assert [(g["column"], g["value"]) for g in page["given"]] == [("established_on", "很久以前")]


def test_a_refusal_is_begun_with_the_conditions_that_are_not_met(
    payout: Callable[[str], Any], found: Any, people: dict[str, Any], client_of: Clients
) -> None:
    rule = "apprentice_training_subsidy"
    rights = found.run.scan("enterprise").select(f"{rule}__right").collect()[f"{rule}__right"]
    position = rights.to_list().index(False)
    key = found.snapshot.scan("enterprise").select("key").collect()["key"][position]
    case = payout(key)
    page = _json(client_of("hr_officer"), f"/desk/cases/{case.case.pk}/")
    failed = [c for c in page["ruled"]["reason"]["conditions"] if c["verdict"] is False]
    form = next(f for f in page["parts"][0]["forms"] if f["kind"] == "refuse")
    told = form["fields"][0]["value"].splitlines()
    assert len(told) == len(failed) > 0
    assert all(c["title"] in t and c["basis"] in t for c, t in zip(failed, told, strict=True))
    assert _post(client_of("hr_officer"), case, "grant", amount="5").status_code == 400


def test_payments_are_listed_summed_and_marked_each_by_itself(
    payout: Callable[[str], Any], found: Any, entitled: Any, people: dict[str, Any], client_of: Clients
) -> None:  # fmt: skip
    from jingkai.console.casework.acting import act
    from jingkai.console.models import CasePart

    CasePart.objects.filter(item=PAYOUT).update(status="closed")
    cases = [payout(entitled.enterprise), payout(people["firm_b"].enterprise, forgetting=False)]
    for case, amount in zip(cases, ("5", "12.30"), strict=True):
        told = {"amount": amount, "reason": "核定"}
        act(case.case.pk, PAYOUT, "grant", people["hr_officer"], **told)
    finance = client_of("finance")
    page = _json(finance, "/desk/payments/")
    assert (page["count"], page["total"]) == (2, "17.30")
    table = pl.read_csv(io.BytesIO(finance.get("/desk/payments/?format=csv").content))
    assert table["金额（元）"].sum() == pytest.approx(17.3)
    parts = [f"{c.case.pk}:{PAYOUT}" for c in cases]
    nothing = finance.post("/desk/payments/", {"part": parts, "voucher": " "})
    assert nothing.status_code == 409 and "没有写明拨付凭证" in nothing.content.decode()
    act(cases[0].case.pk, PAYOUT, "deliver", people["finance"], reason="2026-1")
    some = finance.post("/desk/payments/", {"part": [*parts, "x:y"], "voucher": "2026-2"})
    text = some.content.decode()
    assert some.status_code == 409 and cases[0].case.number in text and "finance 已于" in text
    assert cases[1].case.number not in text and "没有这个办件" in text
    assert _json(finance, "/desk/payments/")["count"] == 0
    assert "/desk/payments/" in finance.get("/desk/").content.decode()
    assert ">拨付<" not in client_of("tax_officer").get("/desk/").content.decode()


def test_money_paid_before_its_decision_was_revoked_is_not_paid_again(
    payout: Callable[[str], Any], entitled: Any, found: Any, people: dict[str, Any], client_of: Clients
) -> None:  # fmt: skip
    from jingkai.console.casework.acting import act
    from jingkai.console.casework.errors import CaseRefused
    from jingkai.console.casework.opening import confirm
    from jingkai.console.models import CasePart

    CasePart.objects.filter(item=PAYOUT).update(status="closed")
    case, hr, finance = payout(entitled.enterprise), people["hr_officer"], people["finance"]
    number = case.case.pk
    act(number, PAYOUT, "grant", hr, amount="5", reason="核定")
    act(number, PAYOUT, "deliver", finance, reason="2026-1")
    act(number, PAYOUT, "appeal", entitled, channel="review")
    assert act(number, PAYOUT, "revoke", hr, reason="人数有误").case.amount == 5
    for step in ("review", "publish"):
        act(number, PAYOUT, "finish_step", hr, step=step)
    act(number, PAYOUT, "grant", hr, amount="12.30", reason="重新核定")
    page = _json(client_of("finance"), "/desk/payments/")
    assert (page["total"], [p["amount"] for p in page["payments"]]) == ("7.30", ["7.30"])
    act(number, PAYOUT, "deliver", finance, reason="2026-2")
    act(number, PAYOUT, "appeal", entitled, channel="court")
    act(number, PAYOUT, "revoke", hr, reason="事实不清")
    refused = act(number, PAYOUT, "refuse", hr, reason="不符合条件")
    assert act(number, PAYOUT, "deliver", hr).case.ended and refused.case.amount == Decimal("12.30")
    with pytest.raises(CaseRefused, match="已经兑现"):
        confirm(entitled, found, PAYOUT, entitled.enterprise)


def test_who_only_has_to_confirm_is_listed_as_each_is_offered_it_one_by_one(
    found: Any, people: dict[str, Any], entitled: Any, client_of: Clients
) -> None:
    from jingkai.console.casework.opening import confirm
    from jingkai.console.casework.procedures import pays_out
    from jingkai.console.casework.rights import offers
    from jingkai.console.models import Account, Case, TrailEntry

    Case.objects.filter(service=PAYOUT).update(amount=None, ended=True)
    single: dict[str, dict[str, Decimal]] = {i.id: {} for i in pays_out()}
    for key in found.snapshot.scan("enterprise").select("key").collect()["key"]:
        for o in offers(found, found.snapshot.at_key("enterprise", key)):
            if o.at_once:
                single[o.item.id][o.subject.key] = round(o.entitlement.amount, 2)
    assert single[PAYOUT]
    counter = client_of("counter")
    for item, wanted in single.items():
        page = _json(counter, "/desk/offers/", item=item)
        table = {o["subject"]: Decimal(o["amount"].replace(",", "")) for o in page["offers"]}
        assert table == wanted or page["item"] != item
        assert {i["item"]: i["count"] for i in page["items"]}[item] == len(wanted)
    confirm(entitled, found, PAYOUT, entitled.enterprise)
    page = _json(client_of("hr_officer"), "/desk/offers/", item=PAYOUT)
    assert entitled.enterprise not in {o["subject"] for o in page["offers"]}
    assert page["count"] == len(single[PAYOUT]) - 1
    assert _json(client_of("tax_officer"), "/desk/offers/")["items"] == []
    # An office of one step alone is not told amounts: neither of a case nor of who has none yet.
    about = {"role": "officer", "office": "development_reform", "zone": people["counter"].zone}
    Account.objects.update_or_create(username="planner", defaults=about)
    assert _json(client_of("planner"), "/desk/offers/")["items"] == []
    entry = TrailEntry.objects.filter(action="offers.read", account="hr_officer").last()
    assert entry is not None and entry.detail["rows"] == page["count"]
    Case.objects.filter(service=PAYOUT).update(amount=None, ended=True)
