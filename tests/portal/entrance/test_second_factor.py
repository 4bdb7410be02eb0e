"""A second factor: set up by its owner, asked for at both doors, slowed down, taken away with a code or by an administrator."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from goals.accounts import passwords, second_factor
from goals.models.event import AuditAction, AuditEvent
from tests.door import DOORS, knock, lets_in
from tests.makers import PASSWORD, make_superuser, make_user

pytestmark = pytest.mark.django_db

PAGE, STEP = "/accounts/second-factor/", "/accounts/login/code/"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let no step of thirty seconds end in the middle of a test; return how to go on to the next."""

    class Clock:
        now = 1_800_000_000.0

        def forward(self, seconds: float = 30) -> None:
            self.now += seconds

    clock = Clock()
    monkeypatch.setattr("django_otp.plugins.otp_totp.models.time.time", lambda: clock.now)
    return clock


def code_of(user: User, *, wrong: bool = False) -> str:
    """Return what the user's app shows now, or what it does not show."""
    device = TOTPDevice.objects.get(user=user)
    totp = TOTP(device.bin_key)
    totp.time = time.time()
    return f"{(totp.token() + 500_000 * wrong) % 1_000_000:06}"


def make_owner(clock: Any, role: str = "企画調整課", **kwargs: Any) -> tuple[User, list[str]]:
    """Make somebody with a second factor and return the recovery codes too."""
    user = make_user(role, **{"username": "kikaku", **kwargs})
    client = Client()
    client.force_login(user)
    client.post(PAGE, {"act": "start"})
    answer = client.post(PAGE, {"act": "confirm", "code": code_of(user)})
    assert answer.status_code == 200
    clock.forward()
    return user, codes_on(answer)


def codes_on(answer: Any) -> list[str]:
    return re.findall(r"<li><code>(\w+)</code></li>", answer.content.decode())


def said_at(page: str, name: str) -> str:
    """Return what is wrong with a field, as the field itself points to it."""
    field = page[page.index(f'id="{name}"') :].split(">")[0]
    place = re.search(r'aria-invalid="true" aria-describedby="([\w-]+)" autofocus', field)
    assert place
    said = re.search(rf'role="alert" id="{place[1]}">([^<]+)<', page)
    assert said
    return said[1]


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def told() -> list[str]:
    events = AuditEvent.objects.filter(action=AuditAction.SECOND_FACTOR).order_by("pk")
    return list(events.values_list("summary", flat=True))


def rest(user: User) -> None:
    """Let the time pass that wrong codes cost."""
    for devices in (TOTPDevice, StaticDevice):
        devices.objects.filter(user=user).update(throttling_failure_timestamp=None, throttling_failure_count=0)


# Setting up


@pytest.mark.once
@pytest.mark.parametrize("role", ["所管課", "企画調整課", "委員", "システム管理"])
def test_whoever_is_logged_in_sets_an_app_up_and_sees_recovery_codes_once(client: Client, role: str) -> None:
    user = make_user(role, username="kikaku")
    client.force_login(user)
    assert "まだ使っていません" in client.get(PAGE).content.decode()
    assert not TOTPDevice.objects.exists()
    client.post(PAGE, {"act": "start"})
    page = client.get(PAGE).content.decode()
    assert '<svg class="qr"' in page
    assert second_factor.secret(TOTPDevice.objects.get()) in page
    answer = client.post(PAGE, {"act": "confirm", "code": code_of(user)})
    codes = codes_on(answer)
    assert len(set(codes)) == 10
    assert "表示は今だけです" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    page = client.get(PAGE).content.decode()
    assert "使っています" in page
    assert not [code for code in codes if code in page]
    assert 'class="qr"' not in page
    assert told() == ["利用者「kikaku」が2段階認証を設定"]


def test_a_wrong_code_sets_nothing_up(client: Client) -> None:
    user = make_user(username="kikaku")
    client.force_login(user)
    client.post(PAGE, {"act": "start"})
    page = client.post(PAGE, {"act": "confirm", "code": code_of(user, wrong=True)}).content.decode()
    assert said_at(page, "code").startswith("コードが違います")
    assert 'class="qr"' in page
    for code in ("", "あ", "1" * 400):
        rest(user)
        assert client.post(PAGE, {"act": "confirm", "code": code}).status_code == 200
    assert second_factor.app_of(user) is None
    assert lets_in("kikaku", PASSWORD)


