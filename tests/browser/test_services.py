"""Services as people click them: a right confirmed without an application, one applied for, a notice answered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor

_RIGHT = "apprentice_subsidy_payout"


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    """A paper as an applicant hands it in."""
    path = tmp_path / "设计方案.pdf"
    path.write_bytes(b"%PDF-1.7\nsynthetic\n")
    return path


def test_a_right_that_shared_data_decide_is_confirmed_with_one_button(
    visit: dict[str, Visitor],
) -> None:
    page = visit["enterprise"].open("/my/services/")
    page.get_by_role("link", name=re.compile("^查看并确认.*企业新型学徒")).click()
    expect(page.locator("main .lead")).to_contain_text("元")
    page.get_by_role("button", name="确认并兑现").click()
    expect(page.locator("main")).to_contain_text("待拨付")
    visit["enterprise"].open("/my/services/")
    expect(page.locator(f"a[href*='/my/services/{_RIGHT}/confirm/']")).to_have_text(
        re.compile("为什么")
    )


def test_an_application_is_corrected_as_the_notice_says_and_accepted(
    visit: dict[str, Visitor], drawing: Path
) -> None:
    page = visit["enterprise"].open("/my/services/works_planning_permit/")
    page.get_by_role("link", name="办理", exact=True).click()
    page.get_by_label("办理内容").fill("合成厂房一期")
    _without_file(page)
    page.get_by_label("建设工程设计方案").set_input_files(drawing)
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url(re.compile(r"/my/cases/\d+/"))
    address = page.url
    number = (page.locator(".crumbs").inner_text().rpartition("›")[2]).strip()

    officer = visit["officer"].open("/desk/cases/?item=works_planning_permit")
    officer.get_by_role("row").filter(has_text=number).get_by_role("link").first.click()
    expect(officer.locator("main")).to_contain_text("合成厂房一期")
    officer.locator("summary", has_text="一次性告知补正").click()
    officer.get_by_label("需要补正的内容").fill("缺用地红线图\n设计方案未盖章")
    officer.get_by_role("button", name="一次性告知补正").click()
    expect(officer.locator("main")).to_contain_text("待补正")

    visit["enterprise"].open("/my/")
    page.get_by_role("link", name=re.compile("我的办件.*等您补正")).click()
    page.locator("#waiting + table").get_by_role("link", name="建设工程规划许可证核发").click()
    expect(page.locator("main ol")).to_contain_text("设计方案未盖章")
    page.get_by_label("建设工程设计方案").set_input_files(drawing)
    page.get_by_role("button", name="提交补正").click()
    expect(page.locator("main")).to_contain_text("已补正")

    officer.reload()
    officer.get_by_role("button", name="受理", exact=True).click()
    visit["enterprise"].open(address)
    expect(page.locator("main")).to_contain_text("审查中")
    expect(page.locator("main")).to_contain_text("法定办结")


def _without_file(page: Page) -> None:
    """Send the form without its paper: what was typed is kept, and the missing paper is named."""
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("alert")).to_contain_text("还缺材料：建设工程设计方案")
    expect(page.get_by_label("办理内容")).to_have_value("合成厂房一期")
