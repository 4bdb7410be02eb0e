"""Static files that the pages use, as the static files' storage names them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

from kanazawa_strategy.static_export.addresses import ExportError

_FIRST = "先に manage.py collectstatic を実行してください。"
_URL = re.compile(r"""url\(\s*["']?([^"')]+)""")


def path_of(address: str) -> Path:
    """Return the file behind the address of a static file, or raise ExportError.

    With hashed names only what the storage's manifest lists: nothing else may be kept for ever by a browser.
    """
    name = unquote(address.removeprefix(settings.STATIC_URL))
    listed = _listed()
    found = finders.find(name) if listed is None else (staticfiles_storage.path(name) if name in listed else None)
    if not found or not Path(str(found)).is_file():
        raise ExportError(f"静的ファイル {name} がありません。{_FIRST}")
    return Path(str(found))


def check() -> None:
    """Raise ExportError where the static files were not collected: no page could be rendered."""
    if _listed() == set():
        raise ExportError(f"静的ファイルがありません。{_FIRST}")


def _listed() -> set[str] | None:
    """Return the hashed names; None where static files keep their own (DEBUG)."""
    hashed: dict[str, str] | None = getattr(staticfiles_storage, "hashed_files", None)
    return None if hashed is None else set(hashed.values())


def links_of(address: str) -> Iterator[str]:
    """Yield the addresses of what a style sheet uses: pictures beside it, no parts of the page (#…) or data."""
    if not address.endswith(".css"):
        return
    for link in _URL.findall(path_of(address).read_text(encoding="utf-8")):
        if not link.startswith(("#", "data:")):
            yield posixpath.normpath(posixpath.join(posixpath.dirname(address), link.partition("#")[0]))
