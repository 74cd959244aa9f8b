from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from jingkai.population import synthetic_code
from jingkai.registry.load import load
from jingkai.registry.snapshot import Snapshot
from jingkai.workspace import Workspace, ZoneSettings

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]

DAY = "2026-06-30"
A, B, C, D = (synthetic_code(i) for i in (1, 2, 3, 4))
HERE, THERE = "甲经开区", "乙经开区"


@pytest.fixture
def area(site: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace of two zones with two enterprises; the tax office gave a revenue."""
    found = Workspace.init(tmp_path / "area")
    shutil.rmtree(
        found.rules
    )  # without rules of their own all share a rulebook, which is read once
    _load(
        found,
        f"信用代码,企业名称,所在经开区\n{A},甲厂,{HERE}\n{B},乙厂,{THERE}\n",
        "market_supervision",
    )
    _load(found, f"信用代码,营业收入（2025年，万元）\n{A},100\n{B},200\n", "tax")
    with override_settings(WORKSPACE=found):
        yield found


@pytest.fixture
def zone_s_own(area: Workspace) -> Iterator[Workspace]:
    """The same, as the workspace of the officer's zone."""
    settings = area.settings.model_copy(update={"zone": ZoneSettings(key=HERE)})
    found = Workspace(area.path, settings)
    with override_settings(WORKSPACE=found):
        yield found


def _load(workspace: Workspace, text: str, office: str) -> None:
    path = workspace.path.parent / f"{office}.csv"
    path.write_text(text, "utf-8")
    load(workspace, "enterprise", [path], office=office, as_of=date.fromisoformat(DAY))


def _client(office: str = "statistics", zone: str = HERE) -> Any:
    from django.test import Client

    from jingkai.console.models import Account

    account, _ = Account.objects.get_or_create(
        username=f"{office}-{zone}", defaults={"role": "officer", "zone": zone, "office": office}
    )
    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def _send(client: Any, text: str | bytes, name: str = "册.csv", **form: str) -> Any:
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    file.name = name
    return client.post(
        "/imports/new/", {"entity": "enterprise", "as_of": DAY, "file": file, **form}
    )


def _sent(client: Any, text: str | bytes, **form: str) -> str:
    response = _send(client, text, **form)
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def _work() -> None:
    from django.core.management import call_command

    call_command(
        "db_worker", batch=True, interval=0, startup_delay=False, reload=False, verbosity=0
    )


def _page(client: Any, address: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{address}?format=json").json()
    return found


def _do(client: Any, address: str, step: str, **form: str) -> Any:
    return client.post(address, {"do": step, **form})


def _row(key: str) -> dict[str, Any]:
    from django.conf import settings

    rows = Snapshot.current(settings.WORKSPACE).scan("enterprise").collect()
    return {r["key"]: r for r in rows.iter_rows(named=True)}[key]


def test_a_register_is_seen_before_it_is_loaded_and_nothing_changes(area: Workspace) -> None:
    client, before = _client(), area.current_snapshot_id
    text = f"信用代码,企业名称,营业收入（2025年，万元）,员工人数2025,备注\n{A},甲厂,150,约十,x\n{C},丙厂,7,3,\n{B},乙厂,9,1,\n坏码,丁,1,1,\n{C},丙厂,7,,\n"
    address = _sent(client, text)
    page = _page(client, address)
    assert (page["state"], area.current_snapshot_id) == ("previewed", before)
    report = page["report"]
    counts = [
        report[n]
        for n in ("rows_read", "accepted", "merged", "rejected", "problems", "differences")
    ]
    assert counts == [5, 2, 1, 2, 1, 1]
    assert page["new"] == 1
    columns = {c["header"]: c for c in page["columns"]}
    assert columns["营业收入(2025年,万元)"]["fact"] == "营业收入"
    assert columns["营业收入(2025年,万元)"]["unit"] == "万元"
    assert columns["备注"]["state"] == "unknown"
    assert page["rows"]["rows"][0]["cells"][1:3] == ["150 万元", "未知"]
    html = client.get(address).content.decode()
    for shown in ("确认装载", "不属于本经开区，未装载", "约十", "tax.csv（税务部门"):
        assert shown in html


def test_what_another_office_holds_wins_and_is_not_shown(area: Workspace) -> None:
    page = _page(
        client := _client(),
        address := _sent(client, f"信用代码,营业收入（2025年，万元）\n{A},150\n"),
    )
    table = next(t for t in page["tables"] if t["name"] == "differences")
    said = dict(zip(table["columns"], table["head"][0], strict=True))
    assert said["采用"] == "原值"
    whole = client.get(f"{address}?table=differences&format=csv").content.decode("utf-8-sig")
    from jingkai.console.access import may_see_fact
    from jingkai.console.models import Account
    from jingkai.console.opened import rulebook

    fact = rulebook().vocabulary.entities["enterprise"].facts["revenue"]
    visible = may_see_fact(Account.objects.get(username=f"statistics-{HERE}"), fact)
    assert (said["原值"] == "100") is visible
    assert ("未共享" in whole) is not visible


def test_facts_that_are_not_shared_are_left_out_of_differences(area: Workspace) -> None:
    import polars as pl

    from jingkai.console.imports.preview import seen_by, sensitive_in
    from jingkai.console.models import Account
    from jingkai.console.opened import rulebook

    entity = rulebook().vocabulary.entities["enterprise"]
    hidden = next(
        f for f in entity.facts.values()
        if f.holder not in ("statistics", "enterprise") and not f.shared
        and f.sensitivity == "business" and not f.yearly
    )  # fmt: skip
    holder = rulebook().vocabulary.offices[hidden.holder].label.zh
    table = pl.DataFrame({"column": [hidden.name, "name"], "原值": ["5", "甲厂"]})
    _client()
    other, own = (
        Account.objects.get(username=f"statistics-{HERE}"),
        Account(role="officer", office=hidden.holder),
    )
    assert seen_by(other, table, entity)["原值"].to_list() == [
        f"由{holder}持有，未共享",
        "甲厂",
    ]
    assert seen_by(own, table, entity).equals(table)
    assert (sensitive_in(other, table, entity), sensitive_in(own, table, entity)) == (
        set(),
        {hidden.name},
    )


def test_columns_are_mapped_anew_and_the_preview_with_them(area: Workspace) -> None:
    client = _client("tax")
    address = _sent(client, f"信用代码,收入,人数\n{A},3,7\n")
    assert [c["state"] for c in _page(client, address)["columns"]] == ["key", "unknown", "unknown"]
    form = {"fact_1": "营业收入", "year_1": "2025", "unit_1": "亿元", "fact_2": ""}
    assert _do(client, address, "map", **form).status_code == 302
    page = _page(client, address)
    assert page["rows"]["rows"][0]["cells"][0] == "30,000 万元"
    assert [c["state"] for c in page["columns"]] == ["key", "read", "left"]
    _do(client, address, "load")
    _work()
    assert _row(A)["revenue_2025"] == 3 * 10**10


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"fact_1": "没有这个"}, "没有数据项“没有这个”"),
        ({"fact_1": "营业收入"}, "没有写明年份"),
        ({"fact_1": "营业收入", "year_1": "去年"}, "不是年份"),
        ({"fact_1": "营业收入", "year_1": "2025", "unit_1": "吨"}, "不能换算"),
        ({"fact_1": "企业名称", "fact_2": "企业名称"}, "都对应企业名称"),
    ],
)
def test_a_mapping_that_cannot_be_is_told_and_what_was_typed_kept(
    area: Workspace, form: dict[str, str], said: str
) -> None:
    client = _client("tax")
    address = _sent(client, f"信用代码,收入,人数\n{A},3,7\n")
    response = _do(client, address, "map", **form)
    html = response.content.decode()
    assert response.status_code == 400
    assert said in html
    assert f'value="{form["fact_1"]}"' in html
    assert [c["state"] for c in _page(client, address)["columns"]] == ["key", "unknown", "unknown"]


