"""The story of the portal, end to end, on the real strategy: staff enter a year, publish it, and citizens read it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from goals.accounts import roles
from kanazawa_strategy.upkeep import loading
from tests.browser.conftest import Visitors
from tests.browser.visitor import Visitor
from tests.makers import PASSWORD, make_department, make_user

NAME = "子どもを産み育てやすい環境が整っていると感じる市民の割合"
CODE = "3-1-N1"
SENTENCE = "令和6年度（2024年度）は49.8%"
ANALYSIS = "相談の窓口を増やしたことが、割合の増加につながったと考えられる。"


@pytest.fixture
def accounts(browser: object, db: None) -> None:
    """Load the real strategy, with 企画調整課 and a member of こども政策課; nobody has an indicator yet."""
    loading.load(Path(settings.FIXTURE_DIRS[0]))
    roles.sync()
    make_user(role=roles.Role.PLANNER, username="kikaku")
    make_user(role=roles.Role.DEPARTMENT, username="kodomo", departments=[make_department(name="こども政策課")])


def field(page: Page, label: str) -> Locator:
    """Find a field of the admin, where labels end in a colon."""
    return page.get_by_label(re.compile(f"^{label}[:：]?$"))


def act(page: Page, row: str, action: str) -> None:
    """Choose a row of a list of the admin, and do something with it."""
    page.get_by_role("row").filter(has_text=row).get_by_role("checkbox").check()
    page.locator("select[name=action]").select_option(label=action)
    page.get_by_role("button", name="実行").click()


def says(page: Page, words: str) -> None:
    expect(page.locator(".messagelist")).to_contain_text(words)


@pytest.mark.django_db(transaction=True)
def test_a_year_goes_from_the_department_s_entry_to_the_citizen_s_page(visitors: Visitors, accounts: None) -> None:
    planner, member, citizen = visitors(), visitors(), visitors()

    planner.sign_in("kikaku", PASSWORD)
    give_to_department(planner)
    open_round(planner)
    member.sign_in("kodomo", PASSWORD)
    enter_value(member)
    sees_nothing_of_it(citizen)
    publish(planner)
    reads_it_everywhere(citizen)


def give_to_department(planner: Visitor) -> None:
    page = planner.open("/admin/kpis/indicator/")
    page.get_by_role("link", name=CODE, exact=True).click()
    field(page, "所管課").select_option(label="こども政策課")
    page.get_by_role("button", name="保存", exact=True).click()
    says(page, "変更")
    expect(page.get_by_role("row").filter(has_text=CODE)).to_contain_text("こども政策課")


def open_round(planner: Visitor) -> None:
    page = planner.open("/admin/kpis/round/")
    page.locator(".object-tools").get_by_role("link", name="追加").click()
    field(page, "総合戦略").select_option(label="第3次金沢版総合戦略")
    field(page, "評価年度").fill("令和６年度")
    page.get_by_role("button", name="保存", exact=True).click()
    act(page, "令和6年度", "受付を開始する")
    says(page, "受付を開始しました")
    expect(page.get_by_role("row").filter(has_text="令和6年度")).to_contain_text("受付中")


def enter_value(member: Visitor) -> None:
    """Enter the value in the notation of the city; first with two slips, which cost nothing that was typed."""
    page = member.open("/admin/kpis/yearlyvalue/add/")
    indicator, year, value = (field(page, label) for label in ("指標", "年度", "実績値"))
    assert indicator.locator("option").count() == 2  # the blank one, and the department's own
    indicator.select_option(index=1)
    expect(indicator.locator("option:checked")).to_contain_text(NAME)
    year.fill("R0")
    value.fill("49.8約")
    field(page, "要因分析（公開）").fill(ANALYSIS)
    page.get_by_role("button", name="保存", exact=True).click()

    expect(page.locator(".errornote")).to_be_visible()
    expect(page.locator(".field-fiscal_year .errorlist")).to_contain_text("R0")
    expect(page.locator(".field-value .errorlist")).to_contain_text("49.8約")
    expect(year).to_have_value("R0")
    expect(value).to_have_value("49.8約")
    expect(field(page, "要因分析（公開）")).to_have_value(ANALYSIS)
    expect(indicator.locator("option:checked")).to_contain_text(NAME)

    year.fill("R6")
    value.fill("４９．８")
    page.get_by_role("button", name="保存", exact=True).click()
    says(page, "追加")
    row = page.get_by_role("row").filter(has_text=CODE)
    expect(row).to_contain_text("49.8%")
    expect(row).to_contain_text("入力中")


def publish(planner: Visitor) -> None:
    page = planner.open("/admin/kpis/yearlyvalue/")
    act(page, CODE, "確認済にする")
    says(page, "1件を確認済にしました")

    page.goto("/admin/kpis/round/")
    act(page, "令和6年度", "公表する（確認の画面に進む）")
    expect(page.get_by_role("heading", level=1)).to_contain_text("公表する")
    expect(page.locator("#content")).to_contain_text("まだ公表していません")
    row = page.get_by_role("row").filter(has_text=CODE)
    expect(row).to_contain_text("49.8%")
    expect(row).to_contain_text("順調")
    field(page, "公表日").fill("2025-08-20")
    field(page, "決裁番号").fill("企画第123号")
    page.get_by_role("button", name="公表する").click()
    says(page, "公表しました")
    expect(page.get_by_role("row").filter(has_text="令和6年度")).to_contain_text("企画第123号")


def files(citizen: Visitor) -> dict[str, str]:
    """Return every file that would hold the value."""
    paths = ["/indicators/3-1-n1.csv", "/indicators/3-1-n1.json"]
    for name in ("values", "assessments"):
        paths += [f"/opendata/{name}.csv", f"/opendata/{name}.json"]
    return {path: citizen.text(path) for path in paths}


def sees_nothing_of_it(citizen: Visitor) -> None:
    page = citizen.open("/")
    expect(page.locator(".home-state")).to_contain_text("実績値はまだ公表されていません")
    page.goto("/indicators/3-1-n1/")
    main = page.get_by_role("main")
    expect(main).to_contain_text(NAME)
    for secret in (SENTENCE, "順調", ANALYSIS):
        expect(main).not_to_contain_text(secret)
    expect(page.get_by_role("table")).to_have_count(0)
    for path, content in files(citizen).items():
        assert "49.8" not in content, path


def reads_it_everywhere(citizen: Visitor) -> None:
    page = citizen.open("/")
    expect(page.locator(".home-state")).to_contain_text("令和6年度（2024年度）の評価は")
    expect(page.locator(".home-state")).to_contain_text("28件中 順調1・未判定27")
    page.locator("main .card h3 a").first.click()
    page.get_by_role("link", name=NAME).first.click()

    expect(page).to_have_url(f"{citizen.site}/indicators/3-1-n1/")
    status = page.locator(".status")
    expect(status.locator(".rating").first).to_contain_text("順調")
    expect(status.locator(".sentence")).to_contain_text(SENTENCE)
    status.get_by_text("なぜこの評価？").click()
    expect(status).to_contain_text("（49.8 − 47.5）÷（59 − 47.5）＝ 20.0%")
    drawing = page.locator("figure.chart").get_by_role("img")
    expect(drawing).to_be_visible()
    expect(drawing.locator("svg.chart-wide text").filter(has_text="49.8")).not_to_have_count(0)
    row = page.get_by_role("row").filter(has_text="令和6年度（2024年度）")
    for cell in ("49.8%", "確定", "20.0%", "順調", "2025年8月20日"):
        expect(row).to_contain_text(cell)
    expect(page.get_by_role("main")).to_contain_text(ANALYSIS)

    for path, content in files(citizen).items():
        assert "49.8" in content, path
    [year] = json.loads(citizen.text("/indicators/3-1-n1.json"))["rows"]
    assert (year["value"], year["rating"], year["fiscal_year"]) == (49.8, "ON_TRACK", 2024)
