"""A database in a file, as the portal keeps it outside of tests: SQLite in memory shares one connection among all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import load_backend

from kanazawa_strategy import environment


def is_in_memory() -> bool:
    connection = connections[DEFAULT_DB_ALIAS]
    return bool(connection.vendor == "sqlite" and connection.is_in_memory_db())  # type: ignore[attr-defined]


def copy_into(file: Path) -> None:
    """Write what the database in memory holds into a file."""
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as target:
        connection.connection.backup(target)


@contextmanager
def opened(file: Path) -> Iterator[None]:
    """Let this thread work on the database in a file, opened as the settings say, until the end of the block."""
    memory = connections[DEFAULT_DB_ALIAS]
    known = {**memory.settings_dict, **environment.database("NO_SUCH_VARIABLE", file)}
    assert known["OPTIONS"] == settings.DATABASES[DEFAULT_DB_ALIAS]["OPTIONS"]
    connections[DEFAULT_DB_ALIAS] = load_backend(known["ENGINE"]).DatabaseWrapper(known, DEFAULT_DB_ALIAS)
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS].close()
        connections[DEFAULT_DB_ALIAS] = memory