def test_a_confirmed_import_is_loaded_decided_and_undone(area: Workspace) -> None:
    from jingkai.console.models import Job, TrailEntry, Upload

    client, before = _client("tax"), area.current_snapshot_id
    address = _sent(client, f"信用代码,营业收入（2025年，万元）\n{A},150\n{D},5\n坏码,1\n")
    assert _do(client, address, "load").status_code == 302
    assert _page(client, address)["state"] == "loading"
    assert area.current_snapshot_id == before
    assert _do(client, address, "load").status_code == 400
    _work()
    page = _page(client, address)
    assert (page["state"], page["before"]) == ("loaded", before)
    assert page["snapshot"] == area.current_snapshot_id
    assert (_row(A)["revenue_2025"], _row(D)["zone"]) == (150_000_000, HERE)
    job = Job.objects.get(pk=page["job"]["id"])
    assert (job.state, job.result["accepted"], job.result["rejected"]) == ("done", 2, 1)
    assert len(list(area.decisions.glob("[!.]*/manifest.json"))) == 1
    rejects = client.get(f"{address}?table=rejects&format=csv").content.decode("utf-8-sig")
    assert "坏码" in rejects
    assert page["undo"]["may"] is True
    assert _do(client, address, "undo").status_code == 302
    _work()
    assert _page(client, address)["state"] == "undone"
    assert area.current_snapshot_id == before
    assert _row(A)["revenue_2025"] == 100_000_000
    upload = Upload.objects.get(snapshot=page["snapshot"])
    actions = TrailEntry.objects.filter(about=str(upload.pk)).values_list("action", flat=True)
    for action in (
        "import.preview",
        "import.confirm",
        "import.loaded",
        "import.undo",
        "import.undone",
    ):
        assert list(actions).count(action) == 1, action


