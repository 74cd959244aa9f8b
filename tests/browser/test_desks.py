"""One matter through every desk, as people click it: a project tried, a refusal understood, corrected, decided, seen."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor

_RULE = "high_tech_enterprise"
_TITLE = "高新技术企业认定"
_COLUMN, _ALL = "tech_staff_2024", "staff_2024"
expect.set_options(timeout=20_000)
_WAIT = 60_000  # milliseconds: a job loads, decides and is seen


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory, visit: dict[str, Visitor]) -> Path:
    """A real PDF."""
    page = visit["anonymous"].context.new_page()
    page.set_content("<h1>科技人员名册（合成）</h1>")
    path = tmp_path_factory.mktemp("evidence") / "名册.pdf"
    page.pdf(path=path)
    page.close()
    return path


def test_an_investor_finds_a_zone_and_sees_what_a_project_would_be_granted(
    visit: dict[str, Visitor],
) -> None:
    page = visit["anonymous"].open("/")
    page.get_by_role("link", name="试算项目").first.click()
    page.get_by_label("外资比例").or_(page.locator("[name=foreign_share]")).first.fill("60")
    page.locator("[name=industry_code]").fill("C3985")
    page.locator("[name=negative_list_item]").select_option("no")
    page.locator("[name=encouraged_item_national]").select_option("yes")
    page.locator("[name=revenue]").fill("80000")
    page.get_by_role("button", name="试算").click()
    granted = page.locator("text=符合").first
    expect(granted).to_be_visible()
    zone = page.locator("main a[href*='/zones/'], main a[href*='zone=']").first
    name = (zone.text_content() or "").strip()
    zone.click()
    expect(page.locator("h1")).to_contain_text(name[:4])


def _count(page: Page, column: str) -> int:
    """Return how many persons the register has, as the page of a correction says."""
    told = page.request.get(f"/my/facts/{column}/correct/?format=json").json()
    return int(re.sub(r"[^\d]", "", told["fact"]["value"]))


def test_an_enterprise_sees_why_it_was_refused_and_an_officer_mends_it(
    visit: dict[str, Visitor], evidence: Path
) -> None:
    page = visit["enterprise"].open("/my/")
    expect(page.locator("h2, h3, h4").filter(has_text="差").first).to_be_visible()
    visit["enterprise"].open(f"/my/rules/{_RULE}/")
    refused = page.locator("main")
    expect(refused).to_contain_text("不符合")
    expect(refused).to_contain_text("科技人员占比")
    needed = math.ceil(_count(page, _ALL) / 10)
    before = _count(page, _COLUMN)
    assert before < needed
    page.locator(f"a[href$='/my/facts/{_COLUMN}/correct/']").first.click()
    _ask(page, str(needed), evidence)
    asked = page.url

    _accept(visit["officer"], needed)
    visit["enterprise"].open(asked)
    state = page.locator("#correction")
    expect(state).to_contain_text("已采纳并更新", timeout=_WAIT)
    expect(state).to_contain_text(_TITLE)
    visit["enterprise"].open(f"/my/rules/{_RULE}/")
    assert _count(page, _COLUMN) == needed
    assert page.request.get(f"/my/rules/{_RULE}/?format=json").json()["rule"]["verdict"] is True


def _ask(page: Page, value: str, evidence: Path) -> None:
    page.get_by_label("更正为").fill(value)
    page.get_by_label("证明材料").set_input_files(evidence)
    page.get_by_label("说明").fill("名册附后")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("待办理")


def test_another_correction_waits(visit: dict[str, Visitor], evidence: Path) -> None:
    page = visit["enterprise"].open("/my/facts/rd_expense_2024/correct/")
    _ask(page, "123.4", evidence)
    desk = visit["officer"].open("/desk/")
    expect(desk.locator("main")).to_contain_text("123.4")


def _accept(officer: Visitor, needed: int) -> None:
    page = officer.open("/desk/")
    page.get_by_role("link", name=re.compile("^办理")).first.click()
    expect(page.locator("main")).to_contain_text(
        "将符合"
    )  # what it would change, before it is decided
    expect(page.locator("main")).to_contain_text(str(needed))
    page.get_by_label(re.compile("理由")).fill("与名册相符")
    page.get_by_role("button", name=re.compile("^采纳")).click()
    page.wait_for_load_state()


def test_a_decision_on_paper_is_verified_by_anyone(visit: dict[str, Visitor]) -> None:
    page = visit["enterprise"].open(f"/my/rules/{_RULE}/")
    with page.expect_download() as told:
        page.get_by_role("button", name=re.compile("出具")).click()
    assert told.value.path().read_bytes().startswith(b"%PDF")
    number = told.value.suggested_filename.removesuffix(".pdf")
    anyone = visit["anonymous"].open("/verify/")
    anyone.locator("main input").first.fill(number)
    anyone.locator("main form button").first.click()
    expect(anyone.locator("main")).to_contain_text(_TITLE)


def test_an_analyst_moves_a_slider_and_sees_who_would_gain(visit: dict[str, Visitor]) -> None:
    page = visit["ministry_analyst"].open(f"/reforms/new/?rule={_RULE}")
    slider = page.get_by_role("slider", name="科技人员占比，滑块")
    expect(slider).to_be_visible()
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    box = page.get_by_role("textbox", name=re.compile("^科技人员占比"))
    assert float(box.input_value()) < 10
    page.get_by_role("button", name="开始测算").click()
    page.wait_for_url(re.compile(r"/reforms/[0-9a-f-]{36}/"))
    expect(page.locator("#result h2").first).to_contain_text("受影响的规则", timeout=_WAIT)
    row = page.locator("#result table tr").filter(has_text=_TITLE).first
    expect(row).to_be_visible()
    assert "合成" not in page.locator("#result").inner_text()  # no enterprise by its name


def test_an_officer_imports_a_register_and_takes_it_back(
    visit: dict[str, Visitor], tmp_path: Path
) -> None:
    about = visit["enterprise"].page.request.get("/my/?format=json").json()["enterprise"]
    file = tmp_path / "职工.csv"
    rows = (f"{about['key']},{about['name']},4321", "919999990000000034,示例物流有限公司,7")
    file.write_text("统一社会信用代码,企业名称,职工总数2024\n" + "\n".join(rows), "utf-8")
    page = visit["officer"].open("/imports/new/")
    page.get_by_label("登记册文件").set_input_files(file)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.locator("main")).to_contain_text("校验位")  # the other row, and why it is rejected
    page.get_by_role("button", name="确认装载").click()
    undo = page.get_by_role("button", name="撤销这次装载")
    expect(undo).to_be_visible(timeout=_WAIT)
    assert _count(visit["enterprise"].page, _ALL) == 4321
    undo.click()
    expect(undo).to_be_hidden(timeout=_WAIT)
    assert _count(visit["enterprise"].page, _ALL) != 4321


def test_an_auditor_sees_all_of_it_and_that_nothing_is_missing(visit: dict[str, Visitor]) -> None:
    page = visit["auditor"].open("/trail/")
    told = page.locator("main").inner_text()
    for account in ("demo-enterprise", "demo-officer", "demo-ministry"):
        assert account in told
    entries = page.request.get("/trail/?format=json").json()["entries"]
    actions = {entry["action"] for entry in entries}
    assert {"correction.submit", "correction.accept"} <= actions
    page.get_by_role("button", name="检查完整性").click()
    expect(page.get_by_role("status").first).to_contain_text("完整")
