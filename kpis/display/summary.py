"""What pages say of one indicator: the published figures, each formatted once."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.functional import cached_property  # functools' takes a lock each time before Python 3.12

from goals.notation.numbers import format_plain, with_unit
from goals.notation.years import FiscalYear
from kpis.charts import (
    Point,
    Progress,
    ProgressRow,
    RatingBar,
    Sparkline,
    Track,
    Trend,
    course,
    expected_share,
    rating_bar,
    track,
)
from kpis.display.yearline import YearLine
from kpis.judging.facts import TargetSpec
from kpis.judging.words import Group, Kind, Rating, State
from kpis.models import Indicator, Round, Target


def plain(value: Decimal | None, unit: str) -> str:
    """Write a baseline or target as the source prints it; blank where there is none."""
    return "" if value is None else with_unit(format_plain(value), unit)


def baseline_text(target: Target, unit: str) -> str:
    """Write 47.5%, or the words of the source where it gives no number (未実施)."""
    return plain(target.baseline, unit) or target.baseline_note or "資料に記載なし"


def target_text(target: Target, unit: str) -> str:
    """Write 59%, 95%以上を維持, or the words of the source."""
    number = plain(target.target, unit)
    match Kind(target.kind):
        case Kind.REACH:
            return number
        case Kind.KEEP_AT_LEAST:
            return f"{number}以上を維持"
        case Kind.KEEP_AT_MOST:
            return f"{number}以下を維持"
        case Kind.RANGE:
            return f"{number}から{plain(target.target_upper, unit)}まで"
        case Kind.MILESTONE:
            return target.target_note or "完了"
        case Kind.UNSET:
            return target.target_note or "未設定"


def year_short(year: int | None, as_of: datetime.date | None) -> str:
    return FiscalYear(year).short(as_of) if year is not None else ""


def year_long(year: int | None, as_of: datetime.date | None) -> str:
    return FiscalYear(year).long(as_of) if year is not None else ""


class Summary:
    """One indicator for lists and pages; needs prefetched.for_list()."""

    def __init__(self, indicator: Indicator) -> None:
        self.indicator = indicator
        self.target = indicator.target_in_force
        self.as_of = indicator.goal.strategy.as_of

    @cached_property
    def lines(self) -> list[YearLine]:
        """Return the published years, the newest first."""
        rows = self.indicator.public_assessments
        by_year = {row.fiscal_year: row for row in rows}
        return [YearLine(row, self.as_of, by_year.get(row.fiscal_year - 1)) for row in rows]

    @cached_property
    def newest(self) -> YearLine | None:
        """Return the newest published year, with a value or without."""
        return self.lines[0] if self.lines else None

    @cached_property
    def latest(self) -> YearLine | None:
        """Return the newest published year that has a value; the one definition of "latest"."""
        return next((line for line in self.lines if line.assessment.value is not None), None)

    @cached_property
    def spec(self) -> TargetSpec:
        return self.indicator.spec_in_force

    @property
    def trend(self) -> Trend:
        """Return the published course, from which charts are drawn."""
        return Trend.of(
            self.spec,
            self.indicator.name,
            [self.point(line) for line in self.lines],
            decimals=self.indicator.decimals,
            as_of=self.as_of,
        )

    def point(self, line: YearLine, amended: bool = False) -> Point:
        row = line.assessment
        return Point(
            year=row.fiscal_year,
            value=row.value,
            state=row.state or State.UNPUBLISHED,
            label=line.value_text if row.value is not None else "",
            breaks_series=row.breaks_series,
            amended=amended,
        )

    @cached_property
    def sparkline(self) -> Sparkline | None:
        """Draw the published values alone, small; None before any. Drawing the whole trend small takes much longer."""
        if self.latest is None:
            return None
        years = (line.assessment for line in reversed(self.lines))
        spots = tuple(
            (year.fiscal_year, float(year.value), year.breaks_series) for year in years if year.value is not None
        )
        spec, start = self.spec, None
        if spec.start is not None and spec.baseline_year is not None and spec.kind is not Kind.MILESTONE:
            start = (spec.baseline_year, float(spec.start))
        return course(spots, start, self.latest.is_provisional, self.as_of)

    @cached_property
    def track(self) -> Track | None:
        """Return the progress of the newest value, with the tick of what was expected of that year."""
        if self.latest is None:
            return None
        row = self.latest.assessment
        return track(row.progress, expected_share(row.spec, row.fiscal_year))

    def progress_row(self, year: int) -> ProgressRow:
        """Return the progress of one published year, with the share that was expected of it."""
        line = self.newest if self.newest and self.newest.assessment.fiscal_year == year else None
        if line is None:
            return ProgressRow(self.indicator.name, Rating.NO_VALUE, Rating.NO_VALUE.label, self.spec.kind)
        row = line.assessment
        has_value = row.value is not None
        return ProgressRow(
            name=self.indicator.name,
            rating=line.rating,
            word=line.rating_label,
            kind=row.spec.kind,
            progress=row.progress,
            expected=expected_share(row.spec, year),
            value=line.value_text if has_value else "",
            state=line.state_label if line.is_provisional or not has_value else "",
        )

    @property
    def rating(self) -> Rating:
        """Return the rating of the newest published year; NO_VALUE before any publication."""
        return self.newest.rating if self.newest else Rating.NO_VALUE

    @property
    def rating_label(self) -> str:
        return self.newest.rating_label if self.newest else Rating.NO_VALUE.label

    @property
    def group(self) -> Group:
        return self.rating.group

    @cached_property
    def baseline_text(self) -> str:
        return baseline_text(self.target, self.indicator.unit) if self.target else "資料に記載なし"

    @property
    def baseline_year(self) -> str:
        """Return R5; nothing where the words of the source say it already (R5年度開始)."""
        year = year_short(self.target.baseline_year, self.as_of) if self.target else ""
        return "" if year and year in self.baseline_text else year

    @cached_property
    def target_text(self) -> str:
        return target_text(self.target, self.indicator.unit) if self.target else "未設定"

    @property
    def target_is_words(self) -> bool:
        """Tell whether the target is text that a table must be free to wrap."""
        return bool(self.target and self.target.kind in {Kind.UNSET, Kind.MILESTONE})

    @property
    def target_year(self) -> str:
        return year_short(self.target.target_year, self.as_of) if self.target else ""

    @property
    def earlier_target_text(self) -> str:
        """Return the target that the one in force replaced, where it was another."""
        if len(self.indicator.adopted_targets) < 2:
            return ""
        before = self.indicator.adopted_targets[1]
        text, year = target_text(before, self.indicator.unit), year_short(before.target_year, self.as_of)
        return "" if (text, year) == (self.target_text, self.target_year) else f"{text}{f'（{year}）' if year else ''}"

    @property
    def tag(self) -> str:
        return self.target.tag if self.target else ""


def progress_of(rows: Sequence[Summary], newest: Round | None) -> Progress | None:
    """Return the progress of all rows in the newest published round."""
    if newest is None:
        return None
    found = (row.progress_row(newest.fiscal_year) for row in rows)
    return Progress.of(found, year_long(newest.fiscal_year, rows[0].as_of))


def count_by_rating(rows: Iterable[Summary]) -> Counter[Rating]:
    """Count by the newest published rating; the unjudged are counted too."""
    return Counter(row.rating for row in rows)


def bar_of(counts: Counter[Rating]) -> RatingBar | None:
    """Return the bar of counts by group."""
    groups: Counter[str] = Counter()
    for rating, count in counts.items():
        groups[rating.group.value] += count
    return rating_bar(groups.items())
