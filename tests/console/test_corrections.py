"""Corrections: submitted, withdrawn, decided once, applied as the holder's file would be."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jingkai.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
PDF = b"%PDF-1.7\nsynthetic\n"
#: No figure twice: the value that the register has is no correction.
_FIGURES = itertools.count(77_001)


def _file(content: bytes = PDF, name: str = "证明.pdf") -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, content)


@pytest.fixture
def found(town: Workspace) -> Any:
    from jingkai.console.opened import opened

    return opened()


@pytest.fixture
def people(town: Workspace, townspeople: dict[str, Any]) -> Iterator[dict[str, Any]]:
    from jingkai.console.models import Correction

    yield townspeople
    Correction.objects.all().delete()


@pytest.fixture
def submit(people: dict[str, Any], found: Any) -> Callable[..., Any]:
    from jingkai.console import corrections

    def of(column: str = "revenue_2025", new: str = "", who: str = "firm_a") -> Any:
        new = new or f"{next(_FIGURES)}万元"
        return corrections.submit(people[who], found, column, new, "账册更正", [_file()])

    return of


def _work() -> None:
    from django.core.management import call_command

    call_command(
        "db_worker", batch=True, interval=0, startup_delay=False, reload=False, verbosity=0
    )


def _cell(found: Any, key: str, column: str) -> tuple[Any, Any]:
    match = found.snapshot.at_key("enterprise", key)
    row = found.explainer.row("enterprise", match.position)[0]
    return row[column], found.snapshot.sources("enterprise", match.position).get(column)


def test_what_is_submitted_waits_for_the_holder_and_changes_nothing(
    submit: Callable[..., Any], found: Any, town: Workspace
) -> None:
    before = town.current_snapshot_id
    correction = submit()
    assert (correction.state, correction.office, correction.unit) == ("submitted", "tax", "万元")
    assert correction.zone and correction.name
    assert correction.evidence.count() == 1
    assert town.current_snapshot_id == before
    old, _ = _cell(found, correction.enterprise, "revenue_2025")
    assert correction.old == format(old / 10**6, "f").rstrip("0").rstrip(".")


@pytest.mark.parametrize(
    ("column", "new", "said"),
    [
        ("revenue_2025", "很多", "不是数字"),
        ("revenue_2025", "-", "没有填写"),
        ("revenue", "1", "没有数据项"),
        ("weight", "1", "没有数据项"),
        ("zone", "乙经开区", "不能在这里更正"),
        ("established_on", "2031-01-01", "成立日期"),
        ("legal_entity", "也许", "不是是或否"),
    ],
)
def test_what_no_register_could_have_is_refused_with_a_reason(
    submit: Callable[..., Any], column: str, new: str, said: str
) -> None:
    from jingkai.console.errors import ConsoleError

    with pytest.raises(ConsoleError, match=said):
        submit(column, new)


def test_the_value_it_has_or_no_evidence_is_refused(
    people: dict[str, Any], found: Any, submit: Callable[..., Any]
) -> None:
    from jingkai.console import corrections
    from jingkai.console.errors import ConsoleError

    old = submit().old
    with pytest.raises(ConsoleError, match="已有一件更正在办理"):
        submit()
    with pytest.raises(ConsoleError, match="相同"):
        corrections.submit(people["firm_a"], found, "revenue_2025", old, "", [_file()])
    with pytest.raises(ConsoleError, match="没有证明材料"):
        corrections.submit(people["firm_a"], found, "staff_2025", "12", "", [])
    with pytest.raises(ConsoleError, match="不符"):
        wrong = _file(b"MZ not a paper", "证明.pdf")
        corrections.submit(people["firm_a"], found, "staff_2025", "12", "", [wrong])


def test_what_only_the_enterprise_holds_is_decided_by_the_zones_counter(
    submit: Callable[..., Any], people: dict[str, Any], found: Any
) -> None:
    from jingkai.console import corrections

    own = next(
        f
        for f in found.rulebook.vocabulary.entities["enterprise"].facts.values()
        if f.holder == "enterprise" and f.type == "bool" and not f.yearly
    )
    correction = submit(
        own.name, "否" if _cell(found, people["firm_a"].enterprise, own.name)[0] else "是"
    )
    assert correction.office == "zone_committee"
    assert corrections.may_decide(people["counter"], correction)
    assert not corrections.may_decide(people["tax_officer"], correction)


def test_accepted_it_counts_before_what_the_holder_and_others_said_of_the_same_day(
    submit: Callable[..., Any], people: dict[str, Any], found: Any, town: Workspace
) -> None:
    from jingkai.console import corrections
    from jingkai.console.opened import opened
    from jingkai.console.trail import breaks
    from jingkai.registry.snapshot import Snapshot

    key = people["firm_a"].enterprise
    _load(town, found, key, "tax", "4321")
    _load(town, opened(), key, "statistics", "1234")
    assert _cell(opened(), key, "revenue_2025")[0] == 4321 * 10**6
    correction = submit(new="7777万元")
    assert _cell(opened(), key, "revenue_2025")[0] == 4321 * 10**6
    job = corrections.accept(correction, people["tax_officer"], "与申报表一致")
    assert correction.state == "accepted"
    assert _cell(opened(), key, "revenue_2025")[0] == 4321 * 10**6
    _work()
    job.refresh_from_db()
    correction.refresh_from_db()
    assert (job.state, job.error) == ("done", None)
    assert (correction.state, correction.snapshot) == ("applied", town.current_snapshot_id)
    value, source = _cell(opened(), key, "revenue_2025")
    assert value == 7777 * 10**6
    assert (source.office, source.file) == ("tax", f"更正申请{correction.pk}.csv")
    assert job.result["before"] == Snapshot.current(town).manifest["previous"]
    assert _actions(correction) == [
        "correction.submit", "correction.accept", "correction.apply",
    ]  # fmt: skip
    assert list(breaks()) == []


def test_the_rest_of_the_register_stays_as_it_was(
    submit: Callable[..., Any], people: dict[str, Any], town: Workspace
) -> None:
    from jingkai.console import corrections
    from jingkai.registry.snapshot import Snapshot

    old = Snapshot.current(town).scan("enterprise").collect()
    corrections.accept(submit("staff_2025", "654321", "firm_b"), people["hr_officer"])
    _work()
    new = Snapshot.current(town).scan("enterprise").collect()
    assert new.height == old.height
    changed = [c for c in old.columns if not new[c].equals(old[c])]
    assert changed == ["staff_2025"]
    assert (new["staff_2025"].ne_missing(old["staff_2025"])).sum() == 1


def test_done_again_after_a_kill_it_is_loaded_once(
    submit: Callable[..., Any], people: dict[str, Any], town: Workspace
) -> None:
    from jingkai.console import corrections
    from jingkai.console.correction_job import apply_correction
    from jingkai.console.models import Correction

    correction = submit("revenue_2024", "31415", "firm_b")
    job = corrections.accept(correction, people["tax_officer"])
    first = apply_correction(job, lambda *_: None)
    Correction.objects.filter(pk=correction.pk).update(state="accepted", snapshot="")
    assert apply_correction(job, lambda *_: None) == first
    assert town.current_snapshot_id == first["snapshot"]
    _work()


def test_what_changed_in_the_decisions_is_told(
    submit: Callable[..., Any],
    people: dict[str, Any],
    found: Any,
    client_of: Callable[[str], Any],
) -> None:
    from jingkai.console import corrections
    from jingkai.console.models import Correction

    key = people["firm_a"].enterprise
    held = _cell(found, key, "high_tech_enterprise_title_held")[0]
    job = corrections.accept(
        submit("high_tech_enterprise_title_held", "否" if held else "是"), people["science_officer"]
    )
    _work()
    job.refresh_from_db()
    changed = {c["rule"]: c for c in job.result["changed"]}
    assert changed
    assert all(c["before"] != c["after"] for c in changed.values())
    # Its class of credit risk changed with it: that is for supervision alone.
    words = {"zh": "信用风险较高", "en": "higher"}
    job.result["changed"] += [{"rule": "credit_risk_class", "before": None, "after": words}]
    job.save()
    address = f"/my/corrections/{Correction.objects.get(job=job).pk}/"
    told = client_of("firm_a").get(f"{address}?format=json").json()["correction"]["changed"]
    assert {c["rule"] for c in told} == changed.keys()


@pytest.mark.parametrize("second", ["accept", "refuse", "withdraw"])
def test_what_was_decided_is_not_decided_again(
    submit: Callable[..., Any], people: dict[str, Any], second: str
) -> None:
    from jingkai.console import corrections
    from jingkai.console.errors import ConsoleError

    correction = submit()
    corrections.refuse(correction, people["tax_officer"], "材料不清")
    again = {
        "accept": lambda: corrections.accept(correction, people["tax_officer"]),
        "refuse": lambda: corrections.refuse(correction, people["tax_officer"], "再退"),
        "withdraw": lambda: corrections.withdraw(correction, people["firm_a"]),
    }
    with pytest.raises(ConsoleError, match="已经办理（tax_officer）：未采纳"):
        again[second]()
    correction.refresh_from_db()
    assert (correction.state, correction.reason, correction.job) == ("refused", "材料不清", None)
    assert _actions(correction) == ["correction.submit", "correction.refuse"]


def test_a_withdrawn_one_makes_room_for_another(
    submit: Callable[..., Any], people: dict[str, Any]
) -> None:
    from jingkai.console import corrections
    from jingkai.console.errors import ConsoleError

    correction = submit()
    with pytest.raises(ConsoleError, match="不是本企业"):
        corrections.withdraw(correction, people["firm_b"])
    corrections.withdraw(correction, people["firm_a"])
    assert submit(new="8888").state == "submitted"


@pytest.mark.parametrize("who", ["counter", "far_officer", "firm_a"])
def test_only_the_office_that_holds_the_fact_decides(
    submit: Callable[..., Any], people: dict[str, Any], who: str
) -> None:
    from jingkai.console import corrections
    from jingkai.console.errors import ConsoleError

    correction = submit()
    for decide in (
        lambda: corrections.accept(correction, people[who]),
        lambda: corrections.refuse(correction, people[who], "不行"),
    ):
        with pytest.raises(ConsoleError, match="不是本部门"):
            decide()
    with pytest.raises(ConsoleError, match="理由"):
        corrections.refuse(correction, people["tax_officer"], " ")
    correction.refresh_from_db()
    assert correction.state == "submitted"


def test_of_two_officers_at_once_one_decides_and_the_other_is_told(
    submit: Callable[..., Any], people: dict[str, Any]
) -> None:
    from django.db import connection

    from jingkai.console import corrections
    from jingkai.console.errors import ConsoleError
    from jingkai.console.models import Job

    correction = submit()
    jobs = Job.objects.count()
    ready, told = threading.Barrier(2), []

    def decide(who: str) -> None:
        ready.wait(10)
        try:
            corrections.accept(type(correction).objects.get(pk=correction.pk), people[who])
            told.append("accepted")
        except ConsoleError as error:
            told.append(error.what)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(w,)) for w in ("tax_officer", "tax_other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(t[:4] for t in told) == ["acce", "这件更正"], told
    assert Job.objects.count() == jobs + 1
    assert _actions(correction).count("correction.accept") == 1
    _work()


def test_one_whose_job_failed_may_be_accepted_again(
    submit: Callable[..., Any], people: dict[str, Any]
) -> None:
    from jingkai.console import corrections
    from jingkai.console.models import Job

    correction = submit("revenue_2023", "2718")
    job = corrections.accept(correction, people["tax_officer"])
    Job.objects.filter(pk=job.pk).update(state="failed")
    again = corrections.accept(correction, people["tax_other"])
    assert again.pk != job.pk
    _work()
    correction.refresh_from_db()
    assert (correction.state, correction.job_id) == ("applied", again.pk)
    assert correction.decided_by == people["tax_officer"]


def _actions(correction: Any) -> list[str]:
    from jingkai.console.models import TrailEntry

    about = TrailEntry.objects.filter(about=correction.enterprise, facts=[correction.column])
    return [e.action for e in about if e.detail.get("correction") == correction.pk]


def _load(town: Workspace, found: Any, key: str, office: str, value: str) -> None:
    from jingkai.registry.load import load

    file = town.path / f"{office}.csv"
    file.write_text(f"统一社会信用代码,营业收入（2025年，万元）\n{key},{value}\n", "utf-8")
    load(town, "enterprise", [file], office=office, as_of=found.day)
