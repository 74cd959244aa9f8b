"""An analyst runs a reform: a rule found, a slider moved by keys, the effects drawn when the worker is done."""

from __future__ import annotations

from tests.browser.visitor import Visitor

SLIDER = "input[type=range][data-for='f_p.tech_staff_floor']"


def test_an_analyst_moves_a_slider_and_sees_whom_it_touches(visit: dict[str, Visitor]) -> None:
    visitor = visit["ministry_analyst"]
    visitor.wrong.clear()
    page = visitor.open("/reforms/new/?q=高新技术企业认定")
    page.click("main a[href$='rule=high_tech_enterprise']")
    page.locator(SLIDER).focus()
    page.keyboard.press("End")
    assert page.input_value("[name='p.tech_staff_floor']") == "100"
    page.click("main form[method=post] button")
    page.wait_for_selector("footer a[href*='format=xlsx']")  # the page came again when it was done
    assert page.locator("[data-chart=by_rule] svg").count() == 1
    assert "高新技术企业认定" in page.inner_text("#groups")
    assert page.locator("main table tbody tr").count() > 5
    assert not visitor.wrong, "\n".join(visitor.wrong)
