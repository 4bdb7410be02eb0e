from __future__ import annotations

import re
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from goals.models import Department, Direction, Revision, Sourced, Theme
from goals.models.strategy import RevisionStatus
from kpis.models import Indicator, Tag

CODE = re.compile(r"([0-9]+)-([0-9]+)-([0-9]+)-[0-9]{2,}")


class MeasureQuerySet(models.QuerySet["Measure"]):
    def get_by_natural_key(self, code: str, edition: int, number: int) -> Measure:
        return self.get(code=code, revision__strategy__edition=edition, revision__number=number)

    def public(self) -> Self:
        """Return the measures of adopted revisions, the only ones that are public."""
        return self.filter(revision__status=RevisionStatus.ADOPTED)

    def in_force(self) -> Self:
        """Return the measures of each strategy's latest adopted revision."""
        later = Revision.objects.adopted().filter(
            strategy=models.OuterRef("revision__strategy"), number__gt=models.OuterRef("revision__number")
        )
        return self.public().filter(~models.Exists(later))

    def counted(self) -> Self:
        """Leave out the reprints (再掲): each measure counts once."""
        return self.filter(reprint_of__isnull=True)

    def in_order(self) -> Self:
        return self.order_by(
            "-revision__strategy__edition", "direction__goal__number", "direction__number", "number", "code"
        )

    def for_list(self) -> Self:
        """Return measures with heading, themes and original in the order of the document: 2 queries."""
        return (
            self.select_related("revision__strategy", "direction__goal__strategy", "department", "reprint_of")
            .prefetch_related("themes")
            .in_order()
        )


class Measure(Sourced):
    """One measure (取組) as one revision words it; the code is its identity across revisions."""

    code = models.CharField(
        "コード",
        max_length=20,
        help_text="次-基本目標-施策-番号。例: 3-1-1-01。改訂で番号が変わっても、コードは変えません。",
    )
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="measures", verbose_name="改訂")
    direction = models.ForeignKey(Direction, models.PROTECT, related_name="measures", verbose_name="施策")
    number = models.PositiveSmallIntegerField(
        "番号", validators=[MinValueValidator(1)], help_text="丸数字の番号。①なら 1。"
    )
    text = models.TextField("取組", help_text="「（再掲）」は書かず、下の「再掲元」で示します。")
    detail = models.TextField("補足", blank=True, help_text="「併せて、…」などの2文目。")
    tag = models.CharField(
        "新・改", max_length=2, choices=Tag, blank=True, help_text="この改訂での 新 / 改。継続は空欄。"
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="measures", verbose_name="関連計画・テーマ")
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="measures", verbose_name="所管課"
    )
    reprint_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reprints",
        verbose_name="再掲元",
        help_text="ほかの施策の取組の再掲なら、その元の取組。再掲は数に入れません。",
    )
    continues = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="continued_by",
        verbose_name="前の版の取組",
        help_text="前の改訂または前の戦略で、この取組にあたるもの。",
    )
    indicators = models.ManyToManyField(Indicator, blank=True, related_name="measures", verbose_name="関連する指標")

    objects = MeasureQuerySet.as_manager()
    history = HistoricalRecords(
        verbose_name="取組の履歴", verbose_name_plural="取組の履歴", m2m_fields=[themes, indicators]
    )

    class Meta:
        verbose_name = "取組"
        verbose_name_plural = "取組"
        ordering = ["-revision__strategy__edition", "direction__goal__number", "direction__number", "number", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "code"],
                name="measure_code_once_per_revision",
                violation_error_message="この改訂には、同じコードの取組がもうあります。",
            ),
            models.UniqueConstraint(
                fields=["revision", "direction", "number"],
                name="measure_number_once_per_direction",
                violation_error_message="この施策には、同じ番号の取組がもうあります。",
            ),
            models.CheckConstraint(
                condition=~Q(reprint_of=models.F("id")) | Q(reprint_of__isnull=True),
                name="measure_is_no_reprint_of_itself",
                violation_error_message="再掲元に、この取組自身は選べません。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text[:30]}"

    def natural_key(self) -> tuple[str, int, int]:
        return (self.code, *self.revision.natural_key())

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "goals.revision",
        "goals.direction",
        "goals.theme",
        "goals.department",
        "kpis.indicator",
    ]

    def get_absolute_url(self) -> str:
        return f"/measures/{self.code.lower()}/"

    def clean(self) -> None:
        match = CODE.fullmatch(self.code or "")
        if not match:
            raise ValidationError({"code": "コードは 3-1-1-01 の形で、半角数字とハイフンで入力してください。"})
        if not (self.revision_id and self.direction_id):
            return
        strategy = self.direction.goal.strategy
        if self.revision.strategy_id != strategy.pk:
            raise ValidationError({"direction": "この施策は別の戦略のものです。改訂と同じ戦略の施策を選んでください。"})
        if int(match[1]) != strategy.edition:
            raise ValidationError({"code": f"コードの始まりは、この戦略では {strategy.edition}- です。"})
        if self.reprint_of and self.reprint_of.revision_id != self.revision_id:
            raise ValidationError({"reprint_of": "再掲元は、同じ改訂の取組から選んでください。"})
        if self.reprint_of and self.reprint_of.reprint_of_id:
            raise ValidationError({"reprint_of": "選んだ取組も再掲です。その再掲元を選んでください。"})
        if "（再掲）" in self.text:
            raise ValidationError({"text": "本文から「（再掲）」を除き、「再掲元」を選んでください。"})
