"""Everything that the page of one indicator says, put together once."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from goals.notation.days import format_day
from goals.notation.numbers import format_decimals, with_unit
from goals.notation.years import FiscalYear
from kpis.charts import Chart, Mark, Trend, trend_chart
from kpis.display.summary import Summary, baseline_text, plain, target_text, year_short
from kpis.display.yearline import YearLine
from kpis.judging.facts import Facts
from kpis.judging.sentences import status_sentence
from kpis.judging.words import Rating, State
from kpis.models import Amendment, AmendmentKind, Indicator, Target, YearlyValue


@dataclass(frozen=True)
class YearRow:
    """A year of the table: the judgement, what was entered beside it, and what was changed afterwards."""

    line: YearLine
    value: YearlyValue | None
    amendments: list[Amendment]

    @property
    def value_changed(self) -> bool:
        """Tell whether the value itself was changed after publication; the committee's rating changes none."""
        return any(amendment.kind != AmendmentKind.COMMITTEE for amendment in self.amendments)


@dataclass(frozen=True)
class TargetLine:
    """A target as one revision set it, in words."""

    target: Target
    baseline: str
    baseline_year: str
    aim: str
    aim_year: str


@dataclass(frozen=True)
class ChangeLine:
    """An amendment, in words."""

    amendment: Amendment
    indicator: Indicator
    as_of: datetime.date | None

    @property
    def year(self) -> str:
        return FiscalYear(self.amendment.fiscal_year).first_mention(self.as_of)

    @property
    def before(self) -> str:
        row = self.amendment
        return self._side(row.old_value, row.old_state, row.old_rating)

    @property
    def after(self) -> str:
        row = self.amendment
        return self._side(row.new_value, row.new_state, row.new_rating)

    def _side(self, value: Decimal | None, state: str, rating: str) -> str:
        words = Rating(rating).label if rating else "評価なし"
        if self.amendment.kind == AmendmentKind.COMMITTEE:
            return words
        if value is None:
            return f"{State(state).label if state else State.UNPUBLISHED.label}・{words}"
        number = with_unit(format_decimals(value, self.indicator.decimals), self.indicator.unit)
        return f"{number}（{State(state).label}）・{words}"


class Profile(Summary):
    """One indicator for its own page; needs prefetched.for_page()."""

    @cached_property
    def years(self) -> list[YearRow]:
        """Return the table of years, the newest first."""
        values = {value.fiscal_year: value for value in self.indicator.public_values}
        amendments = defaultdict(list)
        for amendment in self.indicator.public_amendments:
            amendments[amendment.fiscal_year].append(amendment)
        years = [(line, line.assessment.fiscal_year) for line in self.lines]
        return [YearRow(line, values.get(year), amendments[year]) for line, year in years]

    @property
    def amendments(self) -> list[ChangeLine]:
        """Return what was changed after publication, the newest first."""
        return [ChangeLine(row, self.indicator, self.as_of) for row in self.indicator.public_amendments]

    @property
    def data_date(self) -> str:
        """Say of which day the published figures are; blank before any publication."""
        days = [row.line.assessment.round.published_on for row in self.years]
        days += [amendment.made_on for amendment in self.indicator.public_amendments]
        newest = max((day for day in days if day), default=None)
        return f"{format_day(newest)}現在" if newest else ""

    @cached_property
    def newest_row(self) -> YearRow | None:
        """Return the row that the page's sentences speak of: the newest with a value, else the newest."""
        return next((row for row in self.years if row.line == self.latest), self.years[0] if self.years else None)

    @cached_property
    def sentence(self) -> str:
        """Say in words how the indicator stands."""
        line = self.newest
        if line is None:
            return status_sentence(Facts(self.spec, None, as_of=self.as_of))
        before = line.comparable
        facts = Facts(
            line.assessment.spec,
            line.assessment.observation,
            line.assessment.judgement,
            previous_value=before.value if before else None,
            previous_year=before.fiscal_year if before else None,
            as_of=self.as_of,
        )
        return status_sentence(facts)

    @property
    def trend(self) -> Trend:
        """Return the course with its amendments and the targets that were in force earlier."""
        target = self.target
        return Trend.of(
            self.spec,
            self.indicator.name,
            [self.point(row.line, amended=row.value_changed) for row in self.years],
            decimals=self.indicator.decimals,
            baseline_label=baseline_text(target, self.indicator.unit) if target else "",
            target_label=target_text(target, self.indicator.unit) if target else "",
            earlier_targets=self._earlier_marks(),
            as_of=self.as_of,
        )

    @cached_property
    def chart(self) -> Chart:
        return trend_chart(self.trend, "trend")

    def _earlier_marks(self) -> list[Mark]:
        return [
            Mark(target.target_year, target.target, plain(target.target, self.indicator.unit))
            for target in self.indicator.adopted_targets[1:]
            if target.target is not None and target.target_year is not None
        ]

    @cached_property
    def targets(self) -> list[TargetLine]:
        """Return every target that was set, the one in force first."""
        unit = self.indicator.unit
        return [
            TargetLine(
                target,
                baseline_text(target, unit),
                year_short(target.baseline_year, self.as_of),
                target_text(target, unit),
                year_short(target.target_year, self.as_of),
            )
            for target in self.indicator.adopted_targets
        ]

    @property
    def breaks(self) -> list[YearRow]:
        """Return the years that can't be compared with those before."""
        return [row for row in self.years if row.value and row.value.breaks_series]
