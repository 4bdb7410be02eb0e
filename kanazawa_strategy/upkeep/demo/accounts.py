"""The accounts of the demonstration: one of every role, with one password."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from goals.accounts.roles import Role
from goals.models import Department, HandedPassword, Membership
from kanazawa_strategy.upkeep.demo.files import DemoError, find

_CONSONANTS, _VOWELS, _DIGITS = "bdghkmnprstz", "aeiou", "23456789"


@dataclass(frozen=True)
class Account:
    """Who may log in, as what, and where that leads."""

    name: str
    role: Role
    department: str = ""
    is_staff: bool = True
    is_superuser: bool = False
    last_name: str = ""

    @property
    def door(self) -> str:
        return "/admin/" if self.is_staff else "/accounts/login/"


ACCOUNTS = (
    Account("kodomo", Role.DEPARTMENT, "kosodate"),
    Account("kikaku", Role.PLANNER, "kikaku"),
    Account("iin", Role.MEMBER, is_staff=False, last_name="デモ"),
    Account("admin", Role.OFFICER, is_superuser=True),
)
NAMES = [account.name for account in ACCOUNTS]


def new_password() -> str:
    """Make a password that can be read out and typed: kanu-mopi-reza-4827."""
    words = ["".join(secrets.choice(letters) for letters in (_CONSONANTS, _VOWELS) * 2) for _ in range(3)]
    return "-".join((*words, "".join(secrets.choice(_DIGITS) for _ in range(4))))


def create(password: str) -> dict[str, User]:
    """Make the accounts with their roles."""
    hashed = make_password(password)  # one for all: hashing is slow by design
    users = {}
    for account in ACCOUNTS:
        user = User.objects.create(
            username=account.name,
            password=hashed,
            email=f"{account.name}@example.jp",
            is_staff=account.is_staff,
            is_superuser=account.is_superuser,
            last_name=account.last_name,
        )
        Membership.objects.create(
            user=user,
            department=find(Department, account.department) if account.department else None,
            role=Group.objects.get(name=account.role.value),
        )
        users[account.name] = user
    return users


def reset(password: str) -> None:
    """Give the accounts a new password."""
    check(password)
    User.objects.filter(username__in=NAMES).update(password=make_password(password))
    HandedPassword.objects.filter(user__username__in=NAMES).delete()


def lines(password: str) -> list[str]:
    """Return the accounts that are there as lines of a table; names of variable width stand last."""
    there = set(User.objects.values_list("username", flat=True))
    names = dict(Department.objects.values_list("code", "name"))
    rows = []
    for account in ACCOUNTS:
        if account.name in there:
            place = names.get(account.department, account.role.label)
            role = account.role.label if place == account.role.label else f"{account.role.label}: {place}"
            rows.append(f"  {account.name:<7} {password:<19}  {account.door:<16}  {role}")
    return rows


def check(password: str) -> None:
    """Refuse a password that breaks the rules of the site for one of the accounts."""
    try:
        for account in ACCOUNTS:
            validate_password(password, User(username=account.name))
    except ValidationError as error:
        raise DemoError(f"DEMO_PASSWORD は使えません。{''.join(error.messages)}") from error


def refuse_taken_names() -> None:
    """Refuse a database in which somebody bears the name of one of the accounts."""
    if taken := User.objects.filter(username__in=NAMES).values_list("username", flat=True):
        raise DemoError(
            f"同じ名前の利用者（{'、'.join(taken)}）がもういるため、デモ用の利用者を作れません。"
            "空のデータベースで実行してください。"
        )
