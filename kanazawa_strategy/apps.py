from __future__ import annotations

from django.apps import AppConfig


class KanazawaStrategyConfig(AppConfig):
    name = "kanazawa_strategy"
    verbose_name = "金沢版総合戦略ポータル"

    def ready(self) -> None:
        from kanazawa_strategy import account_checks, checks, sessions  # noqa: F401

        sessions.connect()
