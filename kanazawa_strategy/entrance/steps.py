"""The way in: the password, then what an account still owes (a code, a password of its own, a second factor).

Until all of it is done the session only remembers who is on the way: nobody is logged in, so no page needs to know of it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from goals.accounts import passwords, second_factor
from goals.accounts.door import may_preview

KEY = "entrance"
PATIENCE = 15 * 60  # seconds from the password to the last step


@dataclass
class Entrant:
    """Somebody whose password was right and who is not in yet."""

    user: User
    backend: str
    next: str
    at: int
    has_given_code: bool = False

    def step(self) -> str:
        """Return the name of the page of what is still owed; blank when nothing is."""
        app = second_factor.app_of(self.user)
        if app and not self.has_given_code:
            return "login-code"
        if passwords.is_handed(self.user):
            return "first-password"
        return "second-factor" if second_factor.is_required(self.user) and not app else ""


def enter(request: HttpRequest, user: Any, address: str) -> HttpResponse:
    """Let somebody with the right password in, or lead to the first step that is owed."""
    entrant = Entrant(user, user.backend, address, int(time.time()))
    if entrant.step():
        request.session.flush()  # whoever was here before: a log-in would end that too
    return proceed(request, entrant)


def proceed(request: HttpRequest, entrant: Entrant) -> HttpResponse:
    """Lead to the next step; after the last one log in."""
    if step := entrant.step():
        remember(request, entrant)
        return redirect(step)
    request.session.pop(KEY, None)
    login(request, entrant.user, backend=entrant.backend)
    return redirect(entrant.next)


def remember(request: HttpRequest, entrant: Entrant) -> None:
    """Keep who is on the way in, and how far."""
    request.session[KEY] = {
        "user": entrant.user.pk,
        "proof": entrant.user.get_session_auth_hash(),
        "backend": entrant.backend,
        "next": entrant.next,
        "at": entrant.at,
        "has_given_code": entrant.has_given_code,
    }


def entrant_at(request: HttpRequest) -> Entrant | None:
    """Return who is on the way in, as long as it is not too long ago and the password is still the same."""
    kept = request.session.get(KEY)
    if kept is None or time.time() - kept["at"] > PATIENCE:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or not constant_time_compare(kept["proof"], user.get_session_auth_hash()):
        return None
    return Entrant(user, kept["backend"], kept["next"], kept["at"], kept["has_given_code"])


def home_of(user: Any) -> str:
    """Return where a log-in leads: staff to the admin, members to their page, others to the committee's."""
    if user.is_staff:
        return reverse("admin:index")
    return reverse("members" if may_preview(user) else "committee")
