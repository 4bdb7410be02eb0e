"""Take the pictures of README, docs/ and the help from a demonstration: take_pictures.py http://localhost:8000 PASSWORD.

The demonstration must be fresh: this goes through the steps of the round as every role, and leaves its traces there.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
DOCS, HELP = ROOT / "docs" / "pictures", ROOT / "static" / "img" / "help"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-component-update", "--disable-sync", "--lang=ja"]
WIDTH, MARGIN = 1280, 2
NEW_MEMBER = "hanako"
TABLE = """コード,年度,実績値,状態
3-1-N1,R8,54.1,確定
3-1-K01,R8,54,確定
3-1-K03,R8,約1500,推計
3-1-K06,R8,33,確定
3-1-K07,R8,95,確定
3-1-K99,R8,10,確定
"""


class Person:
    """One person at the admin, with a browser of their own."""

    def __init__(self, browser: Browser, address: str, name: str = "", password: str = "") -> None:
        self.page: Page = browser.new_page(
            base_url=address, viewport={"width": WIDTH, "height": 900}, locale="ja-JP", timezone_id="Asia/Tokyo"
        )
        if name:
            self.page.goto("/admin/login/")
            self.page.locator("#id_username").fill(name)
            self.page.locator("#id_password").fill(password)
            self.follow(self.page.locator("input[type=submit]"))
            if self.page.locator("#id_new_password1").count():  # an account that somebody else has made
                for number in (1, 2):
                    self.page.locator(f"#id_new_password{number}").fill(f"{password}-own")
                self.follow(self.page.get_by_role("button", name="変更して進む"))

    def photograph(self, name: str, height: int) -> None:
        """Take the top of the page for docs/: the window is as high as the picture, for what sticks to its bottom."""
        self.page.set_viewport_size({"width": WIDTH, "height": height})
        self.page.evaluate("() => { scrollTo(0, 0); document.activeElement.blur(); }")
        self.page.mouse.move(0, 0)
        self.page.screenshot(path=DOCS / f"{name}.png")
        self.page.set_viewport_size({"width": WIDTH, "height": 900})

    def cut_out(self, name: str, *parts: Locator, point: Locator | None = None) -> None:
        """Take what the parts span for the help, with a frame around what is to be clicked."""
        frame = "(each, line) => { each.style.outline = line; each.style.outlineOffset = '2px'; }"
        # High enough that nothing sticks over the parts
        self.page.set_viewport_size({"width": WIDTH, "height": 3600})
        self.page.evaluate("() => { scrollTo(0, 0); document.activeElement.blur(); }")
        expect(self.page.locator(".is-saving")).to_have_count(0)  # a row that was left
        self.page.mouse.move(0, 0)
        if point:
            point.evaluate(frame, "3px solid #c8102e")
        boxes = [box for part in parts if (box := part.bounding_box())]
        left = min(box["x"] for box in boxes) - MARGIN
        top = min(box["y"] for box in boxes) - MARGIN
        right = max(box["x"] + box["width"] for box in boxes) + MARGIN
        bottom = max(box["y"] + box["height"] for box in boxes) + MARGIN
        left, top, right = max(left, 0), max(top, 0), min(right, WIDTH)
        clip: FloatRect = {"x": left, "y": top, "width": right - left, "height": bottom - top}
        self.page.screenshot(path=HELP / f"{name}.png", clip=clip)
        if point:
            point.evaluate(frame, "")
        self.page.set_viewport_size({"width": WIDTH, "height": 900})

    def follow(self, place: Locator) -> None:
        """Click what leads to another page, and wait for it."""
        with self.page.expect_navigation():
            place.click()


def main(address: str, password: str) -> None:
    """Write all pictures."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    for folder in (DOCS, HELP):
        folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS, env={**os.environ, "LANGUAGE": "ja"})
        citizen = Person(browser, address)
        clerk, planner, officer = (Person(browser, address, name, password) for name in ("kodomo", "kikaku", "admin"))
        visit(citizen)
        enter(clerk)
        report(clerk)
        review(planner)
        answer(clerk, planner)
        bring_table(clerk)
        publish(planner)
        administer(officer, password)
        speak(Person(browser, address, NEW_MEMBER, password))
        browser.close()


def visit(citizen: Person) -> None:
    page = citizen.page
    page.goto("/")
    citizen.photograph("home", 1380)
    page.goto("/indicators/3-1-n1/")
    page.get_by_text("なぜこの評価？").first.click()
    citizen.photograph("indicator", 1560)
    page.goto("/committee/2025/")
    citizen.photograph("dashboard", 1420)


def row(page: Page, code: str) -> Locator:
    return page.locator(f"#row-{code}")


def type_value(page: Page, code: str, text: str) -> None:
    """Type a value and leave its row, which saves it or says why not."""
    field = page.locator(f"input[name='{code}-value']")
    field.fill(text)
    field.press("Enter")
    expect(row(page, code)).to_have_class(re.compile("is-(saved|doubted|conflict)$"))


def save(page: Page, code: str) -> None:
    page.get_by_role("button", name="保存", exact=True).click()
    expect(row(page, code)).to_have_class(re.compile("is-saved"))


