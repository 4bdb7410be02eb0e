"""Whatever gives or takes a permission, or changes a password, is in the log: who, whose, from what to what."""

from __future__ import annotations

import datetime
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from goals.accounts import roles
from goals.accounts.audit import record_parts
from goals.models import Membership
from goals.models.event import LONGEST, AuditAction, AuditEvent
from tests.door import lets_in
from tests.makers import PASSWORD, make_department, make_superuser, make_user
from tests.transfer import bring, take, upload

pytestmark = pytest.mark.django_db

NEW = "another-horse-battery-staple"
OWN = reverse("admin:password_change")
HEAD = "username,department,role,ends_on\n"


def page_of(page: str, user: User) -> str:
    return reverse(f"admin:auth_user_{page}", args=[user.pk])


def client_of(role: str, **kwargs: Any) -> Client:
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(make_user(role=role, **kwargs))
    return client


def told(action: AuditAction = AuditAction.PERMISSION) -> list[str]:
    return list(AuditEvent.objects.filter(action=action).order_by("pk").values_list("summary", flat=True))


def form_of(user: User, **changes: Any) -> dict[str, Any]:
    """Return what the form of an account sends, unchanged but for `changes`; a None leaves a box empty."""
    data: dict[str, Any] = {"username": user.username, "is_active": "on", "is_staff": "on"}
    rows = list(user.memberships.all())
    data |= {"memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": len(rows)}
    for place, row in enumerate(rows):
        name = f"memberships-{place}"
        data |= {f"{name}-id": row.pk, f"{name}-user": user.pk, f"{name}-ends_on": row.ends_on or ""}
        data |= {f"{name}-department": row.department_id or "", f"{name}-role": row.role_id or ""}
    return {name: content for name, content in (data | changes).items() if content is not None}


# Passwords


def change_own(client: Client, old: str = PASSWORD) -> Any:
    return client.post(OWN, {"old_password": old, "new_password1": NEW, "new_password2": NEW})


@pytest.mark.once
@pytest.mark.parametrize("role", ["所管課", "企画調整課", "システム管理", ""])
def test_a_password_changed_by_its_owner_is_in_the_log(role: str) -> None:
    client = client_of(role, username="tantou", departments=[make_department(name="こども課")] if role else [])
    assert change_own(client).status_code == 302
    event = AuditEvent.objects.get(action=AuditAction.PASSWORD)
    assert event.summary == "利用者「tantou」が自分のパスワードを変更"
    assert (str(event.user), event.department) == ("tantou", "こども課" if role else "")
    assert event.address == "192.0.2.7"
    assert lets_in("tantou", NEW)


def test_a_password_that_was_not_changed_is_not_in_the_log() -> None:
    client = client_of("", username="tantou")
    assert client.get(OWN).status_code == 200
    assert change_own(client, old="wrong").status_code == 200
    assert Client().post(OWN, {}).status_code == 302
    assert told(AuditAction.PASSWORD) == []


def test_a_password_set_for_another_is_in_the_log_under_who_set_it() -> None:
    user, client = make_user(username="tantou"), client_of("システム管理", username="soumu")
    data = {"password1": NEW, "password2": NEW, "usable_password": "true", "set-password": "x"}
    assert client.post(page_of("password_change", user), data).status_code == 302
    event = AuditEvent.objects.get(action=AuditAction.PASSWORD)
    assert (str(event.user), event.address) == ("soumu", "192.0.2.7")
    assert event.summary == "利用者「tantou」のパスワードを変更"
    assert User.objects.get(username="tantou").check_password(NEW)


def test_a_password_taken_away_is_in_the_log() -> None:
    user, client = make_user(username="tantou"), client_of("システム管理")
    client.post(page_of("password_change", user), {"usable_password": "false", "unset-password": "x"})
    assert told(AuditAction.PASSWORD) == ["利用者「tantou」のパスワードによるログインを停止"]


@pytest.mark.once
@pytest.mark.parametrize("role", ["所管課", "委員", ""])
def test_others_set_no_password(role: str) -> None:
    user, client = make_user(username="tantou"), client_of(role)
    data = {"password1": NEW, "password2": NEW, "usable_password": "true", "set-password": "x"}
    assert client.post(page_of("password_change", user), data).status_code == 403
    assert told(AuditAction.PASSWORD) == []


