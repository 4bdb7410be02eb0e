"""What only a browser's layout shows: nothing sideways, focus that is seen, frames that scroll, print.

That no page scrolls sideways, narrow or on a tablet, is seen where axe looks at it (test_accessibility.py).
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.places import DEMONSTRATION
from tests.browser.visitor import Visitor

NARROW = {"width": 320, "height": 640}  # also 1280 px at 400 %
TABLET: ViewportSize = {"width": 780, "height": 1100}

UNFOLD = "() => document.querySelectorAll('details').forEach(each => { each.open = true; })"
# What reaches beyond the right edge, but for what scrolls or is hidden in a frame of its own
STICKING_OUT = """() => {
    const isFramed = (element) => {
        for (let frame = element.parentElement; frame; frame = frame.parentElement) {
            if (getComputedStyle(frame).overflowX !== "visible") return true;
        }
        return false;
    };
    return [...document.querySelectorAll("body *")]
        .filter((each) => each.checkVisibility({ visibilityProperty: true }))
        .filter((each) => each.getBoundingClientRect().right + scrollX > document.documentElement.clientWidth + 1)
        .filter((each) => !isFramed(each))
        .map((each) => each.outerHTML.slice(0, 150));
}"""
# Frames that scroll, and are either out of the keyboard's reach or have no name
LAME_FRAMES = """() => [...document.querySelectorAll("body *")]
    .filter((each) => ["auto", "scroll"].includes(getComputedStyle(each).overflowX))
    .filter((each) => each.scrollWidth > each.clientWidth)
    .filter((each) => each.tabIndex < 0 || !each.getAttribute("aria-label"))
    .map((each) => each.outerHTML.slice(0, 150))"""


def scrolls_sideways(page: Page) -> bool:
    """Tell whether the page gives way to a reader who pushes it sideways."""
    wide = page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth")
    page.evaluate("() => scrollTo(500, 0)")
    return bool(wide or page.evaluate("() => scrollX > 0"))


def sideways(page: Page) -> list[str]:
    """Return what makes the page scroll sideways, reaches out of it, or scrolls out of the keyboard's reach."""
    found = page.evaluate(STICKING_OUT) + page.evaluate(LAME_FRAMES)
    return found or (["it scrolls sideways"] if scrolls_sideways(page) else [])


@pytest.fixture
def narrow(visitor: Visitor) -> Visitor:
    visitor.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    return visitor


@DEMONSTRATION
class TestNarrow:
    def test_an_indicator_shows_every_cell_of_its_row_on_a_tablet(self, visitor: Visitor) -> None:
        visitor.page.set_viewport_size(TABLET)
        page = visitor.open("/indicators/")
        frame = page.locator(".table-frame").first
        assert frame.evaluate("each => each.scrollWidth <= each.clientWidth")
        row = page.locator(".indicator-table tbody tr").first
        assert row.locator("td").count() == 6
        for number in range(6):
            expect(row.locator("td").nth(number)).to_be_in_viewport(ratio=1)

    def test_a_frame_wider_than_the_screen_scrolls_by_the_keyboard(self, narrow: Visitor) -> None:
        page = narrow.open("/committee/2025/")
        frame = page.locator(".table-frame:has(.heat-map)").first
        assert frame.evaluate("each => each.scrollWidth > each.clientWidth")
        frame.focus()
        page.keyboard.press("ArrowRight")
        frame.evaluate("each => new Promise(done => setTimeout(() => done(each.scrollLeft), 400))")
        assert frame.evaluate("each => each.scrollLeft") > 0


@DEMONSTRATION
class TestFocus:
    def test_the_first_tab_shows_the_way_to_the_text(self, visitor: Visitor) -> None:
        page = visitor.open("/")
        skip = page.get_by_role("link", name="本文へ移動")
        assert box_of(page, ".skip")["bottom"] < 0
        page.keyboard.press("Tab")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport(ratio=1)
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).to_be_focused()

    def test_every_stop_of_the_keyboard_on_home_is_seen(self, visitor: Visitor) -> None:
        page = visitor.open("/")
        expected = page.locator("a[href], button, input, select, summary, [tabindex='0']").count()
        stops = []
        for _ in range(expected + 5):
            page.keyboard.press("Tab")
            stop = page.evaluate("""() => {
                const each = document.activeElement;
                const { outlineStyle, outlineWidth } = getComputedStyle(each);
                const { top, bottom, width } = each.getBoundingClientRect();
                return {
                    name: each.outerHTML.slice(0, 100),
                    isBody: each === document.body,
                    ring: outlineStyle === "none" ? 0 : parseFloat(outlineWidth),
                    isSeen: width > 0 && bottom > 0 && top < innerHeight,
                };
            }""")
            if stop["isBody"]:
                break
            stops.append(stop)
        assert len(stops) == expected
        assert [stop["name"] for stop in stops if stop["ring"] < 2 or not stop["isSeen"]] == []


@DEMONSTRATION
class TestPrint:
    def test_an_indicator_prints_its_sentence_drawing_and_table_without_the_site_around(self, visitor: Visitor) -> None:
        page = visitor.open("/indicators/3-1-n1/")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 688, "height": 972})  # A4 within its margins
        expect(page.locator(".sentence")).to_be_visible()
        expect(page.locator("svg.chart-wide")).to_be_visible()
        expect(page.get_by_role("table").first).to_be_visible()
        expect(page.get_by_role("navigation").first).to_be_hidden()
        expect(page.get_by_role("button", name="グラフを操作する")).to_be_hidden()
        assert not scrolls_sideways(page)

    def test_the_rating_bar_of_home_prints(self, visitor: Visitor) -> None:
        page = visitor.open("/")
        page.emulate_media(media="print")
        expect(page.locator(".home-state .rating-bar-svg")).to_be_visible()
        expect(page.locator(".search-line")).to_be_hidden()

    def test_the_card_of_staff_prints_on_one_page_in_black_on_white_without_navigation(self, visitor: Visitor) -> None:
        visitor.come_as("kodomo")
        page = visitor.open("/admin/help/card/")
        assert pages_of(page) == 1
        page.emulate_media(media="print", color_scheme="dark")
        expect(page.get_by_role("heading", name="早見表")).to_be_visible()
        expect(page.get_by_role("table")).to_be_visible()
        for part in ("#header", ".breadcrumbs", ".guide-roles", "#footer"):
            expect(page.locator(part)).to_be_hidden()
        colours = "each => [getComputedStyle(each).color, getComputedStyle(each).backgroundColor]"
        for part in (".guide-card h1", ".guide-card li", ".guide-card td", ".guide-card tbody th", ".guide-card dd"):
            assert page.locator(part).first.evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"], part

    def test_a_guide_of_staff_prints_on_several_pages(self, visitor: Visitor) -> None:
        visitor.come_as("kodomo")
        assert pages_of(visitor.open("/admin/help/department/")) > 1


def test_what_is_too_wide_is_found(narrow: Visitor) -> None:
    body = """<!doctype html><html lang="ja"><title>例</title>
        <p style="width: 400px">広い段落</p><div style="overflow-x: auto"><p style="width: 500px">名のない枠</p></div></html>"""
    narrow.page.route("**/wrong/", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=body))
    page = narrow.open("/wrong/")
    assert scrolls_sideways(page)
    assert "広い段落" in str(sideways(page))
    assert "名のない枠" in str(sideways(page))


def pages_of(page: Page) -> int:
    """Print to a file and count its pages."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def box_of(page: Page, selector: str) -> dict[str, float]:
    box: dict[str, float] = page.locator(selector).evaluate("each => each.getBoundingClientRect().toJSON()")
    return box
