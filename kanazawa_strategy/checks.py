"""System checks of the settings, with ids that stay the same."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register


@register(Tags.security, deploy=True)
def hosts_are_named(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Production serves named hosts only."""
    if settings.ALLOWED_HOSTS and "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_HOSTS names no host, or every host.",
            hint="Set ALLOWED_HOSTS=strategy.example.jp",
            id="kanazawa_strategy.E001",
        )
    ]


@register(Tags.staticfiles)
def plotly_is_installed(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Charts stay as pictures where Plotly's script was not copied at set-up."""
    if settings.DEBUG or (settings.VENDOR_DIR / "plotly" / "plotly-basic.min.js").is_file():
        return []
    return [
        Warning(
            f"Plotly's script is not in {settings.VENDOR_DIR}.",
            hint="make run and make demo put it there; without it the charts are pictures only.",
            id="kanazawa_strategy.W001",
        )
    ]


@register()
def pages_fit_into_memory(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The memory for stored pages is a number of megabytes, or none."""
    if settings.PAGE_STORE_MB >= 0:
        return []
    hint = "Set PAGE_STORE_MB=32, or 0 to make each page anew."
    return [Error("PAGE_STORE_MB is less than nothing.", hint=hint, id="kanazawa_strategy.E016")]


@register(Tags.files)
def places_are_writable(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The portal writes into DATA_DIR, and its audit log where AUDIT_LOG says."""
    found: list[CheckMessage] = []
    if not _is_writable(settings.DATA_DIR):
        found.append(
            Error(
                f"DATA_DIR can't be written to: {settings.DATA_DIR}",
                hint="Give it to the account that the portal runs as.",
                id="kanazawa_strategy.E002",
            )
        )
    if settings.AUDIT_LOG and not _is_writable(Path(settings.AUDIT_LOG).absolute().parent):
        found.append(
            Error(
                f"AUDIT_LOG names a file in a directory that is missing or can't be written to: {settings.AUDIT_LOG}",
                hint="Make the directory for the account that the portal runs as.",
                id="kanazawa_strategy.E003",
            )
        )
    return found


def _is_writable(directory: Path) -> bool:
    return directory.is_dir() and os.access(directory, os.W_OK | os.X_OK)


@register(Tags.files)
def backups_are_kept_in_a_safe_place(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Nothing serves backups, and at least those of one day stay."""
    found: list[CheckMessage] = []
    served = [Path(settings.STATIC_ROOT), *map(Path, settings.STATICFILES_DIRS)]
    if any(Path(settings.BACKUP_DIR).resolve().is_relative_to(place.resolve()) for place in served):
        found.append(
            Error(
                f"BACKUP_DIR lies among the files that everybody can read: {settings.BACKUP_DIR}",
                hint="Choose a directory outside of the static files.",
                id="kanazawa_strategy.E004",
            )
        )
    if settings.BACKUP_KEEP_DAYS < 1 or settings.BACKUP_KEEP_MONTHS < 0:
        found.append(
            Error(
                "BACKUP_KEEP_DAYS is at least 1, BACKUP_KEEP_MONTHS at least 0.",
                hint=f"They are {settings.BACKUP_KEEP_DAYS} and {settings.BACKUP_KEEP_MONTHS}.",
                id="kanazawa_strategy.E005",
            )
        )
    return found


@register(Tags.compatibility)
def log_format_is_known(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Logs are JSON or lines."""
    if settings.LOG_FORMAT in {"json", "line"}:
        return []
    hint = f"It is {settings.LOG_FORMAT!r}; json is written."
    return [Error("LOG_FORMAT is json or line.", hint=hint, id="kanazawa_strategy.E007")]


@register(Tags.security, deploy=True)
def mails_lead_to_the_portal(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Links in mails start with SITE_URL; a mail comes from an address that can be answered."""
    found: list[CheckMessage] = []
    parts = urlsplit(settings.SITE_URL)
    if not parts.hostname or parts.scheme != ("https" if settings.HTTPS else parts.scheme):
        found.append(
            Warning(
                "SITE_URL is not an address with https://",
                hint="SITE_URL=https://strategy.example.jp, or HTTPS=0 for a plain-HTTP LAN.",
                id="kanazawa_strategy.W003",
            )
        )
    if not settings.EMAIL_HOST:
        found.append(
            Info(
                "EMAIL_HOST is not set: send_reminders writes its mails to standard output.",
                id="kanazawa_strategy.I001",
            )
        )
    elif settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        found.append(
            Warning(
                "EMAIL_FROM is an address at localhost, which mail servers refuse.",
                hint="EMAIL_FROM=strategy@city.example.jp",
                id="kanazawa_strategy.W004",
            )
        )
    return found


@register(Tags.database, deploy=True)
def backups_can_be_made(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """PostgreSQL is backed up by its own programs."""
    if not settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        return []
    missing = [program for program in ("pg_dump", "pg_restore") if not shutil.which(program)]
    if not missing:
        return []
    return [
        Warning(
            f"manage.py backup and restore need {' and '.join(missing)}, which is not on the PATH.",
            hint="On Debian: apt-get install postgresql-client",
            id="kanazawa_strategy.W005",
        )
    ]
