"""With a script the lists narrow while one types, the address keeps the state, and going back goes back."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.places import DEMONSTRATION
from tests.browser.visitor import PATIENCE, Visitor

pytestmark = [DEMONSTRATION]


def test_typing_narrows_the_list_without_reloading(visitor: Visitor) -> None:
    page = visitor.open("/indicators/")
    page.evaluate("window.stayed = true")
    every = page.locator(".indicator-table tbody tr").count()
    page.get_by_label("ことば").fill("あぷり")
    expect(page.locator(".indicator-table tbody tr")).to_have_count(1, timeout=PATIENCE)
    expect(page.locator(".results-count")).to_contain_text("1件が見つかりました")
    expect(page.locator("#results-said")).to_contain_text("1件が見つかりました")
    expect(page).to_have_url(re.compile(r"\?q=%E3%81%82%E3%81%B7%E3%82%8A"))
    assert page.evaluate("window.stayed")
    page.go_back()
    expect(page.locator(".indicator-table tbody tr")).to_have_count(every, timeout=PATIENCE)
    expect(page.get_by_label("ことば")).to_have_value("")


def test_choosing_narrows_the_list_and_the_file_takes_the_same_question(visitor: Visitor) -> None:
    page = visitor.open("/indicators/")
    page.get_by_label("基本目標").select_option("4")
    expect(page).to_have_url(re.compile(r"goal=4"), timeout=PATIENCE)
    expect(page.locator(".indicator-table tbody tr")).to_have_count(3, timeout=PATIENCE)
    address = page.get_by_role("link", name="この一覧のCSV").get_attribute("href")
    assert address is not None
    assert "goal=4" in address


def test_cards_show_the_same_indicators_and_stay_while_the_list_is_narrowed(visitor: Visitor) -> None:
    page = visitor.open("/indicators/?goal=4")
    names = page.locator(".indicator-table tbody th a").all_inner_texts()
    page.get_by_role("link", name="カード").click()
    expect(page.locator(".cards-small .card")).to_have_count(len(names))
    assert page.locator(".card-name").all_inner_texts() == names
    page.get_by_label("基本目標").select_option("3")
    expect(page).to_have_url(re.compile(r"view=cards.*goal=3|goal=3.*view=cards"), timeout=PATIENCE)
    expect(page.locator(".indicator-table")).to_have_count(0)


def test_measures_are_narrowed_the_same_way(visitor: Visitor) -> None:
    page = visitor.open("/measures/")
    page.get_by_label("新・改").select_option("新")
    expect(page.locator(".results-count")).to_contain_text("見つかりました", timeout=PATIENCE)
    expect(page.locator(".measure-list .chip-revised")).to_have_count(0)


def test_where_the_list_can_t_be_fetched_the_page_is_loaded(visitor: Visitor) -> None:
    page = visitor.open("/indicators/")
    page.evaluate("() => { window.fetch = () => Promise.reject(new Error('no network')); }")
    page.get_by_label("基本目標").select_option("4")
    expect(page.locator(".indicator-table tbody tr")).to_have_count(3, timeout=PATIENCE)
    assert page.evaluate("window.stayed") is None
