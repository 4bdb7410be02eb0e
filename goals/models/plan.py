from __future__ import annotations

from typing import Self

from django.core.validators import MinValueValidator
from django.db import models

from goals.models.source import Sourced
from goals.models.strategy import Strategy


class GoalColor(models.TextChoices):
    """The colours of 加賀友禅 (加賀五彩), one a goal (pages.md, Look); never a judgement."""

    ENJI = "enji", "臙脂"
    AI = "ai", "藍"
    OUDO = "oudo", "黄土"
    KUSA = "kusa", "草"


class GoalQuerySet(models.QuerySet["Goal"]):
    def get_by_natural_key(self, edition: int, number: int) -> Goal:
        return self.get(strategy__edition=edition, number=number)

    def for_page(self) -> Self:
        """Return goals with what a heading and a link need: 1 query."""
        return self.select_related("strategy")


class Goal(Sourced):
    """A basic goal (基本目標) of one strategy."""

    strategy = models.ForeignKey(Strategy, models.PROTECT, related_name="goals", verbose_name="総合戦略")
    number = models.PositiveSmallIntegerField("番号", validators=[MinValueValidator(1)])
    title = models.CharField("基本目標", max_length=100)
    alternative_title = models.CharField(
        "別の書き方", max_length=100, blank=True, help_text="資料の中で違う書き方がされているとき、それも残します。"
    )
    color = models.CharField("色（加賀五彩）", max_length=10, choices=GoalColor)
    other_kpi_count = models.PositiveSmallIntegerField(
        "引き続き設定するKPIの数",
        null=True,
        blank=True,
        help_text="「上記の他、17のKPIを引き続き設定」とあれば 17。記載がなければ空欄です。",
    )

    objects = GoalQuerySet.as_manager()

    class Meta:
        verbose_name = "基本目標"
        verbose_name_plural = "基本目標"
        ordering = ["-strategy__edition", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "number"],
                name="goal_number_once_per_strategy",
                violation_error_message="同じ戦略に、同じ番号の基本目標がもうあります。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.strategy.short_name} 基本目標{self.number} {self.title}"

    def natural_key(self) -> tuple[int, int]:
        return (self.strategy.edition, self.number)

    natural_key.dependencies = ["goals.strategy"]  # type: ignore[attr-defined]

    def get_absolute_url(self) -> str:
        return f"/strategies/{self.strategy.edition}/goals/{self.number}/"


class DirectionQuerySet(models.QuerySet["Direction"]):
    def get_by_natural_key(self, edition: int, goal: int, number: int) -> Direction:
        return self.get(goal__strategy__edition=edition, goal__number=goal, number=number)


class Direction(Sourced):
    """A numbered heading (施策) under a goal, over its measures."""

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="directions", verbose_name="基本目標")
    number = models.PositiveSmallIntegerField("番号", validators=[MinValueValidator(1)])
    title = models.CharField("施策", max_length=100)

    objects = DirectionQuerySet.as_manager()

    class Meta:
        verbose_name = "施策"
        verbose_name_plural = "施策"
        ordering = ["-goal__strategy__edition", "goal__number", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["goal", "number"],
                name="direction_number_once_per_goal",
                violation_error_message="同じ基本目標に、同じ番号の施策がもうあります。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.goal.strategy.short_name} {self.goal.number}（{self.number}）{self.title}"

    def natural_key(self) -> tuple[int, int, int]:
        return (*self.goal.natural_key(), self.number)

    natural_key.dependencies = ["goals.goal"]  # type: ignore[attr-defined]
