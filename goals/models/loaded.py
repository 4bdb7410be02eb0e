from __future__ import annotations

from django.db import models


class LoadedRow(models.Model):
    """What load_strategy once wrote of a fixture row, to tell later whether staff have changed or deleted it since."""

    model = models.CharField("種類", max_length=100)
    key = models.CharField("自然キー", max_length=200)
    fingerprint = models.CharField("内容の指紋", max_length=64)

    objects = models.Manager["LoadedRow"]()

    class Meta:
        verbose_name = "初期データの記録"
        verbose_name_plural = "初期データの記録"
        constraints = [models.UniqueConstraint(fields=["model", "key"], name="loaded_row_once")]

    def __str__(self) -> str:
        return f"{self.model} {self.key}"
