"""A log-in ends when nobody used it for a while, and in any case after a day's work; the door says why."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goals.models.event import AuditAction, AuditEvent
from tests.door import knock
from tests.makers import PASSWORD, make_user

pytestmark = pytest.mark.django_db

MINUTE, HOUR = 60, 3600
MEMBERS = "/committee/preview/"


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_800_000_000.0
        monkeypatch.setattr("kanazawa_strategy.entrance.sessions.time.time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def member(client: Client) -> Client:
    """Return a browser in which a member has just logged in."""
    make_user("委員", username="iin", is_staff=False)
    return client


def log_in(client: Client) -> None:
    assert knock("iin", PASSWORD, client=client).status_code == 302


def is_in(client: Client) -> bool:
    return client.get(MEMBERS).status_code == 200


def told() -> list[str]:
    return list(AuditEvent.objects.filter(action=AuditAction.SESSION_ENDED).values_list("summary", flat=True))


def test_a_log_in_that_nobody_used_for_an_hour_ends_and_the_door_says_so(member: Client, clock: Clock) -> None:
    log_in(member)
    clock.now += 59 * MINUTE
    assert is_in(member)
    clock.now += 60 * MINUTE
    answer = member.get(MEMBERS)
    assert answer["Location"] == f"/accounts/login/?next={MEMBERS}"
    sentence = "60分のあいだ操作がなかったため、ログアウトしました。"
    assert f"{sentence}もう一度ログインしてください。" in member.get(answer["Location"]).content.decode()
    assert told() == [f"利用者「iin」: {sentence}"]
    assert not Session.objects.exists()


def test_a_log_in_that_is_used_ends_after_twelve_hours(member: Client, clock: Clock) -> None:
    log_in(member)
    for _ in range(23):
        clock.now += 30 * MINUTE
        assert is_in(member)
    clock.now += 30 * MINUTE
    answer = member.get(MEMBERS, follow=True)
    assert "ログインから12時間たったため、ログアウトしました。" in answer.content.decode()
    log_in(member)
    assert is_in(member)


def test_both_limits_are_settings(member: Client, clock: Clock, settings: Any) -> None:
    settings.SESSION_IDLE_MINUTES, settings.SESSION_HOURS = 5, 1
    log_in(member)
    clock.now += 4 * MINUTE
    assert is_in(member)
    clock.now += 5 * MINUTE
    assert not is_in(member)
    log_in(member)
    for _ in range(14):
        clock.now += 4 * MINUTE
        assert is_in(member)
    clock.now += 4 * MINUTE
    assert not is_in(member)


def test_the_door_of_the_staff_says_it_too(client: Client, clock: Clock) -> None:
    make_user("企画調整課", username="kikaku")
    knock("kikaku", PASSWORD, door="/admin/login/", client=client)
    assert client.get("/admin/").status_code == 200
    clock.now += 61 * MINUTE
    page = client.get("/admin/", follow=True).content.decode()
    assert "60分のあいだ操作がなかったため、ログアウトしました。" in page
    assert 'id="login-form"' in page


def test_a_form_sent_after_the_end_writes_nothing(client: Client, clock: Clock) -> None:
    user = make_user("システム管理", username="soumu")
    knock("soumu", PASSWORD, door="/admin/login/", client=client)
    clock.now += 61 * MINUTE
    answer = client.post(f"/admin/auth/user/{user.pk}/change/", {"username": "someone-else"})
    assert answer.status_code == 302
    user.refresh_from_db()
    assert user.username == "soumu"


def test_logging_in_again_over_an_old_log_in_starts_both_limits_anew(member: Client, clock: Clock) -> None:
    log_in(member)
    clock.now += 11 * HOUR
    log_in(member)
    clock.now += 50 * MINUTE
    assert is_in(member)
    clock.now += 50 * MINUTE
    assert is_in(member)


def test_a_log_in_from_before_there_were_limits_gets_its_start_when_it_is_seen(client: Client, clock: Clock) -> None:
    client.force_login(make_user("委員", username="iin", is_staff=False))
    session = client.session
    for name in ("started_at", "seen_at"):
        session.pop(name, None)
    session.save()
    assert is_in(client)
    clock.now += 61 * MINUTE
    assert not is_in(client)


def test_the_last_request_is_noted_once_a_minute_at_most(member: Client, clock: Clock) -> None:
    log_in(member)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        is_in(member)
    assert not [query for query in queries if query["sql"].startswith("UPDATE")]
    clock.now += 2 * MINUTE
    with CaptureQueriesContext(connection) as queries:
        is_in(member)
    assert [query for query in queries if query["sql"].startswith("UPDATE") and "django_session" in query["sql"]]


@pytest.mark.parametrize("cookie", [False, True])
def test_a_public_page_asks_no_session_whoever_comes(client: Client, cookie: bool) -> None:
    if cookie:
        client.force_login(make_user(username="someone"))
    for path in ("/", "/indicators/", "/measures/", "/committee/", "/about/method/"):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
        assert not [query for query in queries if "session" in query["sql"]], path
        assert not response.cookies, path
        assert "Cookie" not in response.get("Vary", ""), path
