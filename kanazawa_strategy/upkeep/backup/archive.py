"""The file of a backup: a ZIP with the manifest and the copy of the database."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from datetime import datetime
from pathlib import Path

from kanazawa_strategy.upkeep.backup import BackupError
from kanazawa_strategy.upkeep.backup.manifest import Manifest, digest

MANIFEST = "manifest.json"
COPIES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
NAME = re.compile(r"portal-(\d{8})-(\d{6})(?:-(\d+))?\.zip")


def free_name(directory: Path, now: datetime) -> Path:
    """Return portal-20261122-030000.zip, with a number where that one is there."""
    stem = f"portal-{now:%Y%m%d-%H%M%S}"
    names = (f"{stem}{f'-{number}' if number else ''}.zip" for number in range(1000))
    return next(directory / name for name in names if not (directory / name).exists())


def pack(file: Path, copy: Path, manifest: Manifest) -> None:
    """Write both into a new file that only its owner reads, and see it on the disk."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w+b") as stream:
        # pg_dump has compressed its copy already.
        method = zipfile.ZIP_DEFLATED if manifest.engine == "sqlite" else zipfile.ZIP_STORED
        with zipfile.ZipFile(stream, "w", method) as archive:
            archive.writestr(MANIFEST, manifest.to_json())
            archive.write(copy, COPIES[manifest.engine])
        stream.flush()
        os.fsync(stream.fileno())


def manifest_of(file: Path) -> Manifest:
    """Read what a backup says about itself."""
    try:
        with zipfile.ZipFile(file) as archive:
            return Manifest.from_json(archive.read(MANIFEST))
    except FileNotFoundError:
        raise BackupError(f"ファイルがありません: {file}") from None
    except (OSError, zipfile.BadZipFile, KeyError, EOFError) as error:
        raise BackupError(f"バックアップのファイルとして読み取れません: {file}（{error}）") from error


def unpack(file: Path, directory: Path) -> tuple[Manifest, Path]:
    """Take the copy of the database out, and compare it with its digest."""
    manifest = manifest_of(file)
    copy = directory / COPIES.get(manifest.engine, "unknown")
    try:
        with zipfile.ZipFile(file) as archive, archive.open(copy.name) as source, copy.open("xb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise BackupError(f"バックアップのファイルが壊れています: {file}（{error}）") from error
    if (copy.stat().st_size, digest(copy)) != (manifest.size, manifest.sha256):
        raise BackupError(f"バックアップの中身が、作ったときと違います（SHA-256が一致しません）: {file}")
    return manifest, copy
