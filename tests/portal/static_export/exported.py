"""What an exported site holds, read as a browser would: links, forms, scripts."""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from kanazawa_strategy.static_export.folder import MANIFEST, files_in

BASE = "https://example.jp/strategy/"
OUTSIDE = ("mailto:", "tel:", "https://creativecommons.org/", "https://schema.org")


@dataclass
class Page(HTMLParser):
    """One page: its links with the attribute that holds them, its ids, its forms, and what a strict policy forbids."""

    links: list[tuple[str, str]] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    forms: list[dict[str, str | None]] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.add(str(given["id"]))
        if tag == "form":
            self.forms.append(given)
        data = given.get("type") in {"application/ld+json", "application/json"}
        if tag == "style" or "style" in given or (tag == "script" and "src" not in given and not data):
            self.inline.append(f"<{tag} {attrs}>")
        self.inline += [f"<{tag} {name}>" for name in given if name.startswith("on")]
        for name, value in given.items():
            if name in {"href", "src", "action", "poster"} or name.startswith(
                ("data-plotly", "data-rows", "data-index")
            ):
                self.links.append((name, value or ""))
            if name == "srcset":
                self.links += [(name, part.split()[0]) for part in (value or "").split(",")]


@cache
def page(path: Path) -> Page:
    found = Page()
    found.feed(path.read_text(encoding="utf-8"))
    return found


def pages(site: Path) -> Iterator[str]:
    return (name for name in sorted(files_in(site)) if name.endswith(".html"))


def target(site: Path, file: str, link: str) -> tuple[str, str] | None:
    """Return the file and the fragment that a link leads to; None for a link to another site.

    Raises AssertionError where it holds only at the root of a server.
    """
    if link.startswith(OUTSIDE):
        return None
    full = urljoin(BASE + file.removesuffix("index.html"), link)
    assert full.startswith(BASE), f"{file}: {link}"
    parts = urlsplit(full)
    name = unquote(parts.path.removeprefix("/strategy/"))
    if not name or name.endswith("/"):
        name = posixpath.join(name, "index.html")
    return name, unquote(parts.fragment)


def dead(site: Path) -> list[str]:
    """Return the links of all pages that lead to no file, or to no place in it."""
    found = []
    for file in pages(site):
        for name, link in page(site / file).links:
            there = target(site, file, link)
            if there is None:
                continue
            if not (site / there[0]).is_file():
                found.append(f"{file}: {name}={link}")
            elif there[1] and there[0].endswith(".html") and there[1] not in page(site / there[0]).ids:
                found.append(f"{file}: {name}={link} (no such place)")
    return found


def wrong(site: Path) -> list[str]:
    """Return what in a site is not as its manifest says: [] for a whole one."""
    try:
        listed = json.loads(Path(site, MANIFEST).read_text(encoding="utf-8"))["files"]
    except OSError as error:
        return [str(error)]
    there = set(files_in(site)) - {MANIFEST}
    found = [f"not listed: {name}" for name in there - set(listed)]
    for name, entry in listed.items():
        if name not in there:
            found.append(f"missing: {name}")
        elif (content := (site / name).read_bytes()) and hashlib.sha256(content).hexdigest() != entry["sha256"]:
            found.append(f"differs: {name}")
    return found
