"""System checks of the replica: none of them stops the portal, which goes on without it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError

from kanazawa_strategy.replica import REPLICA


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
