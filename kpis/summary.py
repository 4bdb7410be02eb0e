"""What pages say of one indicator: the published figures, each formatted once."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from goals.numbers import format_decimals, format_difference, format_percent, format_plain, with_unit
from goals.years import FiscalYear
from kpis.charts import Point, RatingBar, Sparkline, Track, Trend, expected_share, rating_bar, sparkline, track
from kpis.evaluation import Group, Kind, Rating, State, TargetSpec
from kpis.models import Assessment, Indicator, Round, Target

UNSET = TargetSpec(kind=Kind.UNSET, baseline=None, baseline_year=None, target=None, target_year=None)


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


@dataclass(frozen=True)
class YearLine:
    """One published year of an indicator, as a line of its table."""

    assessment: Assessment
    as_of: datetime.date | None
    previous: Assessment | None

    @property
    def year(self) -> FiscalYear:
        return FiscalYear(self.assessment.fiscal_year)

    @property
    def year_short(self) -> str:
        return self.year.short(self.as_of)

    @property
    def year_mention(self) -> str:
        return self.year.first_mention(self.as_of)

    @property
    def value_text(self) -> str:
        """Write the value with its unit; the word of its state where there is none."""
        row = self.assessment
        if row.value is None:
            return self.state_label
        if row.kind == Kind.MILESTONE:
            return "完了" if row.value else "未完了"
        return with_unit(format_decimals(row.value, row.decimals), row.unit)

    @property
    def state_label(self) -> str:
        return State(self.assessment.state).label if self.assessment.state else State.UNPUBLISHED.label

    @property
    def is_provisional(self) -> bool:
        """Tell whether the value may still change (速報, 推計)."""
        return self.assessment.state in {State.PRELIMINARY, State.ESTIMATE}

    @property
    def expected_text(self) -> str:
        row = self.assessment
        return "" if row.expected is None else with_unit(format_decimals(row.expected, row.decimals), row.unit)

    @property
    def progress_text(self) -> str:
        return "" if self.assessment.progress is None else format_percent(self.assessment.progress)

    @property
    def pace_text(self) -> str:
        return "" if self.assessment.pace is None else format_percent(self.assessment.pace)

    @property
    def change_text(self) -> str:
        """Write the change since the year before, with its sign."""
        row, before = self.assessment, self.previous
        if row.value is None or before is None or before.value is None or row.kind == Kind.MILESTONE:
            return ""
        return format_difference(row.value - before.value, row.unit, row.decimals)

    @property
    def formula(self) -> list[tuple[str, str]]:
        """Return the rule with the numbers put in, as (name, text)."""
        row = self.assessment
        start = row.spec.start
        if row.value is None:
            return []
        if row.progress is None or start is None or row.target is None:
            margin = [] if row.margin is None else [format_difference(row.margin, row.unit, row.decimals)]
            return [("決められた水準との差", text) for text in margin]
        actual, base = format_decimals(row.value, row.decimals), format_plain(start)
        lines = [("進捗率", f"（{actual} − {base}）÷（{format_plain(row.target)} − {base}）＝ {self.progress_text}")]
        if row.pace is not None and row.expected is not None:
            expected = format_decimals(row.expected, row.decimals)
            lines.append(("目安に対する割合", f"（{actual} − {base}）÷（{expected} − {base}）＝ {self.pace_text}"))
        return lines

    @property
    def rating(self) -> Rating:
        return Rating(self.assessment.rating)

    @property
    def rating_label(self) -> str:
        due = self.assessment.target_year
        return self.rating.label_in(due is not None and self.assessment.fiscal_year >= due)

    @property
    def self_rating_label(self) -> str:
        return Rating(self.assessment.self_rating).label if self.assessment.self_rating else ""

    @property
    def committee_rating_label(self) -> str:
        return Rating(self.assessment.committee_rating).label if self.assessment.committee_rating else ""

    @property
    def judgements_differ(self) -> bool:
        """Tell whether the department or the committee judges otherwise than the rule."""
        row = self.assessment
        return any(other and other != row.rating for other in (row.self_rating, row.committee_rating))


class Summary:
    """One indicator for lists and pages; needs Indicator.objects.for_list()."""

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

    @property
    def newest(self) -> YearLine | None:
        """Return the newest published year, with a value or without."""
        return self.lines[0] if self.lines else None

    @cached_property
    def latest(self) -> YearLine | None:
        """Return the newest published year that has a value; the one definition of "latest"."""
        return next((line for line in self.lines if line.assessment.value is not None), None)

    @cached_property
    def spec(self) -> TargetSpec:
        return self.indicator.spec_in_force or UNSET

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
        return sparkline(self.trend) if self.latest else None

    @cached_property
    def track(self) -> Track | None:
        """Return the progress of the newest value, with the tick of what was expected of that year."""
        if self.latest is None:
            return None
        row = self.latest.assessment
        return track(row.progress, expected_share(row.spec, row.fiscal_year))

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

    @property
    def baseline_text(self) -> str:
        return baseline_text(self.target, self.indicator.unit) if self.target else "資料に記載なし"

    @property
    def baseline_year(self) -> str:
        return year_short(self.target.baseline_year, self.as_of) if self.target else ""

    @property
    def target_text(self) -> str:
        return target_text(self.target, self.indicator.unit) if self.target else "未設定"

    @property
    def target_year(self) -> str:
        return year_short(self.target.target_year, self.as_of) if self.target else ""

    @property
    def tag(self) -> str:
        return self.target.tag if self.target else ""


def summaries(indicators: Iterable[Indicator]) -> list[Summary]:
    return [Summary(indicator) for indicator in indicators]


def newest_round(rows: Iterable[Summary]) -> Round | None:
    """Return the newest published round among the rows, without a query."""
    rounds = (row.newest.assessment.round for row in rows if row.newest)
    return max(rounds, key=lambda found: found.fiscal_year, default=None)


def count_by_rating(rows: Iterable[Summary]) -> Counter[Rating]:
    """Count by the newest published rating; the unjudged are counted too."""
    return Counter(row.rating for row in rows)


def bar_of(counts: Counter[Rating]) -> RatingBar | None:
    """Return the bar of counts by group."""
    groups: Counter[str] = Counter()
    for rating, count in counts.items():
        groups[rating.group.value] += count
    return rating_bar(groups.items())
