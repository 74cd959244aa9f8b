from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jingkai.workspace import Workspace
from tests.console.test_permissions import key_of

pytestmark = pytest.mark.xdist_group("console")
OWN, OTHER = "stock:600000", "stock:600001"


@pytest.fixture(autouse=True)
def _unhurried() -> Iterator[None]:
    from django.core.cache import cache

    cache.clear()
    yield


def _check(client: Any, key: dict[str, str], **question: Any) -> Any:
    whole = {"rules": ["high_tech_enterprise"], "rows": [{}], **question}
    return client.post("/api/check", json.dumps(whole), content_type="application/json", **key)


def test_an_officer_gets_what_the_rules_give_in_its_own_zone_alone(
    client: Any, site: Workspace
) -> None:
    from jingkai.console.models import TrailEntry

    key = key_of("officer")
    found = client.get(f"/api/enterprises/{OWN}/entitlements", **key).json()
    assert (found["key"], found["name"]) == (OWN, "合成企业0")
    assert sum(found["counts"].values()) > 20
    assert {r["rule"] for r in found["rules"]} > {"high_tech_enterprise"}
    entry = TrailEntry.objects.order_by("-number")[0]
    assert (entry.action, entry.about, entry.detail) == ("enterprise.read", OWN, {"by": "api"})
    for other in (OTHER, "stock:999999", "../../etc/passwd", "%00"):
        assert client.get(f"/api/enterprises/{other}/entitlements", **key).status_code == 404


def test_an_enterprise_gets_its_own_alone(client: Any, site: Workspace) -> None:
    from jingkai.console.models import Account

    Account.objects.filter(username="enterprise").update(enterprise=OTHER)
    key = key_of("enterprise")
    try:
        assert client.get(f"/api/enterprises/{OTHER}/entitlements", **key).status_code == 200
        assert client.get(f"/api/enterprises/{OWN}/entitlements", **key).status_code == 404
        assert client.get("/api/enterprises?q=合成", **key).status_code == 403
    finally:
        Account.objects.filter(username="enterprise").update(enterprise="91999999000000001K")


@pytest.mark.parametrize("role", ["zone_analyst", "ministry_analyst"])
def test_analysts_get_no_row_of_an_enterprise(client: Any, role: str) -> None:
    key = key_of(role)
    assert client.get(f"/api/enterprises/{OWN}/entitlements", **key).status_code == 403
    assert client.get("/api/enterprises?q=合成", **key).status_code == 403


def test_a_search_finds_by_name_or_code_in_the_own_zone(client: Any) -> None:
    key = key_of("officer")
    found = client.get("/api/enterprises?q=合成企业1", **key).json()
    assert [e["name"] for e in found["enterprises"]] == ["合成企业12", "合成企业15", "合成企业18"]
    assert client.get(f"/api/enterprises?q={OWN}", **key).json()["enterprises"][0]["key"] == OWN
    assert client.get(f"/api/enterprises?q={OTHER}", **key).json()["enterprises"] == []


def test_rows_are_decided_as_the_engine_decides_them(client: Any, site: Workspace) -> None:
    rows = [
        {"revenue_2025": "1.2亿元", "established_on": "2026-05-01"},
        {"mainland_registered": False, "established_on": "2010-01-01"},
        {"established_on": None},
    ]
    found = _check(client, key_of("zone_analyst"), rows=rows).json()
    verdicts = [r["results"]["high_tech_enterprise"]["verdict"] for r in found["rows"]]
    assert verdicts == ["refused", "refused", "undetermined"]
    assert "established_on" in found["rows"][2]["results"]["high_tech_enterprise"]["missing"]
    assert found["rows"][0]["results"]["high_tech_enterprise"]["missing"] == []
    assert (found["entity"], found["day"]) == ("enterprise", "2026-06-30")


def test_numbers_words_and_units_are_read_as_in_a_register(client: Any) -> None:
    column = "main_business_revenue_2025"
    rows = [
        {column: "2500万元"},
        {column: "0.25亿元"},
        {column: 2500},
        {column: 2500.0},
        {column: 1},
    ]
    rows = [{"industry_code": "C3425", "legal_entity": True, **row} for row in rows]
    found = _check(client, key_of("officer"), rules=["above_scale_industrial"], rows=rows).json()
    verdicts = [r["results"]["above_scale_industrial"]["verdict"] for r in found["rows"]]
    assert verdicts == ["granted"] * 4 + ["refused"]


