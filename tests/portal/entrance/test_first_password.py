"""A password that an administrator set lets nobody in before its owner has replaced it, at either door."""

from __future__ import annotations

import re
import time
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from goals.accounts import passwords
from goals.models import HandedPassword
from goals.models.event import AuditAction, AuditEvent
from tests.door import DOORS, knock, lets_in
from tests.makers import PASSWORD, make_superuser, make_user

pytestmark = pytest.mark.django_db

HANDED, OWN = "handed-over-on-paper-7", "my-very-own-words-42"
STEP = "/accounts/login/password/"


def make_newcomer(role: str = "所管課", **kwargs: Any) -> User:
    user = make_user(role, username="shinjin", password=HANDED, **kwargs)
    passwords.hand_over(user)
    return user


def choose(client: Client, first: str = OWN, second: str | None = None) -> Any:
    return client.post(STEP, {"new_password1": first, "new_password2": first if second is None else second})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.once
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("role", ["所管課", "企画調整課", "システム管理"])
def test_staff_choose_a_password_before_they_are_in(client: Client, door: str, role: str) -> None:
    make_newcomer(role)
    answer = knock("shinjin", HANDED, door=door, client=client)
    assert answer["Location"] == STEP
    assert not is_in(client)
    assert client.get("/admin/").status_code == 302
    page = client.get(STEP).content.decode()
    assert "自分だけが知るパスワードに変えてください" in page
    assert choose(client)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert lets_in("shinjin", OWN)
    assert not lets_in("shinjin", HANDED)


def test_a_member_chooses_a_password_and_comes_to_the_page_that_was_asked_for(client: Client) -> None:
    make_newcomer("委員", is_staff=False)
    form = {"username": "shinjin", "password": HANDED, "next": "/committee/opinions/new/"}
    assert client.post("/accounts/login/", form)["Location"] == STEP
    assert client.get("/committee/preview/").status_code == 302
    assert choose(client)["Location"] == "/committee/opinions/new/"
    assert is_in(client)


@pytest.mark.once
@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (HANDED, None, "いまのパスワードと同じです"),
        ("short", None, "12 文字以上"),
        ("", "", "新しいパスワードを入力してください"),
        (OWN, "another-passphrase-9", "一致しません"),
        ("shinjin12345", None, "似すぎています"),
    ],
)
def test_a_password_that_will_not_do_is_refused_in_a_sentence(
    client: Client, first: str, second: str | None, said: str
) -> None:
    make_newcomer()
    knock("shinjin", HANDED, client=client)
    answer = choose(client, first, second)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not is_in(client)
    assert HandedPassword.objects.exists()


def test_the_page_is_for_nobody_who_has_not_typed_the_password(client: Client) -> None:
    user = make_newcomer()
    assert client.get(STEP)["Location"] == "/accounts/login/"
    assert choose(client)["Location"] == "/accounts/login/"
    client.force_login(make_user(username="douryou"))
    assert choose(client)["Location"] == "/accounts/login/"
    user.refresh_from_db()
    assert user.check_password(HANDED)


def test_a_quarter_of_an_hour_later_the_password_has_to_be_typed_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_newcomer()
    knock("shinjin", HANDED, client=client)
    now = time.time() + 15 * 60 + 5
    monkeypatch.setattr("kanazawa_strategy.entrance.steps.time.time", lambda: now)
    assert choose(client)["Location"] == "/accounts/login/"
    assert HandedPassword.objects.exists()


def test_a_password_that_was_set_anew_meanwhile_or_an_account_that_was_disabled_ends_the_way_in(client: Client) -> None:
    user = make_newcomer()
    knock("shinjin", HANDED, client=client)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert choose(client)["Location"] == "/accounts/login/"
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert client.get(STEP).status_code == 200
    user.set_password("yet-another-passphrase-3")
    user.save()
    assert choose(client)["Location"] == "/accounts/login/"


