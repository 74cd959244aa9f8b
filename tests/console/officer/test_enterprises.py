"""Officers look for the enterprises of their zone, and find no other."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import polars as pl
import pytest

pytestmark = pytest.mark.xdist_group("console")


def _found(client: Any, **query: str) -> dict[str, Any]:
    response = client.get("/enterprises/", {"format": "json", **query})
    assert response.status_code == 200
    return dict(response.json())


def test_a_part_of_a_name_finds_those_of_the_zone_only(client_of: Callable[[str], Any]) -> None:
    page = _found(client_of("officer"), q="合成企业1")
    names = [e["name"] for e in page["enterprises"]]
    assert names[0] == "合成企业12"  # 1, 10 and 11 lie elsewhere
    assert names == ["合成企业12", "合成企业15", "合成企业18"]
    assert (page["count"], page["of"]) == (3, 10)


@pytest.mark.parametrize("words", ["600003", "stock:600003", "6000"])
def test_a_code_is_found_by_its_beginning(client_of: Callable[[str], Any], words: str) -> None:
    keys = [e["key"] for e in _found(client_of("officer"), q=words)["enterprises"]]
    assert "stock:600003" in keys
    assert all(k.startswith("stock:6000") for k in keys)
    assert len(keys) == (10 if words == "6000" else 1 if words == "600003" else len(keys))


@pytest.mark.parametrize("industry", ["C34", "C", "c3425", "通用设备"])
def test_an_industry_is_found_by_code_or_title(
    client_of: Callable[[str], Any], industry: str
) -> None:
    found = _found(client_of("officer"), industry=industry)["enterprises"]
    assert found
    assert all(e["industry"].startswith("C3425 ") for e in found)
    assert _found(client_of("officer"), industry="没有的行业")["count"] == 0


def test_nothing_found_says_what_to_do(client_of: Callable[[str], Any]) -> None:
    text = client_of("officer").get("/enterprises/?q=没有这样的名字").content.decode()
    assert "没有找到" in text and "看全部" in text


def test_odd_words_are_words(client_of: Callable[[str], Any]) -> None:
    for words in (".*", "[", "\\", "%", "' OR 1=1 --", "（"):
        assert _found(client_of("officer"), q=words)["count"] == 0
    assert client_of("officer").get("/enterprises/", {"q": "\x00x"}).status_code == 400


# From here on the site reads the town.


def test_pages_are_of_fifty_and_keep_what_was_asked(
    as_officer: Callable[[str], Any], keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from jingkai.console.officer import enterprises

    monkeypatch.setattr(enterprises, "_A_PAGE", 15)
    client = as_officer("tax_officer")
    pages = [_found(client, page=str(n)) for n in (1, 2, 3)]
    assert [len(p["enterprises"]) for p in pages] == [15, 15, 10]
    assert [e["key"] for p in pages for e in p["enterprises"]] == keys
    assert pages[2]["pages"] == {"number": 3, "of": 3, "start": 30, "before": 2, "after": None}
    assert _found(client, page="99")["pages"]["number"] == 3
    text = client.get("/enterprises/?q=合成&page=2").content.decode()
    assert "page=3" in text and "q=%E5%90%88%E6%88%90" in text


def test_a_kind_leaves_only_those_known_to_be_of_it(
    as_officer: Callable[[str], Any], found: Any
) -> None:
    rows = found.snapshot.scan("enterprise").select("key", "foreign_invested").collect()
    foreign = rows.filter(pl.col("foreign_invested").fill_null(False))["key"].to_list()
    page = _found(as_officer("tax_officer"), kind="foreign")
    assert sorted(e["key"] for e in page["enterprises"]) == foreign
    assert 0 < len(foreign) < rows.height


def test_rights_granted_are_counted_as_the_run_has_them(
    as_officer: Callable[[str], Any], found: Any, keys: list[str]
) -> None:
    from jingkai.console.entitlements import entitlements

    page = _found(as_officer("tax_officer"))
    for place in (0, 7):
        counts = entitlements(found, found.explainer.explain("enterprise", place))["counts"]
        assert page["enterprises"][place]["key"] == keys[place]
        assert page["enterprises"][place]["granted"] == counts["granted"]


def test_a_file_has_everything_found_and_the_trail_says_so(
    as_officer: Callable[[str], Any], keys: list[str], townspeople: dict[str, Any]
) -> None:
    from jingkai.console.models import TrailEntry

    client = as_officer("tax_officer")
    table = pl.read_csv(client.get("/enterprises/?format=csv").content)
    assert table["统一社会信用代码"].to_list() == keys
    book = zipfile.ZipFile(BytesIO(client.get("/enterprises/?format=xlsx").content))
    texts = book.read("xl/sharedStrings.xml").decode()
    assert all(name in texts for name in table["企业"])
    entries = TrailEntry.objects.filter(account="tax_officer", action="enterprises.export")
    assert entries.count() == 2
    assert entries.last().detail["rows"] == len(keys)
