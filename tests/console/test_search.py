"""One search for everyone, over what each may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]


def _groups(client: Any, words: str, **query: str) -> dict[str, list[str]]:
    response = client.get("/search/", {"q": words, "format": "json", **query})
    assert response.status_code == 200
    return {g["title"]: [i["title"] for i in g["items"]] for g in response.json()["groups"]}


def test_zones_measures_rules_documents_and_indicators_are_found(client: Any) -> None:
    found = _groups(client, "高新技术")
    assert "高新技术企业认定" in found["规则"]
    assert "《高新技术企业认定管理办法》" in found["文件"]
    assert any("高新技术企业数" in title for title in found["指标"])
    assert _groups(client, "甲经开")["经开区"] == ["甲经开区"]
    assert "创新平台" in _groups(client, "创新平台")["举措"]


def test_every_result_leads_somewhere(client_of: Callable[[str], Any]) -> None:
    for role in ("anonymous", "officer", "zone_analyst"):
        client = client_of(role)
        for words in ("企业", "经开", "合成"):
            for group in client.get("/search/", {"q": words, "format": "json"}).json()["groups"]:
                links = [i["link"] for i in group["items"]] + [group["more"] or "/"]
                for link in dict.fromkeys(links):
                    assert client.get(link).status_code == 200, (role, link)


def test_enterprises_are_found_by_officers_of_their_zone_alone(
    client_of: Callable[[str], Any],
) -> None:
    assert _groups(client_of("officer"), "合成企业12")["本经开区的企业"] == ["合成企业12"]
    assert _groups(client_of("officer"), "合成企业10") == {}
    for role in ("anonymous", "zone_analyst", "ministry_analyst", "auditor", "enterprise"):
        assert _groups(client_of(role), "合成企业12") == {}


def test_nothing_asked_and_nothing_found_say_what_to_do(client: Any) -> None:
    assert "按 / 键" in client.get("/search/").content.decode()
    assert "换一个词" in client.get("/search/?q=没有这样的词").content.decode()


def test_the_box_is_on_every_page_with_a_label(client: Any) -> None:
    for address in ("/", "/zones/", "/library/", "/search/?q=x"):
        text = client.get(address).content.decode()
        assert 'for="find"' in text and "data-slash" in text


def test_a_file_lists_what_was_found(client: Any) -> None:
    text = client.get("/search/?q=甲经开&format=csv").content.decode("utf-8-sig")
    assert "经开区,甲经开区,江苏" in text
