"""Public pages from a store: current, whole, the same for everyone, and there while the database is not."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import brotli
import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from goals.publication import version as public_version
from kanazawa_strategy.serving import public_pages
from kanazawa_strategy.serving.public_pages import PublicPages
from kanazawa_strategy.serving.shelf import Shelf, StoredPage
from kpis.models import Indicator
from tests.browser.places import KINDS
from tests.makers import make_indicator, make_user

FILES = [
    "/indicators.csv",
    "/indicators/3-1-n1.csv",
    "/indicators/3-1-n1.json",
    "/changes/feed.xml",
    "/opendata/strategy.xlsx",
    "/opendata/datapackage.json",
    "/opendata/indicators.csv",
    "/opendata/indicators-sjis.csv",
    "/opendata/indicators.json",
    "/sitemap.xml",
    "/robots.txt",
]
PRIVATE = ["/accounts/login/", "/committee/preview/", "/committee/opinions/new/", "/admin/", "/admin/login/"]


@pytest.fixture(autouse=True)
def clock(store_clock: Callable[[float], None]) -> Callable[[float], None]:
    """Turn the store on for all tests."""
    return store_clock


def publish(**changes: Any) -> None:
    """Change the one indicator, and count the public version up as every publication does."""
    with transaction.atomic():
        Indicator.objects.update(**changes)
        public_version.bump()


@pytest.mark.django_db
class TestAPage:
    @pytest.fixture(autouse=True)
    def indicator(self) -> Indicator:
        return make_indicator(code="3-1-N1", name="はじめの名前")

    def test_is_made_once_and_then_comes_without_a_query(self, client: Client) -> None:
        first = client.get("/indicators/3-1-n1/")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            second = client.get("/indicators/3-1-n1/")
        assert (len(queries), second.content) == (0, first.content)

    def test_is_new_a_second_after_a_publication(self, client: Client, clock: Callable[[float], None]) -> None:
        assert "はじめの名前" in client.get("/indicators/3-1-n1/").content.decode()
        publish(name="あとの名前")
        clock(public_pages.MEMORY)
        assert "あとの名前" in client.get("/indicators/3-1-n1/").content.decode()

    def test_asks_for_the_version_once_a_second(self, client: Client, clock: Callable[[float], None]) -> None:
        client.get("/")
        clock(public_pages.MEMORY)
        with CaptureQueriesContext(connection) as queries:
            for _ in range(20):
                client.get("/")
        assert len(queries) == 1

    def test_says_that_it_has_not_changed(self, client: Client) -> None:
        etag = client.get("/indicators/3-1-n1/")["ETag"]
        for sent in (etag, f'"other", {etag}'):
            answer = client.get("/indicators/3-1-n1/", headers={"If-None-Match": sent})
            assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
            assert answer["Cache-Control"] == public_pages.CACHE_CONTROL

    def test_has_not_changed_for_a_reader_who_comes_to_another_process(self, client: Client) -> None:
        etag = client.get("/indicators/3-1-n1/")["ETag"]
        with CaptureQueriesContext(connection) as queries:
            assert Client().get("/indicators/3-1-n1/", headers={"If-None-Match": etag}).status_code == 304
        assert len(queries) == 1  # the version

    def test_comes_again_to_a_reader_who_has_an_older_one(self, client: Client, clock: Callable[[float], None]) -> None:
        etag = client.get("/indicators/3-1-n1/")["ETag"]
        publish(name="あとの名前")
        clock(public_pages.MEMORY)
        answer = client.get("/indicators/3-1-n1/", headers={"If-None-Match": etag})
        assert (answer.status_code, answer["ETag"] == etag) == (200, False)

    def test_has_an_etag_that_no_other_page_has(self, client: Client) -> None:
        paths = ["/", "/indicators/", "/indicators/?view=cards", "/indicators/3-1-n1/", "/indicators/3-1-n1.json"]
        assert len({client.get(path)["ETag"] for path in paths}) == len(paths)

    @pytest.mark.parametrize(
        ("accepts", "encoding", "read"),
        [
            ("gzip, deflate, br", "br", brotli.decompress),
            ("gzip", "gzip", gzip.decompress),
            ("gzip, br;q=0", "gzip", gzip.decompress),
            ("br ; q=0.0, gzip", "gzip", gzip.decompress),
            ("gzip;q=0.5, br;q=0.9", "br", brotli.decompress),
            ("identity", "", bytes),
            ("", "", bytes),
        ],
    )
    def test_comes_compressed_as_the_reader_wants(
        self, client: Client, accepts: str, encoding: str, read: Callable[[bytes], bytes]
    ) -> None:
        plain = client.get("/").content
        answer = client.get("/", headers={"Accept-Encoding": accepts})
        assert (answer.get("Content-Encoding", ""), read(answer.content)) == (encoding, plain)
        assert int(answer["Content-Length"]) == len(answer.content)
        assert answer["Vary"] == "Accept-Encoding"

    def test_sends_only_the_headers_to_a_head(self, client: Client) -> None:
        whole, head = client.get("/"), client.head("/")
        assert (head.content, head["Content-Length"]) == (b"", str(len(whole.content)))
        assert (head["ETag"], head["Content-Security-Policy"]) == (whole["ETag"], whole["Content-Security-Policy"])

    def test_ignores_what_it_does_not_ask_for(self, client: Client) -> None:
        etags = {client.get(f"/indicators/?{query}")["ETag"] for query in ("", "utm_source=x", "q=", "zzz=%00&goal=")}
        assert len(etags) == 1
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/indicators/?fbclid=abc")
        assert (len(queries), "fbclid" in page.content.decode()) == (0, False)

    def test_is_one_page_in_whatever_order_it_is_asked(self, client: Client) -> None:
        one, two = client.get("/indicators/?view=cards&goal=1"), client.get("/indicators/?goal=1&view=cards")
        assert one["ETag"] == two["ETag"] != client.get("/indicators/?goal=1")["ETag"]

    def test_tells_hosts_and_schemes_apart(self, client: Client, settings: Settings) -> None:
        settings.ALLOWED_HOSTS = ["one.example", "two.example"]
        pages = [
            client.get("/indicators/3-1-n1/", headers={"Host": host}, secure=secure).content.decode()
            for host, secure in (("one.example", False), ("one.example", True), ("two.example", False))
        ]
        assert [
            f'content="{address}' in page
            for page, address in zip(
                pages, ("http://one.example", "https://one.example", "http://two.example"), strict=True
            )
        ] == [True] * 3

    def test_is_not_served_to_a_host_that_is_not_ours(self, client: Client, settings: Settings) -> None:
        settings.ALLOWED_HOSTS = ["one.example"]
        assert client.get("/", headers={"Host": "one.example"}).status_code == 200
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 400

    def test_is_the_same_for_staff_and_made_without_their_cookie(self, client: Client) -> None:
        staff = Client()
        staff.force_login(make_user(role="企画調整課", is_staff=True))
        staff.handler = client.handler  # one process
        with CaptureQueriesContext(connection) as queries:
            theirs = staff.get("/indicators/3-1-n1/")
        assert not [query for query in queries if "session" in query["sql"] or "auth_user" in query["sql"]]
        assert (theirs.cookies, theirs.content) == ({}, client.get("/indicators/3-1-n1/").content)

    def test_of_the_readers_own_words_is_made_each_time(self, client: Client) -> None:
        for path in ("/search/?q=名前", "/indicators/?q=名前&goal=1"):
            answers = [client.get(path) for _ in range(2)]
            assert answers[0]["ETag"] == answers[1]["ETag"]
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            assert len(queries) > 2

    def test_that_is_not_there_is_not_kept(self, client: Client) -> None:
        assert client.get("/indicators/9-9-k99/").status_code == 404
        make_indicator(code="9-9-K99")
        assert client.get("/indicators/9-9-k99/").status_code == 200

    def test_leads_to_its_right_address(self, client: Client) -> None:
        answer = client.get("/indicators/3-1-N1/")
        assert (answer.status_code, answer["Location"]) == (301, "/indicators/3-1-n1/")

    def test_comes_while_the_database_is_away(
        self, client: Client, clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = client.get("/").content

        def away() -> int:
            raise OperationalError("server closed the connection")

        monkeypatch.setattr(public_version, "number", away)
        clock(60)
        assert client.get("/").content == before


@pytest.mark.django_db
def test_every_kind_of_public_page_is_kept_and_is_nobodys_own(client: Client) -> None:
    make_indicator(code="3-1-N1")
    kept = [path for path in (*KINDS, *FILES) if path not in PRIVATE and client.get(path).status_code == 200]
    assert {"/", "/indicators/", "/indicators/3-1-n1/", "/measures/", "/committee/", "/search/", *FILES} <= set(kept)
    for path in kept:
        answer = client.get(path)
        assert answer.headers.get("Cache-Control") == public_pages.CACHE_CONTROL, path
        assert answer["ETag"].startswith('W/"'), path
        assert "Cookie" not in answer["Vary"], path
        assert not answer.cookies, path


@pytest.mark.django_db
@pytest.mark.parametrize("path", PRIVATE)
def test_what_is_not_for_everyone_is_never_kept(client: Client, path: str) -> None:
    for _ in range(2):
        answer = client.get(path)
        assert "public" not in answer.headers.get("Cache-Control", "")
        assert "ETag" not in answer.headers


@pytest.mark.django_db
def test_without_the_store_pages_are_made_each_time(client: Client, settings: Settings) -> None:
    settings.PAGE_STORE_MB = 0
    assert not {"ETag", "Cache-Control"} & set(client.get("/").headers)


# One process, its parts replaced


class World:
    """A site of one page that shows a number, and counts how often it was made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.number, self.made, self.status = 1, 0, 200
        self.meanwhile: Callable[[], None] = lambda: None
        monkeypatch.setattr(public_version, "number", lambda: self.number)
        self.pages = PublicPages(self.view)

    def view(self, request: HttpRequest) -> HttpResponse:
        self.made += 1
        shown = [self.number]
        self.meanwhile()
        shown.append(self.number)
        return HttpResponse(" ".join(map(str, shown)), status=self.status)

    def get(self, path: str = "/", **headers: str) -> HttpResponse:
        return self.pages(RequestFactory().get(path, headers=headers))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def test_a_page_made_during_a_publication_is_made_again(world: World) -> None:
    def published() -> None:
        world.number, world.meanwhile = 2, lambda: None

    world.meanwhile = published
    assert world.get().content == b"2 2"
    assert world.made == 2


