from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from kpis.models.round import Round


class Upload(models.Model):
    """A file that was read and waits for its confirmation; the plan holds what each cell would do.

    The round is that of a 調査票; a file of amendments speaks of several years and has none.
    """

    round = models.ForeignKey(
        Round, models.CASCADE, null=True, blank=True, related_name="uploads", verbose_name="評価年度"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="利用者")
    name = models.CharField("ファイル名", max_length=200)
    made_at = models.DateTimeField("読み込んだ日時", default=timezone.now)
    applied_at = models.DateTimeField("書き込んだ日時", null=True, blank=True)
    plan = models.JSONField("内容", default=list)

    objects = models.Manager["Upload"]()

    class Meta:
        verbose_name = "ファイルの取り込み"
        verbose_name_plural = "ファイルの取り込み"
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.name
