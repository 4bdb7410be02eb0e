"""Everything that an anonymous visitor can reach, rendered without a server and put down on the disk one by one."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404, HttpResponse
from django.urls import URLPattern, get_resolver, resolve, reverse

from kanazawa_strategy.pages.errors import not_found
from kanazawa_strategy.static_export import assets, rewriting, rows
from kanazawa_strategy.static_export.addresses import HOST, LOST, ExportError, file_of, is_closed
from kanazawa_strategy.static_export.icon import icon

_NAME = re.compile(r'filename="([^"]+)"')
_NAMING = ("html", "xml", "json", "plain")  # the kinds of content that name other addresses


@dataclass(frozen=True)
class Found:
    """An answer on the disk; `name` is under which a browser saves it, where the server says so."""

    address: str
    kind: str
    content: Path
    name: str = ""

    @property
    def file(self) -> str:
        return file_of(self.address)


class Visit(WSGIRequest):
    """The request of somebody who is not logged in, for no host that the settings would have to name."""

    is_export = True

    def __init__(self, address: str) -> None:
        path, _, query = address.partition("?")
        environ: dict[str, Any] = {"PATH_INFO": unquote(path), "QUERY_STRING": query, "wsgi.url_scheme": "http"}
        setup_testing_defaults(environ)
        super().__init__(environ)
        self.user = AnonymousUser()

    def get_host(self) -> str:
        return HOST


def crawl(folder: Path) -> dict[str, Found]:
    """Put every page and file that can be reached into the folder; return them by their file.

    Raises ExportError where a link leads nowhere.
    """
    made = {**rows.files(), reverse("favicon"): icon}
    found: dict[str, Found] = {}
    waiting = deque((address, "") for address in _starts())
    while waiting:
        address, source = waiting.popleft()
        address = address.partition("#")[0]
        if file_of(address) in found:
            continue
        content = folder / str(len(found))
        if address.startswith(settings.STATIC_URL):
            one = Found(address, "asset", assets.path_of(address))
            waiting.extend((link, address) for link in assets.links_of(address))
        elif address in made:
            content.write_bytes(made[address]())
            one = Found(address, "made", content)
        else:
            one = _visited(address, source, content)
        found[one.file] = one
        if one.kind in _NAMING:
            waiting.extend((link, address) for link in _links(one))
    return found


def _starts() -> Iterator[str]:
    """Yield every public address without a variable part, and the pages that hold whole lists."""
    patterns = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLPattern)]
    names = [str(pattern.name) for pattern in patterns if not pattern.pattern.regex.groups]
    yield from (address for address in map(reverse, names) if not is_closed(address))
    yield from rows.addresses()
    yield LOST


def _links(one: Found) -> Iterator[str]:
    text = one.content.read_text(encoding="utf-8")
    return rewriting.links_of(text, one.address) if one.kind == "html" else rewriting.named_in(text)


def _visited(address: str, source: str, content: Path) -> Found:
    """Render one address as its view does, without any middleware: nobody's session, no cache in between."""
    if is_closed(address):
        raise ExportError(f"{source} に、書き出さないページへのリンクがあります: {address}")
    try:
        response = _answer(address)
    except Http404:
        raise ExportError(f"{source} に、行き先のないリンクがあります: {address}") from None
    location = response.get("Location", "")
    if response.status_code in {301, 302} and location.startswith(settings.STATIC_URL):
        return Found(address, "asset", assets.path_of(location))
    if response.status_code != (404 if address == LOST else 200):
        raise ExportError(f"{source} からのリンク {address} の答えが {response.status_code} でした。")
    content.write_bytes(b"".join(response) if response.streaming else response.content)
    name = _NAME.search(response.get("Content-Disposition", ""))
    return Found(address, _kind(response), content, name[1] if name else "")


def _answer(address: str) -> Any:
    request = Visit(address)
    if address == LOST:
        return not_found(request, Http404())
    match = resolve(request.path_info)
    request.resolver_match = match
    response: Any = match.func(request, *match.args, **match.kwargs)
    return response.render() if hasattr(response, "render") else response


def _kind(response: HttpResponse) -> str:
    """Return html, xml, json or plain for what names addresses, else the type as it is."""
    kind = response.get("Content-Type", "").partition(";")[0].rpartition("/")[2]
    return "xml" if kind.endswith("+xml") else kind
