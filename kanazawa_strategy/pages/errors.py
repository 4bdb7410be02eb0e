from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control

from goals.accounts.door import may_preview, sealed

RETRY_AFTER = 30  # seconds


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the request cannot be read; needs no context, whose pages would ask for the host that may be wrong."""
    return HttpResponseBadRequest(render_to_string("400.html"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the page is not here, and where to look."""
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the page is not for this account, and whose it is; no cache keeps the answer."""
    ctx = {"may_preview": may_preview(request.user)}
    return sealed(render(request, "403.html", ctx, status=403))


def locked_out(request: HttpRequest, answer: HttpResponse, credentials: Any) -> HttpResponse:
    """Say that too many wrong passwords came, and when to try again; the same whether the name is known or not."""
    minutes = settings.LOGIN_COOLOFF_MINUTES
    response = sealed(render(request, "portal/locked_out.html", {"minutes": minutes}, status=429))
    response["Retry-After"] = str(minutes * 60)
    return response


def failed(request: HttpRequest) -> HttpResponse:
    """Say that something went wrong, or that the database is away; needs neither the database nor a context."""
    ctx = {"number": getattr(request, "request_id", "")}
    if is_database_away(sys.exc_info()[1]):
        response = HttpResponse(render_to_string("503.html", ctx), status=503)
        response["Retry-After"] = str(RETRY_AFTER)
    else:
        response = HttpResponseServerError(render_to_string("500.html", ctx))
    patch_cache_control(response, no_store=True)
    return response


def is_database_away(error: BaseException | None) -> bool:
    """Tell whether an error comes of a database that can't be reached or can't write."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, OperationalError | InterfaceError):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False
