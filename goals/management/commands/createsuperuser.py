from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.contrib.auth.models import User

from goals.accounts import audit
from goals.models.event import AuditAction


class Command(createsuperuser.Command):
    """Do what Django does, and write it down when it is done; no transaction waits for somebody to type."""

    def handle(self, *args: Any, **options: Any) -> None:
        before = set(_superusers().values_list("pk", flat=True))
        super().handle(*args, **options)
        for user in _superusers().exclude(pk__in=before):
            audit.record(AuditAction.PERMISSION, f"スーパーユーザー「{user}」の追加（コマンド createsuperuser）")


def _superusers() -> Any:
    return User.objects.filter(is_superuser=True)
