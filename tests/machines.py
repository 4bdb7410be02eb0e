"""What several machines of one portal share: a visitor of all of them, a Redis."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

from tests.processes import DEMO_PASSWORD, Server


class Browser:
    """A browser; its cookies count for every machine, as behind one name."""

    def __init__(self) -> None:
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies, urllib.request.ProxyHandler({}))

    def get(self, machine: Server, path: str) -> str:
        return self.ask(machine, path)[1]

    def post(self, machine: Server, path: str, **fields: str) -> str:
        """Send the form of a page."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(machine, path))
        assert token, f"{path} has no form"
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields})
        return self.ask(machine, path, form.encode())[1]

    def ask(self, machine: Server, path: str, data: bytes | None = None) -> tuple[str, str]:
        """Return the ETag and the body."""
        try:
            with self._opener.open(f"http://localhost:{machine.port}{path}", data, timeout=30) as answer:
                return answer.headers["ETag"] or "", answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return "", f"{error.code} {error.read().decode()}"

    def sign_in(self, machine: Server, name: str, password: str = DEMO_PASSWORD) -> bool:
        """Sign in, and tell whether the portal knows who it is."""
        self.post(machine, "/accounts/login/", username=name, password=password, next="/accounts/login/")
        return self.is_known(machine, name)

    def is_known(self, machine: Server, name: str) -> bool:
        return f"{name}としてログインしています" in self.get(machine, "/accounts/login/")


@contextmanager
def redis_server(place: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start a Redis that keeps nothing; yield its address and its process."""
    port = free_port()
    program = shutil.which("redis-server")
    assert program is not None
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(place)]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: is_open(port))
        yield f"redis://127.0.0.1:{port}/0", process
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def wait_until(is_so: Callable[[], object], *, patience: float = 10) -> float:
    """Wait until something is so; return after how many seconds it was."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() < began + patience, f"Not so within {patience} seconds."
        time.sleep(0.05)
    return time.monotonic() - began