def test_a_version_read_longer_ago_does_not_take_the_place_of_a_newer_one(
    world: World, clock: Callable[[float], None]
) -> None:
    version = world.pages.version
    began, later = 1000.0, 0.03  # the clock's first second
    clock(later)  # while somebody packs a page, another reads that something was published
    world.number = 2
    newer = version.current()
    version.saw("of before", began)
    assert version.tag == newer
    version.saw("of after", began + later)
    assert version.tag == "of after"


def test_while_the_version_can_not_be_read_nothing_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> int:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(public_version, "number", away)
    assert [world.get().content for _ in range(2)] == [b"1 1"] * 2
    assert (world.made, len(world.pages.shelf)) == (2, 0)


def test_a_page_first_asked_for_just_after_a_publication_is_made_once(world: World) -> None:
    world.get("/")
    world.number = 2
    assert [world.get("/indicators/").content for _ in range(3)] == [b"2 2"] * 3
    assert world.made == 2


def test_a_page_that_never_stands_still_is_shown_but_not_kept(world: World) -> None:
    def published() -> None:
        world.number += 1

    world.meanwhile = published
    world.get()
    assert (world.made, len(world.pages.shelf)) == (public_pages.ATTEMPTS, 0)


def test_many_readers_at_once_wait_for_one_page(world: World) -> None:
    world.meanwhile = lambda: time.sleep(0.2)
    with ThreadPoolExecutor(16) as readers:
        answers = list(readers.map(lambda _: world.get().content, range(64)))
    assert (set(answers), world.made) == ({b"1 1"}, 1)


