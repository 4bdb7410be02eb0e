"""Addresses of the exported site: which file holds what, and how one file leads to another. Knows no models."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlsplit

HOST = "export.invalid"
ORIGIN = f"http://{HOST}"  # pages are rendered for it, and every address of it is rewritten
LOST = "/404.html"

# What stays on the server: it knows who asks, or answers for the machine
CLOSED = (
    "/admin/",
    "/accounts/",
    "/committee/preview/",
    "/committee/opinions/",
    "/about/components/",
    "/healthz",
)


class ExportError(Exception):
    """A reason for which nothing was exported, as a sentence for staff."""


def is_closed(address: str) -> bool:
    """Tell whether an address is none of the exported site."""
    path = urlsplit(address).path
    return path.startswith(CLOSED)


def file_of(address: str) -> str:
    """Return the file of an address: /x/ is x/index.html, /x/?a=b is x/a=b/index.html, /x.csv?a=b is x_a=b.csv."""
    parts = urlsplit(address)
    path, words = unquote(parts.path).lstrip("/"), _words(parts.query)
    if ".." in path.split("/"):
        raise ExportError(f"アドレス {address} は、ファイルの名前にできません。")
    if not path or path.endswith("/"):
        return f"{path}{words}/index.html" if words else f"{path}index.html"
    stem, dot, ending = path.rpartition(".")
    return f"{stem}_{words}{dot}{ending}" if words else path


def _words(query: str) -> str:
    """Write a query so that every file system and web server takes it as a name; its order makes no difference."""
    pairs = sorted((name, value) for name, value in parse_qsl(query))
    return "_".join(f"{_plain(name)}={_plain(value)}" for name, value in pairs)


def _plain(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z-]", lambda found: f"~{ord(found[0]):x}", text)


def href_of(address: str) -> str:
    """Return what leads to an address from the site's first page; "" is that page itself."""
    fragment = urlsplit(address).fragment
    place = quote(file_of(address).removesuffix("index.html"), safe="/=~")
    return f"{place}#{fragment}" if fragment else place


@dataclass(frozen=True)
class Base:
    """Where the exported site will stand: https://example.jp/strategy/."""

    url: str

    @classmethod
    def of(cls, text: str) -> Base:
        """Read an address, or raise ExportError."""
        try:
            parts = urlsplit(text.strip())
            valid = parts.scheme in {"http", "https"} and parts.hostname and not parts.query and not parts.fragment
        except ValueError:
            valid = False
        if not valid or re.search(r"[\s\"'<>\\]", text.strip()):
            raise ExportError(
                f"「{text}」はサイトのアドレスになりません。https://example.jp/strategy/ のように書きます。"
            )
        return cls(f"{text.strip().rstrip('/')}/")

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def absolute(self, address: str) -> str:
        """Return an address as other sites use it."""
        return self.url + href_of(address)

    def rooted(self, address: str) -> str:
        """Return an address that holds wherever on the web server it stands, as in the page for lost readers."""
        return self.path + href_of(address)


def relative(file: str, address: str) -> str:
    """Return what leads from a file to an address, wherever the site stands."""
    place, _, fragment = href_of(address).partition("#")
    start = posixpath.dirname(file) or "."
    found = posixpath.relpath(place or ".", start)
    if not place or place.endswith("/"):
        found = "./" if found == "." else f"{found}/"
    return f"{found}#{fragment}" if fragment else found
