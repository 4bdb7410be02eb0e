"""Plotly takes the drawing's place when the reader turns to it, and not before; nothing moves."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors
from tests.browser.places import DEMONSTRATION
from tests.browser.test_accessibility import violations
from tests.browser.visitor import PATIENCE, Visitor

INDICATOR = "/indicators/3-1-n1/"
GOAL, EDITION = "/strategies/3/goals/1/", "/strategies/3/"
SHIFTS = """globalThis.shifts = [];
    new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => entry.value)))
        .observe({ type: "layout-shift", buffered: true });"""
START, AGAIN = "グラフを操作する", "もう一度読み込む"

pytestmark = [
    DEMONSTRATION,
    pytest.mark.skipif(
        not finders.find("plotly/plotly-basic.min.js"),
        reason="Plotly's script is not installed (make test installs it into DATA_DIR/vendor).",
    ),
]


def plotly_files(visitor: Visitor) -> list[str]:
    return [url.removeprefix(visitor.site) for url in visitor.requested if "plotly" in url]


def places(page: Page) -> Mapping[str, object]:
    """Return where the figure's frame and what follows stand, from the figure's corner.

    Not from the page's: lists far above are laid out only when they come near the view (content-visibility).
    """
    found: Mapping[str, object] = page.evaluate("""() => {
        const corner = document.querySelector("figure.chart").getBoundingClientRect();
        const names = ["figure.chart", ".chart-frame", ".chart-actions", ".section:has(figure) + .section h2"];
        return Object.fromEntries(names.map((name) => {
            const { x, y, width, height } = document.querySelector(name).getBoundingClientRect();
            return [name, [x - corner.x, y - corner.y, width, height].map((number) => Math.round(number * 10) / 10)];
        }));
    }""")
    return found


def expect_drawn(page: Page, marks: str = ".scatterlayer .trace") -> None:
    expect(page.locator("figure.chart-drawn")).to_have_count(1, timeout=PATIENCE)
    expect(page.locator(".chart-live .main-svg").first).to_be_visible()
    expect(page.locator(f".chart-live {marks}")).not_to_have_count(0)
    expect(page.locator("svg.chart-svg").first).to_be_hidden()
    expect(page.locator("svg.chart-svg").last).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 320])
def test_the_button_brings_plotly_from_this_site_into_the_drawing_s_place(visitor: Visitor, width: int) -> None:
    visitor.page.set_viewport_size({"width": width, "height": 900})
    visitor.page.add_init_script(SHIFTS)
    page = visitor.open(INDICATOR)
    expect(page.locator("svg.chart-svg").locator("visible=true")).to_have_count(1)
    assert plotly_files(visitor) == []
    before = places(page)

    page.get_by_role("button", name=START).press("Enter")
    expect_drawn(page)
    assert sorted(plotly_files(visitor)) == ["/static/plotly/plotly-basic.min.js", "/static/plotly/plotly.css"]
    assert places(page) == before
    assert page.evaluate("() => shifts") == []
    expect(page.locator(".chart-live svg[role=img]")).to_have_accessible_name(
        page.locator(".chart-drawing").get_attribute("aria-label") or "no words"
    )
    expect(page.get_by_role("button", name=START)).to_have_count(1)
    # Plotly puts no style element in: its sheet is linked.
    expect(page.locator("style")).to_have_count(0)
    assert not violations(page)


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("path", [GOAL, EDITION])
def test_bars_are_taken_over_without_a_shift_too(visitor: Visitor, path: str, width: int) -> None:
    visitor.page.set_viewport_size({"width": width, "height": 900})
    visitor.page.add_init_script(SHIFTS)
    page = visitor.open(path)
    drawing = page.locator("svg.chart-svg").locator("visible=true")
    expect(drawing).to_have_count(1)
    before, words = places(page), drawing.locator("text").all_inner_texts()

    page.get_by_role("button", name=START).press("Enter")
    expect_drawn(page, ".barlayer .point path")
    assert places(page) == before
    assert page.evaluate("() => shifts") == []
    assert page.locator(".chart-live .annotation-text").all_inner_texts() == words
    inside, frame = page.locator(".chart-live .infolayer"), page.locator(".chart-frame")
    (box, room) = inside.bounding_box(), frame.bounding_box()
    assert box
    assert room
    assert room["x"] - 1 <= box["x"]
    assert box["x"] + box["width"] <= room["x"] + room["width"] + 1
    # Nothing to zoom into: only the picture can be saved.
    expect(page.locator(".chart-live .modebar-btn")).to_have_count(1)
    expect(page.locator(".chart-live svg[role=img]")).to_have_accessible_name(
        page.locator(".chart-drawing").get_attribute("aria-label") or "no words"
    )
    assert not violations(page)


def test_a_bar_answers_the_pointer(visitor: Visitor) -> None:
    page = visitor.open(EDITION)
    page.locator(".chart-frame").hover()
    expect_drawn(page, ".barlayer .point path")
    page.mouse.move(*centre(page, ".chart-live .barlayer .point path"))
    expect(page.locator(".chart-live .hoverlayer .hovertext").first).to_be_visible()


def test_several_charts_of_a_page_are_drawn_each_in_its_place(visitor: Visitor) -> None:
    page = visitor.open(GOAL)
    other = visitor.text(EDITION)
    page.evaluate(
        """async (text) => {
            const found = new DOMParser().parseFromString(text, "text/html").querySelector("figure.chart");
            document.querySelector("figure.chart").after(document.importNode(found, true));
            await import(document.querySelector("script[src*='js/charts']").src + "?again");
        }""",
        other,
    )
    buttons = page.get_by_role("button", name=START)
    expect(buttons).to_have_count(2)
    buttons.last.press("Enter")
    expect(page.locator("#ratings.chart-drawn")).to_have_count(1, timeout=PATIENCE)
    expect(page.locator("#progress.chart-drawn")).to_have_count(0)
    buttons.first.press("Enter")
    expect(page.locator("#progress.chart-drawn")).to_have_count(1, timeout=PATIENCE)
    for key in ("progress", "ratings"):
        expect(page.locator(f"#{key} .chart-live .barlayer .point path").first).to_be_visible()
    assert len([url for url in plotly_files(visitor) if url.endswith(".js")]) == 1


def test_a_pointer_over_the_drawing_is_enough_and_gets_its_answer(visitor: Visitor) -> None:
    page = visitor.open(INDICATOR)
    page.locator(".chart-frame").scroll_into_view_if_needed()
    assert plotly_files(visitor) == []
    page.locator(".chart-frame").hover()
    expect_drawn(page)
    page.mouse.move(*centre(page, ".chart-live .scatterlayer .points path"))
    expect(page.locator(".chart-live .hoverlayer .hovertext").first).to_be_visible()


def centre(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).last.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_picture_is_saved_with_a_japanese_button(visitor: Visitor) -> None:
    page = visitor.open(INDICATOR)
    page.get_by_role("button", name=START).click()
    expect_drawn(page)
    with page.expect_download() as download:
        page.locator(".modebar-btn[data-title='PNG画像で保存']").click()
    assert download.value.suggested_filename.endswith(".png")
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_without_an_answer_the_drawing_stays_and_the_button_tries_again(visitor: Visitor) -> None:
    visitor.expect("plotly-basic.min.js")
    page = visitor.open(INDICATOR)
    page.route("**/plotly-basic.min.js", lambda route: route.abort("connectionrefused"))
    page.get_by_role("button", name=START).click()
    expect(page.locator(".chart-status")).to_contain_text("読み込めませんでした")
    expect(page.locator("svg.chart-wide")).to_be_visible()
    page.unroute("**/plotly-basic.min.js")
    page.get_by_role("button", name=AGAIN).click()
    expect_drawn(page)


def test_paper_gets_the_drawing(visitor: Visitor) -> None:
    page = visitor.open(INDICATOR)
    page.get_by_role("button", name=START).click()
    expect_drawn(page)
    page.emulate_media(media="print")
    expect(page.locator("svg.chart-wide")).to_be_visible()
    expect(page.locator(".chart-live")).to_be_hidden()


def test_the_chart_follows_the_colours_of_the_dark(visitors: Visitors) -> None:
    page = visitors(color_scheme="light").open(INDICATOR)
    page.get_by_role("button", name=START).click()
    expect_drawn(page)
    line = page.locator(".chart-live .scatterlayer .js-line").last
    light = line.get_attribute("style")
    page.emulate_media(color_scheme="dark")
    expect(line).not_to_have_attribute("style", light or "")


@pytest.mark.parametrize(
    "path", ["/indicators/1-4-n1/", "/indicators/3-1-n2/", "/indicators/3-3-k03/", "/indicators/3-3-k05/"]
)
def test_every_kind_of_indicator_can_be_drawn(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    before = places(page)
    page.get_by_role("button", name=START).press("Enter")
    expect(page.locator("figure.chart-drawn")).to_have_count(1)
    assert places(page) == before