def test_neither_a_password_nor_its_hash_is_ever_in_the_log() -> None:
    user, client = make_user(username="tantou"), client_of("システム管理", username="soumu")
    data = {"password1": NEW, "password2": NEW, "usable_password": "true", "set-password": "x"}
    hashes = [user.password]
    client.post(page_of("password_change", user), data)
    hashes.append(User.objects.get(pk=user.pk).password)
    change_own(client)
    names = {
        "username": "shinjin",
        "last_name": "犀川",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    client.post(reverse("admin:auth_user_add"), data | names)
    client.post(page_of("change", user), form_of(user, last_name="犀川", password="x" * 20))
    hashes += User.objects.values_list("password", flat=True)
    assert len(told(AuditAction.PASSWORD)) == 2
    written = " ".join(AuditEvent.objects.values_list("summary", flat=True))
    assert "shinjin" in written
    assert not [text for text in (PASSWORD, NEW, "x" * 20, *hashes) if text in written]


# Accounts


def test_fields_of_an_account_are_named_in_japanese() -> None:
    user, client = make_user(username="tantou"), client_of("システム管理")
    client.post(page_of("change", user), form_of(user, last_name="犀川", first_name="花子", email="hanako@example.jp"))
    assert told() == ["利用者「tantou」の変更: 姓、名、メールアドレス"]


def test_an_account_that_is_disabled_and_one_that_is_renamed_say_what_they_were() -> None:
    user, client = make_user(username="tantou"), client_of("システム管理", username="soumu")
    client.post(page_of("change", user), form_of(user, username="moto", is_active=None, is_staff=None))
    (event,) = AuditEvent.objects.filter(action=AuditAction.PERMISSION)
    assert event.summary == (
        "利用者「moto」の変更: ユーザー名 tantou → moto、有効 はい → いいえ、スタッフ権限 はい → いいえ"
    )
    assert (str(event.user), event.address) == ("soumu", "192.0.2.7")


def test_the_power_of_a_superuser_given_by_one_is_told_with_groups_and_permissions(super_client: Client) -> None:
    roles.sync()
    user = make_user(username="tantou")
    user.groups.add(Group.objects.get(name="委員"))
    kept, lost, won = Permission.objects.order_by("pk")[:3]
    user.user_permissions.add(kept, lost)
    groups = list(Group.objects.filter(name__in=["所管課", "企画調整課"]).values_list("pk", flat=True))
    data = form_of(user, is_superuser="on", groups=groups, user_permissions=[kept.pk, won.pk])
    assert super_client.post(page_of("change", user), data).status_code == 302
    (line,) = told()
    assert "スーパーユーザー権限 いいえ → はい、グループ 委員 → 企画調整課・所管課、" in line
    assert f"「{won}」を追加、" in line
    assert f"「{lost}」を取消し" in line
    assert str(kept) not in line


def test_an_account_saved_as_it_was_leaves_nothing_in_the_log() -> None:
    user = make_user("所管課", [make_department()], username="tantou", ends_on=datetime.date(2100, 3, 31))
    client = client_of("システム管理")
    assert client.post(page_of("change", user), form_of(user)).status_code == 302
    assert told() == []


def test_an_account_refused_leaves_nothing_in_the_log() -> None:
    user, client = make_user(username="tantou"), client_of("システム管理")
    assert client.post(page_of("change", user), form_of(user, username="", last_name="犀川")).status_code == 200
    client = client_of("所管課")
    assert client.post(page_of("change", user), form_of(user, last_name="犀川")).status_code == 403
    assert told() == []


# Memberships


def test_memberships_under_an_account_are_told_one_by_one() -> None:
    kodomo, zeimu = make_department(name="こども課"), make_department(name="税務課")
    user = make_user("所管課", [kodomo, zeimu], username="tantou")
    role = Group.objects.get(name="企画調整課")
    data = form_of(user) | {
        "memberships-TOTAL_FORMS": "3",
        "memberships-0-ends_on": "2027-03-31",
        "memberships-1-DELETE": "on",
        "memberships-2-role": role.pk,
    }
    client = client_of("システム管理", username="soumu")
    assert client.post(page_of("change", user), data).status_code == 302
    assert told() == [
        "所属・役割「tantou こども課 所管課」の変更: 終了日 なし → 2027-03-31",
        "所属・役割「tantou 税務課 所管課」の削除",
        "所属・役割「tantou 企画調整課」の追加",
    ]


@pytest.mark.once
@pytest.mark.parametrize("role", ["企画調整課", "システム管理"])
def test_memberships_in_their_own_table_are_told_with_what_they_were(role: str) -> None:
    kodomo, zeimu = make_department(name="こども課"), make_department(name="税務課")
    user = make_user("所管課", [kodomo], username="tantou")
    row = user.memberships.get()
    client = client_of(role, username="kakari")
    planner = Group.objects.get(name="企画調整課")
    data = {"user": user.pk, "department": zeimu.pk, "role": planner.pk, "ends_on": "2027-03-31"}
    client.post(reverse("admin:goals_membership_change", args=[row.pk]), data)
    client.post(reverse("admin:goals_membership_add"), data | {"department": kodomo.pk, "ends_on": ""})
    assert told() == [
        "所属・役割「tantou こども課 所管課」の変更: 所管課 こども課 → 税務課、役割 所管課 → 企画調整課、終了日 なし → 2027-03-31",
        "所属・役割「tantou こども課 企画調整課」の追加",
    ]
    client.post(reverse("admin:goals_membership_delete", args=[row.pk]), {"post": "yes"})
    assert told()[2:] == ["所属・役割「tantou 税務課 企画調整課」（2027-03-31まで）の削除"]
    events = AuditEvent.objects.filter(action=AuditAction.PERMISSION)
    assert {(str(event.user), event.address) for event in events} == {("kakari", "192.0.2.7")}


def test_memberships_deleted_together_are_told_one_by_one() -> None:
    rows = [make_user("委員", username=name).memberships.get() for name in ("ichi", "ni")]
    client = client_of("企画調整課")
    data = {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"}
    client.post(reverse("admin:goals_membership_changelist"), data)
    assert told() == ["所属・役割「ichi 委員」の削除", "所属・役割「ni 委員」の削除"]


def test_memberships_that_come_by_a_file_are_told_when_it_is_confirmed() -> None:
    make_department(code="kodomo", name="こども課")
    make_user("委員", username="iin")
    make_user(username="tantou")
    client = client_of("企画調整課", username="kikaku")
    content = f"{HEAD}tantou,kodomo,所管課,2027-03-31\niin,,委員,2027-03-31\n"
    upload(client, Membership, content)
    assert told() == []
    bring(client, Membership, content)
    assert told() == [
        "所属・役割「tantou こども課 所管課」（2027-03-31まで）の追加",
        "所属・役割「iin 委員」の変更: 終了日 なし → 2027-03-31",
    ]
    assert told(AuditAction.IMPORT) == ["所属・役割を取り込み（2件）data.csv"]


def test_memberships_that_go_out_and_come_back_unchanged_leave_no_change_in_the_log() -> None:
    make_user("所管課", [make_department()], username="tantou", ends_on=datetime.date(2100, 3, 31))
    client = client_of("企画調整課")
    bring(client, Membership, take(client, Membership))
    assert told() == []


# Roles


def run_sync() -> None:
    call_command("sync_roles", stdout=StringIO())


def test_the_first_run_of_sync_roles_is_in_the_log_and_the_next_is_not() -> None:
    Group.objects.all().delete()
    run_sync()
    assert [line.partition("の追加: ")[0] for line in told()] == [
        f"役割「{role}」（コマンド sync_roles）" for role in ("所管課", "企画調整課", "委員", "システム管理")
    ]
    run_sync()
    assert len(told()) == 4


def test_what_sync_roles_gives_back_and_takes_away_is_named() -> None:
    roles.sync()
    group = Group.objects.get(name="委員")
    group.permissions.remove(Permission.objects.get(codename="add_opinion"))
    group.permissions.add(Permission.objects.get(codename="delete_opinion"))
    run_sync()
    (event,) = AuditEvent.objects.filter(action=AuditAction.PERMISSION)
    assert event.summary == (
        "役割「委員」（コマンド sync_roles）: measures.add_opinion を追加、measures.delete_opinion を取消し"
    )
    assert (event.user, event.address) == (None, None)


def test_what_is_too_long_for_one_line_goes_on_in_the_next() -> None:
    parts = [f"kpis.view_number{number:03} を追加" for number in range(40)]
    events = record_parts(AuditAction.PERMISSION, "役割「所管課」", parts)
    assert len(events) > 1
    assert max(len(event.summary) for event in events) <= LONGEST
    assert "、".join(event.summary.removeprefix("役割「所管課」: ") for event in events) == "、".join(parts)


# The command line


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Take these as what somebody types for passwords."""
    answers: list[str] = []
    monkeypatch.setattr("getpass.getpass", lambda prompt="": answers.pop(0))
    return answers


def test_a_superuser_made_on_the_command_line_is_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    make_superuser(username="moto")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", NEW)
    call_command("createsuperuser", interactive=False, username="kanri", email="", verbosity=0)
    assert told() == ["スーパーユーザー「kanri」の追加（コマンド createsuperuser）"]
    assert lets_in("kanri", NEW)


def test_a_superuser_that_was_not_made_is_not_in_the_log() -> None:
    make_superuser(username="kanri")
    with pytest.raises(CommandError):
        call_command("createsuperuser", interactive=False, username="kanri", email="", verbosity=0)
    assert told() == []


def test_a_password_changed_on_the_command_line_is_in_the_log(typed: list[str]) -> None:
    make_user(username="tantou")
    typed += [NEW, NEW]
    call_command("changepassword", "tantou", stdout=StringIO())
    assert told(AuditAction.PASSWORD) == ["利用者「tantou」のパスワードを変更（コマンド changepassword）"]
    assert User.objects.get(username="tantou").check_password(NEW)


def test_a_password_that_was_not_changed_on_the_command_line_is_not_in_the_log(typed: list[str]) -> None:
    make_user(username="tantou")
    typed += [NEW, "other"] * 3
    with pytest.raises(CommandError):
        call_command("changepassword", "tantou", stdout=StringIO())
    assert told(AuditAction.PASSWORD) == []


# The log itself


def test_the_log_takes_nothing_in_from_a_file(super_client: Client) -> None:
    make_superuser(username="other")
    for page in ("import", "process_import"):
        assert super_client.post(reverse(f"admin:goals_auditevent_{page}"), {}).status_code == 403
    log = super_client.get(reverse("admin:goals_auditevent_changelist")).content.decode()
    assert "delete_selected" not in log
