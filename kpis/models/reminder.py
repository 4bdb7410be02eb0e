from __future__ import annotations

from django.conf import settings
from django.db import models

from kpis.models.round import Round


class Reminder(models.Model):
    """A mail about a round that went to a person on a day; never two on the same day."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="reminders", verbose_name="評価年度")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="利用者")
    sent_on = models.DateField("送った日")

    objects = models.Manager["Reminder"]()

    class Meta:
        verbose_name = "督促の記録"
        verbose_name_plural = "督促の記録"
        ordering = ["-sent_on", "user__username"]
        constraints = [models.UniqueConstraint(fields=["round", "user", "sent_on"], name="reminder_once_a_day")]

    def __str__(self) -> str:
        return f"{self.user} {self.sent_on}"
