"""Every page says all it has to say without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitors
from tests.browser.places import DEMONSTRATION, KINDS
from tests.browser.visitor import Visitor

pytestmark = DEMONSTRATION


@pytest.fixture
def plain(visitors: Visitors) -> Visitor:
    """Return a visitor whose browser runs no scripts."""
    return visitors(java_script_enabled=False)


def test_every_page_has_its_heading_and_contents(plain: Visitor) -> None:
    for path in KINDS:
        page = plain.open(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert len(page.get_by_role("main").inner_text()) > 50, path
        # The only script there is turns charts into Plotly's.
        assert {url.rsplit("/", 1)[1] for url in plain.requested if url.endswith(".js")} <= {"charts.js"}


def test_home_tells_the_state_and_leads_to_a_goal_with_its_indicators(plain: Visitor) -> None:
    page = plain.open("/")
    expect(page.locator(".home-state")).to_contain_text("令和7年度（2025年度）の評価は")
    expect(page.locator(".home-state .rating-bar-svg")).to_be_visible()
    page.locator("main .card h3 a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("table").first.get_by_role("row")).not_to_have_count(0)
    expect(page.locator("svg.sparkline").first).to_be_visible()


def test_the_list_is_filtered_by_its_form(plain: Visitor) -> None:
    page = plain.open("/indicators/")
    count = page.get_by_role("row").count()
    page.get_by_label("基本目標").select_option("3")
    page.get_by_label("評価").select_option(label="遅れ")
    page.get_by_role("button", name="しぼり込む").click()
    expect(page.get_by_role("status")).to_contain_text("見つかりました")
    assert "goal=3" in page.url
    assert 1 < page.get_by_role("row").count() < count
    expect(page.get_by_label("評価")).to_have_value("BEHIND")

    page.get_by_text("くわしい条件").click()
    page.get_by_label("テーマ").select_option("iju")
    page.get_by_role("button", name="しぼり込む").click()
    assert "theme=iju" in page.url
    page.get_by_role("link", name="条件をすべて外す").click()
    expect(page.get_by_role("row")).to_have_count(count)


def test_words_are_searched_from_home(plain: Visitor) -> None:
    page = plain.open("/")
    page.get_by_label("ことばでさがす").fill("マチノリ")
    page.get_by_role("button", name="さがす").click()
    expect(page.get_by_role("status")).to_contain_text("が見つかりました")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("指標（1件）")
    expect(page.locator("mark").first).to_have_text("まちのり")


def test_an_indicator_has_its_sentence_drawing_table_and_reason(plain: Visitor) -> None:
    page = plain.open("/indicators/3-1-n1/")
    expect(page.locator(".sentence")).to_contain_text("令和7年度（2025年度）は52.4%")
    reason = page.locator(".status .formula")
    expect(reason).to_be_hidden()
    page.get_by_text("なぜこの評価？").click()
    expect(reason).to_be_visible()
    expect(reason).to_contain_text("÷")
    expect(page.locator("svg.chart-wide")).to_be_visible()
    expect(page.get_by_role("img", name="52.4%")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="令和6年度（2024年度）")).to_contain_text("49.8%")
    # A button that does nothing is none.
    expect(page.get_by_role("button", name="グラフを操作する")).to_be_hidden()


def test_measures_are_filtered_and_the_committee_is_read(plain: Visitor) -> None:
    page = plain.open("/measures/")
    page.get_by_label("テーマ").select_option("kodomo")
    page.get_by_role("button", name="しぼり込む").click()
    expect(page.get_by_role("status")).to_contain_text("見つかりました")
    page.locator(".measure-list a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    page = plain.open("/committee/")
    expect(page.locator(".opinion").first).to_be_visible()
    expect(page.locator(".opinion .response").first).to_be_visible()
