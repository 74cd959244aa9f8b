"""The enterprise's desk for services: offers, confirmation, application, its cases and what it does about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jingkai.registry.snapshot import write_snapshot
from jingkai.workspace import Workspace
from tests.console.casework.conftest import paper
from tests.console.conftest import SOURCE

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
SUBSIDY = "apprentice_subsidy_payout"


def _client(account: Any) -> Any:
    from django.test import Client

    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def _text(response: Any) -> str:
    assert response.status_code == 200, response.content.decode()[:2000]
    return str(response.content.decode())


def test_a_right_is_offered_confirmed_with_one_button_and_then_a_case(
    entitled: Any, people: dict[str, Any]
) -> None:
    client = _client(entitled)
    page = client.get("/my/services/?format=json").json()
    offered = next(o for o in page["confirm"] if o["item"] == SUBSIDY)
    assert offered["amount"] and offered["facts"] and not offered["materials"]
    refused = {o["item"] for o in page["refused"]}
    assert refused.isdisjoint(o["item"] for o in page["confirm"] + page["apply"])
    text = _text(client.get("/my/services/"))
    for page_of_rights in ("/my/", "/my/rules/apprentice_training_subsidy/"):
        assert f'href="/my/apply/{SUBSIDY}/"' in _text(client.get(page_of_rights))
    address = f"/my/services/{SUBSIDY}/confirm/?about={entitled.enterprise}"
    assert address in text
    assert client.get(f"/my/apply/{SUBSIDY}/")["Location"] == address
    told = _text(client.get(address))
    assert offered["amount"] in told and told.count("<button>确认并兑现") == 1
    for condition in offered["reason"]["conditions"]:
        assert condition["title"] in told and condition["basis"] in told
    case = client.post(address)["Location"]
    assert "待拨付" in _text(client.get(case)) and "to be paid" in _text(
        client.get(case + "?lang=en")
    )
    after = client.get("/my/services/?format=json").json()
    assert SUBSIDY not in {o["item"] for o in after["confirm"]}
    assert SUBSIDY in {o["item"] for o in after["standing"]}
    again = client.post(address)
    assert again.status_code == 400 and "已经兑现" in again.content.decode()


def test_an_application_says_everything_wrong_at_once_and_keeps_what_was_typed(
    people: dict[str, Any], found: Any
) -> None:
    client, address = _client(people["firm_b"]), "/my/apply/construction_permit/"
    sent = {"matter": "合成厂房", "commit:funds_plan": "1"}

    def bad() -> dict[str, Any]:
        return {**sent, "file:builder_contract": paper(b"x", "坏.pdf")}

    told = client.post(address + "?format=json", bad())
    wrong = {f["where"] for f in told.json()["findings"]}
    assert told.status_code == 400
    assert wrong == {"file:builder_contract", "file:working_drawings", "file:safety_measures"}
    page = client.post(address, bad()).content.decode()
    assert 'value="合成厂房"' in page and 'name="commit:funds_plan" value="1" checked' in page
    assert "内容不是 pdf" in page and "请重新选择" in page
    names = ("builder_contract", "working_drawings", "safety_measures")
    case = client.post(address, {**sent, **{f"file:{n}": paper() for n in names}})["Location"]
    about = client.get(case + "?format=json").json()["case"]
    assert (about["matter"], about["parts"][0]["status"]) == ("合成厂房", "received")
    assert [f["commitment"] for f in about["files"]].count(True) == 1
    stored = next(f["id"] for f in about["files"] if f["id"])
    download = client.get(f"/evidence/{stored}/")
    assert b"".join(download.streaming_content).startswith(b"%PDF")
    assert "合成厂房" in client.get("/my/cases/?format=csv").content.decode("utf-8-sig")
    other = _client(people["firm_a"])
    assert [other.get(a).status_code for a in (case, f"/evidence/{stored}/")] == [404, 404]
    assert other.post(case, {"item": "construction_permit", "do": "withdraw"}).status_code == 404


def test_a_notice_is_answered_and_a_decision_appealed_against_from_the_page(
    permit: Callable[..., Any], people: dict[str, Any]
) -> None:
    from jingkai.console.casework.acting import act

    item, client = "works_planning_permit", _client(people["firm_a"])
    number = permit().case.pk
    act(number, item, "notify", people["counter"], defects=("缺用地红线图", "设计方案未盖章"))
    address = f"/my/cases/{number}/"
    assert number in {c["id"] for c in client.get("/my/cases/?format=json").json()["waiting"]}
    page = _text(client.get(address))
    assert '<span class="waits">1<' in page and "缺用地红线图" in page and "设计方案未盖章" in page
    step = {"item": item, "do": "correct"}
    nothing = client.post(address, step)
    assert nothing.status_code == 400 and "没有补正任何内容" in nothing.content.decode()
    client.post(address, {**step, "file:design_scheme": paper(), "reason": "已盖章"})
    page = _text(client.get(address))
    assert "已补正" in page and 'class="waits"' not in page
    act(number, item, "decline", people["natural"], reason="不属于本机关职权")
    assert "不属于本机关职权" in _text(client.get(address))
    ways = client.get(address + "?format=json").json()["case"]["parts"][0]["appeals"]
    assert [w["channel"] for w in ways] == ["review", "court"]
    client.post(address, {"item": item, "do": "appeal", "channel": "review"})
    assert "复议或诉讼中" in _text(client.get(address))
    refused = client.post(address, {"item": item, "do": "grant"})
    assert refused.status_code == 400


def test_only_what_the_rule_needs_and_nobody_knows_has_to_be_typed(
    people: dict[str, Any], repairs: Any
) -> None:
    client, address = _client(repairs), "/my/apply/credit_repair_record/?about=处罚:一"
    page = client.get(address + "&format=json").json()
    assert [f["column"] for f in page["fields"]] == ["repair_commitment"]
    assert [m["title"] for m in page["materials"]] == ["信用承诺书"]
    assert "obligations_fulfilled" in {f["column"] for f in page["facts"]}
    letter = page["materials"][0]["name"]
    wrong = client.post(address, {"given:repair_commitment": "也许", letter: paper()})
    assert wrong.status_code == 400 and "“也许”不能用作" in wrong.content.decode()
    case = client.post(address, {"given:repair_commitment": "是", letter: paper()})["Location"]
    about = client.get(case + "?format=json").json()["case"]
    assert about["right"]["verdict"] is True
    assert [(g["column"], g["value"]) for g in about["given"]] == [("repair_commitment", "是")]
    assert client.get("/my/apply/credit_repair_record/?about=处罚:二").status_code == 400
    again = {"given:repair_commitment": "是", letter: paper(), "matter": "换个说法"}
    assert (
        client.post(address, again).status_code == 400
    )  # one record is one thing, whatever is typed


def test_pages_of_services_tell_what_is_asked_and_what_is_not_set(
    people: dict[str, Any], found: Any
) -> None:
    client = _client(people["firm_a"])
    text = _text(client.get("/my/services/open_an_enterprise/"))
    assert "企业基本存款账户开立和备案" in text and "未设定" in text and "登记申请书" in text
    one = _text(client.get("/my/services/works_planning_permit/?lang=en"))
    assert "20 working days" in one and "第四十条" in one and "Design of the works" in one
    assert client.get("/my/services/no_such_item/").status_code == 404
    assert client.get("/my/apply/no_such_item/").status_code == 404


@pytest.fixture
def repairs(people: dict[str, Any], tmp_path: Path) -> Iterator[Any]:
    """An account of an enterprise with a record of a penalty, of which nobody knows whether it made a commitment."""
    from django.test import override_settings

    from jingkai.console.models import Account

    workspace, key = Workspace.init(tmp_path / "area"), "91999999000000001K"
    frames = {
        "zone": pl.DataFrame({"key": ["甲经开区"], "name": ["甲经开区"]}),
        "enterprise": pl.DataFrame({"key": [key], "name": ["合成企业"], "zone": ["甲经开区"]}),
        "penalty": pl.DataFrame(
            {
                "key": ["处罚:一", "处罚:二"],
                "enterprise": [key, "91999999000000002H"],
                "severity": ["general", "general"],
                "occurred_on": [date(2026, 1, 1)] * 2,
                "obligations_fulfilled": [True, True],
                "repair_barred": [False, False],
            }
        ),
    }
    write_snapshot(workspace, frames, as_of=date(2026, 6, 30), sources=[SOURCE], synthetic=True)
    defaults = {"role": "enterprise", "enterprise": key}
    with override_settings(WORKSPACE=workspace):
        yield Account.objects.update_or_create(username="repairs", defaults=defaults)[0]
