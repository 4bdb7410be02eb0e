from __future__ import annotations

from django.apps import AppConfig


class GoalsConfig(AppConfig):
    name = "goals"
    verbose_name = "計画"

    def ready(self) -> None:
        from django.core.management import get_commands

        from goals import signins

        signins.connect()
        # The commands of the apps above come first; of these, ours write into the log.
        names = ("createsuperuser", "changepassword", "axes_reset_username")
        get_commands().update(dict.fromkeys(names, self.name))
