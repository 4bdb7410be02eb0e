from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from goals.accounts import audit, roles
from goals.models.event import AuditAction


class Command(BaseCommand):
    help = "役割（グループ）と権限を作ります。何度実行しても同じ結果になります。"

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            for role, synced in roles.sync().items():
                self.stdout.write(f"{role.label}: 権限 {synced.count}件")
                _record(role, synced)
        self.stdout.write(self.style.SUCCESS("役割をそろえました。"))


def _record(role: roles.Role, synced: roles.Synced) -> None:
    """Write down what a run changed; a run that finds all as it should be leaves nothing in the log."""
    action, subject = AuditAction.PERMISSION, f"役割「{role.label}」（コマンド sync_roles）"
    if synced.is_new:
        audit.record(action, f"{subject}の追加: 権限 {synced.count}件")
    else:
        parts = [f"{name} を追加" for name in synced.given] + [f"{name} を取消し" for name in synced.taken]
        audit.record_parts(action, subject, parts)
