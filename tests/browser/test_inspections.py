"""An inspection as people click it: proposed, scanned, recorded, objected to, answered, counted."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.test_every_page import problems
from tests.browser.visitor import Visitor


def _can_be_used(page: Page) -> None:
    assert list(problems(page)) == []


def test_a_visit_goes_from_the_officer_to_the_enterprise_and_back(
    visit: dict[str, Visitor],
) -> None:
    about = visit["enterprise"].page.request.get("/my/?format=json").json()["enterprise"]
    officer = visit["inspector"].open(f"/inspections/new/?enterprise={about['key']}")
    officer.get_by_label("事由").select_option("alert")
    officer.get_by_label("文号或线索").fill("监测预警单 3 号（合成）")
    officer.get_by_role("checkbox", name=re.compile("^公示信息")).check()
    officer.get_by_label("检查人员").fill("演示MA1")
    officer.get_by_role("checkbox", name=re.compile("^情况紧急")).check()
    officer.get_by_role("button", name="提出").click()
    expect(officer.get_by_role("alert")).to_contain_text("不足2人")
    visit["inspector"].wrong.clear()  # a refused form is a 400
    officer.get_by_label("检查人员").fill("演示MA1\n演示MA2")
    _can_be_used(officer)
    officer.get_by_role("button", name="提出").click()
    officer.wait_for_url(re.compile(r"/inspections/\d+/$"))
    desk = officer.url

    officer.get_by_role("link", name=re.compile("检查通知书")).click()
    expect(officer.locator("figure svg")).to_be_visible()
    code = re.search(r"/inspections/code/\S+/", officer.locator("main").inner_text())
    assert code is not None
    _can_be_used(officer)
    scanned = visit["anonymous"].open(code[0])
    expect(scanned.locator("main")).to_contain_text(about["name"])
    expect(scanned.locator("main")).to_contain_text("演示证2")
    _can_be_used(scanned)
    officer.goto(code[0])
    officer.get_by_role("link", name=re.compile("登记入企")).click()
    _can_be_used(officer)
    officer.get_by_role("button", name="登记入企").click()
    expect(officer.locator("main")).to_contain_text("检查中")
    _can_be_used(officer)
    officer.get_by_role("checkbox").first.check()
    officer.get_by_label("检查结果").select_option("corrected")
    officer.get_by_role("button", name="录入结果").click()
    expect(officer.locator("main")).to_contain_text("发现问题已责令改正")
    officer.get_by_role("button", name="批准", exact=True).click()
    expect(officer.locator("main")).to_contain_text("事后已补办批准")

    mine = visit["enterprise"].open("/my/inspections/")
    expect(mine.locator("main")).to_contain_text("年度上限")
    mine.goto(desk.replace("/inspections/", "/my/inspections/"))
    expect(mine.locator("main")).to_contain_text("发现问题已责令改正")
    expect(mine.locator("main")).not_to_contain_text("监测预警单")
    mine.get_by_label(re.compile("对什么有异议")).fill("当场已经改正，请更正记录")
    _can_be_used(mine)
    mine.get_by_role("button", name="提交异议").click()
    expect(mine.locator("main")).to_contain_text("待答复")

    officer.goto(desk)
    officer.get_by_label(re.compile("^答复")).fill("已复核，记录写明当场改正")
    _can_be_used(officer)
    officer.get_by_role("button", name="采纳异议").click()
    mine.reload()
    expect(mine.locator("main")).to_contain_text("记录写明当场改正")
    counted = officer.request.get("/inspections/ledger/?format=json").json()
    row = next(c for c in counted["counts"] if c["key"] == about["key"])
    assert row["visits"] >= 2 and row["cap"] == 4
    assert visit["inspector"].wrong == []
