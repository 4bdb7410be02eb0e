"""Changed passwords, one's own and those set for others, are in the log: that they were changed, never what they are."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.sites import AdminSite
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from goals.accounts import audit, passwords
from goals.models.event import AuditAction


class PasswordForm(AdminPasswordChangeForm):
    """Set the password of an account, or take it away."""

    user: User

    def save(self, commit: bool = True) -> User:
        with transaction.atomic():
            user: User = super().save(commit)
            what = "を変更" if user.has_usable_password() else "によるログインを停止"
            audit.record(AuditAction.PASSWORD, f"利用者「{user}」のパスワード{what}")
            own = user == getattr(audit.request_at_hand(), "user", None)
            (passwords.settle if own or not user.has_usable_password() else passwords.hand_over)(user)
        return user


def change_own(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Do what the admin does, and write it down when it is done."""
    user: Any = request.user
    before = user.password
    with transaction.atomic():
        response = AdminSite.password_change(admin.site, request, extra_context)
        if user.password != before:
            audit.record(AuditAction.PASSWORD, f"利用者「{user}」が自分のパスワードを変更", request=request)
            passwords.settle(user)
    return response


# The site has no setting for its form.
admin.site.password_change = change_own  # type: ignore[assignment, method-assign]
