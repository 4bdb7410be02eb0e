"""Whose password it is: one that an administrator set must be replaced by its owner at the next log-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import ValidationError
from django.db import transaction

from goals.accounts import audit
from goals.models import HandedPassword
from goals.models.event import AuditAction

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest

SAME = "いまのパスワードと同じです。別のパスワードを決めてください。"


def hand_over(user: User) -> None:
    """Note that somebody else knows the password of an account."""
    HandedPassword.objects.update_or_create(user=user)


def settle(user: User) -> None:
    """Note that an account has a password of its owner's, or none."""
    HandedPassword.objects.filter(user=user).delete()


def is_handed(user: User) -> bool:
    return HandedPassword.objects.filter(user=user).exists()


class OwnPasswordForm(SetPasswordForm):
    """Let the owner of a handed password choose another; who comes here has just typed the old one."""

    user: User

    def clean_new_password1(self) -> str:
        password: str = self.cleaned_data["new_password1"]
        if self.user.check_password(password):
            raise ValidationError(SAME, code="same")
        return password

    def take(self, request: HttpRequest) -> User:
        """Save the password, and write down that its owner chose it."""
        with transaction.atomic():
            user: User = self.save()
            settle(user)
            summary = f"利用者「{user}」が、渡されたパスワードを自分のものに変更"
            audit.record(AuditAction.PASSWORD, summary, user=user, request=request)
        return user


def say_what_is_missing(form: Any) -> Any:
    """Name the field in the sentence about an empty one."""
    for field in form.fields.values():
        field.error_messages["required"] = f"{field.label}を入力してください。"
    return form
