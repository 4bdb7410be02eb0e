"""What 企画調整課 reviews before publication: every entered value of a round, judged as a preview, with its doubts."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models, transaction

from goals.models import Department
from goals.numbers import format_decimals, with_unit
from kpis import steps
from kpis.doubts import doubts_beside
from kpis.evaluation import Judgement, Rating, Thresholds, judge
from kpis.models import Indicator, Round, Workflow, YearlyValue
from kpis.rounds import thresholds_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_DONE = {Workflow.CONFIRMED, Workflow.PUBLISHED}


class Show(models.TextChoices):
    """Which lines of the list to show; the first four leave none out and count none twice."""

    BLANK = "blank", "未入力"
    DRAFT = "draft", "入力中"
    SUBMITTED = "submitted", "提出（確認待ち）"
    CONFIRMED = "confirmed", "確認済"
    RETURNED = "returned", "差戻し中"
    DOUBTFUL = "doubtful", "注意あり"


@dataclass(frozen=True)
class Line:
    """One indicator with what was entered for the year, the year before, and what the engine would say of it."""

    indicator: Indicator
    value: YearlyValue | None
    before: YearlyValue | None
    doubts: list[str]
    judgement: Judgement | None = None
    label: str = ""
    problem: str = ""  # why it can't be judged

    @property
    def shown(self) -> str:
        return _figure(self.value, self.indicator)

    @property
    def shown_before(self) -> str:
        return _figure(self.before, self.indicator)

    @property
    def department(self) -> Department | None:
        return self.indicator.department

    @property
    def step(self) -> Show:
        """Tell how far the value has come, as one of the first four of Show."""
        if self.value is None:
            return Show.BLANK
        if self.value.workflow in _DONE:
            return Show.CONFIRMED
        return Show.SUBMITTED if self.value.workflow == Workflow.SUBMITTED else Show.DRAFT

    def fits(self, show: str) -> bool:
        if show == Show.RETURNED:
            return bool(self.value and self.value.returned_note and self.step == Show.DRAFT)
        return bool(self.doubts) if show == Show.DOUBTFUL else self.step == show

    def is_late(self, due_on: datetime.date | None, today: datetime.date) -> bool:
        """Tell whether the line should have been handed in; what can't be known yet is not late."""
        if due_on is None or due_on >= today or self.step not in {Show.BLANK, Show.DRAFT}:
            return False
        known_on = self.value.available_on if self.value else None
        return known_on is None or known_on <= today

    @property
    def is_plain(self) -> bool:
        """Tell whether it was handed in and nothing about it is open: no doubt, or one that was answered."""
        answered = bool(self.value and self.value.doubts_answer)
        return self.step == Show.SUBMITTED and not self.problem and (answered or not self.doubts)

    @property
    def differs(self) -> bool:
        """Tell whether the department's own rating is another than the computed one."""
        rating = self.value.self_rating if self.value else ""
        return bool(rating and self.judgement and rating != self.judgement.rating)

    @property
    def key(self) -> str:
        """Stand for the value as it was seen: its number and version."""
        return f"{self.value.pk}-{self.value.version}" if self.value else ""


def _figure(row: YearlyValue | None, indicator: Indicator) -> str:
    if row is None or row.value is None:
        return "-"
    return with_unit(format_decimals(row.value, indicator.decimals), indicator.unit)


@dataclass(frozen=True)
class Share:
    """The lines of one department."""

    department: Department | None
    lines: list[Line]

    @property
    def code(self) -> str:
        return self.department.code if self.department else "none"

    def count(self, show: str) -> int:
        return sum(line.fits(show) for line in self.lines)

    @property
    def entered(self) -> int:
        return len(self.lines) - self.count(Show.BLANK)

    def late(self, due_on: datetime.date | None, today: datetime.date) -> int:
        return sum(line.is_late(due_on, today) for line in self.lines)


