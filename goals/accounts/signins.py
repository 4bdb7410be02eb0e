"""Who came in, who left, and who was turned away, in the log; connected when the app is ready.

Django's own signals are the only place that knows of every door.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from goals.accounts import audit
from goals.models.event import AuditAction

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest


def connect() -> None:
    user_logged_in.connect(_came_in, dispatch_uid="goals.accounts.signins")
    user_logged_out.connect(_left, dispatch_uid="goals.accounts.signins")
    user_login_failed.connect(_was_turned_away, dispatch_uid="goals.accounts.signins")
    user_locked_out.connect(_was_locked_out, dispatch_uid="goals.accounts.signins")


def _came_in(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    audit.record(AuditAction.LOGIN, f"利用者「{user}」", user=user, request=request)


def _left(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    if user is not None:
        audit.record(AuditAction.LOGOUT, f"利用者「{user}」", user=user, request=request)


def _was_turned_away(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    account = _account(credentials.get("username"))
    note = "（停止中）" if request is not None and _is_locked_already(request) else ""
    audit.record(AuditAction.LOGIN_FAILED, f"{_name(account)}{note}", user=account, request=request)


def _was_locked_out(request: HttpRequest, username: str, **kwargs: Any) -> None:
    """Write down that the limit was reached, not every try after it."""
    if _is_locked_already(request):
        return
    account = _account(username)
    audit.record(AuditAction.LOCKED_OUT, _name(account), user=account, request=request)


def _is_locked_already(request: Any) -> bool:
    """Tell from what axes notes at a request whether it was locked out before this try; it counts no more then."""
    return bool(request.axes_locked_out and request.axes_failures_since_start is None)


def _account(name: Any) -> User | None:
    from django.contrib.auth.models import User

    return User.objects.filter(username=str(name or "")[:150]).first()


def _name(account: User | None) -> str:
    """Name the account that was tried; a name that no account has may be a password in the wrong box."""
    if account is None:
        return "登録のない利用者名"
    return f"利用者「{account}」" + ("" if account.is_active else "（使えなくした利用者）")
