"""A copy of the database (a read replica) for visitors: public pages read from it, everything else never does.

A replica lags. So a page and the public version that it is stored under must come from the same database: one request
decides at its first read where it reads from, and leaves the replica only for the default database, for good.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

logger = logging.getLogger(__name__)

REPLICA = "replica"
REST = 30.0  # seconds for which a process leaves a replica alone that did not answer

GetResponse = Callable[[HttpRequest], HttpResponse]


class Reading:
    """Where one request reads from."""

    _away_until = float("-inf")

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._alias = ""

    @property
    def alias(self) -> str:
        """Return the database to read from; the first use decides."""
        if not self._alias:
            self._alias = REPLICA if is_public(self._request) and self._answers() else DEFAULT_DB_ALIAS
        if connections[DEFAULT_DB_ALIAS].in_atomic_block:
            self.stay()
        return self._alias

    def stay(self) -> None:
        """Read from the default database from now on."""
        self._alias = DEFAULT_DB_ALIAS

    def failed(self) -> bool:
        """Tell whether the replica broke off while this request read from it; then leave it alone for a while."""
        if self._alias != REPLICA or not connections[REPLICA].errors_occurred:
            return False
        self._rest("it broke off")
        self.stay()
        return True

    @classmethod
    def _answers(cls) -> bool:
        if monotonic() < cls._away_until:
            return False
        try:
            connections[REPLICA].cursor().close()  # connects, or looks whether the connection still lives
        except Error as error:
            cls._rest(type(error).__name__)
            return False
        return True

    @classmethod
    def _rest(cls, reason: str) -> None:
        cls._away_until = monotonic() + REST
        logger.warning("The replica is away, public pages read from the default database: %s", reason)


_reading: ContextVar[Reading | None] = ContextVar("reading", default=None)


class ReplicaReads:
    """Let each request decide by itself where it reads from; before the store of pages, which reads the version."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request; once more from the default database where the replica broke off."""
        reading = Reading(request)
        token = _reading.set(reading)
        try:
            response = self.get_response(request)
            if response.status_code >= 500 and reading.failed():
                response = self.get_response(request)
            return response
        finally:
            _reading.reset(token)


class PublicReads:
    """The router: reads of public pages go to the replica until the request writes; both hold the same rows."""

    def db_for_read(self, model: type, **hints: Any) -> str:
        reading = _reading.get()
        return reading.alias if reading else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type, **hints: Any) -> str:
        if reading := _reading.get():
            reading.stay()
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: object, other: object, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == REPLICA else None


def is_public(request: HttpRequest) -> bool:
    """Tell whether a request only asks for a page that is the same for everyone, without a session of its own."""
    if request.method not in {"GET", "HEAD"} or settings.SESSION_COOKIE_NAME in request.COOKIES:
        return False
    try:
        # Views are marked by goals.publication.public().
        return hasattr(resolve(request.path_info).func, "public_questions")
    except Resolver404:
        return False
