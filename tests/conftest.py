from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from tests.makers import make_superuser, make_user


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


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    # The quick one for new accounts; the other reads those that a wider fixture made.
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
