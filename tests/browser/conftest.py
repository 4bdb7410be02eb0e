"""A browser at the portal: Debian's Chromium, a server over the test database, and visitors that are watched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from kanazawa_strategy.upkeep import demo, loading
from tests.browser.visitor import PATIENCE, Visitor

FOLDER = Path(__file__).parent
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

DEMO_PASSWORD = "demo-only-passphrase"

Visitors = Callable[..., Visitor]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, as one that needs the test database too: the server reads it."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not item.get_closest_marker("django_db"):
                item.add_marker(pytest.mark.django_db)


@pytest.fixture(scope="package")
def site(django_db_setup: None) -> Iterator[str]:
    """Serve the portal with its static files; return its address.

    Not pytest-django's `live_server`: that empties the database after every test, and here most tests only read.
    """
    if not (connection.vendor == "sqlite" and connection.is_in_memory_db()):  # type: ignore[attr-defined]
        pytest.skip("The server shares the connection of the tests, which only SQLite in memory can do.")
    server = LiveServer("localhost")
    # Wait in the end for every thread that serves: one that outlives the server may not touch the connection any more.
    server.thread.httpd.daemon_threads = False
    server._live_server_modified_settings.enable()
    yield server.url
    server._live_server_modified_settings.disable()
    server.stop()


@pytest.fixture(scope="package")
def browser(site: str) -> Iterator[Browser]:
    """Start Chromium; without one, skip, unless somebody counts on it. It ends before the server does."""
    asked = os.environ.get("CHROMIUM")
    path = shutil.which(asked or "chromium")
    if path is None:
        say = pytest.fail if asked or os.environ.get("CI") else pytest.skip
        say(f"Chromium is not at {asked!r}." if asked else "Chromium is not installed (make test installs it).")
    database = connections[DEFAULT_DB_ALIAS]
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in this thread: Django would refuse its database here, and open a second connection.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        connections[DEFAULT_DB_ALIAS] = database
        expect.set_options(timeout=PATIENCE)
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()
        del connections[DEFAULT_DB_ALIAS]


@pytest.fixture
def visitors(browser: Browser, site: str) -> Iterator[Visitors]:
    """Let visitors come, each in a browser of their own; fail in the end if anything went wrong behind the page."""
    came: list[Visitor] = []

    def come(**options: Any) -> Visitor:
        context = browser.new_context(base_url=site, locale="ja-JP", **options)
        context.set_default_timeout(PATIENCE)
        came.append(Visitor(context, site))
        return came[-1]

    yield come
    troubles = [trouble for visitor in came for trouble in visitor.leave()]
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def visitor(visitors: Visitors) -> Visitor:
    return visitors()


@pytest.fixture(scope="package", autouse=True)
def contents(request: pytest.FixtureRequest, browser: Browser, django_db_blocker: Any) -> Iterator[None]:
    """Fill the database once for all tests that ask for the same (DEMONSTRATION or PLAN in places.py), else leave it empty.

    The transaction stays open, and the server shares it.
    """
    wanted = getattr(request, "param", "")
    if not wanted:
        yield
        return
    with django_db_blocker.unblock(), transaction.atomic():
        if wanted == "plan":
            loading.load(Path(settings.FIXTURE_DIRS[0]))
        else:
            demo.load(Path(settings.FIXTURE_DIRS[0]), DEMO_PASSWORD)
        yield
        transaction.set_rollback(True)
