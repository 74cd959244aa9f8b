from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jingkai.workspace import Workspace
from tests.console.conftest import CONSOLE

pytestmark = pytest.mark.xdist_group("console")


@pytest.fixture
def auditor(client_of: Callable[[str], Any]) -> Iterator[Any]:
    yield client_of("auditor")


def _record(account: str = "li.ming", action: str = "enterprise.read", **about: Any) -> Any:
    from jingkai.console.trail import record_as

    return record_as(account, "officer", action, "91999999000000001K", **about)


def test_the_newest_entries_stand_first_with_names_of_facts_only(auditor: Any) -> None:
    _record(facts=["revenue"])
    found = auditor.get("/trail/?format=json").json()
    assert found["entries"][0]["facts"] == ["revenue"]
    assert found["entries"][0]["account"] == "li.ming"
    assert "查看企业" in auditor.get("/trail/").content.decode()
    assert "enterprise read" in auditor.get("/trail/?lang=en").content.decode()


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("account=zhang.wei", True),
        ("account=li.ming", False),
        ("action=correction.accept", True),
        ("action=enterprise.read", False),
        ("about=9199999900", True),
        ("about=nothing", False),
        ("from=2000-01-01", True),
        ("to=2000-01-01", False),
        ("from=not-a-day", True),
    ],
)
def test_a_filter_leaves_what_fits(auditor: Any, query: str, there: bool) -> None:
    one = _record("zhang.wei", "correction.accept")
    found = auditor.get(f"/trail/?format=json&{query}").json()["entries"]
    assert (one.number in [e["number"] for e in found]) is there


def test_days_are_those_of_the_place(auditor: Any) -> None:
    from django.utils import timezone

    today = timezone.localdate().isoformat()
    one = _record()
    found = auditor.get(f"/trail/?format=json&from={today}&to={today}").json()["entries"]
    assert found[0]["number"] == one.number


def test_pages_follow_each_other_without_a_gap(auditor: Any) -> None:
    for _ in range(60):
        _record("many")
    first = auditor.get("/trail/?format=json&account=many").json()
    second = auditor.get(f"/trail/?format=json&account=many&before={first['next']}").json()
    numbers = [e["number"] for e in first["entries"] + second["entries"]]
    assert len(first["entries"]) == 50
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[50] == numbers[49] - 1


def test_it_is_a_file_too_and_taking_it_is_written_down(auditor: Any) -> None:
    from jingkai.console.models import TrailEntry

    _record("=cmd|calc", "enterprise.read")
    response = auditor.get("/trail/?format=csv&action=enterprise.read")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["序号", "时间", "账户"]
    assert rows[1][2] == "'=cmd|calc"
    assert auditor.get("/trail/?format=xlsx").content[:2] == b"PK"
    last = TrailEntry.objects.filter(action="trail.export").last()
    assert (last.account, last.detail["form"]) == ("auditor", "xlsx")


def test_the_check_says_that_it_holds_or_where_it_breaks(auditor: Any) -> None:
    from django.db import connection, transaction

    from jingkai.console.models import TrailEntry

    number = _record().number
    assert auditor.get("/trail/?format=json&check=1").json()["check"]["holds"] is True
    assert "完整" in auditor.get("/trail/?check=1").content.decode()
    with transaction.atomic():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("ALTER TABLE console_trailentry DISABLE TRIGGER USER")
            else:
                cursor.execute("DROP TRIGGER trail_no_update")
        TrailEntry.objects.filter(number=number).update(account="nobody")
        found = auditor.get("/trail/?format=json&check=1").json()["check"]
        page = auditor.get("/trail/?check=1").content.decode()
        transaction.set_rollback(True)
    assert found["holds"] is False
    assert [b["number"] for b in found["breaks"]] == [number]
    assert "不完整" in page


def test_a_value_of_the_trail_is_never_markup(auditor: Any) -> None:
    _record("<script>alert(1)</script>")
    assert "<script>alert" not in auditor.get("/trail/").content.decode()


def test_an_auditor_changes_nothing_but_its_own_account(site: Workspace, auditor: Any) -> None:
    from jingkai.console.models import TrailEntry
    from tests.console.test_permissions import addresses

    own = ("account_", "mfa_", "openid_")
    for name, address in addresses():
        if name.startswith(own):
            continue
        for method in ("post", "put", "patch", "delete"):
            response = getattr(auditor, method)(address, {}, content_type="application/json")
            assert response.status_code == 403, (method, name)
    assert TrailEntry.objects.last().action == "request.refused"
    assert auditor.post("/accounts/password/change/", {}).status_code == 200


def test_details_are_told_in_words(auditor: Any) -> None:
    _record(scopes=["check", "read"], placed={"zone": "甲"}, odd=None)
    line = auditor.get("/trail/?format=json").json()["entries"][0]
    assert line["detail_text"] == "odd：None；身份：（经开区：甲）；范围：check、read"
    english = auditor.get("/trail/?format=json&lang=en").json()["entries"][0]
    assert english["detail_text"] == "odd: None; placed: (zone: 甲); scopes: check, read"
    assert line["detail"] == {"scopes": ["check", "read"], "placed": {"zone": "甲"}, "odd": None}


def test_every_action_that_is_written_down_has_its_words(site: Workspace) -> None:
    from jingkai.console.audit.action_words import action_text

    calls = r"\b_?(?:record|record_as|write|refuse)\(([^()]|\([^()]*\))*?\"([a-z]+\.[a-z_]+)\""
    named = {
        found[2]
        for path in CONSOLE.rglob("*.py")
        for found in re.finditer(calls, path.read_text("utf-8"))
    }
    assert len(named) > 15
    assert [a for a in sorted(named) if action_text(a) == a] == []