def test_a_load_that_something_came_after_is_not_undone_and_says_so(area: Workspace) -> None:
    client = _client("tax")
    addresses = [
        _sent(client, f"信用代码,营业收入（2025年，万元）\n{A},{n}\n", name=f"{n}.csv")
        for n in (1, 2)
    ]
    for address in addresses:
        _do(client, address, "load")
    _work()
    page = _page(client, addresses[0])
    assert page["undo"] == {"may": False, "why": "之后又有新的数据，不能撤销：最近装载的是 2.csv"}
    response = _do(client, addresses[0], "undo")
    assert response.status_code == 400
    assert "最近装载的是 2.csv" in response.content.decode()
    assert _row(A)["revenue_2025"] == 2_000_000


def test_a_discarded_import_is_not_loaded(area: Workspace) -> None:
    client, before = _client("tax"), area.current_snapshot_id
    address = _sent(client, f"信用代码,营业收入（2025年，万元）\n{A},150\n")
    _do(client, address, "discard")
    assert _do(client, address, "load").status_code == 400
    assert _do(client, address, "map").status_code == 400
    _work()
    assert (_page(client, address)["state"], area.current_snapshot_id) == ("discarded", before)


def test_other_offices_and_zones_do_not_find_an_import(area: Workspace) -> None:
    text = f"信用代码,营业收入（2025年，万元）\n{A},150\n"
    address = _sent(_client("tax"), text, name="别人的.csv")
    for client in (_client("statistics"), _client("tax", THERE)):
        assert client.get(address).status_code == 404
        assert _do(client, address, "load").status_code == 404
        assert "别人的.csv" not in client.get("/imports/").content.decode()
    assert "别人的.csv" in _client("tax").get("/imports/").content.decode()


def test_a_zone_s_own_workspace_takes_whole_lists(zone_s_own: Workspace) -> None:
    client = _client("science_technology")
    kinds = {k["id"]: k for k in _page(client, "/imports/new/")["kinds"]}
    assert kinds["penalty"]["whole"]
    assert kinds["outcomes"]["whole"]
    register = next(k for k in kinds if k not in ("outcomes", *_entities()))
    address = _sent(client, f"信用代码\n{A}\n", entity=register)
    _do(client, address, "load")
    _work()
    assert _page(client, address)["state"] == "loaded"
    address = _sent(
        client, f"信用代码,称号,有效期起\n{A},高新技术企业,2024-01-01\n", entity="outcomes"
    )
    _do(client, address, "map", complete="on")
    _do(client, address, "load")
    _work()
    rows = [_row(k)["high_tech_enterprise_title_held"] for k in (A, B)]
    assert rows == [True, False]


def test_one_zone_s_list_is_no_whole_one_in_a_workspace_of_many(area: Workspace) -> None:
    client = _client("science_technology")
    kinds = {k["id"]: k for k in _page(client, "/imports/new/")["kinds"]}
    assert set(kinds) == {"outcomes", *_entities()}
    assert not any(k["whole"] for k in kinds.values())
    assert _send(client, f"信用代码\n{A}\n", entity="serious_dishonesty_list").status_code == 400
    address = _sent(
        client, f"信用代码,称号,有效期起\n{A},高新技术企业,2024-01-01\n", entity="outcomes"
    )
    _do(client, address, "map", complete="on")
    assert "完整名单" in _page(client, address)["error"]["what"]
    assert _do(client, address, "load").status_code == 400


