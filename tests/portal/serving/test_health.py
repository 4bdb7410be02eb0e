from __future__ import annotations

import shutil
import threading
from collections import namedtuple
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings

from kanazawa_strategy.serving import health

PARTS = {"database", "migrations", "disk", "static_files"}


def test_a_portal_in_order_says_so(client: Client, db: None) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "parts": dict.fromkeys(PARTS, "ok"), "public_version": 1}
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Type"] == "application/json"


def test_only_reading_is_answered_and_questions_are_ignored(client: Client, db: None) -> None:
    assert client.head("/healthz").status_code == 200
    assert client.get("/healthz?database=../etc/passwd&x[]=%00").status_code == 200
    assert client.post("/healthz").status_code == 405


def test_a_load_balancer_is_not_sent_to_https_and_has_to_name_the_host(client: Client, db: None) -> None:
    with override_settings(SECURE_SSL_REDIRECT=True, ALLOWED_HOSTS=["portal.example.jp"]):
        assert client.get("/healthz", headers={"host": "portal.example.jp"}).status_code == 200
        assert client.get("/", headers={"host": "portal.example.jp"}).status_code == 301
        assert client.get("/healthz", headers={"host": "10.0.0.5"}).status_code == 400


def ill(client: Client) -> tuple[int, dict[str, str]]:
    """Return the status and the parts that are not well."""
    response = client.get("/healthz")
    body = response.json()
    assert body["parts"].keys() == PARTS
    assert "secret" not in response.content.decode()
    return response.status_code, {name: state for name, state in body["parts"].items() if state != "ok"}


def fail(*args: Any, **kwargs: Any) -> Any:
    raise OperationalError("secret: connection to 10.0.0.5 as portal failed")


def test_a_database_that_is_away_is_named(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_database", fail)
    assert ill(client) == (503, {"database": "ill", "migrations": "unknown"})


def test_a_database_that_does_not_answer_keeps_one_thread_waiting_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.05)
    monkeypatch.setattr(connection, "vendor", "postgresql")
    hanging = threading.Event()
    before = threading.active_count()
    found = [health._in_time(lambda: hanging.wait(10)) for _ in range(3)]
    assert found == ["timeout"] * 3
    assert threading.active_count() == before + 1
    hanging.set()
    assert health._asking.acquire(timeout=10), "It gave its place back."
    health._asking.release()
    assert health._in_time(lambda: "an answer") == "an answer"


def test_a_missing_migration_is_named(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = frozenset({*health._wanted(), ("goals", "9999_of_tomorrow")})
    monkeypatch.setattr(health, "_wanted", lambda: newer)
    assert ill(client) == (503, {"migrations": "missing"})


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="The question comes over another connection.")
def test_a_database_that_is_ahead_of_this_release_serves(client: Client, db: None) -> None:
    MigrationRecorder.Migration.objects.create(app="goals", name="9999_of_tomorrow")
    assert ill(client) == (200, {})


def test_a_full_disk_is_named_and_pages_are_served(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**12, 10**12 - 10**6, 10**6))
    assert ill(client) == (200, {"disk": "low"})
    assert client.get("/healthz").json()["status"] == "degraded"


def test_static_files_that_were_not_collected_are_named(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def url(name: str) -> str:
        raise ValueError(f"Missing staticfiles manifest entry for {name} in a secret place")

    monkeypatch.setattr(staticfiles_storage, "url", url)
    assert ill(client) == (503, {"static_files": "ill"})
