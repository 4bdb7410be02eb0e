from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string

from kanazawa_strategy.members import may_preview, sealed


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


def failed(request: HttpRequest) -> HttpResponse:
    """Say that something went wrong; needs neither the database nor a context."""
    return HttpResponseServerError(render_to_string("500.html"))
