from __future__ import annotations

import io
from typing import Any

import polars as pl
import pytest

from jingkai.workspace import Workspace

pytestmark = pytest.mark.xdist_group("console")


def _names(client: Any, query: str) -> list[str]:
    return [z["name"] for z in client.get(f"/zones/?format=json&{query}").json()["zones"]]


def test_zones_are_listed_by_the_first_figure_and_the_unknown_last(client: Any) -> None:
    page = client.get("/zones/?format=json").json()
    assert page["synthetic"] is True
    assert [z["name"] for z in page["zones"]] == [
        "甲经开区",
        "丙经开区",
        "乙经开区",
        "丁经开区",
        "=戊经开区",
    ]
    gdp = [z["figures"][0] for z in page["zones"]]
    assert (gdp[0]["text"], gdp[0]["rank"], gdp[-1]["value"], gdp[-1]["rank"]) == (
        "5,000亿元",
        1,
        None,
        None,
    )


def test_zones_are_searched_filtered_and_sorted(client: Any) -> None:
    assert _names(client, "q=乙") == ["乙经开区"]
    assert _names(client, "province=江苏&sort=trade_reported") == ["甲经开区", "乙经开区"]
    assert _names(client, "region=west") == ["丙经开区"]
    assert _names(client, "sort=trade_reported")[-1] == "=戊经开区"
    assert _names(client, "q=不存在") == []


def test_a_search_without_result_says_what_to_do(client: Any) -> None:
    text = client.get("/zones/?q=不存在").content.decode()
    assert "去掉一个条件再试" in text


def test_what_was_typed_is_text(client: Any) -> None:
    text = client.get("/zones/?q=<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_the_list_as_a_file_has_the_same_rows_and_no_formula(client: Any) -> None:
    response = client.get("/zones/?format=csv")
    assert "attachment" in response["Content-Disposition"]
    table = pl.read_csv(io.BytesIO(response.content))
    assert table["经开区"].to_list()[-1] == "'=戊经开区"
    assert set(table["数据性质"]) == {"合成数据，不是任何真实经开区或企业的情况"}
    assert client.get("/zones/?format=xlsx").content[:2] == b"PK"


def test_a_form_that_a_page_does_not_have_is_refused_with_those_it_has(client: Any) -> None:
    response = client.get("/?format=csv")
    assert response.status_code == 404
    assert "format 可用 json" in response.content.decode()


def test_a_zone_shows_figures_growth_and_what_is_unknown(client: Any) -> None:
    page = client.get("/zones/甲经开区/?format=json").json()
    figures = {f["indicator"]: f for f in page["figures"]}
    assert figures["zone_gdp"]["growth_text"] == "+25.0%"
    assert figures["zone_gdp"]["rank"] == 1
    assert page["established_on"] == "1990-01-01"
    assert [i["code"] for i in page["industries"]] == ["C"]
    assert page["industries"][0]["title"] == "制造业"


def test_ranks_carry_why_they_are_provisional_wherever_they_stand(client: Any) -> None:
    for address in ("/zones/", "/zones/甲经开区/", "/zones/compare/?zone=甲经开区"):
        assert "名次是按规则测算的，不是公布的结果" in client.get(address).content.decode()


def test_made_up_data_are_said_to_be_on_every_page(client: Any) -> None:
    for address in ("/", "/zones/", "/zones/甲经开区/", "/zones/compare/", "/accounts/login/"):
        assert "合成数据，不是任何真实经开区或企业的情况" in client.get(address).content.decode()


def test_zones_side_by_side_mark_the_best(client: Any) -> None:
    page = client.get("/zones/compare/?format=json&zone=乙经开区&zone=丙经开区").json()
    gdp = next(r for r in page["rows"] if r["indicator"] == "zone_gdp")
    assert [c["best"] for c in gdp["cells"]] == [False, True]
    shares = [r["cells"] for r in page["industries"]]
    assert [sum(c[i]["share"] for c in shares) for i in (0, 1)] == [1, 1]
    text = client.get("/zones/compare/?zone=乙经开区&zone=丙经开区").content.decode()
    assert 'data-chart="industries"' in text
    assert "richText" in text


def test_more_zones_than_fit_are_refused(client: Any) -> None:
    query = "&".join(f"zone={z}经开区" for z in ("甲", "乙", "丙", "丁", "=戊"))
    response = client.get(f"/zones/compare/?{query}")
    assert response.status_code == 400
    assert "最多比较 4 个" in response.content.decode()


def test_a_zone_that_is_not_there_says_so(client: Any) -> None:
    response = client.get("/zones/不存在/?format=json")
    assert response.status_code == 404
    assert set(response.json()) == {"error", "what", "where", "hint", "findings"}


def test_english_is_a_link_and_stays(client: Any) -> None:
    assert "Assessment rank" in client.get("/zones/?lang=en").content.decode()
    page = client.get("/zones/").content.decode()
    assert 'lang="en"' in page
    assert "billion" in page or "100 million" in page or "yuan" in page
    assert "综合评价名次（测算）" in client.get("/zones/?lang=zh").content.decode()


def test_a_workspace_without_data_says_how_to_load_them(client: Any, tmp_path: Any) -> None:
    from django.test import override_settings

    with override_settings(WORKSPACE=Workspace.init(tmp_path / "empty")):
        response = client.get("/zones/")
        assert response.status_code == 404
        assert "jingkai load zones" in response.content.decode()
        assert "还没有经开区的数据" in client.get("/").content.decode()


def test_zones_side_by_side_show_what_the_rules_grant_as_their_own_pages_do(client: Any) -> None:
    from jingkai.console.portal.places import opened_zones

    found = opened_zones()
    page = client.get("/zones/compare/?format=json&zone=甲经开区&zone=乙经开区").json()
    assert page["uptake"], sorted(found.run.rules)
    for i, name in enumerate(("甲经开区", "乙经开区")):
        own = client.get(f"/zones/{name}/?format=json").json()["uptake"]
        granted = {r["rule"]: r["granted"] for m in own for r in m["rules"]}
        assert all(r["cells"][i]["granted"] == granted[r["rule"]] for r in page["uptake"])
