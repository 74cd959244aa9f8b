"""A visit's steps: each lawful one written down, each other refused with its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.console.visits.conftest import KIN, draw

pytestmark = pytest.mark.xdist_group("console")
DAY = timedelta(days=1)


def test_a_plan_is_put_on_the_desks_once_and_another_of_the_year_is_refused(
    assigned: Any, found: Any, year: Path, tmp_path: Path
) -> None:
    from jingkai.console.models import Visit
    from jingkai.console.visits.access import VisitRefused
    from jingkai.console.visits.assign import assign

    before = Visit.objects.filter(plan=assigned).count()
    assert before == 80  # two offices at each of forty enterprises
    again = assign(year, found)
    assert (again.new, again.there) == (0, before)
    one = Visit.objects.filter(plan=assigned).first()
    joint = Visit.objects.filter(zone=one.zone, number=one.number)
    assert {v.office for v in joint} == {"market_supervision", "emergency"}
    assert len({v.token for v in joint}) == 1 and len(one.token) >= 22
    other = draw(tmp_path, found, quiet=[{"title": "上旬", "days_of_month": [1, 2, 3]}])
    with pytest.raises(VisitRefused, match="另一份检查计划"):
        assign(other, found)
    visits = other / "internal" / "plan" / "visits.parquet"
    import polars as pl

    pl.read_parquet(visits).with_columns(day=pl.col("day").dt.offset_by("1d")).write_parquet(visits)
    with pytest.raises(VisitRefused, match="没有通过核对"):
        assign(other, found)
    assert Visit.objects.filter(plan=assigned).count() == before


def test_a_visit_is_made_with_its_team_recorded_and_put_right(
    visit: Callable[..., Any], inspectors: dict[str, Any]
) -> None:
    from jingkai.console.models import TrailEntry
    from jingkai.console.visits import steps

    made, who = visit(), inspectors["inspector"]
    steps.arrive(made, who, made.day)
    steps.record_result(
        made, who, made.day, "follow_up", [0], ["", "设备停用"], "两处标签缺失", "补贴标签",
        (made.day + DAY).isoformat(),
    )  # fmt: skip
    made.refresh_from_db()
    assert (made.state, made.follow_up_by) == ("done", made.day + DAY)
    state = steps.state_of(made)
    assert [i["checked"] for i in state.checklist] == [True, False]
    assert len(state.team) == 2 and all(one["certificate"] == "证" for one in state.team)
    steps.finish_follow_up(made, who, "照片核实", made.day + DAY)
    made.refresh_from_db()
    assert made.follow_up_by is None
    told = [e.action for e in TrailEntry.objects.order_by("-number")[:3]]
    assert told == ["visit.followed", "visit.result", "visit.arrived"]


@pytest.mark.parametrize(
    ("days", "team", "reason", "said"),
    [
        (1, "", "", "先改期"),
        (0, "market_supervision0", "另有任务", "不足2人"),
        (0, "market_supervision0 market_supervision0", "x", "不足2人"),
        (0, "market_supervision0\nemergency0", "另有任务", "不是本部门"),
        (0, "market_supervision0\n临时工甲", "另有任务", "没有写执法证号"),
    ],
)
def test_an_unlawful_arrival_is_refused(
    visit: Callable[..., Any],
    inspectors: dict[str, Any],
    days: int,
    team: str,
    reason: str,
    said: str,
) -> None:
    from jingkai.console.visits import steps
    from jingkai.console.visits.access import VisitRefused

    made = visit()
    with pytest.raises(VisitRefused) as refused:
        steps.arrive(made, inspectors["inspector"], made.day + days * DAY, team, reason)
    assert said in refused.value.what + refused.value.hint
    assert made.events.count() == 1


def test_others_than_those_drawn_come_only_with_a_reason(
    visit: Callable[..., Any], inspectors: dict[str, Any]
) -> None:
    from jingkai.console.visits import steps
    from jingkai.console.visits.access import VisitRefused

    made = visit()
    drawn = {one["id"] for one in steps.state_of(made).team}
    others = sorted({f"market_supervision{i}" for i in range(6)} - drawn)[:2]
    with pytest.raises(VisitRefused, match="按种子抽取的"):
        steps.arrive(made, inspectors["inspector"], made.day, "、".join(others))
    steps.arrive(made, inspectors["inspector"], made.day, "、".join(others), "一人病假")
    state = steps.state_of(made)
    assert ([one["id"] for one in state.team], state.team_reason) == (others, "一人病假")


def test_who_must_keep_away_from_an_enterprise_does_not_come(
    visit: Callable[..., Any], inspectors: dict[str, Any]
) -> None:
    from jingkai.console.visits import steps
    from jingkai.console.visits.access import VisitRefused

    made = visit(enterprise=inspectors["firm_a"].enterprise)
    with pytest.raises(VisitRefused, match="应当回避"):
        steps.arrive(made, inspectors["inspector"], made.day, f"{KIN}、market_supervision0", "替班")


def test_each_step_waits_for_the_one_before_and_happens_once(
    visit: Callable[..., Any], inspectors: dict[str, Any]
) -> None:
    from jingkai.console.visits import steps
    from jingkai.console.visits.access import VisitRefused

    made, who = visit(), inspectors["inspector"]
    with pytest.raises(VisitRefused, match="还没有登记入企"):
        steps.record_result(made, who, made.day, "no_problem", [0, 1], [])
    with pytest.raises(VisitRefused, match="不是本部门"):
        steps.arrive(made, inspectors["safety"], made.day)
    steps.arrive(made, who, made.day)
    for result, checked, told, said in (
        ("", [0], {}, "没有选择检查结果"),
        ("no_problem", [], {}, "没有勾选"),
        ("no_problem", [0], {}, "检查乙"),
        ("no_problem", [0, 1], {"follow_up": "整改", "until": "2026-12-31"}, "不能要求"),
        ("follow_up", [0, 1], {}, "待后续处理"),
        ("follow_up", [0, 1], {"follow_up": "整改", "until": "2020-01-01"}, "已过"),
    ):
        with pytest.raises(VisitRefused, match=said):
            steps.record_result(made, who, made.day, result, checked, [], **told)
    steps.record_result(made, who, made.day, "no_problem", [0, 1], [])
    with pytest.raises(VisitRefused, match=r"已检查（inspector）"):
        steps.record_result(made, inspectors["colleague"], made.day, "corrected", [0, 1], [])
    with pytest.raises(VisitRefused, match="已检查"):
        steps.cancel(made, who, "不去了", made.day)
    assert made.events.count() == 3


def test_another_day_is_set_for_all_who_go_together_within_the_plan(
    visit: Callable[..., Any], inspectors: dict[str, Any], assigned: Any
) -> None:
    from datetime import date

    from jingkai.console.models import Visit
    from jingkai.console.visits import steps
    from jingkai.console.visits.access import VisitRefused

    made, who = visit(), inspectors["inspector"]
    free = next(d for d in assigned.content["days"] if d > made.day.isoformat())
    for to, reason, said in (
        (free, " ", "没有写明改期的理由"),
        (f"{made.day.year}-10-01", "停产", "不是计划中可以检查的日子"),
        ("2020-01-01", "停产", "不能改到"),
        (f"{made.day.year + 1}-03-01", "停产", "别的年度"),
    ):
        with pytest.raises(VisitRefused, match=said):
            steps.move(made, who, to, reason, date(2026, 1, 1))
    assert len(steps.move(made, who, free, "企业停产检修", date(2026, 1, 1))) == 2
    days = Visit.objects.filter(number=made.number, zone=made.zone).values_list("day", flat=True)
    assert {d.isoformat() for d in days} == {free}
    steps.cancel(made, who, "企业已注销", made.day)
    partner = Visit.objects.get(number=made.number, office="emergency")
    assert (steps.state_of(made).status, partner.state) == ("cancelled", "planned")


def test_the_database_refuses_to_change_what_happened(done: Callable[..., Any]) -> None:
    from django.db import DatabaseError, transaction

    event = done().events.order_by("number").last()
    for change in (
        lambda: event.delete(),
        lambda: type(event).objects.filter(pk=event.pk).update(account="x"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_of_two_officers_at_once_one_records_and_the_other_is_told(
    visit: Callable[..., Any], inspectors: dict[str, Any]
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from jingkai.console.models import Visit
    from jingkai.console.visits import steps
    from jingkai.console.visits.access import VisitRefused

    made = visit()
    steps.arrive(made, inspectors["inspector"], made.day)

    def record(name: str) -> str:
        try:
            own = Visit.objects.get(pk=made.pk)
            steps.record_result(own, inspectors[name], made.day, "no_problem", [0, 1], [])
            return ""
        except VisitRefused as refused:
            return refused.what
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        told = sorted(both.map(record, ("inspector", "colleague")))
    assert told[0] == "" and "已检查" in told[1]
    assert [e.number for e in made.events.all()] == [1, 2, 3]
