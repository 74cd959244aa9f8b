"""Without a mouse: into the text at once, through menu and form, seeing where one is."""

from __future__ import annotations

from tests.browser.visitor import Visitor

_OUTLINED = """() => {
  const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();
  return {name: e.textContent.trim() || e.name, seen: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
          inside: b.width > 0 && b.bottom > 0 && b.right > 0};
}"""


def test_the_first_key_skips_to_the_text(visit: dict[str, Visitor]) -> None:
    page = visit["anonymous"].open("/zones/")
    page.keyboard.press("Tab")
    link = page.locator(".skip")
    assert link.evaluate("e => e === document.activeElement")
    assert link.bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_menu_and_form_are_reached_in_order_and_show_where_one_is(
    visit: dict[str, Visitor],
) -> None:
    page = visit["anonymous"].open("/try/")
    reached = []
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement !== document.body"):
        reached.append(page.evaluate(_OUTLINED))
        page.keyboard.press("Tab")
    assert [r for r in reached if not (r["seen"] and r["inside"])] == []
    names = [r["name"] for r in reached]
    assert names.index("政策库") < names.index("登录") < names.index("industry_code")


def test_a_form_is_filled_and_sent_by_keys_alone(visit: dict[str, Visitor]) -> None:
    page = visit["anonymous"].open("/zones/")
    page.locator("form.filter select").first.focus()
    page.keyboard.press("ArrowDown")
    chosen = page.locator("form.filter select").first.input_value()
    button = page.locator("form.filter button").first
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/zones/?**")
    assert chosen
    assert page.locator("form.filter select").first.input_value() == chosen
