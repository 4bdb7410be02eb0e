"""Public pages kept ready to send: compressed once, bounded by bytes, the newest of each address."""

from __future__ import annotations

import gzip
import re
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple

import brotli
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers

COMPRESSED = ("text/", "application/json", "application/xml", "application/atom+xml", "image/svg")
OF_ONE_ANSWER = {"x-request-id", "date"}  # headers that mean nothing to the next reader
UNCHANGED = "304"
KEPT_BY_304 = ("Cache-Control", "ETag", "Vary")  # what RFC 9110 wants of one
REFUSED = re.compile(r"(\w+)\s*;\s*q=0(?:\.0*)?\s*(?:,|$)")
GZIP, BROTLI = 6, 5  # 0.4 and 0.7 ms for 38 KB; brotli's 11 takes 45


class Answer(NamedTuple):
    """What a server sends: the status line, the headers and the body."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class StoredPage:
    """One page of one state of the public data, with a body and headers for each encoding."""

    tag: str
    etag: str
    bodies: Mapping[str, bytes]
    headers: Mapping[str, tuple[tuple[str, str], ...]]

    @classmethod
    def of(cls, response: HttpResponse, tag: str, etag: str, cache_control: str) -> StoredPage:
        """Compress an answer, where that pays, and give it what caches need to know."""
        response.headers["ETag"] = etag
        response.headers["Cache-Control"] = cache_control
        patch_vary_headers(response, ["Accept-Encoding"])
        content = response.content
        if response.headers["Content-Type"].startswith(COMPRESSED):
            zipped = gzip.compress(content, GZIP, mtime=0)
            bodies = {"br": brotli.compress(content, quality=BROTLI), "gzip": zipped}
        else:
            bodies = {"": content}
        lengths = {"": len(content), **{name: len(body) for name, body in bodies.items()}}
        headers = {name: _headers(response, name, length) for name, length in lengths.items()}
        of_unchanged = tuple((name, response.headers[name]) for name in KEPT_BY_304)
        return cls(tag, etag, bodies, {**headers, UNCHANGED: of_unchanged})

    @property
    def size(self) -> int:
        return sum(map(len, self.bodies.values())) + 2048  # about what the headers and the keys take

    def answer(self, meta: Mapping[str, Any]) -> Answer:
        """Return the page in the best encoding that a request (CGI names) accepts, or a 304 where the reader has it."""
        if self.etag in meta.get("HTTP_IF_NONE_MATCH", ""):
            return Answer("304 Not Modified", list(self.headers[UNCHANGED]), b"")
        encoding = self._encoding(meta.get("HTTP_ACCEPT_ENCODING", ""))
        body = b"" if meta["REQUEST_METHOD"] == "HEAD" else self._body(encoding)
        return Answer("200 OK", list(self.headers[encoding]), body)

    def _body(self, encoding: str) -> bytes:
        found = self.bodies.get(encoding)
        return gzip.decompress(self.bodies["gzip"]) if found is None else found  # few ask for what is not compressed

    def _encoding(self, accepted: str) -> str:
        if "br" in self.bodies:
            refused = set(REFUSED.findall(accepted)) if "q=0" in accepted else ()
            for encoding in ("br", "gzip"):
                if encoding in accepted and encoding not in refused:
                    return encoding
        return ""


def _headers(response: HttpResponse, encoding: str, length: int) -> tuple[tuple[str, str], ...]:
    headers = {name: value for name, value in response.items() if name.lower() not in OF_ONE_ANSWER}
    headers["Content-Length"] = str(length)
    if encoding:
        headers["Content-Encoding"] = encoding
    return tuple(headers.items())


class Shelf:
    """The pages of one process: the newest of each address; what nobody asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._pages: OrderedDict[str, StoredPage] = OrderedDict()
        self.size = 0
        self._lock = Lock()

    def get(self, key: str) -> StoredPage | None:
        """Return the page of an address, of whatever state."""
        page = self._pages.get(key)
        if page:
            with suppress(KeyError):  # another thread has just put it away
                self._pages.move_to_end(key)
        return page

    def put(self, key: str, page: StoredPage) -> None:
        """Keep a page in the place of the one before it."""
        with self._lock:
            if old := self._pages.pop(key, None):
                self.size -= old.size
            self._pages[key] = page
            self.size += page.size
            while self.size > self._most and len(self._pages) > 1:
                self.size -= self._pages.popitem(last=False)[1].size

    def __len__(self) -> int:
        return len(self._pages)


def address(scheme: str, host: str, path: str, query: str) -> str:
    """Return what tells stored pages apart; release and version are told by their tags."""
    return f"{scheme}://{host}{path}?{query}"
