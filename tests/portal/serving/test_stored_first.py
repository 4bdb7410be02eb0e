"""What is stored and current comes before Django makes a request of it, and is what Django would have sent."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.validate import validator

import pytest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from goals.publication import version
from kanazawa_strategy.serving import public_pages
from kanazawa_strategy.serving.public_pages import PublicPages
from kanazawa_strategy.serving.stored_first import StoredFirst, scheme_of
from kpis.models import Indicator
from tests.makers import make_indicator

PATH = "/indicators/3-1-n1/"
Sent = tuple[str, dict[str, str], bytes]


class Server:
    """One process as a server drives it; counts what came as far as Django."""

    def __init__(self) -> None:
        self.handler = WSGIHandler()
        self.application = StoredFirst(self._counted, PublicPages.newest)
        self.reached_django = 0

    def _counted(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.reached_django += 1
        return self.handler(environ, start_response)

    def get(self, path: str = PATH, method: str = "GET", **meta: Any) -> Sent:
        """Send a request through a validator of PEP 3333."""
        return sent(self.application, path, method, **meta)

    def django(self, path: str = PATH, method: str = "GET", **meta: Any) -> Sent:
        """Send it to Django alone."""
        return sent(self.handler, path, method, **meta)


def sent(application: Any, path: str, method: str, **meta: Any) -> Sent:
    environ = RequestFactory().generic(method, path).environ
    environ.pop("HTTP_COOKIE")  # empty
    environ["PATH_INFO"] = unquote_to_bytes(path.partition("?")[0]).decode("latin-1")  # as servers do
    environ |= {"HTTP_HOST": "testserver", "wsgi.input": BytesIO(), "wsgi.errors": StringIO(), **meta}
    answer: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], None]:
        answer.update(status=status, headers=headers)
        return lambda _: None

    body = validator(application)(environ, start_response)
    content = b"".join(body)
    body.close()  # type: ignore[attr-defined]
    return answer["status"], dict(answer["headers"]), content


@pytest.fixture(autouse=True)
def connections_stay() -> Iterator[None]:
    """Keep the signals of a request from closing the connection that the test's transaction is on, as Client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def server(db: None, settings: Settings, store_clock: Any) -> Server:
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    make_indicator(code="3-1-N1", name="はじめの名前")
    return Server()


@pytest.mark.once
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accepts", ["gzip, br", "gzip", "gzip;q=0, br;q=0", ""])
def test_the_answer_is_the_one_that_django_would_give(server: Server, method: str, accepts: str) -> None:
    server.get()
    expected = server.django(method=method, HTTP_ACCEPT_ENCODING=accepts)
    assert expected[0] == "200 OK"
    assert server.get(method=method, HTTP_ACCEPT_ENCODING=accepts) == expected
    assert server.reached_django == 1


def test_a_reader_with_a_current_copy_hears_that_it_is_current(server: Server) -> None:
    etag = server.get()[1]["ETag"]
    expected = server.django(HTTP_IF_NONE_MATCH=etag)
    assert expected[0] == "304 Not Modified"
    assert server.get(HTTP_IF_NONE_MATCH=etag) == expected
    assert server.get(HTTP_IF_NONE_MATCH='W/"another"')[0] == "200 OK"
    assert server.reached_django == 1


def test_it_asks_no_database_and_sends_no_signal(server: Server) -> None:
    server.get()
    with CaptureQueriesContext(connection) as queries:
        server.get()
    assert (len(queries), server.reached_django) == (0, 1)


def test_once_a_second_django_looks_whether_something_was_published(
    server: Server, store_clock: Callable[[float], None]
) -> None:
    for expected in (1, 2, 3):
        for _ in range(5):
            server.get()
        assert server.reached_django == expected
        store_clock(public_pages.MEMORY)


