"""The log of security and publication: who did what, when, from where. Never edited in the admin."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from simple_history.models import HistoricalRecords

from goals.accounts.addresses import client_address
from goals.models.department import Department, Membership
from goals.models.event import LONGEST, AuditAction, AuditEvent
from goals.notation.words import yes_or_no

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User
    from django.http import HttpRequest

logger = logging.getLogger("audit")

BLANK = "なし"


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
