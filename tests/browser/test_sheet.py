"""The yearly sheet in a browser: typed, saved without reloading, judged, and nothing lost."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from goals.models import Department
from kpis.models import Indicator, Round, YearlyValue
from measures.models import MeasureReport
from tests.browser.conftest import Visitors
from tests.browser.test_accessibility import violations
from tests.browser.visitor import Visitor
from tests.makers import (
    PASSWORD,
    make_department,
    make_indicator,
    make_measure,
    make_round,
    make_target,
    make_user,
    make_value,
)

pytestmark = pytest.mark.django_db(transaction=True)

PASTE = """(field, text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def rows(browser: object, db: None) -> list[Indicator]:
    """Make four indicators of こども政策課, 10（R5）→20（R10), and two of its members."""
    kodomo = make_department(code="kodomo", name="こども政策課")
    made = [make_indicator(name=f"指標{number}", department=kodomo) for number in range(1, 5)]
    for indicator in made:
        make_target(indicator=indicator)
        make_value(indicator=indicator, fiscal_year=2023, value=Decimal(10))
    for name in ("kodomo", "tanaka"):
        make_user(role="所管課", username=name, departments=[kodomo])
    make_round()
    return made


def opened(visitor: Visitor, name: str) -> Page:
    visitor.come_as(name)
    page = visitor.page
    page.goto(f"/admin/kpis/round/{_round()}/sheet/", wait_until="load")
    expect(page.get_by_role("heading", name="年度実績入力 こども政策課")).to_be_visible()
    return page


def _round() -> int:
    return Round.objects.get().pk


def value(page: Page, number: int) -> Locator:
    return page.get_by_label(f"指標{number} 実績値")


def row(page: Page, indicator: Indicator) -> Locator:
    return page.locator(f"#row-{indicator.code}")


def saved(indicator: Indicator) -> list[Decimal | None]:
    return list(YearlyValue.objects.filter(indicator=indicator, fiscal_year=2024).values_list("value", flat=True))


def test_a_clerk_types_down_the_column_and_each_row_is_saved_and_judged(
    visitor: Visitor, rows: list[Indicator]
) -> None:
    page = opened(visitor, "kodomo")
    page.evaluate("window.notReloaded = true")
    value(page, 1).fill("１２．５")
    value(page, 1).press("Enter")
    expect(value(page, 2)).to_be_focused()
    expect(row(page, rows[0])).to_have_class(re.compile("is-saved"))
    expect(value(page, 1)).to_have_value("12.5")
    expect(row(page, rows[0]).locator(".sheet-judgement")).to_contain_text("順調")
    for place in page.locator(".sheet-filled").all():
        expect(place).to_have_text("1")
    assert saved(rows[0]) == [Decimal("12.5")]

    value(page, 2).fill("約12")
    value(page, 2).press("ArrowDown")
    expect(value(page, 3)).to_be_focused()
    expect(row(page, rows[1])).to_contain_text("概数")
    expect(value(page, 2)).to_have_value("約12")
    value(page, 3).press("ArrowUp")
    expect(value(page, 2)).to_be_focused()
    assert page.evaluate("window.notReloaded")


def test_an_odd_figure_is_saved_with_one_click(visitor: Visitor, rows: list[Indicator]) -> None:
    page = opened(visitor, "kodomo")
    value(page, 1).fill("120")
    value(page, 1).press("Enter")
    expect(row(page, rows[0])).to_contain_text("前の値から大きく変わっています")
    assert saved(rows[0]) == []
    row(page, rows[0]).get_by_label("確かめました（このまま保存する）").check()
    expect(row(page, rows[0])).to_have_class(re.compile("is-saved"))
    assert saved(rows[0]) == [Decimal(120)]


def test_a_column_from_excel_fills_downward_and_what_is_not_taken_stays(
    visitor: Visitor, rows: list[Indicator]
) -> None:
    page = opened(visitor, "kodomo")
    value(page, 2).evaluate(PASTE, "１２\r\n未公表\r\n13.5\r\n14\r\n")
    expect(page.locator("#sheet-said")).to_contain_text("行が足りないため、次の1件は貼り付けていません: 14。")
    expect(page.locator("#sheet-said")).to_contain_text("2件を保存しました。")
    expect(value(page, 3)).to_have_value("未公表")
    expect(row(page, rows[2])).to_contain_text("理由は「状態」で選んでください")
    assert [saved(indicator) for indicator in rows] == [[], [Decimal(12)], [], [Decimal("13.5")]]


def test_the_second_of_two_people_sees_both_values_and_chooses(visitors: Visitors, rows: list[Indicator]) -> None:
    first, second = visitors(), visitors()
    mine, theirs = opened(first, "kodomo"), opened(second, "tanaka")
    for page, text in ((theirs, "12"), (mine, "13")):
        value(page, 1).fill(text)
        value(page, 1).press("Enter")
        expect(row(page, rows[0])).not_to_have_class(re.compile("is-saving"))
        expect(row(page, rows[0])).to_have_class(re.compile("is-saved|is-conflict"))
    expect(row(mine, rows[0])).to_contain_text("tanaka")
    expect(row(mine, rows[0])).to_contain_text("保存されている内容「12」／あなたの入力「13」")
    assert saved(rows[0]) == [Decimal(12)]
    mine.get_by_role("button", name="自分の入力で保存し直す").click()
    expect(row(mine, rows[0])).to_have_class(re.compile("is-saved"))
    assert saved(rows[0]) == [Decimal(13)]

    value(theirs, 1).fill("14")
    value(theirs, 1).press("Enter")
    theirs.get_by_role("button", name="相手の内容にする").click()
    expect(value(theirs, 1)).to_have_value("13")
    assert saved(rows[0]) == [Decimal(13)]


def test_a_session_that_ended_costs_nothing(visitor: Visitor, rows: list[Indicator]) -> None:
    page = opened(visitor, "kodomo")
    visitor.context.clear_cookies()
    visitor.expect("403")
    value(page, 1).fill("12")
    value(page, 1).press("Enter")
    expect(page.locator("#sheet-said")).to_contain_text("入力した内容はこのパソコンに残しています")
    page.get_by_role("link", name="この画面を開き直す").click()
    page.get_by_label("ユーザー名").fill("kodomo")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()
    expect(value(page, 1)).to_have_value("12")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(row(page, rows[0])).to_have_class(re.compile("is-saved"))
    assert saved(rows[0]) == [Decimal(12)]


def test_a_complete_sheet_is_submitted(visitor: Visitor, rows: list[Indicator]) -> None:
    page = opened(visitor, "kodomo")
    for number in (1, 2, 3):
        value(page, number).fill("12")
    page.get_by_role("button", name="保存して提出する").click()
    expect(page.get_by_role("alert")).to_contain_text("入力していない指標が1件あります")
    page.get_by_label("指標4 状態").select_option(label="未公表")
    page.get_by_role("button", name="保存して提出する").click()
    expect(page.locator(".messagelist")).to_contain_text("提出しました（4件）")
    assert Department.objects.get().indicators.filter(values__workflow="SUBMITTED").count() == 4


def test_reports_on_measures_are_saved_row_by_row_and_nothing_typed_is_lost(
    visitor: Visitor, rows: list[Indicator]
) -> None:
    kodomo = rows[0].department
    first, second = (make_measure(text=f"取組{number}", department=kodomo) for number in (1, 2))
    page = opened(visitor, "kodomo")
    page.get_by_role("link", name="次へ: 取組の年度報告").click()
    page.get_by_label("取組1 状況").select_option("RUNNING")
    page.get_by_label("取組1 実施状況").fill("相談の窓口を開きました。")
    page.get_by_label("取組1 事業費").fill("１，２００")
    page.get_by_label("取組1 事業費").press("Enter")
    expect(page.get_by_label("取組2 事業費")).to_be_focused()
    expect(page.locator(f"#row-{first.code}")).to_have_class(re.compile("is-saved"))
    expect(page.get_by_label("取組1 事業費")).to_have_value("1,200")
    for place in page.locator(".sheet-filled").all():
        expect(place).to_have_text("1")
    report = MeasureReport.objects.get()
    assert (report.measure, report.budget, report.status) == (first, Decimal(1200), "RUNNING")

    page.get_by_label("取組2 実施状況").fill("状況を選び忘れた行")
    page.get_by_label("取組1 事業費").focus()
    expect(page.locator(f"#row-{second.code}")).to_contain_text("状況（実施中・完了・見直し・中止）を選んでください。")
    expect(page.get_by_label("取組2 実施状況")).to_have_value("状況を選び忘れた行")
    assert MeasureReport.objects.count() == 1
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_label("取組2 実施状況")).to_have_value("状況を選び忘れた行")
    assert violations(page) == ""