def test_the_log_holds_the_change_before_the_log_in_and_neither_password(client: Client) -> None:
    make_newcomer()
    knock("shinjin", HANDED, client=client, REMOTE_ADDR="192.0.2.7")
    assert not AuditEvent.objects.filter(action=AuditAction.LOGIN).exists()
    choose(client)
    events = AuditEvent.objects.order_by("pk")
    assert [(event.action, str(event.user)) for event in events] == [("PASSWORD", "shinjin"), ("LOGIN", "shinjin")]
    assert events[0].summary == "利用者「shinjin」が、渡されたパスワードを自分のものに変更"
    assert not [event for event in events if HANDED in event.summary or OWN in event.summary]


# Which passwords are handed


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role, username="kakari"))
    return client


def handed() -> list[str]:
    return sorted(HandedPassword.objects.values_list("user__username", flat=True))


@pytest.mark.parametrize("role", ["企画調整課", "システム管理"])
def test_an_account_that_an_administrator_makes_has_a_handed_password(role: str) -> None:
    form = {"username": "shinjin", "password1": HANDED, "password2": HANDED, "usable_password": "true"}
    rows = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    assert client_of(role).post(reverse("admin:auth_user_add"), form | rows).status_code == 302
    assert handed() == ["shinjin"]
    client = Client()
    assert knock("shinjin", HANDED, client=client, door=DOORS[0])["Location"] == STEP


def test_a_password_that_an_administrator_sets_is_handed_and_one_taken_away_is_not() -> None:
    user, client = make_user(username="tantou"), client_of("システム管理")
    page = reverse("admin:auth_user_password_change", args=[user.pk])
    client.post(page, {"password1": HANDED, "password2": HANDED, "usable_password": "true", "set-password": "x"})
    assert handed() == ["tantou"]
    client.post(page, {"usable_password": "false", "unset-password": "x"})
    assert handed() == []


def test_an_administrator_s_own_password_is_not_handed() -> None:
    client = client_of("システム管理")
    own = User.objects.get(username="kakari")
    page = reverse("admin:auth_user_password_change", args=[own.pk])
    client.post(page, {"password1": OWN, "password2": OWN, "usable_password": "true", "set-password": "x"})
    own.refresh_from_db()
    assert own.check_password(OWN)
    assert handed() == []


def test_a_superuser_of_the_command_line_chose_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", OWN)
    call_command("createsuperuser", interactive=False, username="kanri", email="", verbosity=0)
    assert handed() == []
    assert lets_in("kanri", OWN)


def test_a_password_set_on_the_command_line_is_handed(monkeypatch: pytest.MonkeyPatch) -> None:
    make_user(username="tantou")
    monkeypatch.setattr("getpass.getpass", lambda prompt="": HANDED)
    call_command("changepassword", "tantou", stdout=StringIO())
    assert handed() == ["tantou"]


def test_who_changes_the_own_password_settles_it(client: Client) -> None:
    user = make_user("所管課", username="tantou")
    passwords.hand_over(user)
    client.force_login(user)
    form = {"old_password": PASSWORD, "new_password1": OWN, "new_password2": OWN}
    assert client.post("/admin/password_change/", form).status_code == 302
    assert handed() == []
    passwords.hand_over(user)
    form = {"old_password": OWN, "new_password1": HANDED, "new_password2": HANDED}
    assert client.post("/accounts/password/", form).status_code == 302
    assert handed() == []


def test_the_least_length_is_a_setting(client: Client, settings: Any) -> None:
    settings.AUTH_PASSWORD_VALIDATORS = [
        {
            "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
            "OPTIONS": {"min_length": 20},
        }
    ]
    make_newcomer()
    knock("shinjin", HANDED, client=client)
    assert "20 文字以上" in client.get(STEP).content.decode()
    assert re.search("20 文字以上", choose(client, "only-nineteen-chars").content.decode())


def test_make_superuser_needs_no_step() -> None:
    make_superuser(username="kanri")
    assert lets_in("kanri", PASSWORD, door=DOORS[0])
