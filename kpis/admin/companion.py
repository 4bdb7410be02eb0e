from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kpis.models import Round


@dataclass(frozen=True)
class Announcement:
    """What would become public along with the values of a round, and what would not."""

    label: str
    ready: int
    waiting: list[tuple[str, str]]  # what is not confirmed, with its address
    review_url: str
    seen: tuple[Any, ...]  # stands for what is ready, so that nothing else is published


@dataclass(frozen=True)
class Companion:
    """What the apps above publish along with a round; each is called with the round, in its transaction."""

    publish: Callable[[Round], object]
    unpublish: Callable[[Round], object]
    announce: Callable[[Round], Announcement]
