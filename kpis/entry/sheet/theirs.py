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
    return Theirs(*last_saved(current), lines)


def last_saved(row: Any) -> tuple[str, str]:
    """Tell who saved the row of a table that keeps its history, and at what time: 1 query."""
    last = row.history.select_related("history_user").order_by("-history_date", "-history_id").first()
    user = last.history_user if last else None
    who = (user.get_full_name() or user.get_username()) if user else "ほかの人"
    return who, f"{timezone.localtime(last.history_date):%H:%M}" if last else ""
