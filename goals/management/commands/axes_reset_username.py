from __future__ import annotations

from typing import Any

from axes.management.commands import axes_reset_username
from django.contrib.auth.models import User

from goals.accounts import lockout


class Command(axes_reset_username.Command):
    """Let accounts log in again that wrong passwords locked out, and write it down."""

    def handle(self, *args: Any, **options: Any) -> None:
        for name in options["username"]:
            user = User.objects.filter(username=name).first()
            if user is None:
                self.stderr.write(f"利用者「{name}」はいません。")
            elif lockout.lift(user, how="（コマンド axes_reset_username）"):
                self.stdout.write(f"利用者「{name}」のログイン停止を解除しました。")
            else:
                self.stdout.write(f"利用者「{name}」のログインは止まっていません。")
