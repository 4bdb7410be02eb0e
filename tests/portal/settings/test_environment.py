from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from kanazawa_strategy import environment

FILE = Path("portal.sqlite3")


@pytest.mark.parametrize(("raw", "read"), [("1", True), ("yes", True), ("OFF", False), ("0", False), ("", True)])
def test_a_truth_value_is_read_in_the_usual_words(monkeypatch: pytest.MonkeyPatch, raw: str, read: bool) -> None:
    monkeypatch.setenv("SOME_SWITCH", raw)
    assert environment.boolean("SOME_SWITCH", True) is read


def test_any_other_word_for_a_truth_value_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_SWITCH", "maybe")
    with pytest.raises(ImproperlyConfigured, match="SOME_SWITCH"):
        environment.boolean("SOME_SWITCH")


def test_words_are_separated_by_commas_and_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_WORDS", " a.example , ,b.example")
    assert environment.words("SOME_WORDS") == ["a.example", "b.example"]


def test_without_a_url_the_database_is_sqlite_with_wal_and_immediate_transactions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    found = environment.database("DATABASE_URL", FILE)
    assert found["NAME"] == FILE
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in found["OPTIONS"]["init_command"]


@pytest.mark.parametrize(
    ("url", "name", "user", "password", "host", "port"),
    [
        ("postgresql://u:p%40ss@db.example:5433/portal", "portal", "u", "p@ss", "db.example", "5433"),
        ("postgres:///portal", "portal", "", "", "", ""),
    ],
)
def test_a_postgresql_url_is_taken_apart(
    monkeypatch: pytest.MonkeyPatch, url: str, name: str, user: str, password: str, host: str, port: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    found = environment.database("DATABASE_URL", FILE)
    assert [found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [name, user, password, host, port]


def test_options_of_a_postgresql_url_are_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/portal?sslmode=require")
    assert environment.database("DATABASE_URL", FILE)["OPTIONS"] == {
        "connect_timeout": "5",
        "tcp_user_timeout": "10000",
        "sslmode": "require",
    }
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/portal?connect_timeout=2")
    assert environment.database("DATABASE_URL", FILE)["OPTIONS"]["connect_timeout"] == "2"


@pytest.mark.parametrize("url", ["mysql://db/portal", "portal.sqlite3", "postgresql://db:port/portal"])
def test_another_database_url_is_an_error(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        environment.database("DATABASE_URL", FILE)
