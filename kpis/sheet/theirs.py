from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from kpis.models import YearlyValue
from kpis.sheet.cells import NAMES, cells_of, label_of, shown


@dataclass(frozen=True)
class Theirs:
    """What somebody else saved since the row was seen."""

    who: str
    when: str
    lines: Sequence[tuple[str, str, str]]  # label, saved, typed


def theirs_of(current: YearlyValue, typed: Mapping[str, str]) -> Theirs:
    """Set what is saved beside what was typed, with who saved it and when: 1 query."""
    last = current.history.select_related("history_user").order_by("-history_date", "-history_id").first()
    user = last.history_user if last else None
    saved = cells_of(current)
    lines = [
        (label_of(name), shown(name, saved[name]), shown(name, typed[name]))
        for name in NAMES
        if name in typed and typed[name] != saved[name]
    ]
    return Theirs(
        who=(user.get_full_name() or user.get_username()) if user else "ほかの人",
        when=f"{timezone.localtime(last.history_date):%H:%M}" if last else "",
        lines=lines,
    )
