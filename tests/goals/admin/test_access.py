"""Which doors of the admin open for whom; accounts are disabled and never deleted; the log is only read."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from goals.accounts.audit import record
from goals.models import Department, Goal, Membership, Theme
from goals.models.event import AuditAction, AuditEvent
from goals.publication import version as public_version
from kpis.models import Amendment, Assessment, Indicator, Round, YearlyValue
from measures.models import MeasureReport, Opinion, OpinionStatus
from tests.makers import (
    make_department,
    make_goal,
    make_meeting,
    make_opinion,
    make_strategy,
    make_superuser,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db

PLAN = [
    model
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label)
    if model._meta.app_label in {"goals", "kpis", "measures"} and model not in {AuditEvent}
]


def client_of(role: str, **kwargs: Any) -> Client:
    client = Client()
    client.force_login(make_user(role=role, **kwargs))
    return client


def url(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def name(model: Any) -> str:
    return str(model._meta.label)


@pytest.mark.once
@pytest.mark.parametrize("model", PLAN, ids=name)
def test_the_office_reaches_every_table_and_a_department_looks_without_touching(model: Any) -> None:
    office, department, stranger = client_of("企画調整課"), client_of("所管課"), client_of("")
    frozen = model in {Assessment}
    assert office.get(url(model, "changelist")).status_code == 200
    assert office.get(url(model, "add")).status_code == (403 if frozen else 200)
    assert department.get(url(model, "changelist")).status_code == (403 if model is Membership else 200)
    entered = model in {YearlyValue, MeasureReport}
    assert department.get(url(model, "add")).status_code == (200 if entered else 403)
    comes_in = {MeasureReport: 200, YearlyValue: 302}  # values by the 調査票, to which the address leads
    assert department.get(url(model, "import")).status_code == comes_in.get(model, 403)
    for page in ("changelist", "add", "import", "export"):
        assert stranger.get(url(model, page)).status_code == 403
        assert Client().get(url(model, page)).status_code == 302


@pytest.mark.once
@pytest.mark.parametrize("model", [User, Group, AuditEvent], ids=name)
def test_accounts_and_the_log_are_for_those_who_keep_them(model: Any) -> None:
    make_user()
    assert client_of("システム管理").get(url(model, "changelist")).status_code == 200
    assert client_of("所管課").get(url(model, "changelist")).status_code == 403
    assert client_of("委員").get(url(model, "changelist")).status_code == 403


def test_a_department_changes_nothing_of_the_plan_by_a_direct_post() -> None:
    goal, client = make_goal(title="元の題"), client_of("所管課")
    assert client.post(url(Goal, "change", goal.pk), {"title": "書き換え"}).status_code == 403
    assert client.post(url(Goal, "delete", goal.pk), {"post": "yes"}).status_code == 403
    client.post(url(Goal, "changelist"), {"action": "delete_selected", "_selected_action": [goal.pk], "post": "yes"})
    assert Goal.objects.get().title == "元の題"


# What is public


def test_saving_deleting_and_deleting_many_count_the_public_version_up(planner_client: Client) -> None:
    make_strategy()
    version = public_version.current().number
    data = {
        "slug": "kodomo",
        "label": "こども",
        "name": "計画",
        "order": "1",
        "sections-TOTAL_FORMS": "0",
        "sections-INITIAL_FORMS": "0",
    }
    planner_client.post(url(Theme, "add"), data)
    assert public_version.current().number == version + 1
    theme = Theme.objects.get()
    planner_client.post(url(Theme, "change", theme.pk), data)
    assert public_version.current().number == version + 1
    planner_client.post(url(Theme, "change", theme.pk), data | {"name": "新しい計画"})
    assert public_version.current().number == version + 2
    planner_client.post(url(Theme, "delete", theme.pk), {"post": "yes"})
    assert public_version.current().number == version + 3
    rows = [make_theme(slug="a"), make_theme(slug="b")]
    ids = [row.pk for row in rows]
    planner_client.post(url(Theme, "changelist"), {"action": "delete_selected", "_selected_action": ids, "post": "yes"})
    assert not Theme.objects.exists()
    assert public_version.current().number == version + 4


# Accounts

NO_MEMBERSHIPS = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}


def test_an_officer_makes_an_account_with_its_place_and_the_log_knows() -> None:
    department, client = make_department(), client_of("システム管理", username="system")
    data = {
        "username": "tantou",
        "last_name": "犀川",
        "first_name": "花子",
        "usable_password": "true",
        "password1": "correct-horse-battery",
        "password2": "correct-horse-battery",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-department": department.pk,
        "memberships-0-role": Group.objects.get(name="所管課").pk,
        "memberships-0-ends_on": "2100-03-31",
    }
    assert client.post(url(User, "add"), data).status_code == 302
    user = User.objects.get(username="tantou")
    assert (user.is_staff, user.is_superuser, user.has_perm("kpis.add_yearlyvalue")) == (True, False, True)
    events = AuditEvent.objects.filter(action=AuditAction.PERMISSION).order_by("pk")
    assert [(str(event.user), event.summary) for event in events] == [
        ("system", "利用者「tantou」の追加"),
        ("system", f"所属・役割「tantou {department} 所管課」（2100-03-31まで）の追加"),
    ]


@pytest.mark.once
def test_nobody_deletes_an_account() -> None:
    user = make_user(username="tantou")
    for client in (client_of("システム管理"), client_of("企画調整課")):
        assert client.post(url(User, "delete", user.pk), {"post": "yes"}).status_code == 403
    client = Client()
    client.force_login(make_superuser())
    assert client.post(url(User, "delete", user.pk), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in client.get(url(User, "changelist")).content.decode()
    assert "deletelink" not in client.get(url(User, "change", user.pk)).content.decode()
    client.post(url(User, "changelist"), {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"})
    assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.once
def test_only_a_superuser_makes_a_superuser_or_touches_one() -> None:
    boss, user, client = make_superuser(), make_user(username="tantou"), client_of("システム管理")
    content = client.get(url(User, "change", user.pk)).content.decode()
    assert "is_superuser" not in content
    data = {"username": "tantou", "is_active": "on", "is_staff": "on", "is_superuser": "on", **NO_MEMBERSHIPS}
    client.post(url(User, "change", user.pk), data)
    user.refresh_from_db()
    assert not user.is_superuser
    assert client.post(url(User, "change", boss.pk), data | {"username": "hijacked"}).status_code == 403
    assert client.get(reverse("admin:auth_user_password_change", args=[boss.pk])).status_code == 403


def test_a_membership_given_or_ended_is_in_the_log() -> None:
    user, client = make_user(username="tantou"), client_of("企画調整課", username="kikaku")
    role = Group.objects.get(name="所管課")
    client.post(url(Membership, "add"), {"user": user.pk, "role": role.pk, "department": "", "ends_on": ""})
    event = AuditEvent.objects.get(action=AuditAction.PERMISSION)
    assert (str(event.user), event.summary) == ("kikaku", "所属・役割「tantou 所管課」の追加")


# The log


def test_not_even_a_superuser_writes_in_the_log(super_client: Client) -> None:
    event = record(AuditAction.LOGIN, "ログイン")
    assert super_client.get(url(AuditEvent, "add")).status_code == 403
    assert super_client.post(url(AuditEvent, "change", event.pk), {"summary": "x"}).status_code == 403
    assert super_client.post(url(AuditEvent, "delete", event.pk), {"post": "yes"}).status_code == 403
    assert AuditEvent.objects.get(pk=event.pk).summary == "ログイン"


# The committee


def test_a_member_hands_in_an_opinion_that_is_not_public_and_edits_only_that() -> None:
    meeting, goal = make_meeting(), make_goal()
    client = client_of("委員", username="iin")
    data = {
        "code": "2024-10-22-1",
        "meeting": meeting.pk,
        "order": "1",
        "member": "中川委員",
        "goal": goal.pk,
        "text": "もっと分かりやすく。",
        "status": "PUBLIC",
    }
    assert client.post(url(Opinion, "add"), data).status_code == 302
    own = Opinion.objects.get()
    assert (own.status, str(own.author)) == (OpinionStatus.SUBMITTED, "iin")
    public = make_opinion(meeting=meeting, order=2)
    hidden = make_opinion(meeting=meeting, order=3, status=OpinionStatus.SUBMITTED)
    assert set(client.get(url(Opinion, "changelist")).context["cl"].result_list) == {own, public}
    assert client.post(url(Opinion, "change", own.pk), data | {"text": "直した。"}).status_code == 302
    own.refresh_from_db()
    assert (own.text, own.status) == ("直した。", OpinionStatus.SUBMITTED)
    assert client.post(url(Opinion, "change", public.pk), data).status_code == 403
    assert client.get(url(Opinion, "change", hidden.pk)).status_code == 302
    own.status = OpinionStatus.PUBLIC
    own.save()
    assert client.post(url(Opinion, "change", own.pk), data).status_code == 403


def test_the_models_named_here_are_registered() -> None:
    assert {Amendment, Department, Indicator, Round} <= set(PLAN)
