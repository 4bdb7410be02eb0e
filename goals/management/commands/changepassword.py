from __future__ import annotations

import getpass
from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.contrib.auth.models import User

from goals.accounts import audit, passwords
from goals.models.event import AuditAction


class Command(changepassword.Command):
    """Do what Django does, and write down that it was done; its owner replaces the password at the next log-in."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        said: str | None = super().handle(*args, **options)
        name = options["username"] or getpass.getuser()
        audit.record(AuditAction.PASSWORD, f"利用者「{name}」のパスワードを変更（コマンド changepassword）")
        passwords.hand_over(User.objects.get(username=name))
        return said
