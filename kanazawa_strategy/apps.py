from __future__ import annotations

from django.apps import AppConfig


class KanazawaStrategyConfig(AppConfig):
    name = "kanazawa_strategy"
    verbose_name = "金沢版総合戦略ポータル"

    def ready(self) -> None:
        from kanazawa_strategy import checks  # noqa: F401
        from kanazawa_strategy.entrance import checks as entrance_checks  # noqa: F401
        from kanazawa_strategy.entrance import sessions

        sessions.connect()
