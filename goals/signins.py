"""Who came in, who left, and who was turned away, in the log; connected when the app is ready.

Django's own signals are the only place that knows of every door.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from goals import audit

if TYPE_CHECKING:
    from django.http import HttpRequest


def connect() -> None:
    user_logged_in.connect(_came_in, dispatch_uid="goals.signins")
    user_logged_out.connect(_left, dispatch_uid="goals.signins")
    user_login_failed.connect(_was_turned_away, dispatch_uid="goals.signins")


def _came_in(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    audit.record(audit.AuditAction.LOGIN, f"利用者「{user}」", user=user, request=request)


def _left(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    if user is not None:
        audit.record(audit.AuditAction.LOGOUT, f"利用者「{user}」", user=user, request=request)


def _was_turned_away(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Name the account that was tried; a name that no account has may be a password in the wrong box."""
    from django.contrib.auth.models import User

    account = User.objects.filter(username=str(credentials.get("username", ""))[:150]).first()
    if account is None:
        summary = "登録のない利用者名"
    else:
        summary = f"利用者「{account}」" + ("" if account.is_active else "（使えなくした利用者）")
    audit.record(audit.AuditAction.LOGIN_FAILED, summary, user=account, request=request)
