from __future__ import annotations

from django.apps import AppConfig


class GoalsConfig(AppConfig):
    name = "goals"
    verbose_name = "計画"

    def ready(self) -> None:
        from goals.accounts import signins

        signins.connect()
