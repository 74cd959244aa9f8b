"""Inspections on the pages: proposed and approved, printed, scanned, objected to, counted, loaded again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jingkai.workspace import Workspace
from tests.console.visits.conftest import KIN

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
DAY = timedelta(days=1)
TEAM = "甲01 证甲01\n甲02 证甲02"


@pytest.fixture
def today() -> date:
    from django.utils import timezone

    return timezone.localdate()


@pytest.fixture
def ask(inspectors: dict[str, Any], found: Any) -> Callable[..., Any]:
    """Propose a visit outside the plan to an enterprise by its row, in a year without a plan."""
    from jingkai.console.visits.unplanned import Asked, propose

    keys = found.snapshot.scan("enterprise").select("key").collect()["key"].to_list()

    def of(row: int, day: date, who: str = "inspector", **about: Any) -> Any:
        told = {
            "ground": "complaint",
            "basis": "12345工单7号，举报人张某",
            "items": ["检查甲"],
            "team": TEAM,
        }
        asked = Asked(keys[row], day.isoformat(), **(told | about))
        return propose(inspectors[who], found, asked, day)

    return of


def _page(client: Any, address: str) -> dict[str, Any]:
    response = client.get(f"{address}{'&' if '?' in address else '?'}format=json")
    assert response.status_code == 200, response.content.decode()[:2000]
    return dict(response.json())


def test_a_visit_outside_the_plan_states_its_ground_and_waits_for_the_head(
    ask: Callable[..., Any], client_of: Callable[[str], Any], today: date
) -> None:
    from jingkai.console.visits.access import VisitRefused

    for about, said in (
        ({"ground": "random"}, "没有写明事由"),
        ({"basis": " "}, "没有写明文号或线索"),
        ({"items": [" "]}, "没有写明检查事项"),
        ({"team": "甲01 证甲01"}, "不足2人"),
        ({"who": "counter"}, "不是检查机关"),
    ):
        with pytest.raises(VisitRefused, match=said):
            ask(3, today, **about)
    made = ask(3, today)
    address = f"/inspections/{made.pk}/"
    officer, head = client_of("inspector"), client_of("head")
    assert _page(officer, "/inspections/?view=approvals")["count"] == 1
    assert client_of("firm_a").get(f"/my/inspections/{made.pk}/").status_code == 404
    assert officer.get(f"{address}notice/").status_code == 400
    told = officer.post(address, {"step": "arrive"}).content.decode()
    assert "还没有批准" in told
    told = officer.post(address, {"step": "approve"}).content.decode()
    assert "须经行政机关负责人批准" in told
    assert head.post(address, {"step": "approve"}).status_code == 302
    assert officer.post(address, {"step": "arrive"}).status_code == 302
    told = {
        "step": "result",
        "result": "follow_up",
        "checked": "0",
        "note": "当场改正",
        "item_note": "三处",
    }
    kept = officer.post(address, told).content.decode()  # refused: not said what is to be put right
    assert 'value="0" checked' in kept and 'value="三处"' in kept and ">当场改正</textarea>" in kept
    told["result"] = "corrected"
    assert officer.post(address, told).status_code == 302
    page = _page(officer, address)["visit"]
    assert (page["state"], page["approval"], page["planned"]) == ("done", "given", False)
    assert client_of("safety").get(address).status_code == 404
    assert _page(client_of("counter"), address)["acts"] is False
    for page in ("/inspections/", "/inspections/new/"):
        assert "不是检查机关" in client_of("science_officer").get(page).content.decode()


def test_an_urgent_visit_is_made_at_once_and_approved_afterwards(
    ask: Callable[..., Any], inspectors: dict[str, Any], today: date
) -> None:
    from jingkai.console.visits import steps
    from jingkai.console.visits.access import VisitRefused

    with pytest.raises(VisitRefused, match="只能是今天"):
        from jingkai.console.visits.unplanned import Asked, propose

        asked = Asked(
            inspectors["firm_b"].enterprise,
            (today + DAY).isoformat(),
            "alert",
            "预警",
            ["甲"],
            TEAM,
            True,
        )
        propose(inspectors["inspector"], _opened(), asked, today)
    made = ask(4, today, ground="alert", urgent=True)
    with pytest.raises(VisitRefused, match="只能在当天"):
        steps.move(made, inspectors["inspector"], (today + DAY).isoformat(), "改日再去", today)
    steps.arrive(made, inspectors["inspector"], today)
    assert steps.state_of(made).approval == "waiting"
    steps.approve(made, inspectors["head"], today)
    assert steps.state_of(made).approval == "afterwards"
    other = ask(5, today, ground="alert", urgent=True)
    steps.approve(other, inspectors["head"], today)  # nobody has gone yet: not afterwards
    assert steps.state_of(other).approval == "given"
    steps.cancel(other, inspectors["inspector"], "误报", today)


def _opened() -> Any:
    from jingkai.console.opened import opened

    return opened()


def test_a_full_cap_bars_all_but_clues_and_orders_from_above(
    ask: Callable[..., Any], visit: Callable[..., Any], inspectors: dict[str, Any], found: Any,
    assigned: Any,
) -> None:  # fmt: skip
    from jingkai.console.visits.access import VisitRefused
    from jingkai.console.visits.caps import standing_of
    from jingkai.console.visits.lines import visit_whole
    from jingkai.console.visits.state import VisitState

    day = date(assigned.year, 12, 30)
    planned = visit()
    keys = found.snapshot.scan("enterprise").select("key").collect()["key"].to_list()
    row, team = keys.index(planned.enterprise), "market_supervision1、market_supervision2"
    told = {"team": team, "ground": "law"}
    with pytest.raises(VisitRefused, match="没有公布的检查事项不得实施：丙"):
        ask(row, day, **told, items=["丙"])
    ask(row, day, **told)  # the plan's one and this make two, the plan's cap
    standing = standing_of(found, planned.zone, planned.office, planned.enterprise, assigned.year)
    assert (standing.made, standing.to_come, standing.full) == (0, 2, True)
    assert standing.cap is not None and (standing.cap.most, standing.cap.basis) == (2, "试验")
    with pytest.raises(VisitRefused, match="不能再入企") as refused:
        ask(row, day + DAY, **told)
    assert "上级部署的专项检查不计入" in refused.value.hint
    clue = {**told, "ground": "complaint"}
    with pytest.raises(VisitRefused, match="没有写明为什么非入企不可"):
        ask(row, day + DAY, **clue)
    over = ask(row, day + DAY, **clue, need="举报涉及在产批次，书面核查不了")
    state = over.events.get()
    assert state.content["over_cap"].startswith("举报")
    for inside, said in ((True, state.content["over_cap"]), (False, "")):  # it tells of the clue
        whole = visit_whole(over, VisitState.of([state]), day, inside=inside)
        assert whole["over_cap"] == said
    above = ask(row, day - DAY, **{**told, "ground": "ordered"}, basis="省局〔2026〕1号")
    assert (over.counts, above.counts) == (True, False)
    standing = standing_of(found, planned.zone, planned.office, planned.enterprise, assigned.year)
    assert standing.to_come == 3
    told_all = standing_of(
        found, planned.zone, planned.office, planned.enterprise, assigned.year, inside=False
    )
    assert told_all.to_come == 1  # nobody is told of what waits for approval


def test_what_was_given_up_before_approval_is_not_shown(
    ask: Callable[..., Any],
    inspectors: dict[str, Any],
    client_of: Callable[[str], Any],
    today: date,
) -> None:
    from jingkai.console.visits import steps
    from jingkai.console.visits.access import shown_visits

    never, approved = ask(6, today), ask(7, today)
    urgent = ask(8, today, urgent=True)
    steps.approve(approved, inspectors["head"], today)
    for made in (never, approved, urgent):
        steps.cancel(made, inspectors["inspector"], "举报人张某撤回", today)
    keys = [made.pk for made in (never, approved, urgent)]
    assert {*shown_visits().filter(pk__in=keys)} == {approved, urgent}
    anyone = client_of("anonymous")
    assert anyone.get(f"/inspections/code/{approved.token}/").status_code == 200
    assert anyone.get(f"/inspections/code/{never.token}/").status_code == 404


def test_the_plans_table_of_inspectors_holds_for_visits_outside_it(
    ask: Callable[..., Any], inspectors: dict[str, Any], assigned: Any
) -> None:
    from jingkai.console.visits import steps
    from jingkai.console.visits.access import VisitRefused

    day = date(assigned.year, 12, 29)
    made = ask(0, day)  # the first enterprise, whose relative is in the table
    steps.approve(made, inspectors["head"], day)
    team = f"{KIN} 证、market_supervision0"
    with pytest.raises(VisitRefused, match="应当回避"):
        steps.arrive(made, inspectors["inspector"], day, team, "替班")


def test_a_result_with_odd_numbers_of_items_is_answered_not_broken(
    visit: Callable[..., Any], inspectors: dict[str, Any], client_of: Callable[[str], Any]
) -> None:
    from jingkai.console.visits import steps

    made = visit("emergency")
    steps.arrive(made, inspectors["safety"], made.day)
    told = {"step": "result", "result": "no_problem", "checked": ["²", "9" * 5000]}
    page = client_of("safety").post(f"/inspections/{made.pk}/", told)
    assert page.status_code == 200 and "没有勾选任何检查事项" in page.content.decode()


def test_without_a_cap_none_is_assumed(found: Any, inspectors: dict[str, Any]) -> None:
    from jingkai.console.visits.caps import standing_of

    zone, key = inspectors["inspector"].zone, inspectors["firm_a"].enterprise
    standing = standing_of(found, zone, "fire", key, 2031)
    assert (standing.cap, standing.full) == (None, None)


def test_who_scans_the_code_sees_who_comes_and_why_but_no_clue(
    ask: Callable[..., Any], inspectors: dict[str, Any], client: Any, client_of: Callable[[str], Any],
    visit: Callable[..., Any], today: date,
) -> None:  # fmt: skip
    from django.core.cache import cache

    from jingkai.console.models import TrailEntry
    from jingkai.console.visits import steps

    cache.clear()
    planned = visit()
    notice = client_of("inspector").get(f"/inspections/{planned.pk}/notice/").content.decode()
    address = re.search(r"http://localhost(/inspections/code/[^/]+/)", notice)
    assert address is not None and "<svg" in notice
    response = client.get(address[1])
    text = response.content.decode()
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Robots-Tag"].startswith("noindex")
    assert response["Referrer-Policy"] == "no-referrer"
    for said in (
        planned.name,
        "市场监管",
        "应急管理",
        "检查甲",
        "随机抽查",
        "执法证号 证",
        "有权拒绝",
    ):
        assert said in text, said
    secret = ask(5, today)
    assert client.get(f"/inspections/code/{secret.token}/").status_code == 404  # not approved yet
    steps.approve(secret, inspectors["head"], today)
    text = client.get(f"/inspections/code/{secret.token}/").content.decode()
    assert "投诉举报" in text and "张某" not in text
    assert TrailEntry.objects.order_by("number").filter(action="visit.code_wrong").exists()
    for _ in range(19):
        assert client.get("/inspections/code/nothing/").status_code == 404
    assert client.get("/inspections/code/nothing/").status_code == 429
    cache.clear()


def test_the_enterprise_sees_its_visits_objects_once_and_reads_the_answer(
    done: Callable[..., Any], inspectors: dict[str, Any], client_of: Callable[[str], Any]
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from jingkai.console.models import StoredFile
    from jingkai.console.retention.sweep import retain

    loose = retain(try_only=True)["files"]
    key = inspectors["firm_b"].enterprise
    made = done("corrected", enterprise=key)
    firm, officer = client_of("firm_b"), client_of("inspector")
    mine = _page(firm, "/my/inspections/")
    assert made.pk in {v["visit"] for v in mine["visits"]}
    address, desk = f"/my/inspections/{made.pk}/", f"/inspections/{made.pk}/"
    assert client_of("firm_a").get(address).status_code == 404
    assert firm.post(address, {"text": " "}).status_code == 400
    paper = SimpleUploadedFile("照片.pdf", b"%PDF-1.7\n" + b"s" * 400_000)
    assert firm.post(address, {"text": "标签已补", "evidence": paper}).status_code == 302
    assert "上一次异议还没有答复" in firm.post(address, {"text": "再说"}).content.decode()
    StoredFile.objects.filter(name="照片.pdf").update(at=datetime(2020, 1, 1, tzinfo=UTC))
    assert retain(try_only=True)["files"] == loose  # it proves an objection, so it stays
    waiting = _page(officer, "/inspections/?view=objections")["visits"]
    assert [v["visit"] for v in waiting] == [made.pk]
    (objection,) = _page(officer, desk)["objections"]
    file = f"/inspections/evidence/{objection['evidence'][0]['file']}/"
    assert b"".join(officer.get(file).streaming_content).startswith(b"%PDF")
    assert client_of("safety").get(file).status_code == 404
    assert client_of("firm_a").get(file).status_code == 404
    assert officer.post(desk, {"step": "not_taken", "answer": "维持"}).status_code == 302
    (objection,) = _page(firm, address)["objections"]
    assert (objection["taken"], objection["answer"]) == (False, "维持")
    assert "没有待答复" in officer.post(desk, {"step": "taken", "answer": "x"}).content.decode()


def test_the_ledger_counts_what_the_desks_did_once_also_when_it_is_loaded(
    town: Workspace, done: Callable[..., Any], client_of: Callable[[str], Any], tmp_path: Path,
    assigned: Any, inspectors: dict[str, Any], visit: Callable[..., Any],
) -> None:  # fmt: skip
    from jingkai.console.models import Account, Visit
    from jingkai.console.visits.caps import standing_of
    from jingkai.console.visits.records import REGISTER_HEADINGS, register_table
    from jingkai.engine.table_file import write_table
    from jingkai.registry.load import load
    from jingkai.registry.snapshot import Snapshot

    first, second = done(), done("follow_up")
    zone = first.zone
    Account.objects.update_or_create(
        username="town_analyst", defaults={"role": "zone_analyst", "zone": zone}
    )
    address = f"/inspections/ledger/?year={assigned.year}"
    officer = client_of("inspector")
    before = _page(officer, address)
    theirs = Visit.objects.filter(zone=zone, state="done", day__year=assigned.year)
    assert before["visits"] >= theirs.count() >= 2
    assert {c["key"] for c in before["counts"]} >= {first.enterprise, second.enterprise}
    sums = _page(client_of("town_analyst"), address)
    assert sums["visits"] == before["visits"] and sums["counts"] == []
    assert (
        first.enterprise
        not in client_of("town_analyst").get(address + "&format=csv").content.decode()
    )
    audited = _page(client_of("auditor"), f"{address}&zone={zone}")
    assert (audited["zone"], audited["visits"]) == (zone, before["visits"])

    path = tmp_path / "检查.csv"
    told = register_table(theirs)
    unsaid = visit()  # made, as the register says, but never written down on the desk
    cells = {"编号": unsaid.number, "计划检查编号": unsaid.number, "检查日期": unsaid.day.isoformat(),
             "统一社会信用代码": unsaid.enterprise}  # fmt: skip
    table = pl.concat(
        [told, told.head(1).with_columns(pl.lit(v).alias(n) for n, v in cells.items())]
    )
    write_table(table, path, synthetic=True)
    listed = officer.get("/inspections/?view=done&format=csv").content.decode("utf-8-sig")
    assert listed.splitlines()[0].startswith(",".join(REGISTER_HEADINGS.values()))
    current = town.current_snapshot_id
    report = load(
        town, "inspection", [path], office="zone_committee", as_of=date(assigned.year, 12, 31)
    )
    try:
        assert (report.accepted, report.rejected, report.problems) == (table.height, 0, 0)
        rows = Snapshot.current(town).scan("inspection").collect()
        row = rows.filter(pl.col("plan_visit") == second.number).to_dicts()[0]
        assert (row["enterprise"], row["occurred_on"]) == (second.enterprise, second.day)
        assert (row["inspecting_office"], row["result"]) == ("market_supervision", "follow_up")
        assert (row["ground"], row["planned"], row["certified_officers"]) == ("random", True, True)
        assert row["approved_before"] is None and row["scan_coded"] is None
        again = _page(officer, address)
        assert again["visits"] == before["visits"] + 1
        assert again["planned"] == {**before["planned"], "yes": before["planned"]["yes"] + 1}
        whose = (zone, unsaid.office, unsaid.enterprise, assigned.year)
        assert (standing_of(_opened(), *whose).made, standing_of(_opened(), *whose).to_come) == (
            1,
            0,
        )
    finally:
        town.set_current(current)


def test_before_analysts_no_class_of_one_or_two_stands_alone() -> None:
    from jingkai.console.visits.ledger_page import classes_apart

    def row(grade: str | None, count: int) -> dict[str, Any]:
        names = ("visited", "visits", "with_result", "problems")
        return {"class": grade, "enterprises": count, **dict.fromkeys(names, 1)}

    rows = classes_apart([row("A", 9), row("B", 4), row("D", 1), row(None, 1)])
    told = [(r["class"], r["enterprises"], r["problems"]) for r in rows]
    assert told == [("A", 9, 1), ("B、D", 5, 2), (None, 1, 1)]
    assert classes_apart([row("D", 2)]) == []


def test_a_record_is_of_a_visit_by_number_or_by_office_and_day() -> None:
    from jingkai.allocation.inspections.ledger import not_recorded
    from jingkai.console.visits.records import registry_visits

    empty = registry_visits(None, 2026)

    def rows(*given: dict[str, Any]) -> pl.DataFrame:
        return pl.concat(
            [empty, pl.DataFrame(list(given), schema_overrides=empty.schema)], how="diagonal"
        )

    a, b = {"key": "A", "office": "fire", "day": date(2026, 3, 2)}, {"key": "A", "office": "tax"}
    desks = rows({**a, "record": "N-1"}, {**b, "day": date(2026, 3, 2), "record": "N-1"},
                 {**a, "day": date(2026, 5, 2), "record": "N-2"})  # fmt: skip

    def left(*records: dict[str, Any]) -> list[tuple[str, str]]:
        found = not_recorded(desks, rows(*records))
        return sorted(found.select("record", "office").rows())

    everyone = [("N-1", "fire"), ("N-1", "tax"), ("N-2", "fire")]
    assert left() == everyone
    assert left({**a, "day": date(2026, 3, 9), "plan_visit": "N-1"}) == everyone[1:]
    assert left({**a, "record": "J-9"}) == everyone[1:]
    assert left({**a, "office": None}) == everyone[2:]
    # a record of another visit's number is of that one, whatever its day
    assert left({**a, "plan_visit": "N-2"}) == everyone[:2]
    assert left({**a, "key": "B", "plan_visit": "N-1"}) == everyone


def test_the_demo_gives_a_zone_visits_of_every_kind_the_same_each_day(
    inspectors: dict[str, Any], found: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import transaction

    from jingkai.console.models import AssignedPlan, Visit
    from jingkai.console.visits.demo import demo_visits

    def made(day: date) -> list[tuple[Any, ...]]:
        with transaction.atomic():
            Visit.objects.filter(zone=zone).update(zone="别处")
            AssignedPlan.objects.filter(zone="").update(zone="别处")
            count = demo_visits(found, inspectors["head"], inspectors["firm_a"], day)
            assert demo_visits(found, inspectors["head"], inspectors["firm_a"], day) == count
            rows = Visit.objects.filter(zone=zone).order_by("office", "day", "state", "enterprise")
            told = list(
                rows.values_list("office", "day", "state", "enterprise", "objected", "ground")
            )
            transaction.set_rollback(True)
        return told

    zone = inspectors["head"].zone
    first = made(date(2026, 5, 20))
    assert {row[2] for row in first} == {"planned", "done", "waiting"}
    assert any(row[4] for row in first) and {"alert", "complaint", "random"} <= {
        r[5] for r in first
    }
    assert any(row[2] == "planned" and row[1] < date(2026, 5, 20) for row in first)  # overdue
    assert made(date(2026, 5, 20)) == first
    assert made(date(2031, 1, 3))  # holidays nobody announced yet: no plan, the others all the same
