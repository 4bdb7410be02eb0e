"""The folder of an exported site: written beside the old one, then put in its place in one step.

DIR is a symbolic link into .DIR.export/, where each export that changed something has a folder of its own. What did not
change is the same file there (a hard link), with its old time. A kill at any moment leaves the old site; the next
export clears up. Where the system knows no symbolic links, the folders are renamed one after the other instead.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files import locks

from kanazawa_strategy.static_export.addresses import ExportError

MANIFEST = "manifest.json"
FORMAT = "kanazawa-strategy-static-site"
_SHOWN = 3


class Folder:
    """One target; `current` is the site that stands there, None before the first export."""

    def __init__(self, target: Path) -> None:
        self.target = Path(os.path.abspath(target))
        self.home = self.target.parent / f".{self.target.name}.export"
        self._moved = self.home / "moved"
        self.current: Path | None = None
        self.manifest: Mapping[str, Any] = {"files": {}}

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep other exports out, and clear up what an earlier one left behind."""
        self._refuse_foreign()
        self.home.mkdir(parents=True, exist_ok=True)
        with Path(self.home, "lock").open("w") as lock:
            if not locks.lock(lock, locks.LOCK_EX | locks.LOCK_NB):
                raise ExportError(f"{self.target} には、いま別の書き出しが進んでいます。")
            if self._moved.exists() and not os.path.lexists(self.target):
                self._moved.rename(self.target)
            self._refuse_foreign()
            self._clear()
            try:
                yield
            finally:
                self._clear(after=True)

    def new(self) -> Path:
        """Make an empty folder to write into, which readers do not see."""
        found = self.home / secrets.token_hex(6)
        found.mkdir()
        return found

    def show(self, new: Path) -> None:
        """Put the new site in the place of the old one."""
        link = self.home / "link"
        try:
            link.symlink_to(Path(self.home.name, new.name), target_is_directory=True)
        except OSError:
            link = new
        if self.target.is_dir() and not self.target.is_symlink():
            self.target.rename(self._moved)
        try:
            link.replace(self.target)
        except OSError:
            if self._moved.exists():
                self._moved.rename(self.target)
            raise

    def _refuse_foreign(self) -> None:
        """Read the site that stands there, or raise ExportError where it is none of ours."""
        if not os.path.lexists(self.target):
            return
        if not self.target.is_dir():
            raise ExportError(f"{self.target} はフォルダーではありません。別の場所を指定してください。")
        here = self.target.resolve()
        manifest = _manifest_in(here)
        if manifest is None:
            if any(here.iterdir()):
                raise ExportError(
                    f"{self.target} には、このコマンドで書き出したサイトではないものがあります（{MANIFEST} がありません）。"
                    "空のフォルダーか、前に書き出したフォルダーを指定してください。"
                )
            return
        foreign = sorted(set(files_in(here)) - set(manifest["files"]) - {MANIFEST})
        if foreign:
            names = "、".join(foreign[:_SHOWN]) + (" など" if len(foreign) > _SHOWN else "")
            raise ExportError(
                f"{self.target} に、書き出したものではないファイルがあります（{names}）。"
                "書き出すと消えるため、何もしませんでした。ほかの場所へ移してから、もう一度実行してください。"
            )
        self.current, self.manifest = here, manifest

    def _clear(self, *, after: bool = False) -> None:
        """Remove what is not shown. Right after an export the site before stays, for readers who are still in it."""
        shown = self.target.resolve()
        kept = {shown, self.current if after else None, self.home / "lock"}
        for path in self.home.iterdir():
            if path.is_symlink() or path.is_file():
                if path not in kept:
                    path.unlink()
            elif path.resolve() not in kept:
                shutil.rmtree(path)


def files_in(folder: Path) -> Iterator[str]:
    """Yield the names of all files in a folder, with / between their parts."""
    for place, _, names in os.walk(folder):
        yield from (Path(place, name).relative_to(folder).as_posix() for name in names)


def _manifest_in(folder: Path) -> Mapping[str, Any] | None:
    try:
        found = json.loads(Path(folder, MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("format") == FORMAT and "files" in found else None
