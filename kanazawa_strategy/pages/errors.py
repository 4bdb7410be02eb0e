from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string

from kanazawa_strategy.members import may_preview, sealed


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
    """Say that something went wrong; needs neither the database nor a context."""
    return HttpResponseServerError(render_to_string("500.html"))
