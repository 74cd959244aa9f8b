from __future__ import annotations

import io
from typing import Any

import polars as pl
import pytest

from jingkai.rulebook import Rulebook

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]


def test_every_measure_stands_in_the_library_with_what_is_unverified(
    client: Any, rulebook: Rulebook
) -> None:
    page = client.get("/library/?format=json").json()
    assert {m["measure"] for m in page["measures"]} == set(rulebook.measures)
    assert sum(m["count"] for m in page["measures"]) == len(rulebook.rules)
    doubtful = sum(not r.verified for r in rulebook.rules.values())
    assert sum(m["unverified"] for m in page["measures"]) == doubtful


@pytest.mark.parametrize(
    "words",
    ["高新技术企业认定", "国科发火〔2016〕32号", "high-tech recognition", "HIGH_TECH_ENTERPRISE"],
)
def test_a_rule_is_found_by_title_document_and_id(client: Any, words: str) -> None:
    page = client.get("/library/", {"format": "json", "q": words}).json()
    assert "high_tech_enterprise" in [r["rule"] for r in page["rules"]]
    assert len(page["rules"]) < page["of"]


def test_a_search_without_result_says_what_to_do(client: Any) -> None:
    assert "换一个词" in client.get("/library/?q=没有这种规则").content.decode()


def test_a_rule_reads_in_plain_words_with_its_articles(client: Any) -> None:
    text = client.get("/rules/high_tech_enterprise/").content.decode()
    for words in (
        "科技人员占比",
        "上年科技人员数 ÷ 上年职工总数 不低于 10%",
        "第十一条（四）",
        "国科发火〔2016〕32号",
        "个算例",
    ):
        assert words in text


def test_a_rule_is_shown_as_it_was_on_a_day(client: Any) -> None:
    page = client.get("/rules/high_tech_enterprise/?format=json&as_of=2010-01-01").json()
    assert page["state"] == "later"
    assert (
        "尚未施行" in client.get("/rules/high_tech_enterprise/?as_of=2010-01-01").content.decode()
    )
    assert client.get("/rules/high_tech_enterprise/?as_of=yesterday").status_code == 404


def test_what_is_unverified_says_so_on_the_rule_and_on_the_figure(client: Any) -> None:
    page = client.get("/rules/western_income_tax_rate/?format=json").json()
    assert page["verified"] is False
    assert "含未核实" in client.get("/rules/western_income_tax_rate/").content.decode()


def test_every_rule_and_measure_opens_in_both_languages(client: Any, rulebook: Rulebook) -> None:
    for lang in ("zh", "en"):
        for name in rulebook.rules:
            page = client.get(f"/rules/{name}/?format=json&lang={lang}")
            assert page.status_code == 200, name
            assert len(page.json()["conditions"]) == len(rulebook.rules[name].conditions)
        for name in rulebook.measures:
            assert client.get(f"/library/{name}/?lang={lang}").status_code == 200, name


@pytest.mark.parametrize(
    "kind", ["eligibility", "grade", "score", "amount", "duty", "indicator", "assessment"]
)
def test_each_kind_of_rule_shows_what_it_gives(client: Any, rulebook: Rulebook, kind: str) -> None:
    name = next(r.id for r in rulebook.rules.values() if r.kind == kind)
    page = client.get(f"/rules/{name}/?format=json").json()
    shown = {
        "eligibility": "conditions", "grade": "grades", "score": "groups", "amount": "outcome",
        "duty": "outcome", "indicator": "outcome", "assessment": "groups",
    }[kind]  # fmt: skip
    assert page[shown]
    assert client.get(f"/rules/{name}/").status_code == 200


def test_parameters_come_as_a_table(client: Any) -> None:
    response = client.get("/rules/high_tech_enterprise/?format=csv")
    table = pl.read_csv(io.BytesIO(response.content))
    assert "tech_staff_floor" in table["参数"].to_list()


def test_a_rule_or_measure_that_is_not_there_says_where_to_look(client: Any) -> None:
    for address in ("/rules/nothing/", "/library/nothing/"):
        response = client.get(address)
        assert response.status_code == 404
        assert "政策库" in response.content.decode()


def test_a_zone_shows_what_the_rules_grant_there(client: Any) -> None:
    page = client.get("/zones/甲经开区/?format=json").json()
    rules = {r["rule"]: r for m in page["uptake"] for r in m["rules"]}
    mine = rules["high_tech_enterprise"]
    assert (
        mine["granted"] + mine["refused"] + mine["undetermined"] == 10
    )  # weighted: each row stands for 1
    assert "政策落实" in client.get("/zones/甲经开区/").content.decode()
