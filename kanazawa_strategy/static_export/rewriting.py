"""Addresses in what was rendered: found, and written anew for files. Knows no models."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape

from kanazawa_strategy.static_export.addresses import CLOSED, LOST, ORIGIN, Base, file_of, relative

_TAG = re.compile(r"<(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<attributes>\s[^<>]*)>")
_LINK = re.compile(
    r'(?P<before>\s(?:href|src|action|poster|data-plotly-src|data-plotly-css|data-rows|data-index)=")'
    r'(?P<address>[/?](?!/)[^"]*)"'
)
# ASCII but for what ends an address in HTML, XML, JSON or plain text
_ABSOLUTE = re.compile(rf"{re.escape(ORIGIN)}(?P<address>(?:/(?:[!#-%(-;=?-\[\]-~]|&amp;)*)?)")
_RULE = re.compile(r"^Disallow: (?P<path>/\S*)\n", re.MULTILINE)

Link = Callable[[str], str]


def links_of(text: str, address: str) -> Iterator[str]:
    """Yield the addresses on the same site that a page links to, or names in full."""
    for tag in _TAG.finditer(text):
        for link in _LINK.finditer(tag["attributes"]):
            yield _completed(unescape(link["address"]), address)
    yield from named_in(text)


def named_in(text: str) -> Iterator[str]:
    """Yield the addresses of the site that a text names in full."""
    for found in _ABSOLUTE.finditer(text):
        yield unescape(found["address"]) or "/"


def _completed(link: str, address: str) -> str:
    return f"{address.partition('?')[0]}{link}" if link.startswith("?") else link


def page(text: str, address: str, base: Base, name_of: Callable[[str], str]) -> str:
    """Write a page's links for files; `name_of` gives the name under which a browser shall save an address, or ""."""
    own = file_of(address)

    def link(target: str) -> str:
        return base.rooted(target) if address == LOST else relative(own, target)

    def tag(found: re.Match[str]) -> str:
        name = ""

        def attribute(part: re.Match[str]) -> str:
            nonlocal name
            target = _completed(unescape(part["address"]), address)
            name = name_of(target)
            return f'{part["before"]}{escape(link(target))}"'

        attributes = _LINK.sub(attribute, found["attributes"])
        download = f' download="{escape(name)}"' if name and found["name"] == "a" else ""
        return f"<{found['name']}{attributes}{download}>"

    return plain(_TAG.sub(tag, text), base)


def plain(text: str, base: Base) -> str:
    """Write the addresses named in full as those of the place where the site will stand."""
    return _ABSOLUTE.sub(lambda found: escape(base.absolute(unescape(found["address"]) or "/")), text)


def rules(text: str, base: Base) -> str:
    """Write the rules for search engines: below the site's own path, and without what is not exported."""

    def rule(found: re.Match[str]) -> str:
        return "" if found["path"].startswith(CLOSED) else f"Disallow: {base.rooted(found['path'])}\n"

    return plain(_RULE.sub(rule, text), base)
