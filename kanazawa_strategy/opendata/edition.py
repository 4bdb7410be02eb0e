"""The state of the public data that a file is made from: its date, its licence, the demo's mark."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from goals.publication import version as public_version
from kanazawa_strategy.opendata.columns import Row

TITLE = "金沢版総合戦略 オープンデータ"
DEMO = "デモデータ（実績値は架空です）"


@dataclass(frozen=True)
class Release:
    """One state of the public data; `changed_at` is None before anything was published."""

    number: int
    changed_at: datetime.datetime | None
    is_demo: bool
    license_name: str
    license_url: str

    @property
    def updated(self) -> datetime.date | None:
        return timezone.localdate(self.changed_at) if self.changed_at else None

    @property
    def notice(self) -> str:
        return DEMO if self.is_demo else ""

    def marked(self, text: str) -> str:
        """Add the demo's mark to a title or a description."""
        return f"{text} {self.notice}".strip()

    def marked_rows(self, rows: Iterable[Row], column: str) -> Iterator[Row]:
        """Add the demo's mark to the free text of each row; `column` is "" where the dataset has none for it."""
        for row in rows:
            yield {**row, column: self.marked(str(row[column]))} if self.is_demo and column else row

    def file_name(self, *words: str, ending: str) -> str:
        """Name a download: kanazawa-strategy-values.csv, with demo- before it where it is one."""
        stem = "-".join((*(["demo"] if self.is_demo else []), "kanazawa-strategy", *words))
        return f"{stem}.{ending}"


def current() -> Release:
    """Return what is public now: 1 query."""
    version = public_version.current()
    return Release(
        version.number,
        version.changed_at if version.number > 1 else None,
        version.is_demo,
        settings.OPENDATA_LICENSE_NAME,
        settings.OPENDATA_LICENSE_URL,
    )
