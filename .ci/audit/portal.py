"""Serve the portal as .ci/serve does, out of a directory of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

PATIENCE = 300  # seconds: to fill a database and compress the static files on a busy machine
# A developer's own settings have no say here.
SETTINGS = {"ALLOWED_HOSTS", "BEHIND_PROXY", "CSRF_TRUSTED_ORIGINS", "DATABASE_URL"}
SETTINGS |= {"DEBUG", "HTTPS", "SECRET_KEY"}


@contextmanager
def served(load: str, directory: Path) -> Iterator[str]:
    """Fill a database with a command and serve it; yield the address."""
    port = free_port()
    address = f"http://localhost:{port}"
    environment = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    environment |= {"DATA_DIR": str(directory), "HOST": "127.0.0.1", "PORT": str(port)}
    environment |= {"SITE_URL": address, "LOG_LEVEL": "WARNING"}
    directory.mkdir(parents=True)
    log = directory / "log"
    with log.open("w", encoding="utf-8") as output:
        # A group of its own: the server ends when the audit does, and with its workers.
        server = subprocess.Popen(
            [".ci/serve", load], env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        wait_for(address, server, log)
        yield address
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the portal answers; leave with what it said if it does not."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(address, timeout=30):
                return
        except HTTPError:
            break
        except (URLError, OSError):
            time.sleep(0.5)
    raise SystemExit(f"The portal does not answer:\n{log.read_text(encoding='utf-8')}")
