"""A role opens doors, and closes them on its last day."""

from __future__ import annotations

import datetime
from io import StringIO

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.utils import timezone

from goals.accounts import roles
from goals.accounts.roles import Role
from tests.makers import make_department, make_user

pytestmark = pytest.mark.django_db


def fresh(user: User) -> User:
    """Forget the permissions that the object remembers, as the next request does."""
    return User.objects.get(pk=user.pk)


def test_sync_roles_makes_the_four_groups_and_says_so_in_japanese() -> None:
    Group.objects.all().delete()
    said = StringIO()
    call_command("sync_roles", stdout=said)
    assert set(Group.objects.values_list("name", flat=True)) == {"所管課", "企画調整課", "委員", "システム管理"}
    assert "所管課: 権限" in said.getvalue()
    assert "役割をそろえました。" in said.getvalue()


def test_sync_roles_gives_the_same_result_again_and_takes_back_what_was_added_by_hand() -> None:
    roles.sync()
    group = Group.objects.get(name="所管課")
    before = set(group.permissions.values_list("pk", flat=True))
    group.permissions.add(*Group.objects.get(name="企画調整課").permissions.all())
    roles.sync()
    assert set(group.permissions.values_list("pk", flat=True)) == before


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (
            Role.DEPARTMENT,
            ["kpis.change_yearlyvalue", "measures.add_measurereport", "kpis.view_indicator"],
            [
                "kpis.change_indicator",
                "kpis.change_round",
                "kpis.add_amendment",
                "auth.view_user",
                "goals.view_auditevent",
            ],
        ),
        (
            Role.PLANNER,
            [
                "kpis.change_round",
                "kpis.add_amendment",
                "goals.change_strategy",
                "auth.change_user",
                "measures.change_opinion",
            ],
            [
                "kpis.change_assessment",
                "kpis.change_amendment",
                "kpis.delete_amendment",
                "auth.delete_user",
                "goals.view_auditevent",
            ],
        ),
        (
            Role.MEMBER,
            ["kpis.view_yearlyvalue", "measures.add_opinion"],
            ["kpis.change_yearlyvalue", "measures.delete_opinion", "auth.view_user"],
        ),
        (
            Role.OFFICER,
            ["auth.change_user", "goals.view_auditevent", "goals.change_membership"],
            ["kpis.change_yearlyvalue", "goals.change_auditevent", "auth.delete_user", "goals.change_strategy"],
        ),
    ],
)
def test_a_role_opens_its_doors_and_no_others(role: Role, may: list[str], may_not: list[str]) -> None:
    user = make_user(role=role)
    assert [name for name in may if not user.has_perm(name)] == []
    assert [name for name in may_not if user.has_perm(name)] == []


def test_a_role_holds_on_its_last_day_and_not_on_the_next() -> None:
    today = timezone.localdate()
    user = make_user(role="所管課", departments=[make_department()], ends_on=today)
    assert user.has_perm("kpis.change_yearlyvalue")
    user.memberships.update(ends_on=today - datetime.timedelta(days=1))
    assert not fresh(user).has_perm("kpis.change_yearlyvalue")
    assert not fresh(user).has_module_perms("kpis")


def test_a_role_of_the_account_itself_holds_without_an_end() -> None:
    roles.sync()
    user = make_user()
    user.groups.add(Group.objects.get(name="企画調整課"))
    assert fresh(user).has_perm("kpis.change_round")


def test_a_disabled_account_may_nothing() -> None:
    user = make_user(role="企画調整課", is_active=False)
    assert not user.has_perm("kpis.change_round")
