"""The results of the last accessibility test, as .ci/audit wrote them into docs/accessibility.json."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Results:
    """What was looked at, with what, and what was found."""

    tested_on: datetime.date
    tool: str
    browser: str
    paths: list[str]
    conditions: list[str]
    violations: int

    @property
    def pages(self) -> int:
        return len(self.paths)


@lru_cache(maxsize=1)
def results() -> Results | None:
    """Read the results; None where there was no test yet."""
    file = Path(settings.BASE_DIR, "docs", "accessibility.json")
    if not file.exists():
        return None
    written = json.loads(file.read_text(encoding="utf-8"))
    return Results(**{**written, "tested_on": datetime.date.fromisoformat(written["tested_on"])})
