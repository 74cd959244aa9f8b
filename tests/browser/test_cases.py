"""A permit asked for, mended, decided and handed over, and money paid: by the people whose turn it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor

_MATTER = "合成厂房一号的规划许可"


@pytest.fixture(scope="module")
def design(tmp_path_factory: pytest.TempPathFactory, visit: dict[str, Visitor]) -> Path:
    """A real PDF."""
    page = visit["anonymous"].context.new_page()
    page.set_content("<h1>建设工程设计方案（合成）</h1>")
    path = tmp_path_factory.mktemp("design") / "方案.pdf"
    page.pdf(path=path)
    page.close()
    return path


@pytest.fixture(scope="module")
def as_staff(
    served: tuple[str, dict[str, str]], visit: dict[str, Visitor]
) -> Iterator[Callable[[str], Visitor]]:
    """Sign in as one of the demo's officers."""
    browser = visit["anonymous"].context.browser
    assert browser is not None
    opened = []

    def of(name: str) -> Visitor:
        context = browser.new_context(base_url=served[0], viewport={"width": 1280, "height": 900})
        opened.append(context)
        found = Visitor(context, "officer")
        found.name, found.password = name, served[1][name]
        found.sign_in(found.page)
        found.page.wait_for_url("**/tour/")
        return found

    yield of
    for context in opened:
        context.close()


def _press(page: Page, summary: str, button: str) -> None:
    """Open the form of a step and send it."""
    form = page.locator("details", has=page.get_by_text(summary, exact=True))
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    form.get_by_role("button", name=button).click()
    page.wait_for_load_state()


def test_a_permit_is_asked_for_mended_decided_and_handed_over(
    visit: dict[str, Visitor], as_staff: Callable[[str], Visitor], design: Path
) -> None:
    firm = visit["enterprise"].open("/my/apply/works_planning_permit/")
    firm.locator("[name=matter]").fill(_MATTER)
    firm.locator("input[type=file]").first.set_input_files(design)
    firm.get_by_role("button", name="提交申请").click()
    expect(firm.locator("main")).to_contain_text("已收件")
    own = firm.url

    planning = as_staff("demo-planning")
    page = planning.open("/desk/cases/")
    row = page.locator("tr", has_text=_MATTER)
    expect(row).to_contain_text("还剩")
    row.get_by_role("link").first.click()
    case = page.url
    _press(page, "一次性告知补正", "一次性告知补正")
    expect(page.get_by_role("alert")).to_contain_text("没有写明需要补正的内容")
    page.get_by_label("需要补正的内容").fill("方案缺退线尺寸\n缺日照分析")
    _press(page, "一次性告知补正", "一次性告知补正")
    expect(page.get_by_role("heading", name="待补正")).to_be_visible()

    visit["enterprise"].open(own)
    expect(firm.locator("main")).to_contain_text("缺日照分析")
    firm.locator("section.decide input[type=file]").first.set_input_files(design)
    firm.get_by_role("button", name="提交补正").click()
    expect(firm.locator("main")).to_contain_text("已补正")

    planning.open(case)
    page.get_by_role("button", name="受理", exact=True).click()
    for step in ("设计方案审查", "决定"):
        _press(page, f"办结环节：{step}", f"办结环节：{step}")
    _press(page, "准予", "准予")
    expect(page.get_by_role("heading", name="已准予")).to_be_visible()
    page.locator("summary", has_text="送达").click()
    page.get_by_label("送达方式").fill("邮寄")
    page.get_by_role("button", name="送达").click()
    expect(page.get_by_role("heading", name="已办结，准予")).to_be_visible()
    visit["enterprise"].open(own)
    expect(firm.locator("main")).to_contain_text("已办结，准予")
    assert all("status of 400" in said for said in planning.wrong)  # the notice without its text


def test_finance_takes_the_list_and_marks_what_was_paid(as_staff: Callable[[str], Visitor]) -> None:
    page = as_staff("demo-finance").open("/desk/")
    page.get_by_role("link", name="拨付", exact=True).click()
    due = page.request.get("/desk/payments/?format=json").json()
    assert due["count"] > 0
    first = due["payments"][0]
    with page.expect_download() as told:
        page.get_by_role("link", name="CSV").click()
    assert first["number"] in told.value.path().read_text("utf-8-sig")
    page.get_by_role("checkbox", name=re.compile(first["number"])).check()
    page.get_by_label("国库支付凭证编号").fill("国库2026-118")
    page.get_by_role("button", name="登记勾选的已拨付").click()
    expect(page.get_by_role("status").first).to_contain_text("已登记拨付 1 件")
    assert page.request.get("/desk/payments/?format=json").json()["count"] == due["count"] - 1
    page.goto(f"/desk/cases/{first['case']}/")
    expect(page.locator("main")).to_contain_text("国库2026-118")
