"""System checks of the settings about accounts and log-ins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from goals.accounts.roles import Role

LEAST = {  # of settings, and the check's id
    "LOGIN_FAILURE_LIMIT": (1, "kanazawa_strategy.E010"),
    "LOGIN_COOLOFF_MINUTES": (1, "kanazawa_strategy.E011"),
    "SESSION_IDLE_MINUTES": (1, "kanazawa_strategy.E012"),
    "SESSION_HOURS": (1, "kanazawa_strategy.E013"),
    "PASSWORD_MIN_LENGTH": (8, "kanazawa_strategy.E014"),
}


@register(Tags.security)
def limits_are_limits(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A limit of nothing shuts everybody out, or nobody."""
    return [
        Error(f"{name} is {getattr(settings, name)}; it must be {least} or more.", id=number)
        for name, (least, number) in LEAST.items()
        if getattr(settings, name) < least
    ]


@register(Tags.security)
def required_roles_exist(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A misspelt role would leave its people without the second factor that was asked for."""
    unknown = [name for name in settings.TOTP_REQUIRED if name not in Role.values]
    if not unknown:
        return []
    return [
        Error(
            f"TOTP_REQUIRED names no role of the portal: {', '.join(unknown)}.",
            hint=f"The roles are {', '.join(Role.values)}.",
            id="kanazawa_strategy.E015",
        )
    ]