def test_the_older_page_comes_when_the_new_one_can_not_be_made(world: World, clock: Callable[[float], None]) -> None:
    world.get()
    world.number, world.status = 2, 503
    clock(2)
    answer = world.get()
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, b"1 1", public_pages.STALE)
    again = world.get(if_none_match=answer["ETag"])
    assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", public_pages.STALE)
    assert world.get("/indicators/").status_code == 503
    world.status = 200
    assert world.get().content == b"2 2"


def test_each_process_makes_a_page_once(world: World) -> None:
    one, two = PublicPages(world.view), PublicPages(world.view)
    answers = [process(RequestFactory().get("/")) for process in (one, two, one, two)]
    assert ({answer.content for answer in answers}, world.made) == ({b"1 1"}, 2)


def test_readers_during_publications_see_each_state_whole_and_the_last_one_in_the_end(
    world: World, clock: Callable[[float], None]
) -> None:
    done = threading.Event()

    def read() -> set[bytes]:
        seen = set()
        while not done.is_set():
            seen.add(world.get().content)
        return seen

    with ThreadPoolExecutor(8) as readers:
        found = [readers.submit(read) for _ in range(8)]
        for _ in range(50):
            world.number += 1
            clock(1)
            world.get()
        done.set()
    seen = set().union(*(each.result() for each in found))
    assert all(len(set(text.split())) == 1 for text in seen)
    clock(1)
    assert world.get().content == b"51 51"


def test_a_shelf_keeps_what_is_asked_for_within_its_bytes() -> None:
    def page(length: int) -> StoredPage:
        return StoredPage.of(HttpResponse(b"x" * length, content_type="image/png"), "tag", 'W/"e"', "public")

    shelf = Shelf(20_000)
    shelf.put("asked for", page(1000))
    for number in range(100):
        shelf.put(f"page {number}", page(1000))
        assert shelf.get("asked for")
        assert shelf.size <= 20_000
    assert 4 <= len(shelf) <= 7
    assert shelf.get("page 0") is None
    shelf.put("page 99", page(2000))
    found = [shelf.get(key) for key in ("asked for", *(f"page {number}" for number in range(100)))]
    assert shelf.size == sum(each.size for each in found if each)