def test_the_zone_of_a_row_brings_its_facts(client: Any, site: Workspace) -> None:
    from jingkai.console.bulk_check import check_rows
    from jingkai.console.opened import opened, rulebook

    found = opened()
    assert found is not None
    rows = [{"zone": "丁经开区"}, {"zone": "甲经开区"}, {"zone": "没有的区"}]
    rule = "hainan_income_tax_rate"
    checked = check_rows(rulebook(), found.day, [rule], rows, found.zone_facts)
    hainan, jiangsu, unknown = (r["results"][rule] for r in checked.rows)
    assert "zone.province" not in hainan["missing"]
    assert jiangsu["verdict"] == "refused"
    assert "zone.province" in unknown["missing"]


def test_a_cell_that_cannot_be_read_fails_its_row_alone(client: Any) -> None:
    rows = [
        {"revenue_2025": "很多"},
        {"revenue_2025": "1"},
        {"revenue_2025": "1", "industry_code": "ZZ"},
    ]
    found = _check(client, key_of("officer"), rows=rows).json()
    assert [r["results"] is None for r in found["rows"]] == [True, False, True]
    assert [(e["row"], e["column"]) for e in found["errors"]] == [
        (0, "revenue_2025"),
        (2, "industry_code"),
    ]
    assert found["error_count"] == 2


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ({"rows": [{"revenue": 1}]}, 400),
        ({"rows": [{"no_such_fact": 1}]}, 400),
        ({"rules": ["nothing"]}, 404),
        ({"rules": ["zone_gdp"]}, 400),
        ({"rules": []}, 422),
        ({"rows": []}, 422),
        ({"rows": [{"revenue_2025": {"deep": 1}}]}, 422),
        ({"rows": [{"revenue_2025": "9" * 201}]}, 422),
        ({"day": "1900-01-01"}, 400),
        ({"day": "yesterday"}, 422),
        ({"surplus": 1}, 422),
        ({"rows": [{}] * 10_001}, 422),
    ],
)
def test_a_question_that_is_none_is_refused_in_the_one_shape(
    client: Any, question: Any, status: int
) -> None:
    response = _check(client, key_of("officer"), **question)
    assert response.status_code == status
    assert set(response.json()) == {"error", "what", "where", "hint", "findings"}


def test_a_number_without_end_is_a_cell_that_cannot_be_read(client: Any) -> None:
    text = '{"rules": ["high_tech_enterprise"], "rows": [{"revenue_2025": %s}]}'
    key = key_of("officer")
    for figure in ("1e999", "9" * 4000, "NaN", "-Infinity"):
        response = client.post("/api/check", text % figure, content_type="application/json", **key)
        assert response.status_code in (200, 400), figure
    response = client.post(
        "/api/check", text % ("9" * 9999), content_type="application/json", **key
    )
    assert response.status_code == 422


def test_only_this_call_takes_a_large_body_and_it_ends_too(client: Any) -> None:
    key = key_of("officer")
    big = {"rules": ["high_tech_enterprise"], "rows": [{"name": "名" * 150}] * 1000}
    assert _check(client, key, **big).status_code == 200
    response = client.post(
        "/api/try", json.dumps({"answers": {"a": "x" * 300_000}}), content_type="application/json"
    )
    assert response.status_code == 413
    response = client.post(
        "/api/check", b"x", content_type="application/json", CONTENT_LENGTH=str(33 * 2**20), **key
    )
    assert response.status_code == 413


def test_ten_thousand_rows_take_seconds(client: Any) -> None:
    row = {
        "revenue_2025": "1200万元",
        "rd_expense_2025": 30,
        "staff_2025": 100,
        "established_on": "2015-03-01",
    }
    start = time.monotonic()
    response = _check(client, key_of("officer"), rows=[row] * 10_000)
    assert response.status_code == 200
    assert len(response.json()["rows"]) == 10_000
    assert time.monotonic() - start < 20


def test_who_asks_without_a_key_is_told_where_to_get_one(client_of: Callable[[str], Any]) -> None:
    assert _check(client_of("anonymous"), {}).status_code == 401
    assert _check(client_of("officer"), {}).json()["error"] == "unauthorized"


def test_the_document_says_which_calls_want_a_key(client: Any) -> None:
    document = client.get("/api/openapi.json").json()
    assert document["components"]["securitySchemes"]["Scope"] == {
        "type": "http",
        "scheme": "bearer",
    }
    secured = {
        path
        for path, methods in document["paths"].items()
        for about in methods.values()
        if about.get("security")
    }
    assert secured == {
        "/api/check",
        "/api/enterprises",
        "/api/enterprises/{key}/entitlements",
    }
