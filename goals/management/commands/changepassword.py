from __future__ import annotations

import getpass
from typing import Any

from django.contrib.auth.management.commands import changepassword

from goals import audit


class Command(changepassword.Command):
    """Do what Django does, and write down that it was done."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        said: str | None = super().handle(*args, **options)
        name = options["username"] or getpass.getuser()
        audit.record(audit.AuditAction.PASSWORD, f"利用者「{name}」のパスワードを変更（コマンド changepassword）")
        return said
