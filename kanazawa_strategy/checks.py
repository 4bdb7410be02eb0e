"""System checks of the settings, with ids that stay the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


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
