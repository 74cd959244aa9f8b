"""The dashboard: the nation's figures, a zone's beside aggregates, one indicator over groups and years."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("console")


def _rows(client: Any, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert response.status_code == 200
    text = response.content.decode("utf-8-sig")
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("层级,"))
    return list(csv.DictReader(io.StringIO("\n".join(lines[start:]))))


def test_the_nation_is_told_only_of_what_is_known_whole(client_of: Callable[[str], Any]) -> None:
    page = client_of("ministry_analyst").get("/figures/?format=json").json()
    rows = {r["indicator"]: r["cells"][0] for r in page["rows"]}
    assert rows["trade_reported"]["value"] == 350
    gdp = rows["zone_gdp"]
    assert (gdp["value"], gdp["known"], gdp["of"]) == (None, 4, 5)
    assert "7,400" in gdp["partial"]


def test_a_zone_stands_beside_what_it_lies_in_and_no_other_zone(
    client_of: Callable[[str], Any],
) -> None:
    client = client_of("zone_analyst")
    page = client.get("/figures/?format=json").json()
    assert page["columns"] == ["甲经开区", "江苏", "东部", "全国"]
    cells = next(r["cells"] for r in page["rows"] if r["indicator"] == "zone_gdp")
    assert [c["value"] for c in cells] == [5000, 5800, 6500, None]
    assert cells[0]["growth"] == pytest.approx(0.25)
    for address in ("/figures/?level=zone", "/figures/zone_gdp/?level=zone"):
        for form in ("json", "csv", ""):
            text = client.get(f"{address}&format={form}").content.decode()
            assert "乙经开区" not in text and "丙经开区" not in text


def test_groups_of_a_level_are_ranked_and_drawn(client_of: Callable[[str], Any]) -> None:
    page = client_of("ministry_analyst").get("/figures/?level=zone&format=json").json()
    assert page["sort"] == "zone_gdp"
    assert [g["title"] for g in page["groups"]][:2] == ["甲经开区", "丙经开区"]
    assert page["groups"][-1]["title"] == "=戊经开区"  # not known, so last
    assert page["chart"]["yAxis"]["data"] == ["甲经开区", "丙经开区", "乙经开区", "丁经开区"]
    assert page["chart"]["aria"]["enabled"] and page["chart"]["tooltip"]["renderMode"] == "richText"


def test_an_indicator_over_years_has_only_years_that_are_known(
    client_of: Callable[[str], Any],
) -> None:
    page = client_of("ministry_analyst").get("/figures/zone_gdp/?format=json").json()
    assert page["places"] == ["东部", "中部", "西部", "全国"]
    years = {y["year"]: [c["value"] for c in y["cells"]] for y in page["history"]}
    assert years[2025] == [6500, None, 900, None]
    assert years[2024] == [5400, None, None, None]
    assert [m["title"] for m in page["multiples"]] == ["东部"]


def test_a_file_has_every_indicator_of_the_level(client_of: Callable[[str], Any]) -> None:
    rows = _rows(client_of("ministry_analyst"), "/figures/?level=province&format=csv")
    trade = {r["范围"]: float(r["数值"]) for r in rows if r["指标代码"] == "trade_reported"}
    assert trade == {"江苏": 170, "四川": 70, "海南": 60, "未知": 50}
    book = client_of("ministry_analyst").get("/figures/?level=zone&format=xlsx")
    assert book.content[:2] == b"PK"


@pytest.mark.parametrize("address", ["/figures/?level=street", "/figures/no_such/"])
def test_what_is_not_there_says_what_can_be_asked(
    client_of: Callable[[str], Any], address: str
) -> None:
    response = client_of("ministry_analyst").get(address + ("&" if "?" in address else "?") + "format=json")  # fmt: skip
    assert response.status_code == 404
    assert response.json()["hint"]


def test_pages_open_in_english(client_of: Callable[[str], Any]) -> None:
    client = client_of("ministry_analyst")
    for address in ("/figures/", "/figures/zone_gdp/", "/uptake/", "/assessment/"):
        text = client.get(f"{address}?lang=en").content.decode()
        assert '<html lang="en">' in text and "<h1" in text