def _entities() -> list[str]:
    from jingkai.console.opened import rulebook

    return list(rulebook().vocabulary.entities)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"as_of": "2999-01-01"}, "晚于今天"),
        ({"as_of": "昨天"}, "不是日期"),
        ({"entity": "没有"}, "类别"),
        ({"name": "册.exe"}, "不接收这种文件"),
        ({"text": b"MZ\x90\x00"}, "零字节"),
        ({"text": ""}, "空的"),
    ],
)
def test_what_cannot_be_taken_is_told_on_the_form(
    area: Workspace, form: dict[str, Any], said: str
) -> None:
    text = form.pop("text", f"信用代码\n{A}\n") if "text" in form else f"信用代码\n{A}\n"
    response = _send(_client(), text, **form)
    assert response.status_code == 400
    assert said in response.content.decode()


def test_a_file_that_cannot_be_read_can_be_mended_on_its_page(area: Workspace) -> None:
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for name in ("一", "二"):
            book.add_worksheet(name).write_row(0, 0, ["信用代码", f"营业收入（{name}，万元）"])
            book.get_worksheet_by_name(name).write_row(1, 0, [A, 150])
    client = _client("tax")
    address = _sent(client, buffer.getvalue(), name="册.xlsx")
    html = client.get(address).content.decode()
    assert "有2个工作表有数据：一、二" in html
    assert "--sheet" not in html
    assert "/tmp" not in html
    assert _do(client, address, "load").status_code == 400
    _do(client, address, "map", sheet="二")
    page = _page(client, address)
    assert [c["header"] for c in page["columns"]] == ["信用代码", "营业收入(二,万元)"]
    assert "error" not in page or page["error"] is None


