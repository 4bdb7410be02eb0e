"""The members' door: pages that show what is not public yet, to those who may see it, and never from a cache."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

View = Callable[..., HttpResponse]


def may_preview(user: Any) -> bool:
    """Tell whether a user may see values before publication: members of the committee and staff with a role."""
    return bool(user.is_active and user.has_perm("kpis.view_yearlyvalue"))


def members_only(view: View) -> View:
    """Let those with a role in, send others to the door, and keep the answer out of every cache and index."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_preview(request.user):
            raise PermissionDenied
        return sealed(view(request, *args, **kwargs))

    return guarded


def sealed(response: HttpResponse) -> HttpResponse:
    """Forbid every cache to keep a response, and search engines to name it."""
    patch_cache_control(response, private=True, no_store=True)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
