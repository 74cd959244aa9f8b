from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from jingkai.console.portal.trial_form import FIELDS, fill
from jingkai.vocabulary import Vocabulary
from jingkai.workspace import Workspace

pytestmark = pytest.mark.xdist_group("console")
DAY = date(2026, 6, 30)
PROJECT = {
    "industry_code": "C39",
    "foreign_share": "60",
    "negative_list_item": "no",
    "encouraged_item_national": "yes",
    "revenue": "12亿元",
    "encouraged_catalogue_revenue": "10亿元",
    "taxable_income": "9000",
}


def _given(vocabulary: Vocabulary, **answers: str) -> dict[str, dict[str, Any]]:
    filled = fill(answers, vocabulary, DAY, "zh")
    assert filled.errors == []
    return filled.given


def test_every_question_is_of_facts_of_one_type_and_unit(vocabulary: Vocabulary) -> None:
    for question in FIELDS:
        facts = [vocabulary.entities[e].facts[n] for e, n in question.facts]
        assert len({f.type for f in facts}) == 1, question.name
        assert question.unit or len({f.unit for f in facts}) == 1, question.name


def test_an_answer_is_read_in_its_own_unit_exactly(vocabulary: Vocabulary) -> None:
    for text in ("12亿元", "120000", "120,000 万元"):
        assert _given(vocabulary, revenue=text)["enterprise"]["revenue_2025"] == 120000 * 10**6


def test_a_share_is_a_percentage_with_or_without_its_sign(vocabulary: Vocabulary) -> None:
    for text in ("25", "25%", "25 ％", "0.25"):
        given = _given(vocabulary, foreign_share=text)
        assert given["enterprise"]["foreign_share"] == 25 * 10**6
        assert given["project"]["foreign_project"] is True
    assert _given(vocabulary, foreign_share="0")["project"]["foreign_project"] is False


def test_land_is_asked_in_mu_and_kept_in_both_units(vocabulary: Vocabulary) -> None:
    given = _given(vocabulary, land_area="100")
    assert given["enterprise"]["land_used_2025"] == 100 * 10**4
    assert given["parcel"]["land_area"] == 666666667


@pytest.mark.parametrize(
    ("name", "text"),
    [("revenue", "很多"), ("revenue", "5 人"), ("staff", "-3"), ("staff", "1e40"), ("industry_code", "Z99"),
     ("negative_list_item", "maybe"), ("land_use", "castle"), ("foreign_share", "<b>")],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_never_guessed(
    vocabulary: Vocabulary, name: str, text: str
) -> None:
    filled = fill({name: text}, vocabulary, DAY, "zh")
    assert [a.name for a in filled.errors] == [name]


def test_nothing_filled_in_tries_nothing(client: Any) -> None:
    page = client.get("/try/?format=json").json()
    assert page["answered"] is False
    assert page["rules"] == []


def test_zones_that_grant_most_stand_first_with_their_peers(client: Any) -> None:
    page = client.get("/try/", {**PROJECT, "format": "json"}).json()
    assert page["zones"][0]["name"] == "丙经开区"  # in the west
    differ = [r["rule"] for r in page["differ"]]
    assert "western_income_tax_rate" in differ
    assert page["zones"][0]["verdicts"][differ.index("western_income_tax_rate")] == "granted"
    states = {r["rule"]: r["state"] for r in page["rules"]}
    assert states["foreign_investment_access"] == "granted"
    peers = {z["name"]: z["peers"] for z in page["zones"]}
    assert peers["甲经开区"] == 10


def test_a_zone_shows_every_reason(client: Any) -> None:
    page = client.get("/try/", {**PROJECT, "zone": "丙经开区", "format": "json"}).json()
    rule = next(r for r in page["rules"] if r["rule"] == "western_income_tax_rate")
    assert rule["state"] == "granted"
    assert [c["verdict"] for c in rule["conditions"]] == [True, True, True]
    text = client.get("/try/", {**PROJECT, "zone": "丙经开区"}).content.decode()
    assert "不是行政机关的决定" in text
    assert "试算项目：丙经开区" in text


def test_an_answer_that_cannot_be_read_is_linked_to_its_field(client: Any) -> None:
    text = client.get("/try/", {"revenue": "<b>很多</b>"}).content.decode()
    assert 'href="#f_revenue"' in text
    assert 'aria-invalid="true"' in text
    assert "<b>很多" not in text


def test_trying_leaves_nothing_behind(client: Any, site: Workspace) -> None:
    def files() -> dict[str, int]:
        return {
            str(p): p.stat().st_size
            for p in site.path.rglob("*")
            if p.is_file() and not p.name.startswith("console.sqlite3")
        }

    client.get("/zones/甲经开区/")
    before = files()
    response = client.get("/try/", PROJECT)
    assert response.status_code == 200
    assert files() == before
    assert "sessionid" not in client.cookies


def test_a_zone_that_is_not_there_says_so(client: Any) -> None:
    assert client.get("/try/", {**PROJECT, "zone": "不存在"}).status_code == 404


def test_the_result_comes_as_a_table(client: Any) -> None:
    text = client.get("/try/", {**PROJECT, "format": "csv"}).content.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("经开区,省份,同门类企业数")
    assert "符合" in text
