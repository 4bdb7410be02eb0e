"""The same content for browsers that take it compressed, where that pays."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

import brotli

_TEXTS = {".css", ".csv", ".html", ".js", ".json", ".svg", ".txt", ".xml"}
_LEAST = 600  # bytes: below, one packet holds it anyway
_WORTH = 0.9

PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    ".gz": lambda content: gzip.compress(content, 9, mtime=0),
    # 11 takes twenty times as long for a tenth less
    ".br": lambda content: bytes(brotli.compress(content, mode=brotli.MODE_TEXT, quality=9)),
}


def pays(file: str, content: bytes) -> bool:
    """Tell whether a file is worth a try."""
    return PurePosixPath(file).suffix in _TEXTS and len(content) >= _LEAST


def packed(ending: str, content: bytes) -> bytes | None:
    """Return the compressed content, None where it is hardly smaller."""
    found = PACKERS[ending](content)
    return found if len(found) < _WORTH * len(content) else None
