from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("console")
SHAPE = {"error", "what", "where", "hint", "findings"}


@pytest.fixture(autouse=True)
def _unhurried() -> None:
    from django.core.cache import cache

    cache.clear()


def _post(client: Any, body: Any) -> Any:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return client.post("/api/try", text, content_type="application/json")


def test_zones_rules_and_indicators_are_those_of_the_pages(client: Any) -> None:
    zones = client.get("/api/zones").json()
    assert zones["synthetic"] is True
    assert {z["key"] for z in zones["zones"]} == {
        z["key"] for z in client.get("/zones/?format=json").json()["zones"]
    }
    rules = client.get("/api/rules").json()
    assert len(rules) == client.get("/library/?format=json").json()["of"]
    rows = client.get("/api/indicators?zone=甲经开区&indicator=zone_gdp").json()["rows"]
    assert [(r["value"], r["rank"], r["unit"]) for r in rows] == [(5000, 1, "亿元")]


def test_what_is_not_known_is_null_with_its_coverage(client: Any) -> None:
    row = client.get("/api/indicators?level=nation&indicator=zone_gdp").json()["rows"][0]
    assert (row["value"], row["known"], row["of"]) == (None, 4, 5)


def test_chinese_is_readable(client: Any) -> None:
    assert "高新技术企业认定" in client.get("/api/rules/high_tech_enterprise").content.decode()


def test_a_project_is_tried_as_on_the_page(client: Any) -> None:
    answers = {"foreign_share": "60", "negative_list_item": "no", "encouraged_item_national": "yes"}
    found = _post(client, {"answers": answers}).json()
    page = client.get("/try/", {**answers, "format": "json"}).json()
    assert found["taken"] is True
    assert found["rules"] == page["rules"]
    assert found["zones"] == page["zones"]


def test_an_answer_that_cannot_be_read_is_said(client: Any) -> None:
    found = _post(client, {"answers": {"revenue": "很多"}}).json()
    assert found["taken"] is False
    assert [e["name"] for e in found["errors"]] == ["revenue"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/zones/不存在", 404),
        ("/api/rules/nothing", 404),
        ("/api/indicators?level=moon", 422),
        ("/api/indicators?indicator=nothing", 404),
        ("/api/rules?lang=fr", 422),
        ("/api/nothing", 404),
        ("/api/zones/..%2F..%2Fjingkai.toml", 404),
    ],
)
def test_every_error_has_one_shape(client: Any, address: str, status: int) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert set(response.json()) == SHAPE
    assert response.json()["what"]


@pytest.mark.parametrize(
    "body",
    ["{", "[]", {"answers": "x"}, {"answers": {"revenue": "1" * 100}}, {"zone": "甲经开区"}, {"answers": {}, "lang": "fr"},
     {"answers": {str(i): "1" for i in range(100)}}, "x" * 300_000],
)  # fmt: skip
def test_a_body_that_is_none_is_refused_in_the_same_shape(client: Any, body: Any) -> None:
    response = _post(client, body)
    assert response.status_code in (400, 413, 422)
    assert set(response.json()) == SHAPE


def test_who_asks_too_often_is_told_when_to_come_back(client: Any) -> None:
    for _ in range(121):
        response = client.get("/api/zones/不存在")
    assert response.status_code == 429
    assert response.json()["error"] == "throttled"
    assert int(response["Retry-After"]) > 0


def test_something_broken_is_said_without_what_broke(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jingkai.console.api import portal

    monkeypatch.setattr(portal, "opened_zones", lambda: 1 // 0)
    response = client.get("/api/zones")
    assert response.status_code == 500
    assert set(response.json()) == SHAPE
    assert "ZeroDivision" not in response.content.decode()


def test_the_document_names_every_call_and_loads_nothing_from_elsewhere(client: Any) -> None:
    document = client.get("/api/openapi.json").json()
    text = client.get("/api/").content.decode()
    assert len(document["paths"]) == 9
    for path in document["paths"]:
        assert path in text
