from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from goals.models import Revision, Sourced
from goals.models.strategy import RevisionStatus
from goals.notation.fields import FiscalYearField, NumberField
from kpis.judging import evaluation
from kpis.judging.facts import TargetSpec
from kpis.judging.words import Kind
from kpis.models.indicator import Basis, Indicator


class Tag(models.TextChoices):
    """新: newly carried out, 改: an existing one extended, relative to the revision (note in the source, 基本目標1【主な取組】)."""

    NEW = "新", "新"
    REVISED = "改", "改"


class TargetQuerySet(models.QuerySet["Target"]):
    def get_by_natural_key(self, code: str, edition: int, number: int) -> Target:
        return self.get(indicator__code=code, revision__strategy__edition=edition, revision__number=number)

    def adopted(self) -> Self:
        """Return the targets of adopted revisions, the only ones that are public."""
        return self.filter(revision__status=RevisionStatus.ADOPTED)

    def newest_first(self) -> Self:
        return self.select_related("revision").order_by("-revision__number")


class Target(Sourced):
    """Baseline and target of an indicator as set by one revision; a later one never overwrites it."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="targets", verbose_name="指標")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="targets", verbose_name="改訂")
    kind = models.CharField("目標の型", max_length=20, choices=Kind.choices())
    baseline = NumberField("基準値", null=True, blank=True)
    baseline_year = FiscalYearField("基準年度", null=True, blank=True)
    baseline_note = models.CharField(
        "基準値の注記", max_length=100, blank=True, help_text="例: 未実施、R4年度までの累計、R5年度開始"
    )
    target = NumberField("目標値", null=True, blank=True)
    target_upper = NumberField("目標値の上限", null=True, blank=True, help_text="範囲型のときだけ入れます。")
    target_year = FiscalYearField("目標年度", null=True, blank=True)
    target_note = models.CharField("目標値の注記", max_length=200, blank=True)
    starts_from_zero = models.BooleanField(
        "0から始まる", default=False, help_text="「未実施」「R5年度開始」のように、基準年度に0から始まる指標です。"
    )
    tag = models.CharField("新・改", max_length=2, choices=Tag, blank=True)

    objects = TargetQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="目標の履歴", verbose_name_plural="目標の履歴")

    class Meta:
        verbose_name = "基準値・目標値"
        verbose_name_plural = "基準値・目標値"
        ordering = ["indicator__code", "-revision__number"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "revision"],
                name="target_once_per_indicator_and_revision",
                violation_error_message="この改訂には、この指標の目標がもうあります。",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.REACH) | Q(baseline__isnull=True) | ~Q(baseline=F("target")),
                name="target_reach_differs_from_baseline",
                violation_error_message="目標値が基準値と同じです。今の水準を保つ目標なら、維持型を選んでください。",
            ),
            models.CheckConstraint(
                condition=Q(baseline_year__isnull=True)
                | Q(target_year__isnull=True)
                | Q(target_year__gt=F("baseline_year")),
                name="target_year_after_baseline_year",
                violation_error_message="目標年度は、基準年度より後の年度にしてください。",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.RANGE) | Q(target_upper__gte=F("target")),
                name="target_range_bounds_in_order",
                violation_error_message="範囲型の上限が下限より小さくなっています。2つの値を確かめてください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code}（{self.revision.name}）"

    def natural_key(self) -> tuple[str, int, int]:
        return (self.indicator.code, *self.revision.natural_key())

    natural_key.dependencies = ["kpis.indicator", "goals.revision"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        if self.indicator_id and self.revision_id and self.revision.strategy_id != self.indicator.goal.strategy_id:
            raise ValidationError({"revision": "この改訂は別の戦略のものです。指標と同じ戦略の改訂を選んでください。"})
        if not (self.kind and self.indicator_id and self.revision_id):
            return
        try:
            evaluation.validate(self.spec({}))
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def spec(self, expected: Mapping[int, Decimal] | None = None) -> TargetSpec:
        """Return what the engine needs; without `expected`, the hand-set values are read (1 query unless prefetched)."""
        strategy = self.revision.strategy
        if expected is None:
            expected = {row.fiscal_year: row.value for row in self.expected_values.all()}
        is_percent_survey = self.indicator.basis == Basis.SURVEY and self.indicator.unit == "%"
        return TargetSpec(
            kind=Kind(self.kind),
            baseline=self.baseline,
            baseline_year=self.baseline_year,
            target=self.target,
            target_year=self.target_year,
            upper=self.target_upper,
            expected=expected,
            survey_tolerance=strategy.survey_tolerance if is_percent_survey else None,
            starts_from_zero=self.starts_from_zero,
            unit=self.indicator.unit,
            decimals=self.indicator.decimals,
        )


class ExpectedValueQuerySet(models.QuerySet["ExpectedValue"]):
    def get_by_natural_key(self, code: str, edition: int, number: int, year: int) -> ExpectedValue:
        return self.get(target=Target.objects.get_by_natural_key(code, edition, number), fiscal_year=year)


class ExpectedValue(models.Model):
    """The value expected in one year (目安値), where the city sets one by hand instead of the straight line."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="expected_values", verbose_name="目標")
    fiscal_year = FiscalYearField("年度")
    value = NumberField("目安値")

    objects = ExpectedValueQuerySet.as_manager()

    class Meta:
        verbose_name = "目安値"
        verbose_name_plural = "目安値"
        ordering = ["target", "fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "fiscal_year"],
                name="expected_value_once_per_year",
                violation_error_message="この年度の目安値はもうあります。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.fiscal_year}"

    def natural_key(self) -> tuple[str, int, int, int]:
        return (*self.target.natural_key(), self.fiscal_year)

    natural_key.dependencies = ["kpis.target"]  # type: ignore[attr-defined]
