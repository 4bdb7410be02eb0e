"""The round by the keyboard alone and without scripts: a whole import of a file, a whole review; and axe on their pages."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from kpis.judging.words import State
from kpis.models import Indicator, Round, Workflow, YearlyValue
from kpis.round import publishing
from tests.browser.conftest import Visitors
from tests.browser.test_accessibility import STOCK_RULES, check, check_shown
from tests.browser.visitor import Visitor
from tests.makers import (
    make_department,
    make_indicator,
    make_round,
    make_superuser,
    make_target,
    make_user,
    make_value,
)

pytestmark = pytest.mark.django_db(transaction=True)

STOPS = 250  # more than any page here has for the keyboard
TABLE = """コード,年度,実績値,状態
3-1-K01,R6,12,確定
3-1-K02,R6,約12,確定
3-1-K03,R6,,未公表
3-1-K04,R6,40,確定
"""
FILE: FilePayload = {"name": "実績値.csv", "mimeType": "text/csv", "buffer": TABLE.encode("cp932")}


@pytest.fixture
def indicators(browser: object, db: None) -> list[Indicator]:
    """Make four indicators of こども政策課, 10（R5）→20（R10), an open round, and somebody of every kind."""
    kodomo = make_department(code="kodomo", name="こども政策課")
    made = [make_indicator(name=f"指標{number}", department=kodomo) for number in range(1, 5)]
    for indicator in made:
        make_target(indicator=indicator)
        make_value(indicator=indicator, fiscal_year=2023, value=Decimal(10))
    make_user(role="所管課", username="kodomo", departments=[kodomo])
    make_user(role="企画調整課", username="kikaku")
    make_superuser(username="kanri")
    make_round()
    return made


@pytest.fixture
def plain(visitors: Visitors) -> Visitor:
    """Return a visitor whose browser runs no scripts."""
    return visitors(java_script_enabled=False)


def path_of(name: str) -> str:
    return f"/admin/kpis/round/{Round.objects.get().pk}/{name}/"


def reach(place: Locator) -> Locator:
    """Go to a place by the Tab key alone, from wherever the focus is."""
    for _ in range(STOPS):
        if place.evaluate("each => each === document.activeElement"):
            return place
        place.page.keyboard.press("Tab")
    raise AssertionError(f"{place} is out of the keyboard's reach.")


def press(place: Locator, key: str = "Enter") -> None:
    """Go to a place by the keyboard and press a key there."""
    reach(place)
    place.page.keyboard.press(key)


def says(page: Page, words: str) -> None:
    expect(page.locator(".messagelist")).to_contain_text(words)


def entered() -> dict[str, tuple[Decimal | None, str]]:
    rows = YearlyValue.objects.filter(fiscal_year=2024).select_related("indicator")
    return {row.indicator.name: (row.value, row.state) for row in rows}


def hand_in(indicators: list[Indicator], *values: int) -> None:
    for indicator, value in zip(indicators, values, strict=True):
        make_value(indicator=indicator, value=Decimal(value), workflow=Workflow.SUBMITTED)


def steps() -> list[str]:
    """Return how far each value of the round has come, in the order of the indicators."""
    rows = YearlyValue.objects.filter(fiscal_year=2024).order_by("indicator__code")
    return list(rows.values_list("workflow", flat=True))


def upload(visitor: Visitor) -> Page:
    page = visitor.open(path_of("intake"))
    page.get_by_label("ファイル").set_input_files(FILE)
    page.get_by_role("button", name="内容を確かめる").click()
    expect(page.locator(".intake-cells")).to_contain_text("約12")
    return page


def test_a_whole_import_works_by_keyboard_and_without_scripts(plain: Visitor, indicators: list[Indicator]) -> None:
    plain.come_as("kodomo")
    page = plain.open(path_of("change"))
    press(page.get_by_role("link", name="調査票（Excel）"))
    expect(page.get_by_role("heading", level=1, name="調査票の取り込み")).to_be_visible()
    with page.expect_file_chooser() as chooser:
        press(page.get_by_label("ファイル"))
    chooser.value.set_files(FILE)
    press(page.get_by_role("button", name="内容を確かめる"))

    expect(page.get_by_role("row").filter(has_text="約12")).to_contain_text("受け付けられない")
    write = page.get_by_role("button", name="この内容で書き込む")
    expect(write).to_be_visible()
    assert entered() == {}
    press(page.get_by_label("受け付けられない欄"), "Space")
    press(page.get_by_label("注意のある値を確かめました"), "Space")
    press(write)
    says(page, "3件の指標に書き込みました")
    assert entered() == {
        "指標1": (Decimal(12), State.FINAL),
        "指標3": (None, State.UNPUBLISHED),
        "指標4": (Decimal(40), State.FINAL),
    }


def test_a_whole_review_works_by_keyboard_and_without_scripts(plain: Visitor, indicators: list[Indicator]) -> None:
    hand_in(indicators, 12, 13, 14, 40)
    plain.come_as("kikaku")
    page = plain.open("/admin/")
    press(page.get_by_role("link", name="実績値を確認する"))
    expect(page.get_by_role("row").filter(has_text="指標4")).to_contain_text("大きく変わっています")

    press(page.get_by_role("checkbox", name="指標1を選ぶ"), "Space")
    press(page.get_by_role("button", name="選んだ値を確認済にする"))
    says(page, "1件を確認済にしました")
    assert steps() == ["CONFIRMED", "SUBMITTED", "SUBMITTED", "SUBMITTED"]

    press(page.get_by_role("button", name="注意のない提出済 2件を、まとめて確認済にする"))
    says(page, "2件を確認済にしました")
    assert steps() == ["CONFIRMED", "CONFIRMED", "CONFIRMED", "SUBMITTED"]

    press(page.get_by_role("checkbox", name="指標4を選ぶ"), "Space")
    reach(page.get_by_label("差し戻す理由"))
    page.keyboard.insert_text("桁を確かめてください。")
    press(page.get_by_role("button", name="選んだ値を差し戻す"))
    says(page, "1件を所管課に差し戻しました")
    assert steps() == ["CONFIRMED", "CONFIRMED", "CONFIRMED", "DRAFT"]
    expect(page.get_by_role("row").filter(has_text="指標4")).to_contain_text("差戻し: 桁を確かめてください。")


def test_a_return_without_a_note_keeps_the_choice_without_scripts(plain: Visitor, indicators: list[Indicator]) -> None:
    hand_in(indicators, 12, 13, 14, 40)
    plain.come_as("kikaku")
    page = plain.open(path_of("review"))
    press(page.get_by_role("checkbox", name="指標4を選ぶ"), "Space")
    press(page.get_by_role("button", name="選んだ値を差し戻す"))
    says(page, "差し戻す理由を書いてください")
    expect(page.get_by_role("checkbox", name="指標4を選ぶ")).to_be_checked()
    assert steps() == ["SUBMITTED"] * 4


def test_no_violation_on_the_pages_of_an_import(visitor: Visitor, indicators: list[Indicator]) -> None:
    make_value(indicator=indicators[0], value=Decimal(11))
    visitor.come_as("kodomo")
    page = upload(visitor)
    preview = page.url.removeprefix(visitor.site)
    check(visitor, path_of("intake"), preview, f"{preview}?kind=REJECTED", rules=STOCK_RULES)
    page.get_by_label("受け付けられない欄").check()
    page.get_by_label("注意のある値を確かめました").check()
    page.get_by_role("button", name="この内容で書き込む").click()
    says(page, "書き込みました")
    check(visitor, preview, rules=STOCK_RULES)


def test_no_violation_where_a_file_is_refused(visitor: Visitor, indicators: list[Indicator]) -> None:
    visitor.come_as("kodomo")
    page = visitor.open(path_of("intake"))
    page.get_by_label("ファイル").set_input_files({**FILE, "buffer": b"PK broken"})
    page.get_by_role("button", name="内容を確かめる").click()
    expect(page.locator(".errornote")).to_contain_text("何も書き込んでいません")
    check_shown(page, STOCK_RULES)


def test_no_violation_on_the_pages_of_review_and_publication(visitor: Visitor, indicators: list[Indicator]) -> None:
    hand_in(indicators, 12, 13, 14, 40)
    visitor.come_as("kikaku")
    page = visitor.open(path_of("review"))
    page.get_by_role("button", name="選んだ値を差し戻す").click()
    says(page, "まだ何も変えていません")
    check_shown(page, STOCK_RULES)
    check(visitor, path_of("review"), f"{path_of('review')}?workflow=blank", path_of("publish"), rules=STOCK_RULES)


def test_no_violation_where_a_publication_is_taken_back(visitor: Visitor, indicators: list[Indicator]) -> None:
    hand_in(indicators, 12, 13, 14, 15)
    YearlyValue.objects.filter(fiscal_year=2024).update(workflow=Workflow.CONFIRMED)
    publishing.publish(
        Round.objects.get(), published_on=datetime.date(2025, 8, 20), decision_number="企画第1号", user=None
    )
    visitor.come_as("kanri")
    check(visitor, path_of("unpublish"), path_of("change"), path_of("review"), rules=STOCK_RULES)
    page = visitor.open(path_of("unpublish"))
    page.get_by_label("取り消す理由").fill("　")
    page.get_by_role("button", name="公表を取り消す").click()
    expect(page.locator(".errornote")).to_contain_text("まだ取り消していません")
    check_shown(page, STOCK_RULES)
