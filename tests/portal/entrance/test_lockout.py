"""Too many wrong passwords lock a name out at one address, at both doors, for a while; nobody else notices."""

from __future__ import annotations

import datetime
from io import StringIO
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from goals.accounts.addresses import client_address
from goals.accounts.lockout import origin_of
from goals.models.event import AuditAction, AuditEvent
from tests.door import DOORS, knock, lets_in
from tests.makers import PASSWORD, make_superuser, make_user

pytestmark = pytest.mark.django_db

LIMIT = 5
HERE: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.7"}
THERE: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.8"}


def guess(name: str, times: int = LIMIT, **kwargs: Any) -> list[int]:
    return [knock(name, f"guess-{turn}", **{**HERE, **kwargs}).status_code for turn in range(times)]


def told(action: AuditAction) -> list[tuple[str, str | None]]:
    return list(AuditEvent.objects.filter(action=action).order_by("pk").values_list("summary", "address"))


def later(monkeypatch: pytest.MonkeyPatch, **passed: float) -> None:
    now = timezone.now() + datetime.timedelta(**passed)
    monkeypatch.setattr("axes.handlers.proxy.now", lambda: now)


@pytest.mark.parametrize("door", DOORS)
def test_the_limit_locks_a_name_out_with_a_page_of_ours_and_the_right_password_is_refused(door: str) -> None:
    make_user(username="tantou")
    assert guess("tantou", door=door) == [200] * (LIMIT - 1) + [429]
    answer = knock("tantou", PASSWORD, door=door, **HERE)
    page = answer.content.decode()
    assert answer.status_code == 429
    assert "15分たってから、もう一度お試しください" in page
    assert 'class="site-header"' in page
    assert answer["Retry-After"] == "900"
    assert "no-store" in answer["Cache-Control"]
    assert not lets_in("tantou", PASSWORD, door=door, **HERE)


def test_both_doors_count_together() -> None:
    make_user(username="tantou")
    guess("tantou", 3, door=DOORS[0])
    guess("tantou", 2, door=DOORS[1])
    assert [knock("tantou", PASSWORD, door=door, **HERE).status_code for door in DOORS] == [429, 429]


def test_below_the_limit_the_right_password_opens_and_the_count_begins_anew() -> None:
    make_user(username="tantou")
    for _ in range(2):
        assert guess("tantou", LIMIT - 1) == [200] * (LIMIT - 1)
        assert lets_in("tantou", PASSWORD, **HERE)


def test_others_are_not_locked_out_nor_the_same_name_from_elsewhere() -> None:
    make_user(username="tantou")
    make_user(username="douryou")
    guess("tantou")
    assert lets_in("douryou", PASSWORD, **HERE)
    assert lets_in("tantou", PASSWORD, **THERE)
    assert not lets_in("tantou", PASSWORD, **HERE)


def test_the_door_opens_again_after_the_cool_off_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    make_user(username="tantou")
    guess("tantou")
    later(monkeypatch, minutes=14)
    assert not lets_in("tantou", PASSWORD, **HERE)
    later(monkeypatch, minutes=16)  # of these, the try two minutes ago adds nothing
    assert lets_in("tantou", PASSWORD, **HERE)


