from __future__ import annotations

import re
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from goals.models import Department, Direction, Goal, Sourced, Strategy
from kpis.judging.evaluation import UNSET
from kpis.judging.facts import TargetSpec

CODE = re.compile(r"([0-9]+)-([0-9]+)-([NK])[0-9]+")


def address_of(code: str) -> str:
    return f"/indicators/{code.lower()}/"


class Level(models.TextChoices):
    """Where an indicator stands in the plan (the headings of the source: 【数値目標】, 【主なKPI】)."""

    NUMERIC_TARGET = "NUMERIC_TARGET", "数値目標"
    KPI = "KPI", "KPI"


class Basis(models.TextChoices):
    """What an indicator rests on; Kanazawa's own two words (mayor in the city council, 2024-06-20)."""

    ACTIVITY = "ACTIVITY", "施策指標"
    SURVEY = "SURVEY", "市民意識指標"


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def get_by_natural_key(self, code: str) -> Indicator:
        return self.get(code=code)

    def of(self, strategy: Strategy) -> Self:
        return self.filter(goal__strategy=strategy)

    def in_order(self) -> Self:
        """Order as the document does: numeric targets before KPIs within each goal."""
        return self.order_by("-goal__strategy__edition", "goal__number", "-level", "order", "code")


class Indicator(Sourced):
    """A figure that the plan is measured by: 数値目標 and KPI alike. Its code is public and never changes."""

    code = models.CharField(
        "コード",
        max_length=20,
        unique=True,
        help_text="次-基本目標-種別と番号。数値目標は 3-1-N1、KPIは 3-1-K03 のようにします。公開後は変えません。",
        error_messages={"unique": "このコードの指標はもうあります。別の番号にしてください。"},
    )
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="indicators", verbose_name="基本目標")
    direction = models.ForeignKey(
        Direction, models.PROTECT, null=True, blank=True, related_name="indicators", verbose_name="施策"
    )
    level = models.CharField("区分", max_length=20, choices=Level)
    basis = models.CharField("種類", max_length=10, choices=Basis)
    name = models.CharField("指標名", max_length=200)
    unit = models.CharField("単位", max_length=20, blank=True, help_text="例: %、件、万人。単位のない指標は空欄です。")
    decimals = models.PositiveSmallIntegerField(
        "小数点以下の桁数", default=0, validators=[MaxValueValidator(6)], help_text="実績値を表示するときの桁数です。"
    )
    is_cumulative = models.BooleanField("累計", default=False, help_text="開始からの合計で数える指標です。")
    definition = models.TextField("定義・算出方法", blank=True)
    source = models.CharField("出典", max_length=200, blank=True, help_text="調査や統計の名前。")
    survey_sample_size = models.PositiveIntegerField("調査の対象数（人）", null=True, blank=True)
    value_known_month = models.PositiveSmallIntegerField(
        "数値が確定する月",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
        help_text="翌年度の何月に分かるか。1〜12。",
    )
    survey_interval_years = models.PositiveSmallIntegerField(
        "調査の間隔（年）", default=1, validators=[MinValueValidator(1)], help_text="毎年なら 1、隔年なら 2。"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="indicators", verbose_name="所管課"
    )
    order = models.PositiveSmallIntegerField("並び順")
    ended_on = models.DateField("廃止日", null=True, blank=True)
    note = models.TextField("備考（公開）", blank=True)

    objects = IndicatorQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="指標の履歴", verbose_name_plural="指標の履歴")

    # Set by kpis.display.prefetched; a model knows nothing of those that point to it
    adopted_targets: list[Any]  # Target
    public_assessments: list[Any]  # Assessment
    public_values: list[Any]  # YearlyValue
    public_amendments: list[Any]  # Amendment

    class Meta:
        verbose_name = "指標"
        verbose_name_plural = "指標"
        ordering = ["-goal__strategy__edition", "goal__number", "-level", "order", "code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    natural_key.dependencies = ["goals.goal", "goals.direction", "goals.department"]  # type: ignore[attr-defined]

    def get_absolute_url(self) -> str:
        return address_of(self.code)

    @property
    def target_in_force(self) -> Any:
        """Return the Target of the latest adopted revision that has one, or None; needs its adopted targets."""
        return self.adopted_targets[0] if self.adopted_targets else None

    @property
    def spec_in_force(self) -> TargetSpec:
        """Return the target in force as the engine takes it, UNSET where there is none; needs its adopted targets."""
        target = self.target_in_force
        if target is None:
            return UNSET
        target.revision.strategy = self.goal.strategy  # the same row: no query for it
        spec: TargetSpec = target.spec()
        return spec

    def clean(self) -> None:
        self._check_code()
        if self.direction_id and self.goal_id and self.direction and self.direction.goal_id != self.goal_id:
            raise ValidationError(
                {"direction": "この施策は別の基本目標のものです。基本目標に合う施策を選んでください。"}
            )
        if self.survey_sample_size is not None and self.basis == Basis.ACTIVITY:
            raise ValidationError({"survey_sample_size": "調査の対象数は、市民意識指標のときだけ入れます。"})

    def _check_code(self) -> None:
        match = CODE.fullmatch(self.code or "")
        if not match:
            raise ValidationError(
                {"code": "コードは 3-1-N1（数値目標）や 3-1-K03（KPI）の形で、半角の大文字で入力してください。"}
            )
        edition, number, letter = match.groups()
        if self.goal_id and (int(edition), int(number)) != (self.goal.strategy.edition, self.goal.number):
            raise ValidationError(
                {"code": f"コードの始まりは、この基本目標では {self.goal.strategy.edition}-{self.goal.number}- です。"}
            )
        if (letter == "N") != (self.level == Level.NUMERIC_TARGET):
            raise ValidationError({"code": "コードの文字は、数値目標なら N、KPIなら K です。区分と合わせてください。"})
