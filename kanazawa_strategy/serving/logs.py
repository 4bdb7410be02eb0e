"""What the portal writes to its log: a line for each record, which says to which request it belongs.

No form contents, no query strings, no names and addresses of people: who did what stands in the audit list, and the
logger `audit` repeats it.
"""

from __future__ import annotations

import datetime
import functools
import json
import logging
import os
import re
import time
import traceback
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from logging.handlers import WatchedFileHandler
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

requests = logging.getLogger("kanazawa_strategy.requests")

HEADER = "X-Request-ID"
SANE = re.compile(r"[0-9A-Fa-f-]{8,64}")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LONGEST = 500  # characters of what an exception says about itself
# What a record may say beyond its message; nothing else that is handed to a logger comes out.
FIELDS = ("method", "status", "duration_ms", "event", "action", "user", "department", "address", "summary")

_current: ContextVar[HttpRequest | None] = ContextVar("request", default=None)

View = Callable[[HttpRequest], HttpResponse]


class RequestLog:
    """Give each request its number, write a line when it is answered, and hand the number to who asked."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = number_of(request)
        request.request_id = number  # type: ignore[attr-defined]
        began = time.monotonic()
        token = _current.set(request)
        try:
            response = self.get_response(request)
            duration = round((time.monotonic() - began) * 1000, 1)
            known = {"method": request.method, "status": response.status_code, "duration_ms": duration}
            requests.info("%s %s", request.method, response.status_code, extra=known)
        finally:
            _current.reset(token)
        response[HEADER] = number
        return response


def number_of(request: HttpRequest) -> str:
    """Return the number that a trusted proxy gave, if it is one, else a new one."""
    given = request.headers.get(HEADER, "") if settings.BEHIND_PROXY else ""
    return given if SANE.fullmatch(given) else uuid4().hex


def about_request(record: logging.LogRecord) -> dict[str, Any]:
    """Return number, path and user of the request that is being answered; the user only where one was asked for."""
    # Django hands the request over where it says something about an answer that has left the middleware.
    request = _current.get() or getattr(record, "request", None)
    if not isinstance(request, HttpRequest):
        return {}
    # `request.user` itself would read the session, for everybody.
    user = getattr(getattr(request, "_cached_user", None), "pk", None)
    known = {"request": getattr(request, "request_id", ""), "path": request.path}
    return known if user is None else {**known, "user": user}


class JsonFormatter(logging.Formatter):
    """Write a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **about_request(record),
            **self.fields(record),
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = told(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return what was handed over with the message; what tells about people only to the log of its own."""
        given = {name: getattr(record, name) for name in FIELDS if getattr(record, name, None) is not None}
        if record.name == "audit":
            given = {name: value for name, value in given.items() if name in ("event", "action", "user")}
        return given


class AuditFormatter(JsonFormatter):
    """Write an audit event with all that the audit list says, for a file that only few may read."""

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        return {name: getattr(record, name) for name in FIELDS if getattr(record, name, None) is not None}


class PrivateFile(WatchedFileHandler):
    """Write to a file that only its owner reads, opened anew when something rotates it."""

    def _open(self) -> Any:
        private = functools.partial(os.open, mode=0o600)
        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=private)


class LineFormatter(logging.Formatter):
    """Write a record for people to read, with the same care for what it tells."""

    def format(self, record: logging.LogRecord) -> str:
        known = about_request(record)
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {record.getMessage()}"
        if known:
            line += f" {CONTROL.sub('?', known['path'])} [{known['request']}]"
        if record.exc_info and record.exc_info[1]:
            line += f"\n{told(record.exc_info[1])}"
        return line


def told(error: BaseException) -> str:
    """Return a traceback without what a database adds to its message: that may be a whole row of somebody's."""
    parts = []
    for each in reversed(list(_chain(error))):
        first = (str(each).splitlines() or [""])[0][:LONGEST]
        parts.append("".join(traceback.format_tb(each.__traceback__)) + f"{type(each).__qualname__}: {first}")
    return "\n\n".join(parts)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def configuration(*, form: str, level: str, audit_file: str) -> dict[str, Any]:
    """Return the settings of Python's logging: to standard error, audit events to a file of their own if one is named."""
    handlers: dict[str, Any] = {"console": {"class": "logging.StreamHandler", "formatter": form}}
    audit: dict[str, Any] = {"level": "INFO"}
    if audit_file:
        handlers["audit"] = {
            "class": "kanazawa_strategy.serving.logs.PrivateFile",
            "filename": audit_file,
            "encoding": "utf-8",
            "delay": True,
            "formatter": "audit",
        }
        audit = {"level": "INFO", "handlers": ["audit"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "kanazawa_strategy.serving.logs.JsonFormatter"},
            "line": {"()": "kanazawa_strategy.serving.logs.LineFormatter"},
            "audit": {"()": "kanazawa_strategy.serving.logs.AuditFormatter"},
        },
        "handlers": handlers,
        "loggers": {
            "audit": audit,
            "axes": {"level": "CRITICAL"},  # it names people; the audit list has the same
            "django": {"level": "INFO", "handlers": [], "propagate": True},
            "django.db.backends": {"level": "INFO"},  # below that, statements with all their values
            "django.server": {"level": "CRITICAL", "handlers": [], "propagate": True},  # the same with query strings
        },
        "root": {"handlers": ["console"], "level": level},
    }
