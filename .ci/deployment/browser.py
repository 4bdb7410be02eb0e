"""What somebody in front of a browser would see of the machine."""

from __future__ import annotations

import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from http.cookiejar import CookieJar
from typing import Any

HOST = "strategy.example.jp"


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Message
    body: bytes


class _Still(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        """Follow nothing: the answer itself is looked at."""


class Browser:
    """A browser with cookies, which believes any certificate."""

    def __init__(self, scheme: str) -> None:
        self.base = f"{scheme}://{HOST}"
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.cookies = CookieJar()
        self._opener = urllib.request.build_opener(
            _Still, urllib.request.HTTPSHandler(context=context), urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def open(self, path: str, data: bytes | None = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"{self.base}{path}", data, named)
        try:
            with self._opener.open(request, timeout=60) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())


def expect(what: str, is_so: object, seen: object = "") -> None:
    if not is_so:
        raise SystemExit(f"FAILED  {what}: {seen}")
    print(f"ok      {what}", flush=True)


def sign_in(scheme: str, password: str) -> Browser:
    """Sign in as the first account, through everything in front of the portal."""
    browser = Browser(scheme)
    page = browser.open("/admin/login/")
    token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page.body)
    expect(f"the door opens over {scheme}", page.status == 200 and token, page)
    assert token
    form = {"csrfmiddlewaretoken": token[1].decode(), "username": "kanri", "password": password, "next": "/admin/"}
    done = browser.open("/admin/login/", urllib.parse.urlencode(form).encode(), Referer=f"{browser.base}/admin/login/")
    expect(f"the first account signs in over {scheme}", done.status == 302, (done.status, done.body[:2000].decode()))
    expect(f"and is known over {scheme}", browser.open("/admin/").status == 200)
    return browser


def look_through_nginx(password: str) -> None:
    """Look at what nginx adds: encodings, headers, limits."""
    visitor = Browser("https")
    plain = Browser("http").open("/")
    expect("plain HTTP is sent on to HTTPS", plain.status == 301 and plain.headers["Location"].startswith("https://"))
    home = visitor.open("/")
    expect("the home page comes", home.status == 200 and "総合戦略" in home.body.decode(), home.status)
    expect("one number a request", len(home.headers.get_all("X-Request-ID", [])) == 1, home.headers)
    expect(
        "which a visitor can't choose", visitor.open("/", X_Request_ID="12345678").headers["X-Request-ID"] != "12345678"
    )
    expect("the portal knows that it is HTTPS", home.headers["Strict-Transport-Security"], home.headers)
    for encoding in ("br", "gzip"):
        page = visitor.open("/", Accept_Encoding=encoding)
        expect(
            f"a page comes in {encoding}, if the portal has that", page.headers["Content-Encoding"] in {encoding, None}
        )
    look_at_static_files(visitor, home.body.decode())
    expect("another host is refused", visitor.open("/", Host="elsewhere.example.jp").status == 400)
    staff = sign_in("https", password)
    large = staff.open("/admin/login/", b"x" * 13_000_000)
    expect("a large file gets a sentence", large.status == 413 and "10 MB" in large.body.decode(), large.status)


def look_at_static_files(visitor: Browser, page: str) -> None:
    address = re.search(r'href="(/static/css/tokens\.[0-9a-f]{12}\.css)"', page)
    assert address, page[:2000]
    bodies = set()
    for encoding in ("br", "gzip", "identity"):
        file = visitor.open(address[1], Accept_Encoding=encoding)
        kind = file.headers["Content-Encoding"] or "identity"
        expect(f"a static file comes in {encoding}", (file.status, kind) == (200, encoding), (file.status, kind))
        expect("for good", "immutable" in file.headers["Cache-Control"] and file.headers["X-Content-Type-Options"])
        expect("as UTF-8", file.headers["Content-Type"] == "text/css; charset=utf-8", file.headers["Content-Type"])
        expect(
            "and says so to caches", file.headers["Vary"] == "Accept-Encoding" or encoding == "identity", file.headers
        )
        bodies.add(len(file.body))
    expect("in three sizes", len(bodies) == 3, bodies)
    expect("the list of files stays inside", visitor.open("/static/staticfiles.json").status == 404)


def look_while_down(sh: Callable[[str], str]) -> None:
    """Stop the portal: public pages come from what nginx keeps, the others are excused."""
    visitor = Browser("https")
    warm = visitor.open("/")
    expect("public pages may be kept", warm.headers["Cache-Control"].startswith("public"), warm.headers)
    sh("systemctl stop portal")
    door = visitor.open("/accounts/login/")
    expect("a page that can't come is excused", door.status == 502 and "ただいま表示できません" in door.body.decode())
    expect("and for how long", door.headers["Retry-After"] == "60" and door.headers["Cache-Control"] == "no-store")
    home = visitor.open("/")
    expect("a public page comes from what nginx keeps", home.status == 200 and home.body == warm.body, home.status)
    sh("systemctl start portal")
