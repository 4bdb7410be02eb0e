from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString

from goals.numbers import format_decimals, with_unit
from goals.years import FiscalYear
from kpis.doubts import doubts_beside
from kpis.evaluation import Judgement, Kind, Rating, TargetSpec, expected_value, judge
from kpis.models import Indicator, Round, Target, YearlyValue
from kpis.rounds import thresholds_of
from kpis.sheet.cells import NAMES, cells_of, digest, label_of, options, shown
from kpis.sheet.theirs import Theirs
from kpis.summary import target_text


class Outcome(StrEnum):
    """What became of a row that was handed in."""

    SAME = "same"
    SAVED = "saved"
    INVALID = "invalid"
    DOUBTED = "doubted"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True)
class Past:
    """An earlier year beside the cell."""

    year: str
    text: str


@dataclass
class Row:
    """One indicator of the sheet: what is saved, what is beside it, and what was typed and not taken."""

    indicator: Indicator
    round: Round
    values: Mapping[int, YearlyValue]  # by year, none after the round's
    typed: dict[str, str] | None = None
    seen_then: str = ""  # what the form said it had seen
    outcome: Outcome | None = None
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    doubts: Sequence[str] = ()
    theirs: Theirs | None = None

    @property
    def code(self) -> str:
        return self.indicator.code

    @property
    def saved(self) -> YearlyValue | None:
        return self.values.get(self.round.fiscal_year)

    @cached_property
    def saved_cells(self) -> dict[str, str]:
        return cells_of(self.saved)

    @property
    def cells(self) -> dict[str, str]:
        """Return what stands in the cells: what was typed and not saved, else what is saved."""
        return self.saved_cells if self.typed is None else {**self.saved_cells, **self.typed}

    @property
    def seen_now(self) -> str:
        """Return the version and the digest of what is saved."""
        return f"{self.saved.version if self.saved else 0}:{digest(self.saved_cells)}"

    @property
    def seen(self) -> str:
        return self.seen_then if self.typed is not None and self.seen_then else self.seen_now

    # Beside the cells

    @cached_property
    def target(self) -> Target | None:
        return self.indicator.target_in_force

    @cached_property
    def spec(self) -> TargetSpec:
        return self.indicator.spec_in_force

    @property
    def is_milestone(self) -> bool:
        return self.spec.kind == Kind.MILESTONE

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
    def past(self) -> list[Past]:
        """Return the two years before, the older first."""
        years = (self.round.fiscal_year - 2, self.round.fiscal_year - 1)
        return [Past(self._short(year), self._past_text(self.values.get(year))) for year in years]

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
    def returned_note(self) -> str:
        return self.saved.returned_note if self.saved else ""

    @property
    def words(self) -> int:
        """Count the cells of the second line that are filled."""
        return sum(bool(self.cells.get(name)) for name in NAMES[4:])

    @property
    def state_options(self) -> SafeString:
        return options("state", self.cells["state"])

    @property
    def self_rating_options(self) -> SafeString:
        return options("self_rating", self.cells["self_rating"])

    @property
    def read_words(self) -> list[tuple[str, str]]:
        """Return the filled cells of the second line with their labels."""
        filled = [name for name in NAMES[4:] if self.cells.get(name)]
        return [(label_of(name), shown(name, self.cells[name])) for name in filled]

    @property
    def month_sample(self) -> str:
        return f"{self.round.fiscal_year + 1}年10月"

    @property
    def opens(self) -> bool:
        """Tell whether the second line has to be seen."""
        return bool(set(self.errors) & set(NAMES[4:]))

    @property
    def messages(self) -> list[str]:
        return [text for texts in self.errors.values() for text in texts]
