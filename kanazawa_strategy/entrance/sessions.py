"""How long a log-in lasts: an idle limit and an absolute one. Who asks for no user, such as a public page, asks no session."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from goals.accounts import audit
from goals.models.event import AuditAction

STARTED, SEEN = "started_at", "seen_at"
GRAIN = 60  # seconds between two notes of the last request, so that not every page writes


class SessionLimits:
    """End log-ins that are too old when a page first asks who is there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            user = request.user
            lazy: Any = SimpleLazyObject(lambda: _within_limits(request, user))
            request.user = lazy
        return self.get_response(request)


def connect() -> None:
    user_logged_in.connect(_start, dispatch_uid="kanazawa_strategy.entrance.sessions")


def _start(request: HttpRequest, **kwargs: Any) -> None:
    request.session[STARTED] = request.session[SEEN] = int(time.time())


def _within_limits(request: HttpRequest, user: Any) -> Any:
    if not user.is_authenticated:
        return user
    now = int(time.time())
    if STARTED not in request.session:
        _start(request)
    sentence = _ended(now - request.session[STARTED], now - request.session[SEEN])
    if sentence:
        audit.record(AuditAction.SESSION_ENDED, f"利用者「{user}」: {sentence}", user=user, request=request)
        request.session.flush()
        messages.warning(request, f"{sentence}もう一度ログインしてください。", fail_silently=True)
        return AnonymousUser()
    if now - request.session[SEEN] >= GRAIN:
        request.session[SEEN] = now
    return user


def _ended(age: int, idle: int) -> str:
    """Return why a log-in is over, in a sentence; blank while it lasts."""
    if idle >= settings.SESSION_IDLE_MINUTES * 60:
        return f"{settings.SESSION_IDLE_MINUTES}分のあいだ操作がなかったため、ログアウトしました。"
    if age >= settings.SESSION_HOURS * 60 * 60:
        return f"ログインから{settings.SESSION_HOURS}時間たったため、ログアウトしました。"
    return ""
