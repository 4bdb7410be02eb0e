"""A visitor of several machines of one portal."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar

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


def wait_until(is_so: Callable[[], object], *, patience: float = 10) -> float:
    """Wait until something is so; return after how many seconds it was."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() < began + patience, f"Not so within {patience} seconds."
        time.sleep(0.05)
    return time.monotonic() - began
