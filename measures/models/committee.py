from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Prefetch
from simple_history.models import HistoricalRecords

from goals.models import Department, Goal, Sourced
from goals.notation.fields import FiscalYearField
from kpis.models import Indicator
from measures.models.measure import Measure

if TYPE_CHECKING:
    import datetime


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def get_by_natural_key(self, held_on: str) -> Meeting:
        return self.get(held_on=held_on)

    def public(self) -> Self:
        return self.filter(is_listed=True)

    def for_page(self, opinions: OpinionQuerySet) -> Self:
        """Return meetings with these opinions of theirs, and what they chose to look at closely: 5 queries."""
        return self.prefetch_related(
            Prefetch("opinions", opinions.for_list(), to_attr="public_opinions"),
            Prefetch("focus_indicators", Indicator.objects.in_order(), to_attr="focus"),
        )


class Meeting(Sourced):
    """A meeting of 推進委員会."""

    held_on = models.DateField("開催日", unique=True)
    title = models.CharField("会議名", max_length=100)
    place = models.CharField("場所", max_length=100, blank=True)
    is_public = models.BooleanField(
        "公開の会議", null=True, blank=True, help_text="資料に記載がなければ「不明」のままにします。"
    )
    fiscal_year = FiscalYearField(
        "審議する評価年度",
        null=True,
        blank=True,
        help_text="実績値の年度です。例: 令和8年8月の会議で令和7年度の実績を審議するときは、令和7年度。",
    )
    agenda = models.TextField("議題", blank=True, help_text="1行に1つずつ書きます。")
    attendance = models.TextField("出席者", blank=True)
    focus_indicators = models.ManyToManyField(
        Indicator,
        blank=True,
        related_name="focused_in",
        verbose_name="重点審査の指標",
        help_text="1件ずつ審議する指標です。選ばなかった指標は、一括審議になります。",
    )
    is_listed = models.BooleanField("このサイトに載せる", default=True)

    # Set by for_page()
    public_opinions: list[Opinion]
    focus: list[Indicator]

    objects = MeetingQuerySet.as_manager()
    history = HistoricalRecords(
        verbose_name="会議の履歴", verbose_name_plural="会議の履歴", m2m_fields=[focus_indicators]
    )

    class Meta:
        verbose_name = "推進委員会"
        verbose_name_plural = "推進委員会"
        ordering = ["-held_on"]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.held_on.isoformat(),)


class OpinionStatus(models.TextChoices):
    """Whether an opinion is public: handed in before a meeting it is not, until the office makes it so."""

    DRAFT = "DRAFT", "下書き"
    SUBMITTED = "SUBMITTED", "提出"
    PUBLIC = "PUBLIC", "公開"


class ResponseClass(models.TextChoices):
    """How the city answers (usual classes of municipalities, conventions-japan.md §3.5)."""

    ADOPTED = "ADOPTED", "反映した"
    PARTLY = "PARTLY", "一部反映した"
    EXISTING = "EXISTING", "すでに取り組んでいる"
    CONSIDERING = "CONSIDERING", "検討する"
    DIFFICULT = "DIFFICULT", "反映は難しい"
    REFERENCE = "REFERENCE", "参考とする"


UNANSWERED = models.Q(response="")


class OpinionQuerySet(models.QuerySet["Opinion"]):
    def get_by_natural_key(self, code: str) -> Opinion:
        return self.get(code=code)

    def public(self) -> Self:
        return self.filter(status=OpinionStatus.PUBLIC, meeting__is_listed=True)

    def unanswered(self) -> Self:
        return self.filter(UNANSWERED)

    def overdue(self, today: datetime.date) -> Self:
        """Return those whose answer is late."""
        return self.unanswered().filter(due_on__lt=today)

    def about(self, indicator: Indicator) -> Self:
        """Return the opinions on an indicator, said of it or answered by it."""
        return self.filter(models.Q(indicator=indicator) | models.Q(indicators=indicator)).distinct()

    def about_measure(self, code: str) -> Self:
        """Return the opinions on a measure in any wording, said of it or answered by it."""
        return self.filter(models.Q(measure__code=code) | models.Q(measures__code=code)).distinct()

    def for_list(self) -> Self:
        """Return opinions with meeting, goal and what is public of their links: 3 queries."""
        return (
            self.select_related("meeting", "goal__strategy", "indicator", "measure", "department")
            .prefetch_related(Prefetch("measures", Measure.objects.public()), "indicators")
            .order_by("-meeting__held_on", "order", "code")
        )


class Opinion(Sourced):
    """What a member said, what the city answers, and what became of it."""

    code = models.CharField(
        "コード",
        max_length=30,
        unique=True,
        validators=[
            RegexValidator(
                r"^[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]+$", "コードは 2024-10-22-1（会議の日-番号）の形で入力してください。"
            )
        ],
        error_messages={"unique": "このコードの意見はもうあります。別の番号にしてください。"},
    )
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="opinions", verbose_name="会議")
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="opinions", verbose_name="基本目標")
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="opinions_on", verbose_name="意見の対象の指標"
    )
    measure = models.ForeignKey(
        Measure, models.PROTECT, null=True, blank=True, related_name="opinions_on", verbose_name="意見の対象の取組"
    )
    member = models.CharField("委員名", max_length=50, help_text="公開されている名前。例: 中川委員")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="提出した利用者",
    )
    text = models.TextField("意見")
    response = models.TextField("市の対応", blank=True)
    response_class = models.CharField("対応区分", max_length=20, choices=ResponseClass, blank=True)
    measures = models.ManyToManyField(Measure, blank=True, related_name="opinions", verbose_name="関連する取組")
    indicators = models.ManyToManyField(Indicator, blank=True, related_name="opinions", verbose_name="関連する指標")
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="opinions", verbose_name="担当課"
    )
    due_on = models.DateField("対応の期限", null=True, blank=True)
    outcome = models.TextField("その後", blank=True)
    status = models.CharField("公開の状態", max_length=10, choices=OpinionStatus, default=OpinionStatus.DRAFT)
    order = models.PositiveSmallIntegerField("並び順")

    objects = OpinionQuerySet.as_manager()
    history = HistoricalRecords(
        verbose_name="意見の履歴", verbose_name_plural="意見の履歴", m2m_fields=[measures, indicators]
    )

    class Meta:
        verbose_name = "委員の意見"
        verbose_name_plural = "委員の意見"
        ordering = ["-meeting__held_on", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "order"],
                name="opinion_order_once_per_meeting",
                violation_error_message="この会議には、同じ並び順の意見がもうあります。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.member}"

    def natural_key(self) -> tuple[str]:
        return (self.code,)

    natural_key.dependencies = ["measures.meeting", "measures.measure", "kpis.indicator"]  # type: ignore[attr-defined]

    def is_overdue(self, today: datetime.date) -> bool:
        return not self.response and self.due_on is not None and self.due_on < today

    def clean(self) -> None:
        if self.meeting_id and self.code and not self.code.startswith(f"{self.meeting.held_on:%Y-%m-%d}-"):
            raise ValidationError({"code": f"コードの始まりは、この会議では {self.meeting.held_on:%Y-%m-%d}- です。"})