@dataclass(frozen=True)
class Review:
    """A round as its reviewers see it, in the order of the plan; read once."""

    round: Round
    lines: list[Line]

    @classmethod
    def of(cls, round_: Round, departments: Iterable[int] | None = None) -> Review:
        """Read and judge what is entered, of these departments or of all: 5 queries, nothing written."""
        indicators = Indicator.objects.of(round_.strategy).in_order().for_list()
        if departments is not None:
            indicators = indicators.filter(department__in=set(departments))
        years: dict[int, dict[int, YearlyValue]] = defaultdict(dict)
        rows = YearlyValue.objects.filter(indicator__in=indicators.order_by().values("pk"))
        for row in rows.filter(fiscal_year__lte=round_.fiscal_year).order_by("fiscal_year"):
            years[row.indicator_id][row.fiscal_year] = row
        thresholds = thresholds_of(round_.strategy)
        lines = [
            _line(round_, indicator, years[indicator.pk], thresholds)
            for indicator in indicators
            if indicator.ended_on is None or round_.fiscal_year in years[indicator.pk]
        ]
        return cls(round_, lines)

    @cached_property
    def shares(self) -> list[Share]:
        """Return the lines by department, in the departments' order; those without one come last."""
        found: dict[Department | None, list[Line]] = defaultdict(list)
        for line in self.lines:
            found[line.department].append(line)
        known = sorted((row for row in found if row), key=lambda row: (row.order, row.code))
        return [Share(row, found[row]) for row in [*known, *([None] if None in found else [])]]

    def narrowed(self, department: str = "", show: str = "") -> list[Share]:
        """Return what a filter leaves: of one department by its code, or of one of Show."""
        chosen = [share for share in self.shares if department in {"", share.code}]
        left = [Share(share.department, [row for row in share.lines if not show or row.fits(show)]) for share in chosen]
        return [share for share in left if share.lines]


def _line(round_: Round, indicator: Indicator, years: Mapping[int, YearlyValue], thresholds: Thresholds) -> Line:
    value, before = years.get(round_.fiscal_year), years.get(round_.fiscal_year - 1)
    if value is None:
        return Line(indicator, None, before, [])
    value.indicator = indicator
    earlier = [row for year, row in years.items() if year < round_.fiscal_year and row.value is not None]
    found = doubts_beside(value, indicator.target_in_force, earlier[-1] if earlier else None)
    spec = indicator.spec_in_force
    try:
        judgement = judge(spec, value.observation, thresholds, as_of=round_.strategy.as_of)
    except ValueError as error:
        return Line(indicator, value, before, found, problem=str(error))
    label = Rating(judgement.rating).label_in(spec.is_due(round_.fiscal_year))
    return Line(indicator, value, before, found, judgement, label)


@dataclass(frozen=True)
class Settled:
    """How many values moved on, and which had changed since they were seen and were left alone."""

    count: int
    stale: list[YearlyValue]


def settle(round_: Round, keys: Iterable[str], *, note: str | None, user: User) -> Settled:
    """Confirm the values that were seen, or return them where there is a note, even an empty one that is refused.

    `keys` are those of the lines. Raises ValidationError with a sentence; then nothing was written.
    """
    seen = dict(key.split("-", 1) for key in keys if key.count("-") == 1)
    chosen = {int(pk): version for pk, version in seen.items() if pk.isdecimal()}
    if not chosen:
        raise ValidationError("値を1つ以上選んでください。")
    with transaction.atomic():
        locked = Round.objects.select_for_update(of=("self",)).select_related("strategy").get(pk=round_.pk)
        if locked.is_published:
            raise ValidationError(f"{locked}は公表済みです。値を直すときは「公表後の変更」を使ってください。")
        rows = YearlyValue.objects.of_round(locked).filter(pk__in=chosen).select_related("indicator__goal__strategy")
        fresh: list[YearlyValue] = []
        stale: list[YearlyValue] = []
        for row in rows.order_by("indicator__code"):
            (fresh if chosen[row.pk] == str(row.version) else stale).append(row)
        if note is None:
            return Settled(steps.confirm(fresh, user=user), stale)
        return Settled(steps.give_back(fresh, note, user=user), stale)
