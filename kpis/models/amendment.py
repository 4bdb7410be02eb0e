from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models

from goals.notation.fields import FiscalYearField, NumberField
from kpis.judging.words import State
from kpis.models.assessment import RATINGS, Assessment
from kpis.models.indicator import Indicator


class AmendmentKind(models.TextChoices):
    """Why a published year changed (domain.md §1): never a silent overwrite."""

    ADDITION = "ADDITION", "追加公表"
    FINALISATION = "FINALISATION", "確定値"
    CORRECTION = "CORRECTION", "訂正"
    COMMITTEE = "COMMITTEE", "委員会評価"


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    def newest_first(self) -> Self:
        return self.order_by("-made_on", "-pk")


class Amendment(models.Model):
    """One change of a published year, shown to citizens beside the value. Never edited afterwards."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="amendments", verbose_name="指標")
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="amendments", verbose_name="年度評価")
    fiscal_year = FiscalYearField("年度")
    kind = models.CharField("種類", max_length=20, choices=AmendmentKind)
    old_value = NumberField("前の値", null=True, blank=True)
    old_state = models.CharField("前の状態", max_length=20, choices=State.choices(), blank=True)
    new_value = NumberField("新しい値", null=True, blank=True)
    new_state = models.CharField("新しい状態", max_length=20, choices=State.choices(), blank=True)
    old_rating = models.CharField("前の評価", max_length=20, choices=RATINGS, blank=True)
    new_rating = models.CharField("新しい評価", max_length=20, choices=RATINGS, blank=True)
    reason = models.TextField("理由（公開）")
    made_on = models.DateField("変更日")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="変更した人"
    )

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = "公表後の変更"
        verbose_name_plural = "公表後の変更"
        ordering = ["-made_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.fiscal_year} {self.get_kind_display()}"
