"""Public pages from a store: nothing on them depends on anything but what is published (operations.md, Speed).

A reader whose copy is current gets a 304, another the stored bytes, and only the first after a publication waits for
a page to be made. What is stored was made for nobody: without cookies, with known questions only.

The first middleware; what it has stored comes even before Django (stored_first.py).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from hashlib import blake2b
from threading import Lock
from time import monotonic
from typing import ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import Resolver404, resolve

from goals.publication import version as public_version
from kanazawa_strategy.serving import release
from kanazawa_strategy.serving.shelf import Answer, Shelf, StoredPage, address

logger = logging.getLogger(__name__)

CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
STALE = "public, max-age=5"  # while the database is away
MEMORY = 1.0  # seconds for which a process believes the version that it read
ATTEMPTS = 3  # to make a page during which nothing is published
PATIENCE = 10  # seconds to wait for whoever is making the page
# What differs between visitors and must not reach a page that all of them get
PERSONAL = ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE", "HTTP_RANGE")
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
FREE_TEXT = "q"
UNREADABLE = (DatabaseError, InterfaceError)

GetResponse = Callable[[HttpRequest], HttpResponse]


class Version:
    """The public version as this process knows it, read again after a second."""

    def __init__(self) -> None:
        self.tag = ""
        self._read_at = float("-inf")
        self._lock = Lock()

    @property
    def is_fresh(self) -> bool:
        """Tell whether the version was read within the last second."""
        return monotonic() - self._read_at < MEMORY

    def current(self) -> str:
        """Return the version with the release; an old one where the database is away; "" where none was ever read."""
        if not self.is_fresh and self._lock.acquire(timeout=0.25):
            try:
                if not self.is_fresh:
                    self.tag = self.read() or self.tag
                    self._read_at = monotonic()
            finally:
                self._lock.release()
        return self.tag

    def saw(self, tag: str, at: float) -> None:
        """Take what somebody read who began at a moment, unless it was read since, or is being read."""
        if self._lock.acquire(blocking=False):
            if at >= self._read_at:
                self.tag = tag
            self._lock.release()

    def read(self) -> str:
        """Read the version from the database (1 query); "" where that is away."""
        try:
            return f"{release.fingerprint()}-{public_version.number()}"
        except UNREADABLE as error:
            logger.warning("The public version can't be read: %s", error)
            return ""


class PublicPages:
    """Answer GETs of public pages before any other middleware does."""

    newest: ClassVar[PublicPages]  # a server's process makes one

    def __init__(self, get_response: GetResponse) -> None:
        PublicPages.newest = self
        self.get_response = get_response
        self.shelf = Shelf(settings.PAGE_STORE_MB * 1024 * 1024)
        self.version = Version()
        self._secret = settings.SECRET_KEY.encode()[:64]
        self._locks = [Lock() for _ in range(64)]
        self._static = f"/{settings.STATIC_URL.lstrip('/')}"

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return a stored page or a 304, or let the request through."""
        if not settings.PAGE_STORE_MB or request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        tag = self.version.current()
        page = self.shelf.get(key_of(request, request.META.get("QUERY_STRING", "")))
        if page and page.tag == tag:
            return response_of(page.answer(request.META))
        if request.path.startswith(self._static):
            return self.get_response(request)
        return self._look_up(request, tag)

    def _look_up(self, request: HttpRequest, tag: str) -> HttpResponse:
        """Answer what was not on the shelf under the address as it was typed."""
        known = questions_of(request.path_info)
        if known is None:  # not a public page
            return self.get_response(request)
        query = canonical(request, known)
        key = key_of(request, query)
        if tag and (etag := self._etag(tag, key)) in request.META.get("HTTP_IF_NONE_MATCH", ""):
            # The reader's copy is current, whoever made it.
            headers = {"Cache-Control": CACHE_CONTROL, "ETag": etag, "Vary": "Accept-Encoding"}
            return response_of(Answer("304 Not Modified", list(headers.items()), b""))
        lock = self._locks[hash(key) % len(self._locks)]
        is_mine = lock.acquire(timeout=PATIENCE)
        try:
            page = self.shelf.get(key)
            if page and page.tag == tag:
                return response_of(page.answer(request.META))
            return self._make(request, key, query)
        finally:
            if is_mine:
                lock.release()

    def _make(self, request: HttpRequest, key: str, query: str) -> HttpResponse:
        """Make the page, again if something is published meanwhile, so that it shows one state wholly."""
        for _ in range(ATTEMPTS):
            before = self.version.read()
            response = self.get_response(anonymous(request, query))
            if response.status_code >= 500 and (older := self.shelf.get(key)):
                response = response_of(older.answer(request.META))
                response.headers["Cache-Control"] = STALE
                return response
            if response.status_code != 200 or response.streaming or response.cookies or not before:
                return response
            at = monotonic()
            if before == self.version.read():
                page = StoredPage.of(response, before, self._etag(before, key), CACHE_CONTROL)
                if not holds_free_text(query):
                    self.shelf.put(key, page)
                self.version.saw(before, at)
                return response_of(page.answer(request.META))
        return response

    def _etag(self, tag: str, key: str) -> str:
        """Return what nobody can make who was not sent it."""
        return f'W/"{blake2b(f"{tag} {key}".encode(), key=self._secret, digest_size=12).hexdigest()}"'


def response_of(answer: Answer) -> HttpResponse:
    """Return an answer as Django's."""
    status, headers, body = answer
    if status.startswith("304"):
        return HttpResponseNotModified(headers=dict(headers))
    return HttpResponse(body, headers=dict(headers))


def key_of(request: HttpRequest, query: str) -> str:
    """Return the address under which a page is stored."""
    return address(str(request.scheme), request.META.get("HTTP_HOST", ""), request.path, query)


def questions_of(path: str) -> frozenset[str] | None:
    """Return the names in a query that a public page listens to; None where the address has no public page."""
    try:
        return getattr(resolve(path).func, "public_questions", None)
    except Resolver404:
        return None


def canonical(request: HttpRequest, known: frozenset[str]) -> str:
    """Return the questions that a page knows, in one order; what it does not know, or is empty, is left out."""
    return urlencode([(name, value) for name in sorted(known) for value in request.GET.getlist(name) if value])


def holds_free_text(query: str) -> bool:
    """Tell whether readers wrote something of their own: there are too many such pages to keep."""
    return query.startswith(f"{FREE_TEXT}=") or f"&{FREE_TEXT}=" in query


def anonymous(request: HttpRequest, query: str) -> WSGIRequest:
    """Return the same request as anybody would make it."""
    left_out = {*PERSONAL, *CONDITIONS}
    environ = {name: value for name, value in request.META.items() if name not in left_out}
    return WSGIRequest({**environ, "REQUEST_METHOD": "GET", "QUERY_STRING": query})
