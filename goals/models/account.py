from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class HandedPassword(models.Model):
    """A password that somebody else chose: as long as the row is there, its owner must replace it at the next log-in."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="handed_password", verbose_name="利用者"
    )
    at = models.DateTimeField("渡した日時", default=timezone.now)

    objects = models.Manager["HandedPassword"]()

    class Meta:
        verbose_name = "本人が決めていないパスワード"
        verbose_name_plural = "本人が決めていないパスワード"

    def __str__(self) -> str:
        return f"{self.user}（{timezone.localtime(self.at):%Y-%m-%d %H:%M}）"
