"""The cache that all processes share in Redis; while Redis is away, each process goes on with its own memory."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

PAUSE = 5.0  # seconds without asking Redis again, so that no reader waits for it each time


class SharedCache(BaseCache):
    """Django's cache in Redis, which has no option for a server that is away.

    What was kept in memory meanwhile is forgotten when Redis is back.
    """

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._shared = RedisCache(location, params)
        own = {**params, "OPTIONS": {"MAX_ENTRIES": 1000}}
        self._own = LocMemCache("while-redis-is-away", own)
        self._away_until = 0.0
        self._is_away = False

    def is_away(self) -> bool:
        """Tell whether the last attempt to reach Redis failed."""
        return self._is_away

    def _ask(self, what: Callable[[BaseCache], Any]) -> Any:
        if time.monotonic() < self._away_until:
            return what(self._own)
        try:
            answer = what(self._shared)
        except (RedisError, OSError) as error:
            self._away_until = time.monotonic() + PAUSE
            if not self._is_away:
                logger.error("Redis is away (%s); going on with this process's own memory.", type(error).__name__)
            self._is_away = True
            return what(self._own)
        if self._is_away:
            self._is_away = False
            self._own.clear()
            logger.warning("Redis is back.")
        return answer

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return bool(self._ask(lambda cache: cache.add(key, value, timeout, version)))

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._ask(lambda cache: cache.get(key, default, version))

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> None:
        self._ask(lambda cache: cache.set(key, value, timeout, version))

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return bool(self._ask(lambda cache: cache.touch(key, timeout, version)))

    def delete(self, key: Any, version: Any = None) -> bool:
        return bool(self._ask(lambda cache: cache.delete(key, version)))

    def get_many(self, keys: Any, version: Any = None) -> Any:
        return self._ask(lambda cache: cache.get_many(keys, version))

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> Any:
        return self._ask(lambda cache: cache.set_many(data, timeout, version))

    def delete_many(self, keys: Any, version: Any = None) -> None:
        keys = list(keys)
        self._ask(lambda cache: cache.delete_many(keys, version))

    def has_key(self, key: Any, version: Any = None) -> bool:
        return bool(self._ask(lambda cache: cache.has_key(key, version)))

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        return int(self._ask(lambda cache: cache.incr(key, delta, version)))

    def clear(self) -> None:
        self._ask(lambda cache: cache.clear())
