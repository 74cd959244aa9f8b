"""Uptake of rules: shares by group add up, a zone's analyst sees its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("console")
COUNTS = ("granted", "refused", "undetermined")


def _page(client: Any, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/uptake/?format=json&{query}").json()
    return found


def _sum(rows: list[dict[str, Any]]) -> int:
    return sum(r[c] for r in rows for c in COUNTS)


def test_groups_of_every_level_add_up_to_the_rule(client_of: Callable[[str], Any]) -> None:
    client = client_of("ministry_analyst")
    rule = "high_tech_enterprise"
    rules = {r["rule"]: r for m in _page(client)["measures"] for r in m["rules"]}
    assert _sum([rules[rule]]) == 60  # 30 rows that stand for 60 enterprises
    for level in ("nation", "region", "province", "zone"):
        assert _sum(_page(client, f"level={level}&of={rule}")["groups"]) == 60


def test_a_measure_counts_all_its_rules(client_of: Callable[[str], Any]) -> None:
    page = _page(client_of("ministry_analyst"), "level=nation")
    measure = next(m for m in page["measures"] if len(m["rules"]) > 1)
    groups = _page(client_of("ministry_analyst"), f"level=nation&of={measure['measure']}")["groups"]
    assert _sum(groups) == _sum(measure["rules"])
    assert groups[0]["share"] == pytest.approx(groups[0]["granted"] / _sum(groups))


def test_a_zone_sees_its_own_beside_the_nation(client_of: Callable[[str], Any]) -> None:
    client = client_of("zone_analyst")
    page = _page(client, "of=high_tech_enterprise")
    assert [g["title"] for g in page["groups"]] == ["甲经开区", "江苏", "东部", "全国"]
    assert page["groups"][0]["own"]
    rule = next(r for m in page["measures"] for r in m["rules"] if r["rule"] == "high_tech_enterprise")  # fmt: skip
    assert _sum([rule]) == _sum(page["groups"][:1]) < _sum([rule["nation"]])
    for form in ("csv", "json"):
        text = client.get(f"/uptake/?level=zone&format={form}").content.decode()
        assert "甲经开区" in text and "乙经开区" not in text


def test_a_rule_that_is_not_there_is_not_found(client_of: Callable[[str], Any]) -> None:
    assert client_of("ministry_analyst").get("/uptake/?of=no_such").status_code == 404
