"""The log knows who came, who was turned away, what was opened and what was given; nobody writes in it by hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals.accounts.audit import record
from goals.models import Membership
from goals.models.event import AuditAction, AuditEvent
from kpis.models import RoundStatus, Workflow
from tests.makers import PASSWORD, make_department, make_round, make_user, make_value

pytestmark = pytest.mark.django_db

DOORS = ["/admin/login/", "/accounts/login/"]
LOG = reverse("admin:goals_auditevent_changelist")


def the_only(action: AuditAction) -> AuditEvent:
    return AuditEvent.objects.get(action=action)


def knock(door: str, username: str, password: str = PASSWORD, **kwargs: Any) -> Client:
    client = Client(**kwargs)
    client.post(door, {"username": username, "password": password})
    return client


@pytest.mark.parametrize("door", DOORS)
def test_who_comes_in_is_logged_with_department_and_address(door: str) -> None:
    make_user(role="所管課", departments=[make_department(name="こども課")], username="tantou")
    knock(door, "tantou", REMOTE_ADDR="192.0.2.7")
    event = the_only(AuditAction.LOGIN)
    assert (str(event.user), event.department, event.address) == ("tantou", "こども課", "192.0.2.7")
    assert str(event) == "ログイン 利用者「tantou」"


def test_the_address_is_not_taken_from_what_the_visitor_says() -> None:
    make_user(username="tantou")
    knock(DOORS[0], "tantou", REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="198.51.100.1")
    assert the_only(AuditAction.LOGIN).address == "192.0.2.7"


@pytest.mark.parametrize("way_out", ["/admin/logout/", "/accounts/logout/"])
def test_who_leaves_is_logged_once(way_out: str) -> None:
    make_user(username="tantou")
    client = knock(DOORS[0], "tantou")
    client.post(way_out)
    client.post(way_out)
    assert str(the_only(AuditAction.LOGOUT).user) == "tantou"


@pytest.mark.parametrize("door", DOORS)
def test_a_wrong_password_is_logged_under_the_account_that_was_tried(door: str) -> None:
    make_user(username="tantou")
    knock(door, "tantou", "wrong", REMOTE_ADDR="192.0.2.7")
    event = the_only(AuditAction.LOGIN_FAILED)
    assert (str(event.user), event.address, event.summary) == ("tantou", "192.0.2.7", "利用者「tantou」")
    assert not AuditEvent.objects.filter(action=AuditAction.LOGIN).exists()


def test_a_name_that_nobody_has_is_not_written_down() -> None:
    knock(DOORS[0], "my-secret-password", "x")
    event = the_only(AuditAction.LOGIN_FAILED)
    assert (event.user, event.summary) == (None, "登録のない利用者名")


def test_an_account_that_was_disabled_is_told_apart() -> None:
    make_user(username="moto", is_active=False)
    knock(DOORS[0], "moto")
    assert the_only(AuditAction.LOGIN_FAILED).summary == "利用者「moto」（使えなくした利用者）"


def test_opening_and_closing_a_round_are_logged_and_a_refusal_is_not(planner_client: Client) -> None:
    round_ = make_round(status=RoundStatus.PREPARING)
    for action in ("close_entry", "open_entry", "open_entry", "close_entry"):
        data = {"action": action, "_selected_action": [round_.pk]}
        planner_client.post(reverse("admin:kpis_round_changelist"), data)
    events = AuditEvent.objects.filter(action=AuditAction.OPEN).order_by("pk")
    assert [(str(event.user), event.summary) for event in events] == [
        ("kikaku", "第3次 令和6年度の受付を開始"),
        ("kikaku", "第3次 令和6年度の受付を締切"),
    ]


def test_what_is_confirmed_in_the_list_is_logged_with_the_address(planner_client: Client) -> None:
    value = make_value(workflow=Workflow.SUBMITTED)
    data = {"action": "confirm", "_selected_action": [value.pk]}
    planner_client.post(reverse("admin:kpis_yearlyvalue_changelist"), data, REMOTE_ADDR="192.0.2.8")
    assert the_only(AuditAction.CONFIRM).address == "192.0.2.8"


def test_outside_of_a_request_there_is_no_address() -> None:
    assert record(AuditAction.ADOPT, "改訂").address is None


def test_a_role_taken_away_is_in_the_log() -> None:
    user, client = make_user(role="委員", username="iin"), Client()
    client.force_login(make_user(role="システム管理", username="soumu"))
    row = Membership.objects.get(user=user)
    client.post(reverse("admin:goals_membership_delete", args=[row.pk]), {"post": "yes"})
    event = the_only(AuditAction.PERMISSION)
    assert (str(event.user), event.summary) == ("soumu", "所属・役割「iin 委員」の削除")


def test_the_log_is_filtered_by_action_and_by_user() -> None:
    officer, other = make_user(role="システム管理", username="soumu"), make_user(username="tantou")
    client = Client()
    client.force_login(officer)
    record(AuditAction.EXPORT, "書き出した", user=other)
    page = client.get(LOG, {"action__exact": "EXPORT"})
    assert [str(event) for event in page.context["cl"].result_list] == ["書き出し 書き出した"]
    page = client.get(LOG, {"user__id__exact": officer.pk})
    assert [event.action for event in page.context["cl"].result_list] == ["LOGIN"]


def test_the_log_is_not_edited_by_anybody(super_client: Client) -> None:
    event = record(AuditAction.EXPORT, "書き出した")
    for page in ("change", "delete"):
        address = reverse(f"admin:goals_auditevent_{page}", args=[event.pk])
        assert super_client.post(address, {"post": "yes", "summary": "x"}).status_code == 403
    super_client.post(LOG, {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"})
    event.refresh_from_db()
    assert event.summary == "書き出した"


@pytest.mark.parametrize("role", ["所管課", "企画調整課", "委員"])
def test_the_log_is_for_those_who_keep_it(role: str) -> None:
    client = Client()
    client.force_login(make_user(role=role))
    assert client.get(LOG).status_code == 403
    assert Client().get(LOG).status_code == 302


def test_the_query_count_of_the_log_does_not_grow() -> None:
    client, counts = Client(), []
    client.force_login(make_user(role="システム管理"))
    for round_ in range(2):
        for number in range(1 + 5 * round_):
            record(AuditAction.EXPORT, "書き出した", user=make_user(username=f"tantou{round_}{number}"))
        with CaptureQueriesContext(connection) as found:
            client.get(LOG)
        counts.append(len(found))
    assert counts[0] == counts[1]
