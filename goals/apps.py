from __future__ import annotations

from django.apps import AppConfig


class GoalsConfig(AppConfig):
    name = "goals"
    verbose_name = "計画"

    def ready(self) -> None:
        from django.core.management import get_commands

        from goals import signins

        signins.connect()
        # The commands of Django's own apps come first; of these two, ours write into the log.
        get_commands().update(createsuperuser=self.name, changepassword=self.name)
