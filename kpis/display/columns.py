"""What lists read of indicators, targets and judgements, as tuples of their columns: a model instance costs ten times as much."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from goals.models import Goal
from kpis.judging.evaluation import UNSET
from kpis.judging.facts import TargetSpec
from kpis.judging.words import Kind
from kpis.models import Level
from kpis.models.indicator import address_of


class TargetColumns(NamedTuple):
    """The names are those of Target."""

    indicator_id: int
    kind: str
    baseline: Decimal | None
    baseline_year: int | None
    baseline_note: str
    target: Decimal | None
    target_upper: Decimal | None
    target_year: int | None
    target_note: str
    starts_from_zero: bool
    tag: str


class AssessmentColumns(NamedTuple):
    """The names are those of Assessment."""

    indicator_id: int
    round_id: int
    fiscal_year: int
    value: Decimal | None
    state: str
    breaks_series: bool
    kind: str
    baseline: Decimal | None
    baseline_year: int | None
    target: Decimal | None
    target_year: int | None
    starts_from_zero: bool
    expected_by_hand: dict[str, str]
    unit: str
    decimals: int
    progress: Decimal | None
    rating: str

    @property
    def spec(self) -> TargetSpec:
        """Return the part of the frozen target that the way to it is told by."""
        return TargetSpec(
            kind=Kind(self.kind),
            baseline=self.baseline,
            baseline_year=self.baseline_year,
            target=self.target,
            target_year=self.target_year,
            expected={int(year): Decimal(value) for year, value in self.expected_by_hand.items()},
            starts_from_zero=self.starts_from_zero,
        )


class IndicatorColumns(NamedTuple):
    """The names are those of Indicator, with what for_list() would set."""

    pk: int
    code: str
    name: str
    level: str
    unit: str
    decimals: int
    goal_id: int
    goal: Goal
    adopted_targets: list[TargetColumns]  # the one in force first
    public_assessments: list[AssessmentColumns]  # the newest first

    def get_absolute_url(self) -> str:
        return address_of(self.code)

    def get_level_display(self) -> str:
        return _LEVELS[self.level]

    @property
    def target_in_force(self) -> TargetColumns | None:
        return self.adopted_targets[0] if self.adopted_targets else None

    @property
    def spec_in_force(self) -> TargetSpec:
        target = self.target_in_force
        if target is None:
            return UNSET
        return TargetSpec(
            kind=Kind(target.kind),
            baseline=target.baseline,
            baseline_year=target.baseline_year,
            target=target.target,
            target_year=target.target_year,
            upper=target.target_upper,
            starts_from_zero=target.starts_from_zero,
            unit=self.unit,
            decimals=self.decimals,
        )


_LEVELS = {level.value: str(level.label) for level in Level}
