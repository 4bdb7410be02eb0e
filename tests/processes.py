"""Portals in processes of their own, with their own database: what only shows between processes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
KEY = "tests-only-" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2
DEMO_PASSWORD = "demo-only-passphrase"


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    headers: Message
    body: str


@dataclass
class Server:
    """A running server of a portal."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path: str, *, timeout: float = 30, **headers: str) -> Answer:
        """Ask for a page; headers are named with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"http://localhost:{self.port}{path}", headers=named)
        opener = urllib.request.build_opener(_Still)
        try:
            with opener.open(request, timeout=timeout) as response:
                return Answer(response.status, response.headers, response.read().decode(errors="replace"))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read().decode(errors="replace"))

    def kill(self) -> None:
        """Cut the power."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def lines(self) -> list[str]:
        return self.log.read_text(encoding="utf-8").splitlines()


class _Still(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        """Follow nothing: the answer itself is looked at."""


@dataclass
class Portal:
    """A directory and a database of one portal."""

    place: Path
    url: str
    more: dict[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
        own = {"DATA_DIR": str(self.place), "DATABASE_URL": self.url, "SECRET_KEY": KEY, "HTTPS": "0"}
        known = {"ALLOWED_HOSTS": "localhost", "DJANGO_SETTINGS_MODULE": "kanazawa_strategy.settings"}
        return {**kept, **own, **known, "PYTHONIOENCODING": "utf-8", **self.more, **more}

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a management command."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a management command to its end."""
        process = self.start(*arguments, **environment)
        output, complaints = process.communicate(timeout=300)
        return subprocess.CompletedProcess(arguments, process.returncode, output, complaints)

    def managed(self, *arguments: str, **environment: str) -> str:
        """Run a management command that has to succeed; return what it printed."""
        done = self.manage(*arguments, **environment)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def ask(self, expression: str) -> str:
        """Evaluate an expression in the portal's own process; models are imported."""
        return self.managed("shell", "-v0", "-c", f"print({expression})").strip()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database itself, with nothing of the portal in between."""
        with self._connected() as database:
            return list(database.execute(sql).fetchall())

    def execute(self, *statements: str) -> None:
        """Change the database itself."""
        with self._connected() as database:
            for statement in statements:
                database.execute(statement)
            database.commit()

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.place / "portal.sqlite3", timeout=20)) as database:
                yield database
        else:
            import psycopg

            with closing(psycopg.connect(self.url)) as server:
                yield server

    @contextmanager
    def served(self, *, workers: int = 1, **environment: str) -> Iterator[Server]:
        """Serve the portal, as production does, until the end of the block."""
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = self.place / f"server-{port}.log"
        command = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1"]
        command += ["--port", str(port), "--workers", str(workers), "--blocking-threads", "2", "--no-ws"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, "kanazawa_strategy.wsgi:application"],
                cwd=ROOT,
                env=self.environment(**environment),
                stdout=subprocess.DEVNULL,
                stderr=output,
                start_new_session=True,
            )
        server = Server(port, process, log)
        try:
            _wait(server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(server: Server) -> None:
    for _ in range(200):
        assert server.process.poll() is None, server.log.read_text()
        try:
            server.get("/robots.txt")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(server.log.read_text())


def is_postgresql() -> bool:
    return bool(settings.DATABASES["default"]["ENGINE"].endswith("postgresql"))


def make_portal(place: Path, *, template: Portal | None = None) -> Portal:
    """Make a portal with an empty database, or with a copy of another one's; on the server of the tests, if any."""
    place.mkdir(parents=True, exist_ok=True)
    for part in ("static", "vendor"):
        if template and (template.place / part).exists():
            (place / part).symlink_to(template.place / part)
    if is_postgresql():
        name = f"portal_{uuid4().hex[:12]}"
        pattern = f' TEMPLATE "{urlsplit(template.url).path[1:]}"' if template else ""
        on_server(f'CREATE DATABASE "{name}"{pattern}')
        parts = urlsplit(os.environ["DATABASE_URL"])
        return Portal(place, parts._replace(path=f"/{name}").geturl().replace("postgresql:/?", "postgresql:///?"))
    file = place / "portal.sqlite3"
    if template:
        shutil.copy(template.place / "portal.sqlite3", file)
    return Portal(place, f"sqlite:///{file}")


def on_server(*statements: str) -> None:
    """Let the server of the tests do something to whole databases."""
    import psycopg

    parts = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres")
    with closing(psycopg.connect(parts.geturl(), autocommit=True)) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def drop(portal: Portal) -> None:
    """Let go of a database that the server of the tests keeps."""
    if portal.url.startswith("postgresql"):
        on_server(f'DROP DATABASE IF EXISTS "{urlsplit(portal.url).path[1:]}" WITH (FORCE)')
