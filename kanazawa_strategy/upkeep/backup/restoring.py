"""Put a backup in the place of the database: all of it or nothing, and known to every cache as something new."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db import Error as DatabaseFault

from goals.accounts import audit
from goals.models.event import AuditAction
from goals.publication import version
from kanazawa_strategy.upkeep.backup import BackupError, archive, postgresql, sqlite
from kanazawa_strategy.upkeep.backup.making import compare, engine, refused, workshop
from kanazawa_strategy.upkeep.backup.manifest import Manifest, has_work


def examine(file: Path, *, may_replace: bool) -> Manifest:
    """Return what a backup says about itself; raise BackupError where it can't go into this database."""
    manifest = archive.manifest_of(file)
    if manifest.engine != connection.vendor:
        raise BackupError(
            f"{manifest.engine} のバックアップは、{connection.vendor} のデータベースには復元できません。"
            "DATABASE_URL を確かめてください。"
        )
    if unknown := manifest.unknown():
        raise BackupError(
            f"このバックアップは、この版のポータルにないマイグレーションを含みます（{'、'.join(unknown)}）。"
            f"バックアップを作った版（{manifest.release}）か、それより新しい版で復元してください。"
        )
    if not may_replace and _has_work():
        raise BackupError(
            "このデータベースには、すでにデータがあります。"
            "その内容をすべて捨ててバックアップに置き換えるときは、--yes を付けて実行してください。"
        )
    return manifest


def _has_work() -> bool:
    try:
        return has_work(engine().rows())
    except DatabaseFault as error:
        raise BackupError(f"いまのデータベースを読めません（{error}）。") from error


def restore(file: Path, manifest: Manifest, progress: Callable[[str], object]) -> int:
    """Replace the database by what a backup holds; return the number of the public version from then on."""
    seen = _number()
    place = _place()
    try:
        with workshop(place) as directory:
            _, copy = archive.unpack(file, directory)
            progress("バックアップの中身を確かめました。")
            if connection.vendor == "sqlite":
                return _restore_sqlite(copy, manifest, seen, file.name)
            return _restore_postgresql(copy, manifest, seen, file.name)
    except (OSError, sqlite3.Error, DatabaseFault) as error:
        raise refused(error, place) from error


def _restore_sqlite(copy: Path, manifest: Manifest, seen: int, name: str) -> int:
    """Make the new database ready in a file of its own, then put it in the old one's place."""
    compare(manifest, sqlite.count(copy))
    with sqlite.opened(copy):
        number = _begin_anew(manifest, seen, name)
    sqlite.replace(copy)
    return number


def _restore_postgresql(copy: Path, manifest: Manifest, seen: int, name: str) -> int:
    """Do all of it in one transaction: nobody sees it before its end."""
    try:
        with transaction.atomic():
            postgresql.fill(copy)
            compare(manifest, postgresql.rows())
            return _begin_anew(manifest, seen, name)
    finally:
        connections[DEFAULT_DB_ALIAS].close()  # the script has changed its settings


def _begin_anew(manifest: Manifest, seen: int, name: str) -> int:
    """Bring what was restored up to this release, out of reach of every cache, and into the log."""
    if manifest.missing():
        call_command("migrate", interactive=False, verbosity=0)
    with transaction.atomic():
        number = version.leap(seen)
        audit.record(AuditAction.RESTORE, f"バックアップ「{name}」（{manifest.made_at}）からの復元")
    return number


def _number() -> int:
    """Return the public version that caches may know; 0 where the database is too new or too broken to tell."""
    try:
        return version.current().number
    except DatabaseFault:
        return 0
    finally:
        connection.close()


def _place() -> Path:
    """Return where half-done files go: beside the database that they become, else into DATA_DIR."""
    if connection.vendor == "sqlite":
        return Path(connection.settings_dict["NAME"]).absolute().parent
    return Path(settings.DATA_DIR)
