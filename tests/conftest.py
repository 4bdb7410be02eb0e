from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, override_settings

from goals.accounts import roles
from tests.makers import make_superuser, make_user

DATABASE = {"db", "transactional_db", "django_db_setup", "demonstration"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for the database: no other may touch it, or has to run again on the next one."""
    for item in items:
        if item.get_closest_marker("django_db") or DATABASE.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.database)


def pytest_collection_finish() -> None:
    """Look for garbage less often: all that is imported by now stays to the end."""
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Make the roles once, as a portal has them before its first account."""
    with django_db_blocker.unblock():
        roles.sync()


@pytest.fixture
def planner_client(db: None) -> Client:
    """Return a browser in which 企画調整課 is signed in."""
    client = Client()
    client.force_login(make_user(role="企画調整課", username="kikaku"))
    return client


@pytest.fixture
def super_client(db: None) -> Client:
    client = Client()
    client.force_login(make_superuser())
    return client


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hash passwords quickly, in what a wider fixture makes too."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
