"""Requests that nobody of good will sends: hostile paths, queries, headers, methods, forms and files, for hypothesis."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from django.test import Client
from hypothesis import strategies as st

TEXTS = [
    "", " ", "0", "-1", "1", "９９", "9" * 19, "9" * 40, "9" * 5000, "1e999", "NaN", "Infinity", "-0", "0x10", "1.5",
    "null", "None", "true", "[]", "{}", "{{7*7}}", "${7*7}", "%s%n", "' OR 1=1 --", "\";DROP TABLE x;--", "<script>",
    "../../etc/passwd", "..\\..\\", "\r\nSet-Cookie: a=b", "\x00", "a\x00b", "\u202e\u200b", "𠮷" * 50, "a" * 3000, "あ" * 40_000,
    "0000-00-00", "9999-99-99", "令和99年", "令和元年度", "R0", "△", "−", "=1+1", "kodomo", "3-1-K01", "FINAL", "submit", "1-1", "2:",
]  # fmt: skip
SEGMENTS = [
    b"%", b"%2", b"%zz", b"%00", b"%ff%fe", b"%2e%2e", b"%2f", b"%252e", b"%c0%af", b"%ed%a0%80", b"..", b".", b"//", b";x=1",
    b"%E3%81%82", b"\xe3\x81", b"\xff", b"%0d%0a", b"~", b"a" * 2000, b"9" * 25, b"9" * 5000, b"-1", b"0", b"1e3", b"1_2F", b"__proto__",
    b"%EF%BC%91", b"add", b"change", b"1", b"2024", b"<script>", b"%3Cscript%3E",
]  # fmt: skip
NAMES = ["q", "goal", "rating", "department", "edition", "sort", "view", "page", "p", "o", "e", "all", "year", "status"]
NAMES += [
    "kind",
    "next",
    "workflow",
    "is_active__exact",
    "id__in",
    "_changelist_filters",
    "_popup",
    "_to_field",
    "term",
]
NAMES += ["app_label", "model_name", "field_name", "assessment", "indicator", "with", "x__y__z", "[]", "_facets"]
METHODS = ["GET"] * 8 + ["HEAD", "HEAD", "POST", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "get"]
HEADERS = {
    "HTTP_HOST": ["evil.example", "testserver:99999999", "testserver:x", "", "[::1", "a b", "testserver\x80", "a" * 3000, "."],
    "HTTP_ACCEPT_ENCODING": ["gzip;q=x", "br, *;q=0", "identity;q=0", "," * 500, "gzip" * 300, "\xff"],
    "HTTP_IF_NONE_MATCH": ["*", 'W/"', '"' * 999, '"a", W/"b"', "\xff\xfe", ","],
    "HTTP_IF_MODIFIED_SINCE": ["Thu, 99 Foo 99999 25:61:61 GMT", "0", "Sun, 06 Nov 1994 08:49:37 GMT", "a" * 999],
    "HTTP_COOKIE": ['sessionid="\\000aaaaaaaaa"', "sessionid=" + "a" * 5000, "csrftoken=x; csrftoken=", ";;;=", "\xff=\xfe",
                    "messages=x", "sessionid=../../x"],
    "HTTP_X_FORWARDED_HOST": ["evil.example", "\x00"],
    "HTTP_X_FORWARDED_PROTO": ["https", "javascript", "https, http"],
    "HTTP_X_FORWARDED_FOR": ["127.0.0.1", "::1, x, " * 99, "' OR 1=1", "\xff"],
    "HTTP_RANGE": ["bytes=0-", "bytes=-1", "bytes=99999999999999999999-", "bytes=0-1,0-1,0-1", "x=1"],
    "HTTP_ACCEPT_LANGUAGE": ["zz-" * 500, "ja;q=nan", "../x", "," * 999],
    "HTTP_REFERER": ["javascript:alert(1)", "http://[", "\xff"],
    "HTTP_ACCEPT": ["application/json", "*/*;q=x"],
    "HTTP_X_REQUESTED_WITH": ["XMLHttpRequest"],
    "HTTP_X_REQUEST_ID": ["a" * 3000, "{}\x0b", "\xff"],
    "HTTP_X_CSRFTOKEN": ["x", "\xff" * 32],
    "CONTENT_TYPE": ["multipart/form-data", "multipart/form-data; boundary=", "application/json", "text/plain; charset=none",
                     "application/x-www-form-urlencoded; charset=utf-7", "x"],
    "REMOTE_ADDR": ["", "::1%eth0", "x"],
}  # fmt: skip
BODIES = [b"", b"a=b", b"%", b"--x\r\n", b"\xff\xfe\x00", b"{", b"a=1&" * 3000, b"csrfmiddlewaretoken=x"]


@dataclass(frozen=True)
class Sent:
    """One request, as it stands on the wire."""

    path: bytes
    query: str = ""
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def by(self, client: Client) -> Any:
        """Send it; an exception becomes the answer that a visitor would get."""
        client.raise_request_exception = False
        headers = dict(self.headers)
        kind = headers.pop("CONTENT_TYPE", "application/x-www-form-urlencoded")
        cookie = headers.pop("HTTP_COOKIE", None)
        if cookie is not None:  # beside the one of the session
            client.cookies.clear()
            headers["HTTP_COOKIE"] = cookie
        path = unquote_to_bytes(self.path).decode("latin-1")
        query = self.query.encode("utf-8", "surrogatepass").decode("latin-1")
        wire: dict[str, Any] = {"PATH_INFO": path, "QUERY_STRING": query, **headers}
        return client.generic(self.method, "/", self.body, content_type=kind, **wire)


def texts() -> st.SearchStrategy[str]:
    return st.sampled_from(TEXTS) | st.text(max_size=12)


def queries() -> st.SearchStrategy[str]:
    """Write query strings: named, repeated, nested, with broken escapes."""
    name = st.sampled_from(NAMES) | st.text(max_size=4)
    plain = st.lists(st.tuples(name, texts()).map("=".join), max_size=4).map("&".join)
    broken = st.sampled_from(
        ["%", "%zz=%", "a=%ff%fe", "q=%00", "q=%0%000", "&&==", "a" * 5000, "q[]=1&q[]=2", "p=1;q=2"]
    )
    return st.just("") | plain | broken


def paths(known: Sequence[str]) -> st.SearchStrategy[bytes]:
    """Take a path that exists, as it is or with a part replaced, added, doubled or lost."""

    def bent(path: str, how: str, place: int, segment: bytes) -> bytes:
        parts = path.encode().split(b"/")
        at = place % len(parts)
        if how == "replace":
            parts[at] = segment
        elif how == "insert":
            parts.insert(at, segment)
        elif how == "append":
            parts[at] += segment
        elif how == "lose":
            del parts[at]
        return b"/" + b"/".join(parts).lstrip(b"/")

    how = st.sampled_from(["keep", "keep", "replace", "replace", "insert", "append", "lose"])
    segment = st.sampled_from(SEGMENTS) | st.binary(max_size=8)
    return st.builds(bent, st.sampled_from(known), how, st.integers(0, 9), segment)


def requests(known: Sequence[str]) -> st.SearchStrategy[Sent]:
    header = st.sampled_from(sorted(HEADERS)).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(HEADERS[name]))
    )
    headers: st.SearchStrategy[dict[str, str]] = st.just({}) | st.lists(header, max_size=3).map(dict)
    return st.builds(
        Sent,
        paths(known),
        queries(),
        st.sampled_from(METHODS),
        headers,
        st.sampled_from(BODIES) | st.binary(max_size=40),
    )


def spoilt(typed: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return a form with some of its cells changed, lost, doubled or new."""
    cells = dict(typed)
    for _ in range(chance.randint(1, 3)):
        name = chance.choice([*sorted(cells), "x", "action", "do", "_save"])
        how = chance.choice(["change", "change", "change", "lose", "double", "rename"])
        text = chance.choice(TEXTS)
        if how == "change":
            cells[name] = text
        elif how == "double":
            cells[name] = [text, chance.choice(TEXTS)]
        else:
            old = cells.pop(name, text)
            if how == "rename":
                cells[f"{name}{text[:40]}"] = old
    return cells


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return a file that was damaged on its way, or by somebody who knows the format."""
    if data.startswith(b"PK") and chance.random() < 0.6:
        return _another_part(data, chance)
    return _damaged(data, chance)


def _damaged(data: bytes, chance: random.Random) -> bytes:
    bent = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(bent) + 1)
        match chance.randrange(5):
            case 0 if bent:
                bent[at % len(bent)] ^= 1 << chance.randrange(8)
            case 1:
                del bent[at:]
            case 2:
                bent[at:at] = chance.randbytes(chance.randint(1, 40))
            case 3:
                del bent[at : at + chance.randint(1, 400)]
            case _:
                bent[at:at] = chance.choice(
                    [b",", b'"', b"\n", b"\0", b"\xff", b"\r", "年".encode("cp932"), b"PK\x03\x04", b"," * 700]
                )
    return bytes(bent)


_NUMBERS = [
    "0",
    "-1",
    "999999999",
    "9" * 30,
    "1e999",
    "NaN",
    "",
    "1.5",
    "あ",
    "XFD1048576",
    "ZZZZ1",
    "A0",
    "1A",
    "#REF!",
]


def _another_part(data: bytes, chance: random.Random) -> bytes:
    """Change the XML of one part, so that the zip is sound and what is in it is not."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        chosen = chance.choice(source.namelist())
        for name in source.namelist():
            content = source.read(name)
            if name == chosen:
                if chance.random() < 0.1:
                    continue
                content = _bent_xml(content, chance)
            target.writestr(name, content)
    return buffer.getvalue()


def _bent_xml(content: bytes, chance: random.Random) -> bytes:
    text = content.decode("utf-8", "replace")
    pattern = chance.choice([r'"[^"]*"', r">[^<]+<", r"<[^>]+>", r"</[^>]+>"])
    found = list(re.finditer(pattern, text))
    for match in sorted(chance.sample(found, min(len(found), chance.randint(1, 3))), key=lambda hit: -hit.start()):
        old, new = match[0], chance.choice(_NUMBERS)
        if old[0] in '">':
            piece = f"{old[0]}{new}{old[-1]}"
        else:
            piece = chance.choice(["", old * 2, f"<x>{old}", old.replace("=", " ", 1)])
        text = f"{text[: match.start()]}{piece}{text[match.end() :]}"
    return text.encode()
