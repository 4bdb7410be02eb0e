from __future__ import annotations

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from simple_history.models import HistoricalRecords

from goals.notation.fields import FiscalYearField, NumberField
from goals.notation.numbers import format_plain
from goals.notation.years import FiscalYear
from kpis.models import Round, Workflow
from measures.models.measure import Measure


class MeasureStatus(models.TextChoices):
    """How a measure stands in one year (domain.md §4)."""

    RUNNING = "RUNNING", "実施中"
    DONE = "DONE", "完了"
    REVIEWED = "REVIEWED", "見直し"
    STOPPED = "STOPPED", "中止"


class MeasureReportQuerySet(models.QuerySet["MeasureReport"]):
    def get_by_natural_key(self, code: str, edition: int, number: int, year: int) -> MeasureReport:
        return self.get(measure=Measure.objects.get_by_natural_key(code, edition, number), fiscal_year=year)

    def public(self) -> Self:
        return self.filter(workflow=Workflow.PUBLISHED)

    def of_round(self, round_: Round) -> Self:
        return self.filter(measure__revision__strategy=round_.strategy_id, fiscal_year=round_.fiscal_year)


class MeasureReport(models.Model):
    """What a department says of its measure in one 年度; published with the round."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="reports", verbose_name="取組")
    fiscal_year = FiscalYearField("年度")
    status = models.CharField("状況", max_length=10, choices=MeasureStatus)
    summary = models.TextField("実施状況（公開）")
    budget = NumberField("事業費（千円）", null=True, blank=True)
    returned_note = models.TextField("差戻しの理由", blank=True, editable=False)
    version = models.PositiveIntegerField("版", default=1, editable=False)
    workflow = models.CharField(
        "進み具合", max_length=10, choices=Workflow, default=Workflow.DRAFT, editable=False, db_index=True
    )

    objects = MeasureReportQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="取組報告の履歴", verbose_name_plural="取組報告の履歴")

    class Meta:
        verbose_name = "取組報告"
        verbose_name_plural = "取組報告"
        ordering = ["measure__code", "fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "fiscal_year"],
                name="measure_report_once_per_year",
                violation_error_message="この取組のこの年度の報告はもうあります。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure.code} {FiscalYear(self.fiscal_year).short()}"

    def clean(self) -> None:
        if self.budget is not None and self.budget < 0:
            raise ValidationError({"budget": "事業費は0以上で入力してください。減額は「実施状況」に書いてください。"})

    @property
    def year_mention(self) -> str:
        return FiscalYear(self.fiscal_year).first_mention()

    @property
    def budget_text(self) -> str:
        return "" if self.budget is None else f"{format_plain(self.budget)}千円"

    def natural_key(self) -> tuple[str, int, int, int]:
        return (*self.measure.natural_key(), self.fiscal_year)
