from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from goals.models.source import Section, Sourced
from goals.notation.years import FiscalYear


class StrategyQuerySet(models.QuerySet["Strategy"]):
    def current(self) -> Strategy | None:
        """Return the edition in force, or None before one is loaded."""
        return self.filter(is_current=True).first()

    def get_by_natural_key(self, edition: int) -> Strategy:
        return self.get(edition=edition)


class Strategy(Sourced):
    """One edition of 金沢版総合戦略, with the thresholds by which it is judged."""

    edition = models.PositiveSmallIntegerField(
        "次（版）", unique=True, validators=[MinValueValidator(1)], help_text="第3次なら 3。第1期は 1。"
    )
    name = models.CharField("名称", max_length=100)
    short_name = models.CharField("略称", max_length=20, help_text="例: 第3次")
    first_year = models.PositiveSmallIntegerField(
        "期間の初年度", null=True, blank=True, help_text="西暦。資料に記載がなければ空欄のままにします。"
    )
    last_year = models.PositiveSmallIntegerField("期間の最終年度", null=True, blank=True)
    adopted_on = models.DateField("策定日", null=True, blank=True)
    is_current = models.BooleanField("現行の戦略", default=False, help_text="現行の戦略は1つだけです。")
    overview = models.TextField("概要", blank=True)
    near_pace = models.DecimalField(
        "「概ね順調」とする割合",
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.8"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text="目安値までの道のりのうち、この割合以上進んでいれば概ね順調とします。0.8 は80%です。",
    )
    survey_tolerance = models.DecimalField(
        "市民意識指標で「横ばい」とみなす幅（ポイント）",
        max_digits=5,
        decimal_places=2,
        default=Decimal(3),
        validators=[MinValueValidator(Decimal(0))],
        help_text="アンケートの誤差とみなす変化の幅です。",
    )
    rule_version = models.CharField(
        "評価ルールの版", max_length=20, default="1", help_text="上の2つを変えたときは、版も改めます。"
    )

    objects = StrategyQuerySet.as_manager()

    class Meta:
        verbose_name = "総合戦略"
        verbose_name_plural = "総合戦略"
        ordering = ["-edition"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"],
                condition=Q(is_current=True),
                name="strategy_only_one_is_current",
                violation_error_message="現行の戦略は1つだけです。先に、いま現行の戦略の「現行の戦略」を外してください。",
            ),
            models.CheckConstraint(
                condition=Q(first_year__isnull=True) | Q(last_year__isnull=True) | Q(first_year__lte=F("last_year")),
                name="strategy_first_year_not_after_last_year",
                violation_error_message="期間の初年度が最終年度より後になっています。年度を確かめてください。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[int]:
        return (self.edition,)

    def get_absolute_url(self) -> str:
        return f"/strategies/{self.edition}/"

    @property
    def as_of(self) -> datetime.date | None:
        """Return the date of the document, by which its years are written (domain.md §2)."""
        if self.adopted_on:
            return self.adopted_on
        return datetime.date(self.first_year, 4, 1) if self.first_year else None

    @property
    def period_label(self) -> str:
        """Return 平成27年度（2015年度）から平成31年度（2019年度）まで, or nothing where the source has none."""
        if self.first_year is None or self.last_year is None:
            return ""
        first, last = (FiscalYear(year).first_mention(self.as_of) for year in (self.first_year, self.last_year))
        return f"{first}から{last}まで"


class RevisionQuerySet(models.QuerySet["Revision"]):
    def adopted(self) -> Self:
        return self.filter(status=RevisionStatus.ADOPTED)

    def get_by_natural_key(self, edition: int, number: int) -> Revision:
        return self.get(strategy__edition=edition, number=number)


class RevisionStatus(models.TextChoices):
    """Whether a revision is in force; a draft is not public."""

    DRAFT = "DRAFT", "案"
    ADOPTED = "ADOPTED", "決定"


class Revision(Sourced):
    """A version of a strategy: 策定時 is the first; 新 and 改 are relative to it. The date may be unknown."""

    strategy = models.ForeignKey(Strategy, models.PROTECT, related_name="revisions", verbose_name="総合戦略")
    number = models.PositiveSmallIntegerField(
        "番号", validators=[MinValueValidator(1)], help_text="策定時が 1、以後の改訂が 2、3、…です。"
    )
    name = models.CharField("名称", max_length=50, help_text="例: 策定時、令和8年度改訂")
    status = models.CharField("状態", max_length=10, choices=RevisionStatus, default=RevisionStatus.DRAFT)
    adopted_on = models.DateField("決定日", null=True, blank=True, help_text="資料に記載がなければ空欄のままにします。")
    summary = models.TextField("概要", blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = "改訂"
        verbose_name_plural = "改訂"
        ordering = ["strategy__edition", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "number"],
                name="revision_number_once_per_strategy",
                violation_error_message="同じ戦略に、同じ番号の改訂がもうあります。",
            ),
            models.UniqueConstraint(
                fields=["strategy", "name"],
                name="revision_name_once_per_strategy",
                violation_error_message="同じ戦略に、同じ名称の改訂がもうあります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strategy.short_name} {self.name}"

    def natural_key(self) -> tuple[int, int]:
        return (self.strategy.edition, self.number)

    natural_key.dependencies = ["goals.strategy"]  # type: ignore[attr-defined]

    @property
    def is_draft(self) -> bool:
        """Tell whether it is not decided, and so not public."""
        return self.status != RevisionStatus.ADOPTED

    def clean(self) -> None:
        if self.is_draft and self.adopted_on:
            raise ValidationError(
                {"adopted_on": "案の段階では決定日を入れません。状態を「決定」にするか、空欄にしてください。"}
            )


class RevisionSectionQuerySet(models.QuerySet["RevisionSection"]):
    def get_by_natural_key(self, edition: int, number: int, order: int) -> RevisionSection:
        return self.get(revision__strategy__edition=edition, revision__number=number, order=order)


class RevisionSection(Section):
    """A part of the policy of a revision (改訂の方針)."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="sections", verbose_name="改訂")

    objects = RevisionSectionQuerySet.as_manager()

    class Meta(Section.Meta):
        abstract = False
        verbose_name = "改訂の方針"
        verbose_name_plural = "改訂の方針"
        ordering = ["revision", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "order"],
                name="revision_section_order_once",
                violation_error_message="同じ並び順の項目がもうあります。",
            )
        ]

    def natural_key(self) -> tuple[int, int, int]:
        return (*self.revision.natural_key(), self.order)

    natural_key.dependencies = ["goals.revision"]  # type: ignore[attr-defined]
