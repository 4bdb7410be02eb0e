from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from goals.notation.fields import AddressField, FiscalYearField, MonthField, NumberField
from goals.notation.years import FiscalYear
from kpis.judging.facts import Observation
from kpis.judging.words import Group, Rating, State
from kpis.models.indicator import Indicator
from kpis.models.round import Round, RoundStatus

if TYPE_CHECKING:
    import datetime

VALUE_STATES = [state.value for state in State if state.has_value]
SELF_RATINGS = [(rating.value, rating.label) for rating in Rating if rating.group != Group.UNJUDGED]


class Workflow(models.TextChoices):
    """How far a value has come from entry to publication (domain.md §6)."""

    DRAFT = "DRAFT", "入力中"
    SUBMITTED = "SUBMITTED", "提出"
    CONFIRMED = "CONFIRMED", "確認済"
    PUBLISHED = "PUBLISHED", "公表"


class YearlyValueQuerySet(models.QuerySet["YearlyValue"]):
    def get_by_natural_key(self, code: str, year: int) -> YearlyValue:
        return self.get(indicator__code=code, fiscal_year=year)

    def public(self) -> Self:
        """Return what citizens may see; every public page and file reads values through this."""
        return self.filter(workflow=Workflow.PUBLISHED)

    def of_round(self, round_: Round) -> Self:
        return self.filter(indicator__goal__strategy_id=round_.strategy_id, fiscal_year=round_.fiscal_year)


class YearlyValue(models.Model):
    """The value of an indicator in one 年度, with its state; what a blank means is said by the state."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="values", verbose_name="指標")
    fiscal_year = FiscalYearField("年度")
    value = NumberField(
        "実績値", null=True, blank=True, help_text="値がないときは空欄にし、理由を「状態」で選びます。0 は値です。"
    )
    state = models.CharField("状態", max_length=20, choices=State.choices())
    available_on = MonthField(
        "公表予定", null=True, blank=True, help_text="未公表のとき、分かる見込みの月（その月の1日）を入れます。"
    )
    note = models.TextField("備考（公開）", blank=True)
    breaks_series = models.BooleanField(
        "前年度までと比べられない",
        default=False,
        help_text="定義や調査方法が変わったとき。グラフの線を切ります。理由を備考に書いてください。",
    )
    analysis = models.TextField("要因分析（公開）", blank=True)
    next_steps = models.TextField("今後の取組（公開）", blank=True)
    self_rating = models.CharField("所管課の自己評価", max_length=20, choices=SELF_RATINGS, blank=True)
    self_comment = models.TextField("自己評価の理由（公開）", blank=True)
    committee_rating = models.CharField(
        "推進委員会の評価",
        max_length=20,
        choices=SELF_RATINGS,
        blank=True,
        help_text="企画調整課が「実績値の確認」で入力し、公表のときに固定されます。",
    )
    committee_comment = models.TextField("推進委員会の意見（公開）", blank=True)
    evidence_url = AddressField("根拠資料のアドレス", blank=True)
    doubts_answer = models.CharField(
        "注意への答え",
        max_length=200,
        blank=True,
        help_text="入力のときに出た注意（前年度との差など）を確かめた結果です。公開しません。",
    )
    returned_note = models.TextField("差戻しの理由", blank=True, editable=False)
    workflow = models.CharField(
        "進み具合", max_length=10, choices=Workflow, default=Workflow.DRAFT, editable=False, db_index=True
    )
    version = models.PositiveIntegerField("版", default=1, editable=False)

    objects = YearlyValueQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="実績値の履歴", verbose_name_plural="実績値の履歴")

    class Meta:
        verbose_name = "実績値"
        verbose_name_plural = "実績値"
        ordering = ["indicator__code", "fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "fiscal_year"],
                name="yearly_value_once_per_indicator_and_year",
                violation_error_message="この指標のこの年度の実績値はもうあります。一覧から開いて直してください。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=VALUE_STATES, value__isnull=False)
                | (~Q(state__in=VALUE_STATES) & Q(value__isnull=True)),
                name="yearly_value_agrees_with_its_state",
                violation_error_message="実績値と状態が合っていません。値があるときは確定・速報・推計、ないときはその理由を選んでください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} {self.year.short()}"

    def natural_key(self) -> tuple[str, int]:
        return (self.indicator.code, self.fiscal_year)

    @property
    def year(self) -> FiscalYear:
        return FiscalYear(self.fiscal_year)

    @property
    def observation(self) -> Observation:
        return Observation(self.fiscal_year, self.value, State(self.state))

    def comes_later(self, today: datetime.date) -> bool:
        """Tell whether the figure can't be known yet: then nobody is late with it."""
        return self.available_on is not None and self.available_on > today

    def clean(self) -> None:
        self.check_state()
        self.check_round()

    def check_state(self) -> None:
        """Refuse a value without a value state, a state without its value, and a break without its reason."""
        if self.state and self.state in VALUE_STATES and self.value is None:
            raise ValidationError(
                {
                    "value": f"状態が「{State(self.state).label}」のときは実績値を入れてください。値がまだないときは、状態を「未公表」などにしてください。"
                }
            )
        if self.state and self.state not in VALUE_STATES and self.value is not None:
            raise ValidationError(
                {
                    "state": f"実績値が入っているのに、状態が「{State(self.state).label}」です。確定・速報・推計のどれかを選ぶか、実績値を空欄にしてください。"
                }
            )
        if self.breaks_series and not self.note.strip():
            raise ValidationError({"note": "前年度までと比べられない理由を、備考に書いてください。"})

    def check_round(self) -> None:
        """Refuse entry for a year that is published: after that, only an amendment changes it (domain.md §6)."""
        if not (self.indicator_id and self.fiscal_year):
            return
        status = (
            Round.objects.filter(strategy=self.indicator.goal.strategy_id, fiscal_year=self.fiscal_year)
            .values_list("status", flat=True)
            .first()
        )
        if status == RoundStatus.PUBLISHED:
            raise ValidationError(
                f"{self.year.long()}は公表済みです。値を直すときは「公表後の変更」から、追加・確定・訂正として登録してください。"
            )
