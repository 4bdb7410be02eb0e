"""Whether this process can serve, part by part: for load balancers and those who watch over the portal."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from goals.publication import version as public_version

logger = logging.getLogger(__name__)

OK, ILL = "ok", "ill"
PATIENCE = 3.0  # seconds for the database
LEAST_SPACE = 100 * 1024 * 1024  # bytes
# Without these no page can be served; without the others it goes on.
NEEDED = ("database", "migrations", "static_files")

_asking = threading.Lock()


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Say which part is ill: 503 where that keeps pages from being served, else 200."""
    parts, version = look()
    ill = [name for name, state in parts.items() if state != OK]
    can_serve = not set(ill).intersection(NEEDED)
    body = {"status": (ILL if not can_serve else "degraded") if ill else OK, "parts": parts, "public_version": version}
    response = JsonResponse(body, status=200 if can_serve else 503)
    response["Cache-Control"] = "no-store"
    return response


def look() -> tuple[dict[str, str], int | None]:
    """Return the state of each part in a word, and the public version where the database tells it; never raise."""
    found = _in_time(_database)
    parts = {"database": found if isinstance(found, str) else OK, "migrations": "unknown"}
    version = None
    if not isinstance(found, str):
        applied, version = found
        parts["migrations"] = _attempt("migrations", lambda: OK if _wanted() <= applied else "missing")
    for name, check in (("disk", _disk), ("static_files", _static_files)):
        parts[name] = _attempt(name, check)
    return parts, version


def _attempt(name: str, check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:
        # The message may hold an address or a password; the name of the error tells enough.
        logger.error("The part %s is ill: %s", name, type(error).__name__)
        return ILL


def _database() -> tuple[set[tuple[str, str]], int]:
    applied = MigrationRecorder.Migration.objects.values_list("app", "name")
    return set(applied), public_version.current().number


def _in_time(ask: Callable[[], Any]) -> Any:
    """Ask the database, or give up in time: a server that hangs leaves its clients hanging too.

    One thread at most waits for such a server, whoever asks. SQLite never keeps a reader waiting.
    """
    if connection.vendor == "sqlite":
        return _answer(ask)
    if not _asking.acquire(blocking=False):
        return "timeout"
    answers: list[Any] = []

    def work() -> None:
        try:
            answers.append(_answer(ask))
        finally:
            connections.close_all()
            _asking.release()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return answers[0] if answers else "timeout"


def _answer(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Exception as error:
        logger.error("The part database is ill: %s", type(error).__name__)
        return ILL


@cache
def _wanted() -> frozenset[tuple[str, str]]:
    """Return the migrations of this release; it is read once, as the code is."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _disk() -> str:
    return OK if shutil.disk_usage(settings.DATA_DIR).free >= LEAST_SPACE else "low"


def _static_files() -> str:
    staticfiles_storage.url("css/base.css")  # raises where it was not collected
    return OK
