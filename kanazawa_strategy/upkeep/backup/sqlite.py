"""Copies of an SQLite database, made and put back while others work on it: SQLite's own backup interface."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import load_backend

from kanazawa_strategy.upkeep.backup import BackupError

PATIENCE = 60  # seconds for other processes to end what they write


def copy(target: Path) -> dict[str, int]:
    """Write the database into a file of its own, as it is at one moment; return the rows of each table."""
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as new:
        connection.connection.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, whatever comes after
    return count(target)


def count(file: Path) -> dict[str, int]:
    """Look whether a file is a whole database; return the rows of each table."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
        faults = [row[0] for row in database.execute("PRAGMA integrity_check")]
        if faults != ["ok"]:
            raise BackupError(f"データベースの写しが壊れています（{faults[0]}）。")
        if strays := database.execute("PRAGMA foreign_key_check").fetchall():
            raise BackupError(f"データベースの写しに、つながりの切れた行が{len(strays)}件あります。")
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        names = [row[0] for row in database.execute(f"{tables} ORDER BY name")]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def rows() -> dict[str, int]:
    """Return the rows of each table of the portal's database."""
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        quoted = {name: connection.ops.quote_name(name) for name in sorted(names)}
        return {name: cursor.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for name, table in quoted.items()}


@contextmanager
def opened(file: Path) -> Iterator[None]:
    """Let Django work on another file instead of the portal's database, until the end of the block."""
    usual = connections[DEFAULT_DB_ALIAS]
    known = {**usual.settings_dict, "NAME": file}
    connections[DEFAULT_DB_ALIAS] = load_backend(known["ENGINE"]).DatabaseWrapper(known, DEFAULT_DB_ALIAS)
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS].close()
        connections[DEFAULT_DB_ALIAS] = usual


def replace(file: Path) -> None:
    """Put what a file holds into the portal's database, in one transaction that other processes see whole.

    Replacing the file itself would leave open connections at the old one, and its write-ahead log beside the new one.
    """
    usual = connections[DEFAULT_DB_ALIAS]
    usual.close()
    deadline = time.monotonic() + PATIENCE

    def wait(status: int, remaining: int, total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and time.monotonic() > deadline:
            raise BackupError("ほかの処理がデータベースを使い続けているため、復元できませんでした。")

    target = usual.settings_dict["NAME"]
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target, timeout=PATIENCE)) as live:
        try:
            live.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise BackupError(
                f"いまのデータベースのファイルが壊れています。別の場所に移してください: {target}"
            ) from error
        source.backup(live, pages=-1, progress=wait, sleep=0.1)
