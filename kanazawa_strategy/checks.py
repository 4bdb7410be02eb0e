"""System checks of the settings, with ids that stay the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError

from kanazawa_strategy.replica import REPLICA


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


@register(Tags.compatibility)
def replica_is_another_database(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A replica that is the database itself takes no load off it."""
    known = connections.settings
    if REPLICA not in known or _place(known[REPLICA]) != _place(known[DEFAULT_DB_ALIAS]):
        return []
    return [
        Warning(
            "DATABASE_REPLICA_URL names the same database as DATABASE_URL.",
            hint="Name the replica's host, or leave DATABASE_REPLICA_URL out.",
            id="kanazawa_strategy.W020",
        )
    ]


@register(Tags.database)
def replica_answers(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Without its replica the portal goes on with the database itself: worth a word before a migration, no more."""
    if not databases or REPLICA not in connections.settings:
        return []
    try:
        connections[REPLICA].cursor().close()
    except DatabaseError as error:
        hint = "Public pages read from the database itself until the replica answers."
        return [Warning(f"The replica does not answer: {error}", hint=hint, id="kanazawa_strategy.W021")]
    return []


def _place(known: dict[str, Any]) -> tuple[str, ...]:
    host = known.get("HOST") or known.get("OPTIONS", {}).get("host", "")
    return (known["ENGINE"], str(known["NAME"]), str(host), str(known.get("PORT") or ""))
