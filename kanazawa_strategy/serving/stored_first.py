"""Stored public pages before Django: a page on the shelf, seen to be current within the last second, needs no request.

Django's request and its signals take most of the time of an answer that is ready; all else goes on to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings

from kanazawa_strategy.serving.public_pages import PublicPages
from kanazawa_strategy.serving.shelf import StoredPage, address

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class StoredFirst:
    """Answer what is stored and current before Django makes a request of it; hand it all else."""

    def __init__(self, application: WSGIApplication, pages: PublicPages) -> None:
        self.application = application
        self.pages = pages

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request as PEP 3333 says."""
        page = self.stored(environ)
        if page is None:
            return self.application(environ, start_response)
        status, headers, body = page.answer(environ)
        start_response(status, headers)
        return (body,)

    def stored(self, environ: WSGIEnvironment) -> StoredPage | None:
        """Return the page that a request asks for, if it is there and needs no look at the database."""
        version, path = self.pages.version, environ.get("PATH_INFO", "")
        # Elsewhere the bytes of a path still have to be decoded before it can be compared.
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or not path.isascii() or not version.is_fresh:
            return None
        host, script, query = (environ.get(name, "") for name in ("HTTP_HOST", "SCRIPT_NAME", "QUERY_STRING"))
        page = self.pages.shelf.get(address(scheme_of(environ), host, script + path, query))
        return page if page and page.tag == version.tag else None


def scheme_of(environ: WSGIEnvironment) -> str:
    """Return http or https, as `HttpRequest.scheme` does: what a trusted proxy says before what the server knows."""
    trusted: tuple[str, str] | None = settings.SECURE_PROXY_SSL_HEADER  # the header, and what it says of https
    if trusted and (told := environ.get(trusted[0])) is not None:
        return "https" if told.partition(",")[0].strip() == trusted[1] else "http"
    return str(environ["wsgi.url_scheme"])
