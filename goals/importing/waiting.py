from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import IO, Any

from import_export.tmp_storages import TempFolderStorage

PREFIX = "portal-import-"
LONGEST = 24 * 60 * 60  # seconds


class Waiting(TempFolderStorage):
    """Uploads between preview and confirmation: files of ours only, each gone after a day at the latest."""

    def _open(self, mode: str = "r") -> IO[Any]:
        if self.name:
            return super()._open(mode)  # type: ignore[misc, no-any-return]
        _sweep()
        handle, self.name = tempfile.mkstemp(prefix=PREFIX)
        return os.fdopen(handle, "wb")

    def get_full_path(self) -> str:
        """Find the file by the name that the form brings back, and no other file of the machine."""
        name = os.path.basename(self.name or "")
        if not name.startswith(PREFIX):
            raise FileNotFoundError(name)
        return os.path.join(tempfile.gettempdir(), name)


def _sweep() -> None:
    """Remove what was uploaded and never confirmed."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if time.time() - path.stat().st_mtime > LONGEST:
                path.unlink()
        except OSError:  # another process was quicker, or holds it open
            continue
