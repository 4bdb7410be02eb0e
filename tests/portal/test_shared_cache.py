from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.test.utils import override_settings

from kanazawa_strategy import environment, shared_cache
from kanazawa_strategy.shared_cache import SharedCache

PROGRAM = shutil.which("redis-server")


class Redis:
    """A server of our own, which can go and come back."""

    def __init__(self, directory: Path) -> None:
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.directory = directory
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert PROGRAM
        command = [PROGRAM, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.directory)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("redis-server did not start")

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    if PROGRAM is None:
        pytest.skip("NO redis-server HERE: apt-get install redis-server")
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def make_cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], SharedCache]]:
    """Return caches as the settings make them from REDIS_URL, as many as there are processes."""
    made = []

    def make(url: str) -> SharedCache:
        monkeypatch.setenv("REDIS_URL", url)
        known = environment.cache("REDIS_URL")
        cache = SharedCache(known.pop("LOCATION"), known)
        made.append(cache)
        return cache

    monkeypatch.setattr(shared_cache, "PAUSE", 0.0)
    yield make
    for cache in made:
        cache._own.clear()
        shared: Any = cache._shared
        for pool in shared._cache._pools.values():
            pool.disconnect()


def test_without_a_url_each_process_has_its_own_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    assert environment.cache("REDIS_URL")["BACKEND"].endswith("LocMemCache")
    assert environment.cache("REDIS_URL")["OPTIONS"]["MAX_ENTRIES"] >= 500


def test_what_one_process_keeps_another_finds(redis: Redis, make_cache: Callable[[str], SharedCache]) -> None:
    one, other = make_cache(redis.url), make_cache(redis.url)
    one.set("page", b"\x00\xff", 60)
    assert other.get("page") == b"\x00\xff"
    assert not other.add("page", b"", 60)
    assert other.get_or_set("more", "made", 60) == "made"
    one.set_many({"a": 1, "b": [2]}, 60)
    assert other.get_many(["a", "b", "c"]) == {"a": 1, "b": [2]}
    assert (other.incr("a"), one.get("a"), other.decr("a", 2)) == (2, 2, 0)
    assert "b" in other
    assert other.touch("b", 60)
    assert other.delete("b")
    other.delete_many(key for key in ["a"])
    assert one.get_many(["a", "b"]) == {}
    one.clear()
    assert other.get("page", "nothing") == "nothing"


def test_while_redis_is_away_each_process_goes_on_alone(
    redis: Redis, make_cache: Callable[[str], SharedCache], caplog: pytest.LogCaptureFixture
) -> None:
    cache = make_cache(redis.url)
    cache.set("page", "old", 60)
    redis.stop()
    began = time.monotonic()
    assert cache.get("page") is None
    assert cache.is_away()
    cache.set("page", "meanwhile", 60)
    assert cache.get("page") == "meanwhile"
    assert cache.add("lock", 1, 60)
    assert not cache.add("lock", 1, 60)
    with pytest.raises(ValueError, match="not found"):
        cache.incr("nothing")
    assert time.monotonic() - began < 5
    redis.start()
    assert cache.get("page") is None, "A Redis that has lost everything is asked again."
    assert not cache.is_away()
    redis.stop()
    assert cache.get("page") is None, "What was kept meanwhile is forgotten."
    said = [record.getMessage() for record in caplog.records if record.name == "kanazawa_strategy.shared_cache"]
    assert len(said) == 3
    assert said[1] == "Redis is back."
    assert redis.url not in "".join(said)


def test_a_redis_that_does_not_answer_is_left_alone_for_a_while(
    make_cache: Callable[[str], SharedCache], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_cache, "PAUSE", 60.0)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        cache = make_cache(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        began = time.monotonic()
        for _ in range(20):
            cache.set("page", "kept", 60)
            assert cache.get("page") == "kept"
        assert time.monotonic() - began < 8


@pytest.mark.usefixtures("db")
def test_pages_and_health_go_on_without_redis(client: Client, redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", redis.url)
    with override_settings(CACHES={"default": environment.cache("REDIS_URL")}):
        assert client.get("/healthz").json()["parts"]["cache"] == "ok"
        redis.stop()
        assert client.get("/").status_code == 200
        health: Any = client.get("/healthz")
        assert (health.status_code, health.json()["parts"]["cache"]) == (200, "ill")
        cache: Any = caches["default"]
        cache._own.clear()
        cache._shared._cache.get_client(write=True).connection_pool.disconnect()