def test_what_was_published_is_there_a_second_later(server: Server, store_clock: Callable[[float], None]) -> None:
    server.get()
    with transaction.atomic():
        Indicator.objects.update(name="あとの名前")
        version.bump()
    store_clock(public_pages.MEMORY)
    assert "あとの名前" in server.get()[2].decode()
    assert "あとの名前" in server.get()[2].decode()
    assert server.reached_django == 2


def test_a_page_of_another_state_is_not_sent(server: Server) -> None:
    server.get()
    server.application.pages.version.tag = "another"
    server.get()
    assert server.reached_django == 2


@pytest.mark.once
@pytest.mark.parametrize(
    ("path", "meta"),
    [
        (PATH, {"HTTP_HOST": "other.example"}),
        (PATH, {"HTTP_HOST": "evil.example"}),
        (PATH, {"wsgi.url_scheme": "https"}),
        (PATH, {"SCRIPT_NAME": "/below"}),
        (f"{PATH}?view=table", {}),
        ("/indicators/9-9-k99/", {}),
        ("/indicators/3-1-n1%E3%81%82/", {}),
        ("/indicators/3-1-n1%E9/", {}),
    ],
)
def test_another_address_is_another_page(server: Server, path: str, meta: dict[str, str]) -> None:
    server.get()
    answer, expected = server.get(path, **meta), server.django(path, **meta)
    assert (answer[0], answer[2]) == (expected[0], expected[2])
    assert server.reached_django == 2


def test_a_path_is_not_taken_for_one_that_only_looks_like_it_in_another_encoding(server: Server) -> None:
    server.get()
    shelf = server.application.pages.shelf
    page = shelf.get(f"http://testserver{PATH}?")
    assert page
    shelf.put("http://testserver/é/?", page)  # of %C3%A9; here comes the bare byte, which servers hand over as é
    assert server.get("/%E9/")[0] == "404 Not Found"


@pytest.mark.once
@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS"])
def test_only_who_reads_is_answered(server: Server, method: str) -> None:
    server.get()
    server.get(method=method)
    assert server.reached_django == 2


@pytest.mark.once
@pytest.mark.parametrize(
    ("told", "scheme"),
    [("https", "https"), ("http", "http"), ("https, http", "https"), ("http, https", "http"), ("HTTPS", "http")],
)
def test_behind_a_proxy_the_scheme_is_what_that_says(
    server: Server, settings: Settings, told: str, scheme: str
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    page = server.get(HTTP_X_FORWARDED_PROTO=told)[2].decode()
    assert f'content="{scheme}://testserver' in page
    assert server.get(HTTP_X_FORWARDED_PROTO=told)[2].decode() == page
    assert server.reached_django == 1


@pytest.mark.parametrize("own", ["http", "https"])
@pytest.mark.parametrize("told", [None, "", " ", "https", " https ", "http", "https,http", "ftp"])
@pytest.mark.parametrize("is_behind_proxy", [True, False])
def test_the_scheme_is_the_one_that_django_finds(
    settings: Settings, own: str, told: str | None, is_behind_proxy: bool
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if is_behind_proxy else None
    environ = {**RequestFactory().get("/").environ, "wsgi.url_scheme": own}
    if told is not None:
        environ["HTTP_X_FORWARDED_PROTO"] = told
    assert scheme_of(environ) == WSGIRequest(environ).scheme


def test_what_a_visitor_says_about_the_scheme_counts_for_nothing_without_a_proxy(server: Server) -> None:
    server.get()
    server.get(HTTP_X_FORWARDED_PROTO="https")
    assert server.reached_django == 1


def test_without_the_store_all_goes_to_django(server: Server, settings: Settings) -> None:
    settings.PAGE_STORE_MB = 0
    for _ in range(2):
        server.get()
    assert server.reached_django == 2


def test_it_is_what_servers_load(freed: None) -> None:
    from kanazawa_strategy.wsgi import application

    assert isinstance(application, StoredFirst)
    assert isinstance(application.application, WSGIHandler)


@pytest.fixture
def freed() -> Iterator[None]:
    """Take back what the module does to the collector of garbage."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
