"""Classes of credit risk before analysts: counts alone, and none of one or two enterprises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]


@pytest.mark.parametrize(
    ("counts", "groups"),
    [
        ({"A": 9, "B": 5, "C": 3, "D": 3}, ["A", "B", "C", "D"]),
        ({"A": 9, "B": 5, "C": 3, "D": 1}, ["A", "B", "CD"]),
        ({"A": 9, "B": 1, "C": 1, "D": 1}, ["A", "BCD"]),
        ({"A": 9, "B": 5, "C": 2, "D": 0}, ["A", "BC", "D"]),
        ({"A": 2, "B": 5, "C": 3, "D": 0}, ["AB", "C", "D"]),
        ({"A": 1, "B": 0, "C": 1, "D": 0}, ["ABCD"]),
        ({}, ["A", "B", "C", "D"]),
    ],
)
def test_a_small_class_stands_with_the_next(counts: dict[str, int], groups: list[str]) -> None:
    from jingkai.console.credit.classes import told_apart

    assert ["".join(g) for g in told_apart(counts, "ABCD")] == groups


def test_an_analyst_sees_how_many_and_nobody(of: Callable[[str], Any], records: Any) -> None:
    response = of("analyst").get("/credit-classes/?format=json")
    own, nation = response.json()["places"]
    assert [(r["title"][0], r["count"]) for r in own["rows"]] == [
        ("A", 0), ("B", 0), ("C", 3), ("D", 0), ("待", 0)
    ]  # fmt: skip
    assert sum(r["count"] for r in nation["rows"]) == 4
    text = of("analyst").get("/credit-classes/").content.decode()
    names = records.snapshot.table("enterprise")["name"].to_pylist()
    assert "信用风险较高" in text and not [n for n in names if n and n in text]
    assert of("analyst").get("/credit-classes/?format=csv").status_code == 200
    assert of("firm0").get("/credit-classes/").status_code == 403
