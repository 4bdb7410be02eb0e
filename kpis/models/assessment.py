from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.db import models

from goals.notation.fields import FiscalYearField, NumberField
from kpis.judging.facts import Judgement, Observation, TargetSpec, Thresholds
from kpis.judging.words import Kind, Rating, State
from kpis.models.indicator import Indicator
from kpis.models.round import Round, RoundStatus
from kpis.models.target import Target
from kpis.models.value import SELF_RATINGS

RATINGS = Rating.choices()


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def public(self) -> Self:
        """Return the judgements of published rounds."""
        return self.filter(round__status=RoundStatus.PUBLISHED)

    def newest_first(self) -> Self:
        return self.select_related("round").order_by("-fiscal_year")


class Assessment(models.Model):
    """The judgement of one indicator in one published round, with everything that it was judged by."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="assessments", verbose_name="評価年度")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="assessments", verbose_name="指標")
    target_row = models.ForeignKey(
        Target, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="使った目標"
    )
    fiscal_year = FiscalYearField("年度")
    value = NumberField("実績値", null=True, blank=True)
    state = models.CharField("状態", max_length=20, choices=State.choices(), blank=True)
    breaks_series = models.BooleanField("前年度までと比べられない", default=False)
    # What it was judged by
    kind = models.CharField("目標の型", max_length=20, choices=Kind.choices())
    baseline = NumberField("基準値", null=True, blank=True)
    baseline_year = FiscalYearField("基準年度", null=True, blank=True)
    target = NumberField("目標値", null=True, blank=True)
    target_upper = NumberField("目標値の上限", null=True, blank=True)
    target_year = FiscalYearField("目標年度", null=True, blank=True)
    starts_from_zero = models.BooleanField("0から始まる", default=False)
    expected_by_hand = models.JSONField("手で定めた目安値", default=dict, blank=True)  # {"2025": "52.0"}
    unit = models.CharField("単位", max_length=20, blank=True)
    decimals = models.PositiveSmallIntegerField("小数点以下の桁数", default=0)
    survey_tolerance = NumberField("横ばいの幅", null=True, blank=True)
    near_pace = NumberField("概ね順調の割合")
    rule_version = models.CharField("評価ルールの版", max_length=20)
    # The judgement
    expected = NumberField("目安値", null=True, blank=True)
    progress = NumberField("進捗率", null=True, blank=True, decimal_places=9)
    pace = NumberField("目安に対する割合", null=True, blank=True, decimal_places=9)
    margin = NumberField("余裕・不足", null=True, blank=True)
    rating = models.CharField("評価", max_length=20, choices=RATINGS, db_index=True)
    reason = models.TextField("評価の理由")
    self_rating = models.CharField("所管課の自己評価", max_length=20, choices=SELF_RATINGS, blank=True)
    self_comment = models.TextField("自己評価の理由", blank=True)
    committee_rating = models.CharField("推進委員会の評価", max_length=20, choices=SELF_RATINGS, blank=True)
    committee_comment = models.TextField("推進委員会の意見", blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = "年度評価"
        verbose_name_plural = "年度評価"
        ordering = ["-fiscal_year", "indicator__code"]
        constraints = [
            models.UniqueConstraint(fields=["round", "indicator"], name="assessment_once_per_round_and_indicator")
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.fiscal_year} {self.get_rating_display()}"

    @property
    def observation(self) -> Observation:
        return Observation(self.fiscal_year, self.value, State(self.state) if self.state else None)

    @property
    def spec(self) -> TargetSpec:
        """Return the frozen target, to judge again by what held at publication."""
        return TargetSpec(
            kind=Kind(self.kind),
            baseline=self.baseline,
            baseline_year=self.baseline_year,
            target=self.target,
            target_year=self.target_year,
            upper=self.target_upper,
            expected={int(year): Decimal(value) for year, value in self.expected_by_hand.items()},
            survey_tolerance=self.survey_tolerance,
            starts_from_zero=self.starts_from_zero,
            unit=self.unit,
            decimals=self.decimals,
        )

    def take(self, judgement: Judgement) -> None:
        """Write a judgement into the row; the caller saves it."""
        self.expected, self.progress, self.pace = judgement.expected, judgement.progress, judgement.pace
        self.margin, self.rating, self.reason = judgement.margin, judgement.rating, judgement.reason

    @property
    def judgement(self) -> Judgement:
        """Return the frozen judgement."""
        return Judgement(Rating(self.rating), self.progress, self.pace, self.expected, self.margin, self.reason)

    @property
    def thresholds(self) -> Thresholds:
        tolerance = Thresholds().survey_tolerance if self.survey_tolerance is None else self.survey_tolerance
        return Thresholds(near_pace=self.near_pace, survey_tolerance=tolerance, rule_version=self.rule_version)
