"""The page of the four reductions, for whom it is and what it tells."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest

from jingkai.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
PAGE = "/services/measures/"


@pytest.fixture
def ask(town: Workspace, found: Any, history: int) -> Callable[..., Any]:
    """Ask a page as an account of the town's zone, or of all zones."""
    from django.test import Client

    from jingkai.console.models import Account

    zone = found.zones["key"][0]
    abouts = {"zone_analyst": {"zone": zone}, "officer": {"zone": zone, "office": "tax"}}

    def asks(role: str, address: str = PAGE) -> Any:
        about = {"role": role, **abouts.get(role, {})}
        account = Account.objects.update_or_create(username=f"measures-{role}", defaults=about)[0]
        client = Client(SERVER_NAME="localhost", raise_request_exception=False)
        client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
        return client.get(address)

    return asks


def test_a_zone_sees_its_cases_measured_as_the_command_line_does(
    ask: Callable[..., Any], found: Any
) -> None:
    from jingkai.console.casework.log import own_log
    from jingkai.console.casework.procedures import procedures
    from jingkai.services.logs.limits import item_limits
    from jingkai.services.logs.measures import measure

    told = ask("zone_analyst", f"{PAGE}?format=json").json()
    items = procedures().items.values()
    exact = measure(
        own_log([found.zones["key"][0]]), limits=item_limits(items, [i.id for i in items])
    )
    assert told["total"]["cases"] == exact.cases.height
    rows = {i["item"]: i for i in told["items"]}
    for row in exact.items[1:].iter_rows(named=True):
        for name in ("cases", "working_days_median", "late_share", "steps_median"):
            assert rows[row["item"]][name] == row[name]
    assert rows["works_planning_permit"]["words"]["trips"] == "—"
    assert [o["title"] for o in told["offices"]].count("申请人") == 1
    shown = ask("officer").content.decode()
    assert "工程规划许可" in shown and "样本少" in shown and "跑动次数没有写" in shown
    assert "未办结" in ask("officer", f"{PAGE}?format=csv").content.decode("utf-8-sig")


def test_the_picture_stands_in_the_page_without_any_style(ask: Callable[..., Any]) -> None:
    shown = ask("zone_analyst", f"{PAGE}?item=works_planning_permit")
    picture = re.search(r"<svg.*?</svg>", shown.content.decode(), re.DOTALL)
    assert picture is not None and " style=" not in picture[0] and "<style" not in picture[0]
    root = ElementTree.fromstring(picture[0])
    assert "设计方案审查" in "".join(root.itertext())
    assert ask("zone_analyst", f"{PAGE}?item=nothing").status_code == 404


def test_two_periods_have_their_interval_or_it_says_that_there_is_nothing_to_compare(
    ask: Callable[..., Any],
) -> None:
    told = ask("zone_analyst", f"{PAGE}?format=json").json()
    days = next(d for d in told["differences"] if d["measure"] == "working_days")
    assert sum(told["sides"]) == told["total"]["cases"]
    assert days["low"] <= days["difference"] <= days["high"]
    none = ask("zone_analyst", f"{PAGE}?since=2001-01-01").content.decode()
    assert "没有足够的办件可比" in none
    assert ask("zone_analyst", f"{PAGE}?since=gestern").status_code == 404


def test_the_ministry_sees_aggregates_of_at_least_three_cases_alone(
    ask: Callable[..., Any],
) -> None:
    told = ask("ministry_analyst", f"{PAGE}?format=json").json()
    assert told["zone"] is None and told["zones"]
    zone = ask("zone_analyst", f"{PAGE}?format=json").json()
    assert min(i["cases"] for i in zone["items"]) < 3 <= min(i["cases"] for i in told["items"])
    assert all(min(d["before_cases"], d["after_cases"]) >= 3 for d in told["item_differences"])
    assert min(p["cases"] for p in told["passages"]) >= 3
    assert "事件日志" not in ask("ministry_analyst").content.decode()
    assert ask("ministry_analyst", f"{PAGE}log/").status_code == 403


def test_a_figure_that_rests_on_fewer_cases_is_not_told_with_the_group(
    ask: Callable[..., Any], found: Any
) -> None:
    from jingkai.console.casework.log import own_log
    from jingkai.console.measured.lines import disclosed
    from jingkai.services.logs.measures import measure, summary

    cases = measure(own_log([found.zones["key"][0]])).cases
    one = pl.int_range(pl.len()) == 0
    trips = cases.with_columns(trips=pl.when(one).then(pl.lit(2)).cast(cases["trips"].dtype))
    told = summary(trips)
    assert told["trips_known"].item() == 1 and told["trips_median"].item() == 2
    assert disclosed(told, 3)["trips_median"].item() is None
    assert disclosed(told, 1).equals(told)
    ended = told["cases"].item() - told["open"].item()
    assert disclosed(told, ended)["working_days_median"].item() is not None
    assert disclosed(told, ended + 1)["working_days_median"].item() is None


def test_shares_change_by_points_and_short_times_are_told_in_minutes(
    ask: Callable[..., Any],
) -> None:
    from jingkai.console.measured.lines import days

    assert [days(n / 1440, "zh") for n in (0, 0.5, 30, 90)] == [
        "0 天", "不到 1 分钟", "30 分钟", "1.5 小时",
    ]  # fmt: skip
    told = ask("zone_analyst", f"{PAGE}?format=json").json()
    late = next(d for d in told["differences"] if d["measure"] == "late")
    assert late["words"]["difference"].endswith(" 个百分点")
    assert late["words"]["before"].endswith("%")


def test_a_zone_takes_its_log_away_without_enterprises_and_the_trail_says_so(
    ask: Callable[..., Any], found: Any
) -> None:
    from jingkai.console.models import Case, TrailEntry

    zone = found.zones["key"][0]
    table = ask("officer", f"{PAGE}log/?as=csv")
    assert (
        'filename="' in table["Content-Disposition"] or "filename*" in table["Content-Disposition"]
    )
    text = table.content.decode("utf-8-sig")
    for case in Case.objects.filter(zone=zone):
        assert case.number in text and case.enterprise not in text and case.by.username not in text
    assert ElementTree.fromstring(ask("zone_analyst", f"{PAGE}log/?as=xes").content).tag.endswith(
        "log"
    )
    told = TrailEntry.objects.filter(
        action="cases.export", about=zone, account__startswith="measures"
    )
    assert sorted(t.detail["format"] for t in told) == ["csv", "xes"]
    assert ask("officer", f"{PAGE}log/?as=exe").status_code == 404


def test_nothing_is_measured_twice_until_an_event_is_new(
    ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, permit: Callable[..., Any]
) -> None:
    from jingkai.console.measured import kept

    measured, real = [], kept.measure
    monkeypatch.setattr(kept, "measure", lambda *a: measured.append(1) or real(*a))
    kept._kept.clear()
    ask("zone_analyst")
    ask("officer", f"{PAGE}?item=works_planning_permit")
    assert len(measured) == 1
    before = ask("officer", f"{PAGE}?format=json").json()["total"]["cases"]
    permit()
    assert ask("officer", f"{PAGE}?format=json").json()["total"]["cases"] == before + 1
    assert len(measured) == 2
