"""What is judged, by what, and what comes of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from kpis.judging.words import Kind, Rating, State


@dataclass(frozen=True)
class Thresholds:
    """The adjustable limits, stored on the strategy; the tolerance is in points and reaches judge() by the spec."""

    near_pace: Decimal = Decimal("0.8")
    survey_tolerance: Decimal = Decimal(3)
    rule_version: str = "1"


STANDARD = Thresholds()


@dataclass(frozen=True)
class TargetSpec:
    """A target as judge() needs it; years are western fiscal years, `expected` holds hand-set 目安値 by year."""

    kind: Kind
    baseline: Decimal | None
    baseline_year: int | None
    target: Decimal | None
    target_year: int | None
    upper: Decimal | None = None
    expected: Mapping[int, Decimal] = field(default_factory=dict)
    survey_tolerance: Decimal | None = None
    starts_from_zero: bool = False
    unit: str = ""
    decimals: int | None = None

    @property
    def start(self) -> Decimal | None:
        """Give the value that the path starts at."""
        return Decimal(0) if self.starts_from_zero else self.baseline

    @property
    def rises(self) -> bool:
        """Tell whether more is better, on the way from the start to the target."""
        return self.start is not None and self.target is not None and self.target > self.start

    def bound(self, value: Decimal) -> Decimal | None:
        """Give the bound that a value is measured by: the target, or the upper bound of a range above it."""
        above = self.kind is Kind.RANGE and self.upper is not None and value > self.upper
        return self.upper if above else self.target

    def is_due(self, year: int) -> bool:
        """Tell whether the target year has come."""
        return self.target_year is not None and year >= self.target_year

    def is_base(self, year: int) -> bool:
        """Tell whether the year is not after the baseline year."""
        return self.baseline_year is not None and year <= self.baseline_year


@dataclass(frozen=True)
class Observation:
    """The value of one fiscal year; state None means that there is no row at all."""

    fiscal_year: int
    value: Decimal | None
    state: State | None


@dataclass(frozen=True)
class Judgement:
    """A rating with its figures: ratios and amounts in the unit, None where they have no meaning."""

    rating: Rating
    progress: Decimal | None = None
    pace: Decimal | None = None
    expected: Decimal | None = None
    margin: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True)
class Facts:
    """What the sentences tell of; without a previous value nothing is compared."""

    spec: TargetSpec
    observation: Observation | None
    judgement: Judgement | None = None
    previous_value: Decimal | None = None
    previous_year: int | None = None
    as_of: date | None = None
