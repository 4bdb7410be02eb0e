"""Describe the course of one indicator: what every drawing of it is made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Self, TypeVar

from goals.notation.numbers import format_decimals, format_plain, with_unit
from goals.notation.years import FiscalYear
from kpis.judging.evaluation import expected_value
from kpis.judging.facts import TargetSpec
from kpis.judging.words import Kind, State

N = TypeVar("N", Decimal, float)  # exact where figures are printed, quick where only a line is drawn

_BOUND_WORDS = {Kind.KEEP_AT_LEAST: "以上を維持", Kind.KEEP_AT_MOST: "以下を維持"}


@dataclass(frozen=True, slots=True)
class Point:
    """One fiscal year: a value, or the reason why there is none. `label` is the value as printed, with its unit."""

    year: int
    value: Decimal | None
    state: str = State.FINAL
    label: str = ""
    gap_reason: str = ""
    breaks_series: bool = False
    amended: bool = False

    @property
    def is_provisional(self) -> bool:
        return self.value is not None and self.state in (State.PRELIMINARY, State.ESTIMATE)

    @property
    def reason(self) -> str:
        """Say why the year has no value, in the word of its state unless the page gave one."""
        return self.gap_reason or (State(self.state).label if not State(self.state).has_value else "値なし")


@dataclass(frozen=True, slots=True)
class Mark:
    """A baseline, or a target that was in force earlier, with its words ("47.5%", "未実施")."""

    year: int
    value: Decimal
    label: str


@dataclass(frozen=True, slots=True)
class Aim:
    """The target in force; a milestone has no value, a range has two."""

    year: int | None
    value: Decimal | None
    label: str
    upper: Decimal | None = None


@dataclass(frozen=True)
class Trend:
    """The course of one indicator; `as_of` is the date of its strategy, for the era of the years."""

    name: str
    unit: str
    decimals: int
    kind: str
    points: tuple[Point, ...] = ()
    baseline: Mark | None = None
    target: Aim | None = None
    path: tuple[tuple[int, Decimal], ...] = ()
    earlier_targets: tuple[Mark, ...] = ()
    as_of: date | None = None

    @classmethod
    def of(
        cls,
        spec: TargetSpec,
        name: str,
        points: Iterable[Point],
        *,
        decimals: int = 0,
        baseline_label: str = "",
        target_label: str = "",
        earlier_targets: Iterable[Mark] = (),
        as_of: date | None = None,
    ) -> Self:
        """Put a trend together from a target; labels are made from the numbers unless the source has words."""
        ordered = tuple(sorted(points, key=lambda point: point.year))
        decimals = decimals if spec.decimals is None else spec.decimals
        return cls(
            name=name,
            unit=spec.unit,
            decimals=decimals,
            kind=spec.kind,
            points=tuple(_labelled(point, spec.unit, decimals) for point in ordered),
            baseline=_baseline(spec, baseline_label),
            target=_aim(spec, target_label),
            path=expected_path(spec, ordered[-1].year if ordered else None),
            earlier_targets=tuple(earlier_targets),
            as_of=as_of,
        )

    @cached_property
    def years(self) -> range:
        """Give every year from the first to the last that anything is known of."""
        known = [point.year for point in self.points] + [year for year, _ in self.path]
        known += [mark.year for mark in (*self.earlier_targets, self.baseline) if mark]
        known += [self.target.year] if self.target and self.target.year else []
        return range(min(known), max(known) + 1) if known else range(0)

    @cached_property
    def valued(self) -> tuple[tuple[Point, Decimal], ...]:
        """Give the years that have a value; 0 is one."""
        return tuple((point, point.value) for point in self.points if point.value is not None)

    @cached_property
    def gaps(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if point.value is None)

    @cached_property
    def runs(self) -> tuple[tuple[tuple[int, Decimal], ...], ...]:
        """Cut the actuals where the line must not be drawn on: at a missing year and at a break of the series."""
        spots = ((point.year, value, point.breaks_series) for point, value in self.valued)
        start = (self.baseline.year, self.baseline.value) if self.baseline else None
        return tuple(tuple(run) for run in runs_of(spots, start))

    @cached_property
    def magnitudes(self) -> tuple[Decimal, ...]:
        """Give every number that the value axis must hold."""
        marks = (*self.earlier_targets, *([self.baseline] if self.baseline else []))
        bounds = (self.target.value, self.target.upper) if self.target else ()
        return (
            *(value for _, value in self.valued),
            *(value for _, value in self.path),
            *(mark.value for mark in marks),
            *(bound for bound in bounds if bound is not None),
        )

    @property
    def is_bound(self) -> bool:
        """Tell whether the target is a line or band to stay within, not a place to reach."""
        return self.kind in (Kind.KEEP_AT_LEAST, Kind.KEEP_AT_MOST, Kind.RANGE)

    @property
    def bounds(self) -> tuple[Decimal, ...]:
        """Give the bounds to stay within: one, two for a range, none for a target to reach."""
        if not self.is_bound or self.target is None:
            return ()
        return tuple(bound for bound in (self.target.value, self.target.upper) if bound is not None)

    def short(self, year: int) -> str:
        return FiscalYear(year).short(self.as_of)

    def long(self, year: int) -> str:
        return FiscalYear(year).long(self.as_of)

    def printed(self, value: Decimal) -> str:
        """Write a value at the decimals of the indicator, with its unit."""
        return with_unit(format_decimals(value, self.decimals), self.unit)


def runs_of(spots: Iterable[tuple[int, N, bool]], start: tuple[int, N] | None) -> list[list[tuple[int, N]]]:
    """Cut values in the order of years (year, value, whether the series breaks there); `start` is the baseline."""
    runs: list[list[tuple[int, N]]] = []
    before: int | None = None
    for year, value, breaks in spots:
        if before is None:
            # The baseline is the actual of its year: the line begins there.
            runs.append([start] if start and year == start[0] + 1 and not breaks else [])
        elif year != before + 1 or breaks:
            runs.append([])
        runs[-1].append((year, value))
        before = year
    return runs


def expected_path(spec: TargetSpec, last_year: int | None = None) -> tuple[tuple[int, Decimal], ...]:
    """Give the 目安値 of every year from the baseline to the target, and on to `last_year`."""
    if spec.target_year is None:
        return ()
    first = min([spec.target_year, *spec.expected]) if spec.baseline_year is None else spec.baseline_year
    years = range(first, max(spec.target_year, last_year or 0) + 1)
    path = ((year, expected_value(spec, year)) for year in years)
    return tuple((year, value) for year, value in path if value is not None)


def _labelled(point: Point, unit: str, decimals: int) -> Point:
    if point.label or point.value is None:
        return point
    return replace(point, label=with_unit(format_decimals(point.value, decimals), unit))


def _baseline(spec: TargetSpec, label: str) -> Mark | None:
    if spec.start is None or spec.baseline_year is None or spec.kind is Kind.MILESTONE:
        return None
    return Mark(spec.baseline_year, spec.start, label or with_unit(format_plain(spec.start), spec.unit))


def _aim(spec: TargetSpec, label: str) -> Aim | None:
    if spec.kind is Kind.UNSET:
        return None
    if spec.kind is Kind.MILESTONE:
        return Aim(spec.target_year, None, label or "完了")
    if spec.target is None:
        return None
    number = format_plain(spec.target)
    if spec.kind is Kind.RANGE and spec.upper is not None:
        number = f"{number}〜{format_plain(spec.upper)}"
    words = with_unit(number, spec.unit) + _BOUND_WORDS.get(spec.kind, "")
    return Aim(spec.target_year, spec.target, label or words, spec.upper)
