"""The site's own cases measured, and written as a log that measures the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jingkai.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
ITEM = "works_planning_permit"
CHINA = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def run(town: Workspace, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run `jingkai services` in the town's workspace."""
    from typer.testing import CliRunner

    from jingkai.cli import app

    monkeypatch.chdir(town.path)
    monkeypatch.setenv("JINGKAI_WORKSPACE", str(town.path))
    monkeypatch.setenv("JINGKAI_HOSTS", "")

    def runs(*words: str) -> str:
        done = CliRunner().invoke(app, ["services", *words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    return runs


def test_a_past_case_is_recorded_as_of_its_day_and_the_trail_tells_when_it_was_written(
    permit: Callable[..., Any], people: dict[str, Any]
) -> None:
    from django.utils import timezone

    from jingkai.console.casework.acting import act
    from jingkai.console.casework.log import own_cases
    from jingkai.console.clock import as_of
    from jingkai.console.models import TrailEntry
    from jingkai.services.logs.measures import measure
    from jingkai.services.logs.own_cases import log_of_own_table, table_of_cases

    begun = datetime(2026, 3, 2, 9, tzinfo=CHINA)
    with as_of(begun):
        found = permit()
    number = found.case.pk
    with as_of(begun + timedelta(days=2, hours=6)):
        act(number, ITEM, "decline", people["natural"], reason="不属于受理范围")
    assert found.case.number.startswith("BJ2026")
    own = table_of_cases(own_cases([found.case]))
    row = measure(log_of_own_table(own)).cases.row(0, named=True)
    assert (row["elapsed_days"], row["working_days"]) == (2.25, 2)
    assert row["materials"] == len(found.items[ITEM].asked)
    told = TrailEntry.objects.filter(action__startswith="case.", detail__case=number)
    assert all(timezone.now() - t.at < timedelta(hours=1) for t in told) and told.count() == 3


def test_the_sites_cases_are_measured_and_their_export_measures_the_same(
    permit: Callable[..., Any], people: dict[str, Any], run: Callable[..., str], tmp_path: Path
) -> None:
    from jingkai.console.casework.acting import act
    from jingkai.console.models import TrailEntry

    permit()
    done = permit()
    act(done.case.pk, ITEM, "withdraw", people["firm_a"])
    zone = done.case.zone
    own = _figures(run("measure", "--zone", zone, "--json"))
    assert own["total"]["open"] >= 1 and own["items"]
    for name in ("out.csv", "out.xes"):
        said = run("export", str(tmp_path / name), "--zone", zone)
        assert f"{own['total']['cases']} 件" in said
        assert done.case.enterprise not in (tmp_path / name).read_text("utf-8")
        back = _figures(run("measure", str(tmp_path / name), "--json"))
        for part in ("total", "items", "offices", "transitions"):
            assert back[part] == own[part]
    assert TrailEntry.objects.filter(action="cases.export", about=zone).count() == 2
    said = run("measure")
    assert done.items[ITEM].title.zh in said and "申请人" in said and "（没有写）" not in said


def _figures(text: str) -> dict[str, Any]:
    """Read figures; sums of days differ in the last digit with the order in which rows are added."""
    found: dict[str, Any] = json.loads(text, parse_float=lambda digits: round(float(digits), 9))
    return found


def test_only_cases_that_went_on_are_read_again(
    permit: Callable[..., Any], people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from jingkai.console.casework import log
    from jingkai.console.casework.acting import act

    first, second = permit(), permit()
    zone, read, real = [first.case.zone], [], log.own_cases
    log.own_table(zone)
    monkeypatch.setattr(log, "own_cases", lambda rows: read.extend(rows) or real(rows))
    before = log.own_table(zone)
    act(first.case.pk, ITEM, "withdraw", people["firm_a"])
    after = log.own_table(zone)
    assert [c.pk for c in read] == [first.case.pk]
    assert after.height == before.height + 1
    assert after["办件编号"].unique(maintain_order=True).to_list()[-2:] == [
        first.case.number, second.case.number,
    ]  # fmt: skip
    ended = after.filter(after["办件编号"] == first.case.number)["办结时间"]
    assert ended.null_count() == 0


def test_a_zone_without_cases_says_so_and_a_zone_is_not_asked_of_a_file(
    run: Callable[..., str],
) -> None:
    from jingkai.errors import JingkaiError

    with pytest.raises(JingkaiError, match="还没有事件") as unknown:
        run("measure", "--zone", "没有办件的经开区")
    assert unknown.value.where == "没有办件的经开区" and "全名" in unknown.value.hint
    with pytest.raises(JingkaiError, match="--zone 只用于本站"):
        run("measure", "any.csv", "--zone", "甲")
