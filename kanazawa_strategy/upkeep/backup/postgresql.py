"""Copies of a PostgreSQL database: pg_dump's custom format, put back in one transaction of our own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.db import DEFAULT_DB_ALIAS, connections

from kanazawa_strategy.upkeep.backup import BackupError

PLAIN = ("--no-owner", "--no-privileges", "--no-comments")
TABLE = re.compile(rb'COPY (?:"?\w+"?\.)?"?(\w+)"? .*FROM stdin;\n')
LONGEST_WAIT = "60s"  # for other processes to end what they do


def copy(target: Path) -> dict[str, int]:
    """Write the database into a file, as it is at one moment; return the rows of each table at that moment."""
    program = find("pg_dump")
    connection: Any = connections[DEFAULT_DB_ALIAS].copy()
    try:
        connection.set_autocommit(False)
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            found = _rows(connection, cursor)
            address, password = _address(connection)
            run(
                [program, "--format=custom", f"--snapshot={snapshot}", *PLAIN, f"--file={target}", address],
                PGPASSWORD=password,
            )
        connection.rollback()
    finally:
        connection.close()
    return found


def count(file: Path) -> dict[str, int]:
    """Read a copy from its beginning to its end; return the rows of each table in it."""
    run([find("pg_restore"), "--list", str(file)])
    found: dict[str, int] = {}
    with script(file, "--data-only") as lines:
        for line in lines:
            if table := TABLE.fullmatch(line):
                found[table[1].decode()] = sum(1 for _ in _block(lines))
    return found


def rows() -> dict[str, int]:
    """Return the rows of each table of the portal's database."""
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        return _rows(connection, cursor)


def fill(file: Path) -> None:
    """Put a copy in the place of all tables; the caller's transaction makes it all or nothing."""
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        tables = [name for name, kind in _tables(connection, cursor) if kind != "v"]
        cursor.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
        if tables:
            cursor.execute(f"DROP TABLE {', '.join(map(connection.ops.quote_name, tables))} CASCADE")
    with connection.wrap_database_errors, script(file) as lines, connection.connection.cursor() as raw:
        _run_script(lines, raw)
        raw.execute("RESET search_path")


def _run_script(lines: Iterator[bytes], cursor: Any) -> None:
    statements: list[bytes] = []
    for line in lines:
        if TABLE.fullmatch(line):
            cursor.execute(b"".join(statements))
            statements = []
            with cursor.copy(line) as target:
                for row in _block(lines):
                    target.write(row)
        elif not line.startswith((rb"\restrict", rb"\unrestrict")):  # words for psql
            statements.append(line)
    cursor.execute(b"".join(statements))


def _block(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the rows of a table: one a line, up to a line with only \\. on it."""
    for line in lines:
        if line == b"\\.\n":
            return
        yield line
    raise BackupError("バックアップの中身が途中で終わっています。")


def _rows(connection: Any, cursor: Any) -> dict[str, int]:
    found = {}
    for name in sorted(name for name, kind in _tables(connection, cursor) if kind == "t"):
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")
        found[name] = cursor.fetchone()[0]
    return found


def _tables(connection: Any, cursor: Any) -> Iterable[tuple[str, str]]:
    return [(table.name, table.type) for table in connection.introspection.get_table_list(cursor)]


def _address(connection: Any) -> tuple[str, str]:
    """Return the database's address as libpq's programs take it, and apart from it the password: `ps` shows the first."""
    from psycopg.conninfo import make_conninfo
    from psycopg.pq import Conninfo

    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    given = {key: value for key, value in connection.get_connection_params().items() if key in known}
    password = str(given.pop("password", ""))
    return f"--dbname={make_conninfo(**given)}", password


def find(program: str) -> str:
    """Return where a program of PostgreSQL is, or say which package brings it."""
    if found := shutil.which(program):
        return found
    raise BackupError(
        f"{program} が見つかりません。PostgreSQLのクライアント（Debianでは postgresql-client）をインストールしてください。"
    )


def run(command: list[str], **environment: str) -> None:
    """Run a program of PostgreSQL; what it complains about goes into the sentence."""
    given = {name: value for name, value in environment.items() if value}
    done = subprocess.run(command, env={**os.environ, **given}, capture_output=True, check=False)
    if done.returncode:
        raise _complaint(command, done.stderr)


@contextmanager
def script(file: Path, *options: str) -> Iterator[Iterator[bytes]]:
    """Yield the lines of SQL that a copy stands for; raise where the program fails after all."""
    command = [find("pg_restore"), *PLAIN, *options, "--file=-", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        output: IO[bytes] | None = program.stdout
        assert output is not None
        assert program.stderr is not None
        try:
            yield iter(output)
        except BaseException:
            program.kill()
            raise
        complaints = program.stderr.read()
    if program.returncode:
        raise _complaint(command, complaints)


def _complaint(command: list[str], said: bytes) -> BackupError:
    words = said.decode(errors="replace").strip()
    return BackupError(f"{Path(command[0]).name} が失敗しました: {words}")
