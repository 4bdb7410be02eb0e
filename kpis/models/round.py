from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from goals.models import Strategy
from goals.notation.fields import FiscalYearField
from goals.notation.years import FiscalYear

if TYPE_CHECKING:
    import datetime


class RoundStatus(models.TextChoices):
    """The four steps of a year (domain.md §1)."""

    PREPARING = "PREPARING", "準備"
    OPEN = "OPEN", "受付中"
    REVIEW = "REVIEW", "確認中"
    PUBLISHED = "PUBLISHED", "公表"


class RoundQuerySet(models.QuerySet["Round"]):
    def get_by_natural_key(self, edition: int, year: int) -> Round:
        return self.get(strategy__edition=edition, fiscal_year=year)

    def held(self, round_: Round) -> Round:
        """Read a round anew under its lock, in a transaction: no step of it is taken meanwhile."""
        return self.select_for_update(of=("self",)).select_related("strategy").get(pk=round_.pk)

    def under_way(self) -> Self:
        return self.filter(status__in=[RoundStatus.OPEN, RoundStatus.REVIEW])

    def published(self) -> Self:
        """Return the published rounds, the newest year first."""
        return self.filter(status=RoundStatus.PUBLISHED).order_by("-fiscal_year")


class Round(models.Model):
    """The yearly cycle of one strategy: entry, review, publication. Publishing freezes an Assessment per indicator."""

    strategy = models.ForeignKey(Strategy, models.PROTECT, related_name="rounds", verbose_name="総合戦略")
    fiscal_year = FiscalYearField(
        "評価年度", help_text="実績値の年度です。令和7年度に集めるのは、ふつう令和6年度の値です。"
    )
    status = models.CharField("状態", max_length=10, choices=RoundStatus, default=RoundStatus.PREPARING)
    opens_on = models.DateField("受付開始日", null=True, blank=True)
    due_on = models.DateField("締切日", null=True, blank=True)
    published_on = models.DateField("公表日", null=True, blank=True)
    decision_number = models.CharField("決裁番号", max_length=50, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = "評価年度"
        verbose_name_plural = "評価年度"
        ordering = ["-strategy__edition", "-fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "fiscal_year"],
                name="round_once_per_strategy_and_year",
                violation_error_message="この戦略には、この年度の評価年度がもうあります。",
            ),
            models.CheckConstraint(
                condition=~Q(status=RoundStatus.PUBLISHED) | Q(published_on__isnull=False),
                name="round_published_has_a_date",
                violation_error_message="公表した評価年度には公表日が要ります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strategy.short_name} {self.year.long(self.strategy.as_of)}"

    def natural_key(self) -> tuple[int, int]:
        return (self.strategy.edition, self.fiscal_year)

    @property
    def year(self) -> FiscalYear:
        return FiscalYear(self.fiscal_year)

    @property
    def is_published(self) -> bool:
        return self.status == RoundStatus.PUBLISHED

    def days_left(self, today: datetime.date) -> int | None:
        """Count the days to the deadline, below 0 after it; None where none is set."""
        return (self.due_on - today).days if self.due_on else None

    def is_overdue(self, today: datetime.date) -> bool:
        return (self.days_left(today) or 0) < 0

    def deadline(self, today: datetime.date) -> str:
        """Write how long there is: 締切まで9日; nothing where no deadline is set."""
        days = self.days_left(today)
        if days is None:
            return ""
        if days == 0:
            return "締切は今日"
        return f"締切まで{days}日" if days > 0 else f"締切を{-days}日過ぎています"

    def clean(self) -> None:
        if self.opens_on and self.due_on and self.opens_on > self.due_on:
            raise ValidationError({"due_on": "締切日が受付開始日より前になっています。日付を確かめてください。"})
