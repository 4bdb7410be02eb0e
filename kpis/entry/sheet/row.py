from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString

from goals.notation.numbers import format_decimals, with_unit
from goals.notation.years import FiscalYear
from kpis.display.summary import target_text
from kpis.entry.ledger import Entry
from kpis.entry.sheet.cells import NAMES, cells_of
from kpis.entry.sheet.check import entry_of
from kpis.entry.sheet.grid import GridRow, options_of, plain
from kpis.judging.evaluation import expected_value, judge
from kpis.judging.facts import Judgement, TargetSpec
from kpis.judging.words import Kind, Rating
from kpis.models import Indicator, Round, Target, YearlyValue
from kpis.round.doubts import doubts_beside
from kpis.round.publishing import thresholds_of

PAST = (2, 1)  # how many years ago, for the columns before the cells


@dataclass(kw_only=True)
class Row(GridRow):
    """One indicator of the sheet, with what is beside its cells."""

    table = YearlyValue
    names = NAMES
    checkboxes = frozenset({"breaks_series"})

    indicator: Indicator
    round: Round
    values: Mapping[int, YearlyValue]  # by year, none after the round's

    @property
    def code(self) -> str:
        return self.indicator.code

    @property
    def title(self) -> str:
        return str(self.indicator)

    @property
    def saved(self) -> YearlyValue | None:
        return self.values.get(self.round.fiscal_year)

    def write_cells(self, saved: YearlyValue | None) -> dict[str, str]:
        return cells_of(saved)

    def read(self, posted: Mapping[str, str]) -> dict[str, str] | None:
        typed = super().read(posted)
        if typed is not None and f"{self.code}-doubts_answer" in posted:
            typed["doubts_answer"] = plain(posted[f"{self.code}-doubts_answer"])
        return typed

    def is_untouched(self, typed: Mapping[str, str]) -> bool:
        answer = self.saved_cells["doubts_answer"]
        return super().is_untouched(typed) and typed.get("doubts_answer", answer) == answer

    def entry(self, typed: dict[str, str], *, ticked: bool) -> Entry | None:
        return entry_of(self, typed, ticked=ticked)

    def forget(self) -> None:
        super().forget()
        self.__dict__.pop("judgement", None)

    # Beside the cells

    @cached_property
    def target(self) -> Target | None:
        target: Target | None = self.indicator.target_in_force
        return target

    @cached_property
    def spec(self) -> TargetSpec:
        return self.indicator.spec_in_force

    @property
    def unit_hint(self) -> str:
        return "1: 完了、0: 未完了" if self.spec.kind == Kind.MILESTONE else self.indicator.unit

    @property
    def target_text(self) -> str:
        return target_text(self.target, self.indicator.unit) if self.target else "未設定"

    @property
    def target_year(self) -> str:
        return self._short(self.target.target_year) if self.target and self.target.target_year else ""

    @property
    def expected_text(self) -> str:
        expected = (
            None if self.spec.is_base(self.round.fiscal_year) else expected_value(self.spec, self.round.fiscal_year)
        )
        return "－" if expected is None else self._figure(expected)

    @property
    def past(self) -> list[str]:
        """Return the figures of the two years before, the older first."""
        return [self._past_text(self.values.get(self.round.fiscal_year - ago)) for ago in PAST]

    def _past_text(self, value: YearlyValue | None) -> str:
        if value is None:
            return "－"
        return value.get_state_display() if value.value is None else self._figure(value.value)

    def _figure(self, value: Any) -> str:
        return with_unit(format_decimals(value, self.indicator.decimals), self.indicator.unit)

    def _short(self, year: int) -> str:
        return FiscalYear(year).short(self.round.strategy.as_of)

    @property
    def before(self) -> YearlyValue | None:
        """Return the newest earlier year that has a value."""
        earlier = [row for year, row in self.values.items() if year < self.round.fiscal_year and row.value is not None]
        return max(earlier, key=lambda row: row.fiscal_year, default=None)

    # The rule's view

    def odd(self, value: YearlyValue) -> list[str]:
        """Return what is to be checked about a value: no query."""
        return doubts_beside(value, self.target, self.before)

    def judge(self, value: YearlyValue) -> Judgement:
        """Raises ValueError, with a sentence, where value and target do not go together."""
        return judge(self.spec, value.observation, thresholds_of(self.round.strategy), as_of=self.round.strategy.as_of)

    @cached_property
    def judgement(self) -> Judgement | None:
        """Return how the saved value would be judged; none where it is not saved or cannot be judged."""
        try:
            return self.judge(self.saved) if self.saved else None
        except ValueError:
            return None

    @property
    def rating_label(self) -> str:
        rating = self.judgement.rating if self.judgement else Rating.NO_VALUE
        return rating.label_in(self.spec.is_due(self.round.fiscal_year))

    # What the page says of the row

    @property
    def words(self) -> int:
        """Count the cells of the second line that are filled."""
        return sum(bool(self.cells.get(name)) for name in NAMES[4:])

    @property
    def state_options(self) -> SafeString:
        return options_of(YearlyValue, "state", self.cells["state"])

    @property
    def self_rating_options(self) -> SafeString:
        return options_of(YearlyValue, "self_rating", self.cells["self_rating"])

    @property
    def read_words(self) -> list[tuple[str, str]]:
        """Return the filled cells of the second line with their labels."""
        filled = [name for name in NAMES[4:] if self.cells.get(name)]
        return [(self.label_of(name), self.shown(name, self.cells[name])) for name in filled]

    @property
    def month_sample(self) -> str:
        return f"{self.round.fiscal_year + 1}年10月"

    @property
    def opens(self) -> bool:
        """Tell whether the second line has to be seen."""
        return bool(set(self.errors) & set(NAMES[4:]))
