"""The log of security and publication: who did what, when, from where. Never edited in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User
    from django.http import HttpRequest


class AuditAction(models.TextChoices):
    """What is logged (staff.md, History and log)."""

    LOGIN = "LOGIN", "ログイン"
    LOGOUT = "LOGOUT", "ログアウト"
    LOGIN_FAILED = "LOGIN_FAILED", "ログイン失敗"
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
    PERMISSION = "PERMISSION", "権限の変更"


class AuditEvent(models.Model):
    """One thing that happened."""

    at = models.DateTimeField("日時", default=timezone.now, db_index=True)
    action = models.CharField("操作", max_length=20, choices=AuditAction)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="利用者"
    )
    department = models.CharField("所属", max_length=100, blank=True)
    address = models.GenericIPAddressField("接続元", null=True, blank=True)
    summary = models.CharField("内容", max_length=300)

    objects = models.Manager["AuditEvent"]()

    class Meta:
        verbose_name = "操作記録"
        verbose_name_plural = "操作記録"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.summary}"


def record(
    action: AuditAction,
    summary: str,
    *,
    user: User | AnonymousUser | None = None,
    request: HttpRequest | None = None,
) -> AuditEvent:
    """Write one event, with the departments of the user and the address of the request.

    Where no request is handed over, the one that the history knows of is taken (its middleware keeps it); from a
    command there is none.
    """
    from goals.models.department import Department

    request = request or getattr(HistoricalRecords.context, "request", None)
    who: Any = user or getattr(request, "user", None)
    known = who if who is not None and who.is_authenticated else None
    names = Department.objects.of(known, timezone.localdate()).values_list("name", flat=True) if known else []
    return AuditEvent.objects.create(
        action=action,
        user=known,
        department="、".join(names)[:100],
        address=request.META.get("REMOTE_ADDR") or None if request else None,
        summary=summary[:300],
    )
