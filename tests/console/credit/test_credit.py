"""Records of penalties and their repair: for the enterprise, for officers, as a call list."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]

STATES = {
    "满三个月": ("now", "2026-06-20", False),
    "将满三个月": ("soon", "2026-08-10", False),
    "严重未履行": ("todo", "2026-09-01", False),
    "程度不明": ("open", None, None),
    "轻微": ("now", None, True),
    "不可修复": ("barred", "2026-04-10", False),
    "一年已满": ("ended", "2025-09-30", False),
    "修复过": ("repaired", "2026-04-11", False),
}
#: What rests on the class, or is it.
CLASS_RULES = {
    "credit_risk_class",
    "credit_risk_class_by_points",
    "inspection_intensity",
    "random_inspection_rate",
}


def _text(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def test_an_enterprise_sees_from_when_each_record_may_be_repaired(of: Callable[[str], Any]) -> None:
    page = of("firm0").get("/my/credit/?format=json").json()
    told = {r["name"]: (r["state"], r["from"], r["always"]) for r in page["records"]}
    assert told == STATES and page["repairable"] == 2
    records = {r["name"]: r for r in page["records"]}
    assert records["将满三个月"]["days"] == 41
    assert records["严重未履行"]["unmet"] == "纠正并完全履行义务"
    assert records["程度不明"]["unknown"] == "达到最短公示期"
    assert [m["fact"] for m in records["程度不明"]["reason"]["missing"]] == ["severity"]
    assert (records["满三个月"]["ends"], records["严重未履行"]["ends"]) == ("2027-03-20", "")
    text = _text(of("firm0").get("/my/credit/"))
    for shown in ("还有 41 天", "某市市场监管局（合成）", "最短公示期", "未作承诺"):
        assert (shown in text) is (shown != "未作承诺")  # the last is another enterprise's
    for condition in records["轻微"]["reason"]["conditions"]:
        assert condition["title"] in text and condition["basis"] in text
    asked = {n for n, r in records.items() if r["apply"]}
    assert asked == {"满三个月", "轻微"}
    assert text.count("/my/apply/credit_repair_record/?about=") == 2
    assert "may be repaired" in _text(of("firm0").get("/my/credit/?lang=en"))
    file = of("firm0").get("/my/credit/?format=csv").content.decode("utf-8-sig")
    assert "将满三个月" in file and "2026-08-10" in file


def test_what_an_application_states_itself_does_not_bar_it(of: Callable[[str], Any]) -> None:
    (record,) = of("firm1").get("/my/credit/?format=json").json()["records"]
    assert (record["state"], record["unmet"], record["apply"]) == ("todo", "公开信用承诺", True)
    text = _text(of("firm1").get("/my/credit/"))
    (link,) = re.findall(r"/my/apply/credit_repair_record/[^\"]+", text)
    form = of("firm1").get(link)
    assert form.status_code == 200 and "信用承诺" in form.content.decode()


def test_no_record_found_is_not_said_to_be_none(
    of: Callable[[str], Any], records: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "截至 2026-06-30 的完整名单里没有" in _text(of("firm2").get("/my/credit/"))
    monkeypatch.delitem(records.snapshot.manifest["registers"], "penalty")
    assert "没有查到不等于没有" in _text(of("firm2").get("/my/credit/"))


def test_nothing_is_decided_while_the_rule_is_not_in_force(
    of: Callable[[str], Any], records: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(records.run.manifest["rules"], "credit_repair")
    for who, address in (("firm0", "/my/credit/"), ("tax", "/desk/repairs/")):
        assert "没有施行，不作判断" in _text(of(who).get(address))


def test_the_class_is_told_to_offices_and_not_to_the_enterprise(
    of: Callable[[str], Any], records: Any
) -> None:
    from jingkai.console.models import Account
    from jingkai.console.tokens.keys import make_key

    firm, key = of("firm0"), records.snapshot.table("enterprise")["key"][0].as_py()
    officer = of("market_supervision").get(f"/enterprises/{key}/?format=json").json()
    classes = {r["rule"]: r for r in officer["credit"]["classes"]}
    assert set(classes) == CLASS_RULES
    assert classes["credit_risk_class"]["word"].startswith("C")
    (holds,) = (p for p in classes["credit_risk_class"]["parts"] if p["verdict"])
    assert holds["atoms"] and holds["basis"] == "企业信用风险分类"
    assert "信用风险较高" in _text(of("market_supervision").get(f"/enterprises/{key}/"))
    assert "本页不显示分类结果" in _text(firm.get("/my/credit/"))
    mine = {r["rule"] for r in firm.get("/my/?format=json").json()["rules"]}
    assert mine and not mine & CLASS_RULES
    account = Account.objects.get(username="credit-firm0")
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {make_key(account, 'k', ['entitlements'], 1)[1]}"}
    asked = firm.get(f"/api/enterprises/{key}/entitlements", **bearer).json()
    assert {r["rule"] for r in asked["rules"]} == mine
    for rule in CLASS_RULES:
        assert "只用于监管" in firm.get(f"/my/rules/{rule}/").content.decode()
        assert firm.post(f"/my/rules/{rule}/paper/").status_code == 404
    for address in ("/my/facts/?theme=&q=信用风险", "/search/?q=信用风险", "/my/credit/"):
        assert "信用风险较高" not in _text(firm.get(address))
    assert firm.get("/my/facts/credit_risk_class_published/correct/").status_code == 404


def test_officers_see_records_and_reading_them_is_written_down(
    of: Callable[[str], Any], records: Any
) -> None:
    from jingkai.console.models import TrailEntry

    key = records.snapshot.table("enterprise")["key"][0].as_py()
    page = of("tax").get(f"/enterprises/{key}/?format=json").json()["credit"]
    told = {r["name"]: (r["state"], r["from"], r["always"]) for r in page["records"]}
    assert told == STATES
    entry = TrailEntry.objects.filter(account="credit-tax").order_by("number").last()
    assert entry.action == "enterprise.read" and "penalty.severity" in entry.facts
    assert "penalty.repair_commitment" not in entry.facts  # the enterprise's own, not shared
    text = _text(of("tax").get(f"/enterprises/{key}/"))
    assert 'id="credit"' in text and "2026-08-10" in text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"满三个月", "轻微"}),
        ("?within=90", {"满三个月", "轻微", "将满三个月"}),
        ("?within=0&which=todo", {"未作承诺"}),
        ("?within=90&which=todo", {"未作承诺", "严重未履行"}),
        ("?which=open&within=0", {"程度不明"}),
        ("?which=nothing&within=-1", {"满三个月", "轻微"}),
    ],
)
def test_the_call_list_has_who_may_ask_now_or_soon(
    of: Callable[[str], Any], query: str, names: set[str]
) -> None:
    from jingkai.console.models import TrailEntry

    client = of("zone_committee")
    page = client.get(f"/desk/repairs/{query or '?'}&format=json").json()
    assert {r["name"] for r in page["records"]} == names and page["count"] == len(names)
    text = _text(client.get(f"/desk/repairs/{query}"))
    assert all(f"{name}<" in text for name in names) and "别处的" not in text
    file = client.get(f"/desk/repairs/{query or '?'}&format=csv").content.decode("utf-8-sig")
    entry = TrailEntry.objects.filter(account="credit-zone_committee").order_by("number").last()
    assert (entry.action, entry.detail["rows"]) == ("repairs.export", len(names))
    listed = {line.split(",")[2] for line in file.splitlines() if "某市市场监管局" in line}
    assert listed == names
    assert client.get(f"/desk/repairs/{query or '?'}&format=xlsx").content[:2] == b"PK"


def test_what_the_office_may_not_see_is_neither_told_nor_to_be_worked_out(
    of: Callable[[str], Any],
) -> None:
    whole = of("zone_committee").get("/desk/repairs/?which=todo&format=json").json()
    assert [r["unmet"] for r in whole["records"]] == ["公开信用承诺"] and not whole["some_hidden"]
    told = of("tax").get("/desk/repairs/?which=todo&format=json").json()
    assert told["records"] == [] and told["some_hidden"]
    left = of("tax").get("/desk/repairs/?which=open&format=json").json()["records"]
    assert {r["name"]: (r["unmet"], "公开信用承诺" in r["unknown"]) for r in left} == {
        "未作承诺": ("", True),
        "程度不明": ("", True),
    }