def test_to_start_again_makes_a_new_secret_until_an_app_is_in_use(client: Client, clock: Any) -> None:
    user = make_user(username="kikaku")
    client.force_login(user)
    keys = []
    for _ in range(2):
        client.post(PAGE, {"act": "start"})
        keys.append(TOTPDevice.objects.get().key)
    assert keys[0] != keys[1]
    client.post(PAGE, {"act": "confirm", "code": code_of(user)})
    client.post(PAGE, {"act": "start"})
    assert TOTPDevice.objects.get().key == keys[1]


def test_the_page_is_only_for_who_is_logged_in(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"
    assert client.post(PAGE, {"act": "start"})["Location"] == f"/accounts/login/?next={PAGE}"
    assert not TOTPDevice.objects.exists()


# At the door


@pytest.mark.parametrize("door", DOORS)
def test_the_code_is_asked_for_after_the_password_and_nobody_is_in_before(
    client: Client, clock: Any, door: str
) -> None:
    user, _ = make_owner(clock)
    AuditEvent.objects.all().delete()
    assert knock("kikaku", PASSWORD, door=door, client=client)["Location"] == STEP
    assert not is_in(client)
    assert client.get("/admin/").status_code == 302
    assert client.get(PAGE).status_code == 302
    page = client.get(STEP).content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    assert not AuditEvent.objects.exists()
    assert client.post(STEP, {"code": code_of(user)})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert [event.action for event in AuditEvent.objects.all()] == ["LOGIN"]


def test_a_code_may_be_typed_wide_and_with_a_gap(client: Client, clock: Any) -> None:
    user, _ = make_owner(clock)
    knock("kikaku", PASSWORD, client=client)
    code = code_of(user)
    wide = code.translate({ord(str(digit)): chr(ord("０") + digit) for digit in range(10)})
    client.post(STEP, {"code": f" {wide[:3]}　{wide[3:]} "})
    assert is_in(client)


def test_a_code_opens_once(client: Client, clock: Any) -> None:
    user, _ = make_owner(clock)
    code = code_of(user)
    for expected in (True, False):
        client = Client()
        knock("kikaku", PASSWORD, client=client)
        client.post(STEP, {"code": code})
        assert is_in(client) is expected


def test_a_wrong_code_opens_nothing_is_in_the_log_and_slows_the_next_down(client: Client, clock: Any) -> None:
    user, _ = make_owner(clock)
    knock("kikaku", PASSWORD, client=client, REMOTE_ADDR="192.0.2.7")
    page = client.post(STEP, {"code": code_of(user, wrong=True)}, REMOTE_ADDR="192.0.2.7").content.decode()
    assert said_at(page, "code").startswith("コードが違います")
    page = client.post(STEP, {"code": code_of(user)}).content.decode()
    assert "コードをしばらく受け付けません" in said_at(page, "code")
    assert not is_in(client)
    event = AuditEvent.objects.filter(action=AuditAction.LOGIN_FAILED).earliest("pk")
    assert (event.summary, event.address) == ("利用者「kikaku」（2段階認証のコードの誤り）", "192.0.2.7")
    rest(user)
    client.post(STEP, {"code": code_of(user)})
    assert is_in(client)


def test_the_wait_doubles_with_every_wrong_code(client: Client, clock: Any) -> None:
    user, _ = make_owner(clock)
    knock("kikaku", PASSWORD, client=client)
    waits = []
    for _ in range(4):
        TOTPDevice.objects.filter(user=user).update(throttling_failure_timestamp=None)
        client.post(STEP, {"code": code_of(user, wrong=True)})
        waits.append(second_factor.seconds_to_wait(user))
    assert waits == [1, 2, 4, 8]


def test_a_recovery_code_opens_once_and_is_in_the_log(client: Client, clock: Any) -> None:
    _, codes = make_owner(clock)
    for expected in (True, False):
        client = Client()
        knock("kikaku", PASSWORD, client=client)
        answer = client.post(STEP, {"recovery": codes[3].upper()})
        assert is_in(client) is expected
    page = answer.content.decode()
    assert "回復コードが違います" in said_at(page, "recovery")
    assert '<details class="section" open>' in page
    assert 'aria-invalid="true"' not in page[page.index('id="code"') :].split(">")[0]
    assert told()[-1] == "利用者「kikaku」が回復コードを使用（残り9個）"


def test_the_code_of_another_opens_nothing(client: Client, clock: Any) -> None:
    user, _ = make_owner(clock)
    other, codes = make_owner(clock, username="douryou")
    knock("kikaku", PASSWORD, client=client)
    client.post(STEP, {"code": code_of(other)})
    rest(user)
    client.post(STEP, {"recovery": codes[0]})
    assert not is_in(client)


def test_the_step_is_for_nobody_who_has_not_typed_the_password(client: Client, clock: Any) -> None:
    user, _ = make_owner(clock)
    assert client.post(STEP, {"code": code_of(user)})["Location"] == "/accounts/login/"
    assert not is_in(client)


def test_an_app_that_was_never_confirmed_is_not_asked_for(client: Client) -> None:
    user = make_user(username="kikaku")
    second_factor.start(user)
    assert lets_in("kikaku", PASSWORD)


def test_code_and_new_password_come_one_after_the_other(client: Client, clock: Any) -> None:
    user, _ = make_owner(clock)
    passwords.hand_over(user)
    knock("kikaku", PASSWORD, client=client)
    assert client.get("/accounts/login/password/")["Location"] == "/accounts/login/"
    assert client.post(STEP, {"code": code_of(user)})["Location"] == "/accounts/login/password/"
    new = "my-very-own-words-42"
    form = {"new_password1": new, "new_password2": new}
    assert client.post("/accounts/login/password/", form)["Location"] == "/admin/"
    assert is_in(client)


# Taking it away, new recovery codes


@pytest.mark.once
@pytest.mark.parametrize("act", ["remove", "renew"])
def test_who_has_no_code_neither_takes_it_away_nor_renews_the_recovery_codes(clock: Any, act: str) -> None:
    user, codes = make_owner(clock)
    client = Client()
    client.force_login(user)
    for form in ({}, {"code": code_of(user, wrong=True)}, {"recovery": "aaaaaaaa"}):
        page = client.post(PAGE, {"act": act, **form}).content.decode()
        assert "コードが違います" in page or "受け付けません" in page
        rest(user)
    assert second_factor.app_of(user)
    assert set(StaticToken.objects.values_list("token", flat=True)) == set(codes)


def test_its_owner_takes_it_away_with_a_code(clock: Any) -> None:
    user, _ = make_owner(clock)
    client = Client()
    client.force_login(user)
    page = client.post(PAGE, {"act": "remove", "code": code_of(user)}, follow=True).content.decode()
    assert "2段階認証を解除しました" in page
    assert not TOTPDevice.objects.exists()
    assert not StaticToken.objects.exists()
    assert told()[-1] == "利用者「kikaku」の2段階認証を解除（本人）"
    assert lets_in("kikaku", PASSWORD)


def test_new_recovery_codes_take_the_place_of_the_old(clock: Any) -> None:
    user, old = make_owner(clock)
    client = Client()
    client.force_login(user)
    answer = client.post(PAGE, {"act": "renew", "code": code_of(user)})
    assert "前の回復コードは使えなくなりました" in answer.content.decode()
    new = codes_on(answer)
    assert len(new) == 10
    assert not set(new) & set(old)
    assert not second_factor.accepts_recovery(user, old[0], request=client.get(PAGE).wsgi_request)
    assert told()[-1] == "利用者「kikaku」が回復コードを作り直し"


def take_away(client: Client, *users: User) -> Any:
    form = {"action": "remove_second_factor", "_selected_action": [user.pk for user in users]}
    return client.post(reverse("admin:auth_user_changelist"), form, follow=True)


@pytest.mark.once
@pytest.mark.parametrize("role", ["企画調整課", "システム管理"])
def test_who_keeps_accounts_takes_it_away(clock: Any, role: str) -> None:
    user, _ = make_owner(clock)
    client = Client()
    client.force_login(make_user(role, username="kakari"))
    assert "1人の2段階認証を解除しました" in take_away(client, user).content.decode()
    assert told()[-1] == "利用者「kikaku」の2段階認証を解除（管理者）"
    assert str(AuditEvent.objects.filter(action=AuditAction.SECOND_FACTOR).latest("pk").user) == "kakari"
    assert lets_in("kikaku", PASSWORD)


@pytest.mark.once
@pytest.mark.parametrize("role", ["所管課", "委員"])
def test_others_take_nothing_away(clock: Any, role: str) -> None:
    user, _ = make_owner(clock)
    client = Client()
    client.force_login(make_user(role, username="kakari"))
    assert take_away(client, user).status_code == 403
    assert second_factor.app_of(user)


def test_only_a_superuser_takes_away_that_of_a_superuser(clock: Any) -> None:
    chief = make_superuser(username="oyakata")
    second_factor.start(chief)
    TOTPDevice.objects.update(confirmed=True)
    client = Client()
    client.force_login(make_user("システム管理", username="kakari"))
    take_away(client, chief)
    assert second_factor.app_of(chief)


def test_nobody_reads_a_secret_in_the_admin() -> None:
    assert not {TOTPDevice, StaticDevice, StaticToken} & set(admin.site._registry)


# Required


@pytest.mark.once
@pytest.mark.parametrize(
    ("role", "owes"), [("企画調整課", True), ("システム管理", False), ("所管課", False), ("委員", False)]
)
def test_a_role_that_must_have_one_sets_it_up_before_the_log_in(
    client: Client, settings: Any, role: str, owes: bool
) -> None:
    settings.TOTP_REQUIRED = ["企画調整課"]
    user = make_user(role, username="kikaku")
    answer = knock("kikaku", PASSWORD, client=client)
    assert (answer["Location"] == PAGE) is owes
    assert is_in(client) is not owes
    if not owes:
        return
    assert "設定が終わると、ログインします" in client.get(PAGE).content.decode()
    client.post(PAGE, {"act": "go_on"})
    client.post(PAGE, {"act": "start"})
    assert not is_in(client)
    answer = client.post(PAGE, {"act": "confirm", "code": code_of(user)})
    assert len(codes_on(answer)) == 10
    assert not is_in(client)
    assert client.post(PAGE, {"act": "go_on"})["Location"] == "/admin/"
    assert is_in(client)


def test_a_superuser_counts_as_an_officer(client: Client, settings: Any) -> None:
    settings.TOTP_REQUIRED = ["システム管理"]
    make_superuser(username="oyakata")
    assert knock("oyakata", PASSWORD, client=client)["Location"] == PAGE


def test_who_has_to_set_it_up_cannot_take_away_or_renew_on_the_way(client: Client, settings: Any) -> None:
    settings.TOTP_REQUIRED = ["企画調整課"]
    user = make_user("企画調整課", username="kikaku")
    knock("kikaku", PASSWORD, client=client)
    client.post(PAGE, {"act": "start"})
    client.post(PAGE, {"act": "confirm", "code": code_of(user)})
    for act in ("remove", "renew", "start", "confirm"):
        client.post(PAGE, {"act": act, "code": code_of(user)})
        assert second_factor.app_of(user), act
        assert second_factor.codes_left(user) == 10, act


def test_no_code_and_no_secret_is_ever_in_the_log(client: Client, clock: Any) -> None:
    user, codes = make_owner(clock)
    key = TOTPDevice.objects.get().key
    knock("kikaku", PASSWORD, client=client)
    sent = code_of(user, wrong=True)
    client.post(STEP, {"code": sent})
    rest(user)
    client.post(STEP, {"recovery": codes[0]})
    written = " ".join(AuditEvent.objects.values_list("summary", flat=True))
    assert "kikaku" in written
    assert not [text for text in (PASSWORD, sent, key, *codes) if text in written]
