"""The files of one export, each compared with that of the export before, and listed with its checksum."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

from kanazawa_strategy.static_export.folder import Folder
from kanazawa_strategy.static_export.packing import PACKERS, packed, pays


class Writing:
    """A new folder that fills: what is the same as before is linked, anything else written."""

    def __init__(self, folder: Folder, new: Path) -> None:
        self._old, self._listed, self._new = folder.current, folder.manifest["files"], new
        self.files: dict[str, dict[str, Any]] = {}
        self.written: list[str] = []

    @property
    def gone(self) -> list[str]:
        """Return the files of the export before that are in this one no more."""
        return sorted(set(self._listed) - set(self.files))

    def put(self, file: str, content: bytes, *, ready: dict[str, Path] | None = None) -> None:
        """Take a file in, with its compressed forms; `ready` are those that somebody else has made."""
        is_same = self._take(file, content)
        for ending in PACKERS if pays(file, content) else ():
            name = f"{file}{ending}"
            if ready and ending in ready:
                self._take(name, ready[ending].read_bytes())
            elif not (is_same and self._stays(name)) and (found := packed(ending, content)):
                self._take(name, found)

    def _take(self, name: str, content: bytes) -> bool:
        """Link or write; tell whether the content is that of before."""
        old = self._old and self._old / name
        is_same = bool(old and old.is_file() and old.stat().st_size == len(content) and old.read_bytes() == content)
        self._list(name, content)
        if old and is_same:
            self._link(old, name)
        else:
            self._place(name).write_bytes(content)
            self.written.append(name)
        return is_same

    def _stays(self, name: str) -> bool:
        """Link a compressed file that still is what it was; tell whether there was one."""
        old = self._old and self._old / name
        if not old or not old.is_file() or name not in self._listed:
            return False
        content = old.read_bytes()
        if self._listed[name] != _entry(content):
            return False
        self._list(name, content)
        self._link(old, name)
        return True

    def _list(self, name: str, content: bytes) -> None:
        self.files[name] = _entry(content)

    def _link(self, old: Path, name: str) -> None:
        new = self._place(name)
        try:
            os.link(old, new)
        except OSError:
            shutil.copy2(old, new)

    def _place(self, name: str) -> Path:
        place = self._new / name
        place.parent.mkdir(parents=True, exist_ok=True)
        return place


def _entry(content: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
