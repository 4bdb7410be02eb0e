from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

LONGEST = 300  # characters of a summary


class AuditAction(models.TextChoices):
    """What is logged (staff.md, History and log)."""

    LOGIN = "LOGIN", "ログイン"
    LOGOUT = "LOGOUT", "ログアウト"
    LOGIN_FAILED = "LOGIN_FAILED", "ログイン失敗"
    LOCKED_OUT = "LOCKED_OUT", "ログインの停止"
    UNLOCKED = "UNLOCKED", "ログイン停止の解除"
    SESSION_ENDED = "SESSION_ENDED", "時間切れ"
    EXPORT = "EXPORT", "書き出し"
    IMPORT = "IMPORT", "取り込み"
    OPEN = "OPEN", "受付の開始と締切"
    SUBMIT = "SUBMIT", "提出"
    CONFIRM = "CONFIRM", "確認"
    RETURN = "RETURN", "差戻し"
    PUBLISH = "PUBLISH", "公表"
    UNPUBLISH = "UNPUBLISH", "公表の取消し"
    AMEND = "AMEND", "公表後の変更"
    ADOPT = "ADOPT", "改訂の決定"
    DISCARD = "DISCARD", "改訂の案の取りやめ"
    PERMISSION = "PERMISSION", "権限の変更"
    PASSWORD = "PASSWORD", "パスワードの変更"
    RESTORE = "RESTORE", "バックアップからの復元"
    SECOND_FACTOR = "SECOND_FACTOR", "2段階認証"


class AuditEvent(models.Model):
    """One thing that happened."""

    at = models.DateTimeField("日時", default=timezone.now, db_index=True)
    action = models.CharField("操作", max_length=20, choices=AuditAction)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="利用者"
    )
    department = models.CharField("所属", max_length=100, blank=True)
    address = models.GenericIPAddressField("接続元", null=True, blank=True)
    summary = models.CharField("内容", max_length=LONGEST)

    objects = models.Manager["AuditEvent"]()

    class Meta:
        verbose_name = "操作記録"
        verbose_name_plural = "操作記録"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.summary}"
