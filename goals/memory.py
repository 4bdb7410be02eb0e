"""What a process has read of one public version: while pages of that version are made, it need not be read again.

A page is thrown away where the version is another when it is ready (kanazawa_strategy.publishing), so what was read
too late for the version that it is kept under never reaches a reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

R = TypeVar("R")


class Memory:
    """What was read of one public version, by name; threads share it, so things are added to it and never changed."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.kept: dict[str, Any] = {}


_in_use: ContextVar[Memory | None] = ContextVar("memory", default=None)


@contextmanager
def using(memory: Memory) -> Iterator[None]:
    """Remember in this memory what the block reads."""
    token = _in_use.set(memory)
    try:
        yield
    finally:
        _in_use.reset(token)


def remembered(name: str, read: Callable[[], R]) -> R:
    """Return what was read before under a name, else read it; outside of public pages it is always read."""
    memory = _in_use.get()
    if memory is None:
        return read()
    if name not in memory.kept:
        memory.kept[name] = read()
    found: R = memory.kept[name]
    return found
