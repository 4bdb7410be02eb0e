"""What 企画調整課 reviews before publication: every entered value of a round, judged as a preview, with its doubts."""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import models

from goals.models import Department
from goals.notation.numbers import format_decimals, with_unit
from kpis.display import prefetched
from kpis.judging.evaluation import judge
from kpis.judging.facts import Judgement, Thresholds
from kpis.judging.words import Rating
from kpis.models import Indicator, Round, Workflow, YearlyValue
from kpis.review import committee_rating as committee_rating
from kpis.round.doubts import doubts_beside
from kpis.round.publishing import thresholds_of

_DONE = {Workflow.CONFIRMED, Workflow.PUBLISHED}


class Show(models.TextChoices):
    """Which lines of the list to show; the first four leave none out and count none twice."""

    BLANK = "blank", "未入力"
    DRAFT = "draft", "入力中"
    SUBMITTED = "submitted", "提出（確認待ち）"
    CONFIRMED = "confirmed", "確認済"
    RETURNED = "returned", "差戻し中"
    DOUBTFUL = "doubtful", "注意あり"


class ReviewLine(ABC):
    """A line of any review list: what was handed in for the year, and how far it has come."""

    @property
    @abstractmethod
    def row(self) -> Any:
        """Return the saved row of the table, None where nothing was entered."""

    @property
    @abstractmethod
    def department(self) -> Department | None: ...

    @property
    @abstractmethod
    def subject(self) -> Any:
        """Return what the row is about: it has a code."""

    @property
    def is_doubtful(self) -> bool:
        return False

    @property
    def step(self) -> Show:
        """Tell how far the row has come, as one of the first four of Show."""
        if self.row is None:
            return Show.BLANK
        if self.row.workflow in _DONE:
            return Show.CONFIRMED
        return Show.SUBMITTED if self.row.workflow == Workflow.SUBMITTED else Show.DRAFT

    def fits(self, show: str) -> bool:
        if show == Show.RETURNED:
            return bool(self.row and self.row.returned_note and self.step == Show.DRAFT)
        return self.is_doubtful if show == Show.DOUBTFUL else self.step == show

    def is_late(self, round_: Round, today: datetime.date) -> bool:
        """Tell whether the line should have been handed in."""
        return round_.is_overdue(today) and self.step in {Show.BLANK, Show.DRAFT}

    @property
    def is_plain(self) -> bool:
        """Tell whether it was handed in and nothing about it is open."""
        return self.step == Show.SUBMITTED

    @property
    def key(self) -> str:
        """Stand for the row as it was seen: its number and version."""
        return f"{self.row.pk}-{self.row.version}" if self.row else ""


@dataclass(frozen=True)
class Line(ReviewLine):
    """One indicator with what was entered for the year, the year before, and what the engine would say of it."""

    indicator: Indicator
    value: YearlyValue | None
    before: YearlyValue | None
    doubts: list[str]
    judgement: Judgement | None = None
    label: str = ""
    problem: str = ""  # why it can't be judged
    typed: Mapping[str, str] | None = None  # of the committee, and not saved

    @property
    def row(self) -> YearlyValue | None:
        return self.value

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
    def subject(self) -> Indicator:
        return self.indicator

    @property
    def is_doubtful(self) -> bool:
        return bool(self.doubts)

    def is_late(self, round_: Round, today: datetime.date) -> bool:
        return super().is_late(round_, today) and not (self.value and self.value.comes_later(today))

    @property
    def is_plain(self) -> bool:
        """Tell whether it was handed in and nothing about it is open: no doubt, or one that was answered."""
        answered = bool(self.value and self.value.doubts_answer)
        return super().is_plain and not self.problem and (answered or not self.doubts)

    @property
    def differs(self) -> bool:
        """Tell whether the department's own rating is another than the computed one."""
        rating = self.value.self_rating if self.value else ""
        return bool(rating and self.judgement and rating != self.judgement.rating)

    @property
    def committee(self) -> committee_rating.Cell:
        return committee_rating.Cell(self.value, self.judgement.rating if self.judgement else "", self.typed)


def _figure(row: YearlyValue | None, indicator: Indicator) -> str:
    if row is None or row.value is None:
        return "-"
    return with_unit(format_decimals(row.value, indicator.decimals), indicator.unit)


LineT = TypeVar("LineT", bound=ReviewLine)


@dataclass(frozen=True)
class Share(Generic[LineT]):
    """The lines of one department."""

    department: Department | None
    lines: list[LineT]

    @property
    def code(self) -> str:
        return self.department.code if self.department else "none"

    def count(self, show: str) -> int:
        return sum(line.fits(show) for line in self.lines)

    @property
    def entered(self) -> int:
        return len(self.lines) - self.count(Show.BLANK)

    def late(self, round_: Round, today: datetime.date) -> int:
        return sum(line.is_late(round_, today) for line in self.lines)


@dataclass(frozen=True)
class ReviewList(Generic[LineT]):
    """What was entered in a round as its reviewers see it, in the order of the plan; read once."""

    round: Round
    lines: list[LineT]

    @cached_property
    def shares(self) -> list[Share[LineT]]:
        """Return the lines by department, in the departments' order; those without one come last."""
        found: dict[Department | None, list[LineT]] = defaultdict(list)
        for line in self.lines:
            found[line.department].append(line)
        known = sorted((row for row in found if row), key=lambda row: (row.order, row.code))
        return [Share(row, found[row]) for row in [*known, *([None] if None in found else [])]]

    def narrowed(self, department: str = "", show: str = "") -> list[Share[LineT]]:
        """Return what a filter leaves: of one department by its code, or of one of Show."""
        chosen = [share for share in self.shares if department in {"", share.code}]
        left = [Share(share.department, [row for row in share.lines if not show or row.fits(show)]) for share in chosen]
        return [share for share in left if share.lines]


class Review(ReviewList[Line]):
    """The values of a round."""

    @classmethod
    def of(cls, round_: Round, departments: Iterable[int] | None = None) -> Review:
        """Read and judge what is entered, of these departments or of all: 5 queries, nothing written."""
        indicators = prefetched.for_list(Indicator.objects.of(round_.strategy).in_order())
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

    def with_typed(self, typed: Mapping[int, Mapping[str, str]]) -> Review:
        """Return it with what was typed of the committee's ratings and is not saved, by the numbers of the values."""
        return Review(
            self.round, [replace(line, typed=typed.get(line.value.pk) if line.value else None) for line in self.lines]
        )


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