def test_formulas_in_a_register_are_text_and_never_leave_as_formulas(area: Workspace) -> None:
    client = _client("market_supervision")
    text = f'信用代码,企业名称,备注\n{A},"=HYPERLINK(""http://x"",""y"")",1\n"=1+1",@x,+1\n'
    address = _sent(client, text)
    exported = client.get(f"{address}?table=rejected_rows&format=csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(exported)))
    assert any("=1+1" in cell for row in rows for cell in row)
    assert not any(cell.startswith(("=", "@")) for row in rows for cell in row)
    exported = client.get(f"{address}?table=differences&format=csv").content.decode("utf-8-sig")
    assert "HYPERLINK" in exported
    assert not any(
        cell.startswith("=") for row in csv.reader(io.StringIO(exported)) for cell in row
    )


def test_a_large_file_is_looked_at_in_the_background(
    area: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jingkai.console.imports import steps

    monkeypatch.setattr(steps, "_AT_ONCE", 10)
    client = _client("tax")
    address = _sent(client, f"信用代码,营业收入（2025年，万元）\n{A},150\n")
    assert _page(client, address)["report"] is None
    assert "hx-get" in client.get(address).content.decode()
    assert _do(client, address, "load").status_code == 400
    _work()
    assert _page(client, address)["report"]["accepted"] == 1


def test_a_load_that_fails_leaves_all_as_it_was_and_can_be_asked_for_again(area: Workspace) -> None:
    client, before = _client("tax"), area.current_snapshot_id
    address = _sent(client, f"信用代码,营业收入（2025年，万元）\n{A},150\n")
    _do(client, address, "load")
    with area.locked():
        _work()
    page = _page(client, address)
    assert (page["state"], area.current_snapshot_id) == ("previewed", before)
    assert "另一个进程" in client.get(address).content.decode()
    _do(client, address, "load")
    _work()
    assert _page(client, address)["state"] == "loaded"


def test_a_preview_says_that_data_changed_since(area: Workspace) -> None:
    client = _client("tax")
    address = _sent(client, f"信用代码,营业收入（2025年，万元）\n{A},150\n")
    assert _page(client, address)["stale"] is False
    _load(area, f"信用代码,员工人数2025\n{A},9\n", "statistics")
    assert _page(client, address)["stale"] is True


def test_pages_show_the_old_state_while_a_load_is_under_way(area: Workspace) -> None:
    from jingkai.console import jobs
    from jingkai.console.imports.load_job import load_upload
    from jingkai.console.models import Account, Upload

    client = _client("tax")
    address = _sent(client, f"信用代码,营业收入（2025年，万元）\n{A},150\n")
    _do(client, address, "load")
    seen: list[str] = []

    def tell(step: str, done: int, of: int) -> None:
        if not seen or seen[-1] != step:
            seen.append(step)
            if step in ("读取", "写入"):
                page = client.get("/imports/?format=json").json()
                assert page["snapshot"] == before

    before = area.current_snapshot_id
    upload = Upload.objects.get(pk=address.rstrip("/").rpartition("/")[2])
    load_upload(upload.job, tell)
    assert seen[:2] == ["读取", "写入"]
    assert (
        client.get("/imports/?format=json").json()["snapshot"] == area.current_snapshot_id != before
    )
    assert json.dumps(seen, ensure_ascii=False)
    assert jobs and Account


def test_a_file_that_is_too_large_is_refused_before_it_is_read(area: Workspace) -> None:
    from django.test import override_settings

    from jingkai.console.models import StoredFile, TrailEntry
    from jingkai.workspace import ConsoleSettings

    client, before = _client("tax"), StoredFile.objects.count()
    console = ConsoleSettings(upload_mb=1)
    small = Workspace(area.path, area.settings.model_copy(update={"console": console}))
    with override_settings(WORKSPACE=small):
        response = _send(client, b"a,b\n" * 300_000)
    assert response.status_code == 413
    assert StoredFile.objects.count() == before
    entry = TrailEntry.objects.order_by("-number")[0]
    assert (entry.action, entry.about) == ("body.refused", "import_new")


@pytest.mark.parametrize("moment", ["_loaded", "decide_now"])
def test_a_load_cut_short_after_it_wrote_is_not_loaded_twice(
    area: Workspace, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    from jingkai.console.imports import load_job
    from jingkai.console.models import TrailEntry, Upload

    client, before = _client("tax"), area.current_snapshot_id
    address = _sent(client, f"信用代码,营业收入（2025年，万元）\n{A},150\n")
    _do(client, address, "load")
    upload = Upload.objects.get(pk=address.rstrip("/").rpartition("/")[2])

    def cut(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(load_job, moment, cut)
        with pytest.raises(KeyboardInterrupt):
            load_job.load_upload(upload.job, lambda *_: None)
    written = area.current_snapshot_id
    assert written != before
    found = load_job.load_upload(upload.job, lambda *_: None)
    assert found["snapshot"] == written == area.current_snapshot_id
    loaded = TrailEntry.objects.filter(action="import.loaded", about=str(upload.pk))
    assert (loaded.count(), _page(client, address)["before"]) == (1, before)


def test_an_undo_cut_short_is_done_once(area: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from jingkai.console.imports import load_job
    from jingkai.console.models import TrailEntry, Upload

    client, before = _client("tax"), area.current_snapshot_id
    address = _sent(client, f"信用代码,营业收入（2025年，万元）\n{A},150\n")
    _do(client, address, "load")
    _work()
    _do(client, address, "undo")
    upload = Upload.objects.get(pk=address.rstrip("/").rpartition("/")[2])

    def cut(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(load_job, "_undone", cut)
        with pytest.raises(KeyboardInterrupt):
            load_job.undo_upload(upload.job, lambda *_: None)
    assert area.current_snapshot_id == before
    _work()
    assert (_page(client, address)["state"], area.current_snapshot_id) == ("undone", before)
    undone = TrailEntry.objects.filter(action="import.undone", about=str(upload.pk))
    assert undone.count() == 1


def test_reading_differences_of_sensitive_facts_is_written_down(area: Workspace) -> None:
    from jingkai.console.models import TrailEntry

    client = _client("tax")
    address = _sent(client, f"信用代码,营业收入（2025年，万元）\n{A},150\n")
    number = address.rstrip("/").rpartition("/")[2]
    read = TrailEntry.objects.filter(action="import.read", about=number)
    before = read.count()
    client.get(address)
    assert read.count() == before + 1
    assert read.order_by("-number")[0].facts == ["revenue_2025"]