@pytest.mark.once
def test_limit_and_cool_off_are_settings(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.AXES_FAILURE_LIMIT = settings.LOGIN_FAILURE_LIMIT = 2
    settings.AXES_COOLOFF_TIME, settings.LOGIN_COOLOFF_MINUTES = datetime.timedelta(minutes=3), 3
    make_user(username="tantou")
    assert guess("tantou", 2) == [200, 429]
    assert "3分たってから" in knock("tantou", PASSWORD, **HERE).content.decode()
    later(monkeypatch, minutes=4)
    assert lets_in("tantou", PASSWORD, **HERE)


def test_an_unknown_name_is_locked_out_by_the_same_answers() -> None:
    make_user(username="tantou")
    pages = []
    for name in ("tantou", "daremo"):
        answers = [knock(name, "wrong", **HERE) for _ in range(LIMIT + 1)]
        pages.append([(answer.status_code, answer.content.decode().replace(name, "")) for answer in answers])
    for known, unknown in zip(*pages, strict=True):
        assert known[0] == unknown[0]
        if known[0] == 429:
            assert known[1] == unknown[1]


def test_what_was_typed_as_an_unknown_name_is_kept_nowhere_as_it_was_typed() -> None:
    make_user(username="tantou")
    guess("himitsu-no-kotoba")
    guess("tantou")
    kept = [value for row in AccessAttempt.objects.values_list() for value in row]
    assert "tantou" in kept
    written = " ".join(map(str, kept + list(AuditEvent.objects.values_list("summary", flat=True))))
    assert "himitsu" not in written
    assert "guess-" not in written


def test_a_lock_out_is_in_the_log_once_with_the_tries_after_it_marked() -> None:
    make_user(username="tantou")
    guess("tantou", LIMIT + 2)
    assert told(AuditAction.LOCKED_OUT) == [("利用者「tantou」", "192.0.2.7")]
    failed = [summary for summary, _ in told(AuditAction.LOGIN_FAILED)]
    assert failed == ["利用者「tantou」"] * LIMIT + ["利用者「tantou」（停止中）"] * 2


def test_of_an_unknown_name_the_log_says_only_that_it_is_unknown() -> None:
    guess("himitsu")
    assert told(AuditAction.LOCKED_OUT) == [("登録のない利用者名", "192.0.2.7")]


@pytest.mark.once
def test_an_unknown_name_costs_a_hash_as_a_known_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    make_user(username="tantou")
    encode, hashed = MD5PasswordHasher.encode, []

    def counted(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    for name in ("tantou", "daremo"):
        knock(name, f"wrong for {name}", **HERE)
    assert hashed == ["wrong for tantou", "wrong for daremo"]


# Letting somebody in again


def lift(client: Client, *names: str) -> Any:
    keys = list(User.objects.filter(username__in=names).values_list("pk", flat=True))
    form = {"action": "lift_lock_out", "_selected_action": keys}
    return client.post(reverse("admin:auth_user_changelist"), form, follow=True)


@pytest.mark.once
@pytest.mark.parametrize("role", ["企画調整課", "システム管理"])
def test_who_keeps_accounts_lets_somebody_in_again(role: str) -> None:
    make_user(username="tantou")
    make_user(username="douryou")
    guess("tantou")
    client = Client(REMOTE_ADDR="192.0.2.9")
    client.force_login(make_user(role, username="kakari"))
    page = lift(client, "tantou", "douryou").content.decode()
    assert "1人のログイン停止を解除しました" in page
    assert lets_in("tantou", PASSWORD, **HERE)
    (event,) = AuditEvent.objects.filter(action=AuditAction.UNLOCKED)
    assert (event.summary, str(event.user), event.address) == (
        "利用者「tantou」のログイン停止を解除",
        "kakari",
        "192.0.2.9",
    )


@pytest.mark.once
def test_a_department_lets_nobody_in() -> None:
    make_user(username="tantou")
    guess("tantou")
    client = Client()
    client.force_login(make_user("所管課", username="kakari"))
    assert lift(client, "tantou").status_code == 403
    assert not lets_in("tantou", PASSWORD, **HERE)


@pytest.mark.once
def test_only_a_superuser_lets_a_superuser_in_again(super_client: Client) -> None:
    make_superuser(username="oyakata")
    guess("oyakata")
    client = Client()
    client.force_login(make_user("システム管理", username="kakari"))
    lift(client, "oyakata")
    assert not lets_in("oyakata", PASSWORD, **HERE)
    lift(super_client, "oyakata")
    assert lets_in("oyakata", PASSWORD, **HERE)


def test_the_command_lets_somebody_in_again_and_writes_it_down() -> None:
    make_user(username="tantou")
    guess("tantou")
    out, errors = StringIO(), StringIO()
    call_command("axes_reset_username", "tantou", "tantou", "daremo", stdout=out, stderr=errors)
    assert out.getvalue().splitlines() == [
        "利用者「tantou」のログイン停止を解除しました。",
        "利用者「tantou」のログインは止まっていません。",
    ]
    assert "「daremo」はいません" in errors.getvalue()
    assert lets_in("tantou", PASSWORD, **HERE)
    assert told(AuditAction.UNLOCKED) == [
        ("利用者「tantou」のログイン停止を解除（コマンド axes_reset_username）", None)
    ]


# Where from


def address(behind: bool, settings: Any, forwarded: str | None, seen: str = "10.0.0.1") -> str | None:
    settings.BEHIND_PROXY = behind
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=seen, headers=headers))


@pytest.mark.once
@pytest.mark.parametrize(
    ("behind", "forwarded", "seen", "found"),
    [
        (False, None, "192.0.2.7", "192.0.2.7"),
        (False, "203.0.113.5", "192.0.2.7", "192.0.2.7"),  # nobody asked for the client's own word
        (True, "203.0.113.5", "10.0.0.1", "203.0.113.5"),
        (True, "198.51.100.1, 203.0.113.5", "10.0.0.1", "203.0.113.5"),  # the first is the client's invention
        (True, "198.51.100.1,not-an-address", "10.0.0.1", "10.0.0.1"),
        (True, None, "10.0.0.1", "10.0.0.1"),
        (True, "", "", None),
        (False, None, "", None),
        (False, None, "unix:", None),
        (False, None, "::ffff:192.0.2.7", "192.0.2.7"),
        (False, None, "fe80::1%eth0", "fe80::1"),
        (True, "2001:DB8::1", "10.0.0.1", "2001:db8::1"),
    ],
)
def test_the_address_is_the_one_that_the_server_or_its_proxy_saw(
    settings: Any, behind: bool, forwarded: str | None, seen: str, found: str | None
) -> None:
    assert address(behind, settings, forwarded, seen) == found


@pytest.mark.once
def test_of_ipv6_the_network_is_counted(settings: Any) -> None:
    settings.BEHIND_PROXY = False
    request = RequestFactory().get("/", REMOTE_ADDR="2001:db8:1:2:aaaa::1")
    assert origin_of(request) == "2001:db8:1:2::"
    assert client_address(request) == "2001:db8:1:2:aaaa::1"


@pytest.mark.once
def test_a_client_can_neither_escape_a_lock_out_nor_lock_others_out_by_a_header(settings: Any) -> None:
    settings.BEHIND_PROXY = True
    make_user(username="tantou")
    for turn in range(LIMIT):
        invented: dict[str, Any] = {"HTTP_X_FORWARDED_FOR": f"203.0.113.{turn}, 198.51.100.9"}
        knock("tantou", "wrong", REMOTE_ADDR="10.0.0.1", **invented)
    attacker: dict[str, Any] = {"HTTP_X_FORWARDED_FOR": "203.0.113.77, 198.51.100.9"}
    assert not lets_in("tantou", PASSWORD, REMOTE_ADDR="10.0.0.1", **attacker)
    assert lets_in("tantou", PASSWORD, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.1")
