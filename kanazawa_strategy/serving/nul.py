"""NUL: no text of ours holds it, nobody types it, and PostgreSQL answers it with an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

NUL = "\0"


class RefuseNul:
    """Answer 400 where the path, a cookie or a form holds NUL; out of a query it is taken, the rest may well be meant."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NUL in request.path_info or any(NUL in text for text in request.COOKIES.values()):
            raise BadRequest("NUL in the path or a cookie")
        query = request.META.get("QUERY_STRING", "").replace(NUL, "")
        while "%00" in query:
            query = query.replace("%00", "")
        request.META["QUERY_STRING"] = query
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        """Look into the form when it has passed the check of its token: others are not worth reading."""
        if request.method == "POST" and any(NUL in text for texts in request.POST.lists() for text in texts[1]):
            raise BadRequest("NUL in a form")
