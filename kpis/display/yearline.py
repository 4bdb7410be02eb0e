from __future__ import annotations

import datetime
from dataclasses import dataclass

from goals.notation.numbers import format_decimals, format_difference, format_percent, format_plain, with_unit
from goals.notation.years import FiscalYear
from kpis.judging.words import Kind, Rating, State
from kpis.models import Assessment


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
    def comparable(self) -> Assessment | None:
        """Return the year before, unless the definition changed since (breaks_series)."""
        return None if self.assessment.breaks_series else self.previous

    @property
    def change_text(self) -> str:
        """Write the change since the year before, with its sign."""
        row, before = self.assessment, self.comparable
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
