"""The work list, the call list, and what a correction would change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]


def _json(client: Any, address: str, **query: str) -> dict[str, Any]:
    response = client.get(address, {"format": "json", **query})
    assert response.status_code == 200, (address, response.status_code)
    return dict(response.json())


@pytest.mark.usefixtures("no_corrections")
def test_waiting_are_those_of_the_own_zone_and_office_oldest_first(
    as_officer: Callable[[str], Any], submit: Callable[..., Any]
) -> None:
    from jingkai.console.models import Correction

    late = submit("revenue_2025", "12345万元")
    early = submit("revenue_2025", "23456万元", "firm_b")
    submit("staff_2025", "321")
    Correction.objects.filter(pk=early.pk).update(at=early.at - timedelta(days=9, hours=1))
    page = _json(as_officer("tax_officer"), "/desk/")
    assert [c["correction"] for c in page["waiting"]] == [early.pk, late.pk]
    assert [c["days"] for c in page["waiting"]] == [9, 0]
    assert page["waiting"][1]["new"] == "12,345 万元"
    assert [c["fact"] for c in _json(as_officer("hr_officer"), "/desk/")["waiting"]] == ["职工总数"]
    assert _json(as_officer("far_officer"), "/desk/")["waiting"] == []
    table = pl.read_csv(as_officer("tax_officer").get("/desk/?format=csv").content)
    assert table["已等天数"].to_list() == [9, 0]


@pytest.mark.usefixtures("no_corrections")
def test_an_empty_desk_says_what_will_stand_there(as_officer: Callable[[str], Any]) -> None:
    text = as_officer("tax_officer").get("/desk/").content.decode()
    assert "没有待办的更正" in text and "没有正在进行的任务" in text


def test_near_misses_are_counted_as_the_engine_lists_them(
    as_officer: Callable[[str], Any], found: Any
) -> None:
    from jingkai.engine.near import near_misses

    counts = _json(as_officer("counter"), "/desk/", near="1")["near"]
    assert counts
    for line in counts:
        args = (found.rulebook, found.snapshot, found.run, line["rule"])
        rows = near_misses(*args).rows
        assert line["near"] == rows.filter(pl.col("share") <= 0.2).height, line["rule"]
    zone = found.zones["key"][0]
    assert near_misses(*args, zone=zone).rows.equals(rows)
    assert near_misses(*args, zone="别处").rows.is_empty()
    assert _json(as_officer("far_officer"), "/desk/", near="1")["near"] == []


def test_the_part_with_near_misses_comes_by_itself(as_officer: Callable[[str], Any]) -> None:
    response = as_officer("counter").get("/desk/?near=1", headers={"HX-Request": "true"})
    text = response.content.decode()
    assert text.startswith('<div id="near">') and "<html" not in text


def test_the_call_list_says_who_lacks_how_much_the_nearest_first(
    as_officer: Callable[[str], Any], found: Any
) -> None:
    rule = "above_scale_industrial"
    page = _json(as_officer("counter"), "/desk/calls/", rule=rule, within="all")
    shares = [c["share"] for c in page["calls"] if c["share"] is not None]
    assert shares == sorted(shares) and shares
    first = page["calls"][0]
    assert first["condition"] == "年主营业务收入"
    assert first["atoms"][0]["distance"].startswith("差") and first["atoms"][0]["needed"]
    some = _json(as_officer("counter"), "/desk/calls/", rule=rule, within="50")
    assert some["count"] == sum(s <= 0.5 for s in shares) < page["count"]
    table = pl.read_csv(
        as_officer("counter").get(f"/desk/calls/?rule={rule}&within=all&format=csv").content
    )
    assert table["统一社会信用代码"].to_list() == [c["key"] for c in page["calls"]]
    assert table["单位"][0] == "万元"
    assert (table["要求"][0], table["现状"][0] + table["差距"][0]) == (
        2000.0,
        pytest.approx(2000.0),
    )


def test_another_offices_list_tells_nothing_of_hidden_conditions(
    as_officer: Callable[[str], Any], found: Any, townspeople: dict[str, Any]
) -> None:
    from jingkai.console.officer.near import called
    from jingkai.console.told import hidden_from

    rule = "high_tech_enterprise"
    hidden = hidden_from(townspeople["hr_officer"], found)
    told = _json(as_officer("hr_officer"), "/desk/calls/", rule=rule, within="all")
    kept = {
        "科技人员占比",
        "近三年研发费用占比",
        "创新能力评价得分",
        "境内研发费用占比",
        "高新技术产品收入占比",
    }
    assert told["some_hidden"] and told["count"] > 0
    assert not {c["condition"] for c in told["calls"]} & kept
    columns = found.run.rules[rule]["conditions"]
    run = found.run.scan("enterprise").collect()
    rows = called(found, townspeople["hr_officer"].zone, rule, hidden)
    met = run[rows["position"].to_list()][columns["tech_staff_share"]].to_list()
    assert not all(met)  # to stand on it does not say that a hidden condition is met


def test_a_desk_with_corrections_is_written_down(
    as_officer: Callable[[str], Any], submit: Callable[..., Any], no_corrections: None
) -> None:
    from jingkai.console.models import TrailEntry

    submit("staff_2025", "321")
    as_officer("hr_officer").get("/desk/")
    entry = TrailEntry.objects.filter(account="hr_officer").order_by("number").last()
    assert (entry.action, entry.facts) == ("corrections.read", ["staff"])


def test_the_call_list_is_written_down(as_officer: Callable[[str], Any], found: Any) -> None:
    from jingkai.console.models import TrailEntry

    as_officer("counter").get("/desk/calls/?rule=above_scale_industrial&within=all&format=xlsx")
    entry = TrailEntry.objects.filter(account="counter").order_by("number").last()
    assert (entry.action, entry.about) == ("calls.export", found.zones["key"][0])
    assert entry.facts == ["main_business_revenue"]


@pytest.mark.parametrize("rule", ["no_such_rule", "zone_gdp", "innovative_sme_score"])
def test_a_rule_without_a_list_is_not_found(as_officer: Callable[[str], Any], rule: str) -> None:
    response = as_officer("tax_officer").get(f"/desk/calls/?rule={rule}")
    assert response.status_code == 404