def enter(clerk: Person) -> None:
    """Type into the yearly sheet: what is plain, what is doubted, what has no value, what is forgotten."""
    page = clerk.page
    page.goto("/admin/")
    clerk.follow(page.locator("a:has-text('年度実績入力を開く')"))
    clerk.photograph("sheet", 1240)
    heads = page.locator(".sheet-table thead")
    clerk.cut_out("sheet", heads, row(page, "3-1-K02"))
    type_value(page, "3-1-K07", "80")
    clerk.cut_out("doubt", row(page, "3-1-K07"), point=page.locator(".sheet-doubts p").last)
    page.locator("input[name='3-1-K07-doubts_answer']").fill("対象を広げたため。クラブの一覧で確かめた")
    save(page, "3-1-K07")
    page.locator("select[name='3-1-N1-state']").select_option(label="未公表")
    page.locator("input[name='3-1-N1-available_on']").fill("R9.6")
    save(page, "3-1-N1")
    clerk.cut_out("nodata", row(page, "3-1-N1"))
    clerk.follow(page.get_by_role("button", name="保存して提出する"))
    expect(page.locator(".sheet-blanks")).to_be_visible()
    clerk.cut_out("blanks", page.locator(".sheet-blanks"))


def report(clerk: Person) -> None:
    """Go on to the sheet of the measures."""
    page = clerk.page
    clerk.follow(page.locator("a:has-text('次へ: 取組の年度報告')"))
    expect(page.locator(".sheet-summary").first).to_be_visible()
    clerk.cut_out("reports", page.locator(".sheet-table thead"), page.locator(".sheet-row").nth(1))


def review(planner: Person) -> None:
    """Look at what was entered, and return one value."""
    page = planner.page
    page.goto("/admin/")
    planner.cut_out("progress", page.locator("section[aria-labelledby^=desk-round]"))
    planner.follow(page.locator("a:has-text('実績値を確認する')").first)
    planner.photograph("review", 1300)
    page.get_by_label("所管課").select_option(label="子育て支援担当課（デモ）")
    planner.follow(page.get_by_role("button", name="絞り込む"))
    lines = page.locator(".review tbody tr")
    planner.cut_out("review", page.locator(".review thead"), lines.nth(2))
    lines.filter(has_text="3-1-K02").get_by_role("checkbox").check()
    page.get_by_label("差し戻す理由").fill("9月末の値です。年度末の見込みか、確定する月を教えてください。")
    button = page.get_by_role("button", name="選んだ値を差し戻す")
    planner.cut_out("returning", page.locator("#content fieldset"), page.locator(".submit-row"), point=button)
    planner.follow(button)
    expect(page.locator(".messagelist")).to_contain_text("差し戻しました")


def answer(clerk: Person, planner: Person) -> None:
    """Find the returned value, and meet somebody else on a row."""
    page = clerk.page
    page.goto("/admin/")
    clerk.cut_out("desk", page.locator(".desk .module").first, point=page.locator(".desk a.button").first)
    clerk.follow(page.locator("a:has-text('年度実績入力を開く')"))
    clerk.cut_out("returned", row(page, "3-1-K02"))
    planner.page.goto(page.url)
    type_value(planner.page, "3-1-K06", "33")
    save(planner.page, "3-1-K06")
    type_value(page, "3-1-K06", "34")
    clerk.cut_out("conflict", row(page, "3-1-K06"))
    page.get_by_role("button", name="相手の内容にする").click()
    expect(page.locator(".sheet-conflict")).to_have_count(0)


def bring_table(clerk: Person) -> None:
    """Bring a table with every outcome that its preview knows of a clerk's own."""
    page = clerk.page
    page.goto("/admin/kpis/round/")
    clerk.follow(page.locator("#result_list tbody th a").first)
    clerk.follow(page.locator(".object-tools a:has-text('調査票')"))
    submit = page.get_by_role("button", name="内容を確かめる")
    clerk.cut_out("upload", page.locator("#content > h2").first, page.locator(".submit-row"), point=submit)
    content = TABLE.encode("cp932")
    page.locator("#id_file").set_input_files({"name": "実績値.csv", "mimeType": "text/csv", "buffer": content})
    clerk.follow(submit)
    expect(page.locator(".intake-cells")).to_be_visible()
    clerk.photograph("import-preview", 980)
    clerk.cut_out("preview", page.locator("#content > p").first, page.locator("#content form"))


def publish(planner: Person) -> None:
    """Look at what would become public, and at the form of corrections."""
    page = planner.page
    page.goto("/admin/kpis/round/")
    page.locator("input.action-select").first.check()
    choice = page.locator("select[name=action]")
    choice.select_option(value="open_entry")
    run = page.locator("button[name=index]")
    rows = page.locator("#result_list tbody tr")
    planner.cut_out("rounds", page.locator(".actions"), rows.nth(3).locator("th"), point=run)
    choice.select_option(value="publish")
    planner.follow(run)
    planner.photograph("publish", 1300)
    planner.cut_out("publish", page.locator("#content > p").first, page.locator("#content .warning-box").first)
    planner.cut_out("decision", page.locator("#content fieldset"), page.locator("#content .submit-row"))
    page.goto("/admin/kpis/amendment/add/")
    planner.cut_out("amendment", page.locator("#content form"))


def administer(officer: Person, password: str) -> None:
    """Make the account of a member of the committee, and look at the log."""
    page = officer.page
    page.goto("/admin/auth/user/add/")
    person = {"username": NEW_MEMBER, "last_name": "委員", "first_name": "花子"}
    for name, text in (person | {"password1": password, "password2": password}).items():
        page.locator(f"#id_{name}").fill(text)
    page.locator(".add-row a").click()
    page.locator("#id_memberships-0-role").select_option(label="委員")
    officer.cut_out("account", page.locator("#content form"))
    officer.follow(page.get_by_role("button", name="保存", exact=True))
    page.goto("/admin/goals/auditevent/")
    officer.cut_out("log", page.locator("#result_list thead"), page.locator("#result_list tbody tr").nth(6))


def speak(member: Person) -> None:
    """Write an opinion without handing it in."""
    page = member.page
    page.goto("/committee/opinions/new/?indicator=3-1-k09")
    member.cut_out("opinion", page.locator("main"))


if __name__ == "__main__":
    main(*sys.argv[1:])
