"""Make a backup: a copy at one moment, packed, read again, and only then given its name."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from django.db import Error as DatabaseFault
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from goals.publication import version as public_version
from kanazawa_strategy.upkeep.backup import BackupError, archive, manifest, postgresql, sqlite
from kanazawa_strategy.upkeep.backup.manifest import Manifest

WORKSHOP = ".portal-backup-"
ABANDONED = 24 * 60 * 60  # seconds after which what a killed process left is swept away
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def engine() -> ModuleType:
    """Return how this database is copied."""
    return {"sqlite": sqlite, "postgresql": postgresql}[connection.vendor]


def make(directory: Path) -> tuple[Path, Manifest]:
    """Back the database up into a directory; raise BackupError, and leave no file, where that can't be."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with workshop(directory) as place:
            copy = place / archive.COPIES[connection.vendor]
            before = _state()
            rows = engine().copy(copy)
            made = Manifest(**before, rows=rows, size=copy.stat().st_size, sha256=manifest.digest(copy))
            file = place / "packed.zip"
            archive.pack(file, copy, made)
            copy.unlink()
            verify(file, place)
            target = archive.free_name(directory, timezone.localtime())
            _name(file, target)
            _settle(directory)
            return target, made
    except (OSError, sqlite3.Error, DatabaseFault) as error:
        raise refused(error, directory) from error


def verify(file: Path, place: Path) -> Manifest:
    """Read a backup from its beginning to its end and count its rows; raise BackupError where it is not whole."""
    said, copy = archive.unpack(file, place)
    found = engine().count(copy)
    copy.unlink()
    compare(said, found)
    return said


def compare(said: Manifest, found: dict[str, int]) -> None:
    differing = sorted(name for name in {*said.rows, *found} if said.rows.get(name, 0) != found.get(name, 0))
    if differing:
        raise BackupError(f"行数が目録と合わない表があります: {'、'.join(differing)}")


def _state() -> dict[str, Any]:
    applied = MigrationRecorder(connection).applied_migrations()
    version = public_version.current()
    return {
        "made_at": timezone.localtime().isoformat(timespec="seconds"),
        "release": manifest.release(),
        "engine": connection.vendor,
        "public_version": version.number,
        "is_demo": version.is_demo,
        "migrations": sorted(".".join(key) for key in applied),
    }


@contextmanager
def workshop(directory: Path) -> Iterator[Path]:
    """Give a private directory for half-done files; what a killed process left in one is swept away a day later."""
    for left in directory.glob(f"{WORKSHOP}*"):
        if abs(time.time() - left.stat().st_mtime) > ABANDONED:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=WORKSHOP, dir=directory) as place:
        yield Path(place)


def _name(file: Path, target: Path) -> None:
    """Give a file its name at once; where another process was quicker, that is an error."""
    try:
        os.link(file, target)
    except FileExistsError:
        raise
    except OSError:  # disks of other systems, which know no second name
        file.rename(target)


def _settle(directory: Path) -> None:
    """See the new name on the disk, where the system lets directories be synced."""
    if os.name == "posix":
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def refused(error: Exception, place: Path) -> BackupError:
    """Say in a sentence what the system said."""
    if (isinstance(error, OSError) and error.errno in FULL) or "disk is full" in str(error):
        return BackupError(f"ディスクの空きが足りません: {place}")
    if isinstance(error, PermissionError):
        return BackupError(f"書き込む権限がありません: {place}")
    return BackupError(f"{error}（{place}）")
