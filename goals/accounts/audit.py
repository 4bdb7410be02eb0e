"""The log of security and publication: who did what, when, from where. Never edited in the admin."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from simple_history.models import HistoricalRecords

from goals.accounts.addresses import client_address
from goals.notation.words import yes_or_no

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User
    from django.http import HttpRequest

    from goals.models import Membership

logger = logging.getLogger("audit")

LONGEST = 300  # characters of a summary
BLANK = "なし"


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


def record(
    action: AuditAction,
    summary: str,
    *,
    user: User | AnonymousUser | None = None,
    request: HttpRequest | None = None,
) -> AuditEvent:
    """Write one event, with the departments of the user and the address of the request.

    Where no request is handed over, the one at hand is taken.
    """
    from goals.models.department import Department

    request = request or request_at_hand()
    who: Any = user or getattr(request, "user", None)
    known = who if who is not None and who.is_authenticated else None
    names = Department.objects.of(known, timezone.localdate()).values_list("name", flat=True) if known else []
    event = AuditEvent.objects.create(
        action=action,
        user=known,
        department="、".join(names)[:100],
        address=client_address(request) if request else None,
        summary=summary[:LONGEST],
    )
    # What is rolled back did not happen.
    transaction.on_commit(lambda: _repeat(event), robust=True)
    return event


def _repeat(event: AuditEvent) -> None:
    """Write an event to the log `audit` too, where it can't be changed with the database."""
    known = {
        "event": event.pk,
        "action": event.action,
        "user": event.user_id,
        "department": event.department,
        "address": event.address,
        "summary": event.summary,
    }
    logger.info("%s", event.get_action_display(), extra=known)


def request_at_hand() -> HttpRequest | None:
    """Return the request that is being answered, which the history's middleware keeps; from a command there is none."""
    request: HttpRequest | None = getattr(HistoricalRecords.context, "request", None)
    return request


def record_parts(
    action: AuditAction, subject: str, parts: Sequence[str], *, request: HttpRequest | None = None
) -> list[AuditEvent]:
    """Write what changed about one thing, in as many events as the parts need: nothing is cut off but a single long part."""
    lines: list[str] = []
    for part in parts:
        if lines and len(subject) + len(lines[-1]) + len(part) + 3 <= LONGEST:
            lines[-1] += f"、{part}"
        else:
            lines.append(part)
    return [record(action, f"{subject}: {line}", request=request) for line in lines]


def record_memberships(
    before: Iterable[Membership], after: Iterable[Membership], *, request: HttpRequest | None = None
) -> None:
    """Write which memberships came, went and changed, an event for each; both sides as they were read."""
    old, new = ({row.pk: row for row in rows} for rows in (before, after))
    for pk in sorted({*old, *new}):
        was, now = old.get(pk), new.get(pk)
        if now is None:
            assert was is not None
            record(AuditAction.PERMISSION, f"所属・役割「{was}」{_end(was)}の削除", request=request)
        elif was is None:
            record(AuditAction.PERMISSION, f"所属・役割「{now}」{_end(now)}の追加", request=request)
        else:
            parts = [
                changed(str(field.verbose_name), getattr(was, field.name), getattr(now, field.name))
                for field in now._meta.fields
                if getattr(was, field.attname) != getattr(now, field.attname)
            ]
            record_parts(AuditAction.PERMISSION, f"所属・役割「{was}」の変更", parts, request=request)


def changed(label: str, before: Any, after: Any) -> str:
    """Write 有効 はい → いいえ."""
    return f"{label} {_shown(before)} → {_shown(after)}"


def _end(row: Membership) -> str:
    return f"（{row.ends_on}まで）" if row.ends_on else ""


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list | tuple | set):
        return "・".join(sorted(map(str, value))) or BLANK
    return BLANK if value is None or value == "" else str(value)
