"""What a backup says about itself."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from kanazawa_strategy.upkeep.backup import BackupError

FORMAT = 1
# What setting a portal up leaves: the roles, and in the log that they were made.
BEFORE_ANY_WORK = frozenset(
    {
        "django_migrations",
        "django_content_type",
        "auth_permission",
        "auth_group",
        "auth_group_permissions",
        "goals_auditevent",
    }
)


@dataclass(frozen=True)
class Manifest:
    """The state of the portal, the rows of each table, and size and digest of the copy beside it."""

    made_at: str
    release: str
    engine: str
    public_version: int
    is_demo: bool
    migrations: list[str]
    rows: dict[str, int]
    size: int
    sha256: str
    format: int = FORMAT

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str | bytes) -> Manifest:
        """Read it back; raise BackupError where this is none, or a newer one."""
        try:
            data: dict[str, Any] = json.loads(text)
            if data["format"] == FORMAT:
                return cls(**data)
        except (ValueError, KeyError, TypeError) as error:
            raise BackupError("バックアップの目録（manifest.json）を読み取れません。") from error
        raise BackupError(f"このバックアップの形式（{data['format']}）は、この版のポータルでは扱えません。")

    def unknown(self) -> list[str]:
        """Return the migrations of the backup that this release does not have: it comes from a newer one."""
        return sorted(set(self.migrations) - known_migrations())

    def missing(self) -> list[str]:
        """Return the migrations of this release that the backup has not gone through yet."""
        return sorted(known_migrations() - set(self.migrations))


def known_migrations() -> set[str]:
    """Return app.name of every migration that this release has."""
    return {".".join(key) for key in MigrationLoader(None).disk_migrations}


def has_work(rows: dict[str, int]) -> bool:
    """Tell whether a database holds more than what setting it up leaves there."""
    return any(count for table, count in rows.items() if table not in BEFORE_ANY_WORK)


def release() -> str:
    """Return the version of the portal."""
    project = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
