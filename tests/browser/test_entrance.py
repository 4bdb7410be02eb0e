"""The steps of a log-in by the keyboard alone: a new password, a second factor set up and asked for; axe on each page."""

from __future__ import annotations

import re

from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, expect

from goals.accounts import passwords
from tests.browser.conftest import Visitors
from tests.browser.places import DEMONSTRATION
from tests.browser.test_accessibility import STOCK_RULES, check_shown
from tests.browser.visitor import Visitor
from tests.makers import PASSWORD, make_user

pytestmark = DEMONSTRATION

OWN = "my-very-own-words-42"


def type_in(page: Page, *texts: str) -> None:
    """Type into one field after the other, and send the form with Enter."""
    for place, text in enumerate(texts):
        if place:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def knock(visitor: Visitor, name: str, password: str) -> Page:
    page = visitor.open("/accounts/login/")
    page.get_by_label("利用者名").focus()
    type_in(page, name, password)
    return page


def code_of(name: str) -> str:
    """Return what the app of somebody shows now, as if no code had been used yet."""
    TOTPDevice.objects.filter(user__username=name).update(last_t=-1)
    return f"{totp(TOTPDevice.objects.get(user__username=name).bin_key):06}"


def test_a_newcomer_chooses_a_password_by_the_keyboard(visitor: Visitor) -> None:
    passwords.hand_over(make_user("所管課", username="shinjin"))
    page = knock(visitor, "shinjin", PASSWORD)
    expect(page.get_by_role("heading", name="新しいパスワードを決めてください")).to_be_visible()
    check_shown(page)
    page.get_by_label("新しいパスワード", exact=True).focus()
    type_in(page, "short", "short")
    expect(page.locator(".errorlist").first).to_be_visible()
    check_shown(page)
    page.get_by_label("新しいパスワード", exact=True).focus()
    type_in(page, OWN, OWN)
    expect(page.get_by_role("heading", name="管理", exact=True)).to_be_visible()


def test_a_second_factor_is_set_up_and_asked_for_by_the_keyboard(visitors: Visitors) -> None:
    make_user("企画調整課", username="keikaku")
    visitor = visitors()
    knock(visitor, "keikaku", PASSWORD)
    page = visitor.page
    page.get_by_role("link", name="2段階認証").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="設定を始める").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="認証アプリで読み取るQRコード")).to_be_visible()
    expect(page.locator(".secret")).to_have_text(re.compile(r"^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$"))
    check_shown(page)
    code = page.get_by_label("確認コード（6桁の数字）")
    expect(code).to_have_attribute("autocomplete", "one-time-code")
    expect(code).to_have_attribute("inputmode", "numeric")
    code.focus()
    type_in(page, code_of("keikaku"))
    codes = page.locator(".recovery-codes li")
    expect(codes).to_have_count(10)
    check_shown(page)
    recovery = codes.first.inner_text()
    page.get_by_role("button", name="保管したので、先へ進む").press("Enter")
    expect(page.get_by_role("heading", name="管理", exact=True)).to_be_visible()
    visitor.open("/accounts/second-factor/")
    expect(page.get_by_text("残りは10個です")).to_be_visible()
    check_shown(page)

    visitor = visitors()
    page = knock(visitor, "keikaku", PASSWORD)
    expect(page.get_by_role("heading", name="確認コード")).to_be_visible()
    check_shown(page, STOCK_RULES)
    page.get_by_label("確認コード（6桁の数字）").focus()
    type_in(page, code_of("keikaku"))
    expect(page.get_by_role("heading", name="管理", exact=True)).to_be_visible()

    visitor = visitors()
    page = knock(visitor, "keikaku", PASSWORD)
    page.get_by_text("アプリが使えないとき").click()
    page.get_by_label("回復コード", exact=True).focus()
    type_in(page, recovery)
    expect(page.get_by_role("heading", name="管理", exact=True)).to_be_visible()


def test_the_picture_can_be_read_in_the_dark_too(visitor: Visitor) -> None:
    """What the app has to read stays black on white whatever the colours of the page are."""
    visitor.page.emulate_media(color_scheme="dark")
    make_user("企画調整課", username="keikaku")
    page = knock(visitor, "keikaku", PASSWORD)
    page = visitor.open("/accounts/second-factor/")
    page.get_by_role("button", name="設定を始める").press("Enter")
    fills = page.locator(".qr path").evaluate_all("(all) => all.map((each) => getComputedStyle(each).fill)")
    assert fills == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
