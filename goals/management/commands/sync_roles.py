from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from goals import roles


class Command(BaseCommand):
    help = "役割（グループ）と権限を作ります。何度実行しても同じ結果になります。"

    def handle(self, *args: Any, **options: Any) -> None:
        for role, count in roles.sync().items():
            self.stdout.write(f"{role.label}: 権限 {count}件")
        self.stdout.write(self.style.SUCCESS("役割をそろえました。"))
