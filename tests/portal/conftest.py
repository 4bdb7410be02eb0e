from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from kanazawa_strategy.serving import public_pages
from kanazawa_strategy.upkeep import loading
from tests import processes
from tests.portal.sources import FIXTURES
from tests.processes import Portal


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what starts programs of its own: it takes longest, and so one worker makes the demonstration for all."""
    items.sort(key=lambda item: "demonstration" not in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="module")
def real_strategy(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Load the real strategy once for all tests of a module; each of them is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        loading.load(FIXTURES)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def store_clock(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Turn the store of public pages on, and let the test say when time passes."""
    settings.PAGE_STORE_MB = 8
    now = [1000.0]
    monkeypatch.setattr(public_pages, "monotonic", lambda: now[0])

    def passes(seconds: float) -> None:
        now[0] += seconds

    return passes


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """Give a portal of its own with the demonstration and static files: to copy, or to read only."""
    portal = processes.make_portal(tmp_path_factory.mktemp("demonstration"))
    portal.managed("migrate", "-v0")
    portal.managed("load_demo", DEMO_PASSWORD=processes.DEMO_PASSWORD)
    portal.managed("collectstatic", "--noinput", "-v0")
    yield portal
    processes.drop(portal)


@pytest.fixture
def make_portal(demonstration: Portal, tmp_path: Path) -> Iterator[Callable[..., Portal]]:
    """Make portals with nothing in their database, or as a copy of the demonstration."""
    made: list[Portal] = []

    def make(*, is_empty: bool = False) -> Portal:
        place = tmp_path / f"portal-{len(made)}"
        made.append(processes.make_portal(place, template=None if is_empty else demonstration))
        return made[-1]

    yield make
    for portal in made:
        processes.drop(portal)
