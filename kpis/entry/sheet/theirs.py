from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone


@dataclass(frozen=True)
class Theirs:
    """What somebody else saved since the row was seen."""

    who: str
    when: str
    lines: Sequence[tuple[str, str, str]]  # label, saved, typed


def theirs_of(current: Any, lines: Sequence[tuple[str, str, str]]) -> Theirs:
    """Name who saved the row of a table that keeps its history, and when: 1 query."""
    last = current.history.select_related("history_user").order_by("-history_date", "-history_id").first()
    user = last.history_user if last else None
    return Theirs(
        who=(user.get_full_name() or user.get_username()) if user else "ほかの人",
        when=f"{timezone.localtime(last.history_date):%H:%M}" if last else "",
        lines=lines,
    )
