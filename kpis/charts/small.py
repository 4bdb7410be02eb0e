"""Small charts that repeat: the progress track, the sparkline and the bar of counts by rating."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from goals.notation.numbers import format_percent
from goals.notation.years import FiscalYear
from kpis.charts.shapes import at, polyline
from kpis.charts.trend import Trend, runs_of
from kpis.judging.facts import TargetSpec
from kpis.judging.words import Group, Kind

_TRACK_START, _TRACK_LENGTH = 10.0, 108.0
_SPARK_WIDTH, _SPARK_HEIGHT, _SPARK_ROOM = 96.0, 24.0, 5.0
_SPARK_ACROSS, _SPARK_UP = _SPARK_WIDTH - 2 * _SPARK_ROOM, _SPARK_HEIGHT - 2 * _SPARK_ROOM
_NUMBER_FITS = Decimal("0.07")


@dataclass(frozen=True, slots=True)
class Track:
    """Progress from the baseline (0 %) to the target (100 %); the bar is capped, `label` is not."""

    label: str
    expected_label: str
    bar: str
    tick: str
    start: str
    end: str
    is_behind_start: bool


@dataclass(frozen=True, slots=True)
class Sparkline:
    """The course without axes: one path per run, lone years as dots, the last value marked."""

    lines: tuple[str, ...]
    dots: tuple[tuple[str, str], ...]
    last: tuple[str, str]
    is_provisional: bool
    label: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One group in the bar: where it begins and how wide it is, in percent of the bar."""

    group: str
    label: str
    count: int
    start: str
    width: str
    middle: str
    has_room: bool


@dataclass(frozen=True, slots=True)
class RatingBar:
    """Counts by rating group; groups without any are named in `legend` but take no room."""

    total: int
    segments: tuple[Segment, ...]
    legend: tuple[tuple[str, str, int], ...]
    label: str


def track(progress: Decimal | None, expected: Decimal | None = None) -> Track | None:
    """Draw progress and what is expected today, both as ratios (0.2 is 20 %); None where there is no progress."""
    if progress is None:
        return None
    capped = min(max(progress, Decimal(0)), Decimal(1))
    start, end = _on_track(Decimal(0)), _on_track(capped)
    bar = "" if capped == 0 else polyline([(start, 8), (end, 8)])
    if progress < 0:
        bar = polyline([(start - 6, 8), (start - 1, 8)])
    tick = ""
    if expected is not None:
        x = _on_track(min(max(expected, Decimal(0)), Decimal(1)))
        tick = polyline([(x, 1), (x, 15)])
    return Track(
        label=format_percent(progress),
        expected_label="" if expected is None else format_percent(expected),
        bar=bar,
        tick=tick,
        start=at(start),
        end=at(_on_track(Decimal(1))),
        is_behind_start=progress < 0,
    )


def expected_share(spec: TargetSpec, year: int) -> Decimal | None:
    """Give how much of the way is expected to be done in a year, for the tick of a track."""
    start, target, base, due = spec.start, spec.target, spec.baseline_year, spec.target_year
    if spec.kind is not Kind.REACH or start is None or target is None or start == target or due is None:
        return None
    if year >= due:
        return Decimal(1)
    if year in spec.expected:
        return (spec.expected[year] - start) / (target - start)
    # Along the straight line the share of the way is the share of the years: see evaluation.expected_value().
    return None if base is None or year < base else Decimal(year - base) / (due - base)


def sparkline(trend: Trend) -> Sparkline | None:
    """Draw the actuals alone, small; None where there is no value yet."""
    if not trend.valued:
        return None
    spots = tuple((point.year, float(value), point.breaks_series) for point, value in trend.valued)
    start = (trend.baseline.year, float(trend.baseline.value)) if trend.baseline else None
    return course(spots, start, trend.valued[-1][0].is_provisional, trend.as_of)


def course(
    spots: tuple[tuple[int, float, bool], ...],
    start: tuple[int, float] | None,
    is_provisional: bool,
    as_of: date | None,
) -> Sparkline:
    """Draw one value or more in the order of years (year, value, whether the series breaks there)."""
    runs = runs_of(spots, start)
    first, last = runs[0][0][0], spots[-1][0]
    values = [value for run in runs for _, value in run]
    least, span = min(values), max(values) - min(values)

    def spot(year: int, value: float) -> tuple[float, float]:
        across = (year - first) / (last - first) if last > first else 1.0
        up = (value - least) / span if span else 0.5
        return _SPARK_ROOM + across * _SPARK_ACROSS, _SPARK_HEIGHT - _SPARK_ROOM - up * _SPARK_UP

    drawn = [[spot(year, value) for year, value in run] for run in runs]
    end, since, until = drawn[-1][-1], FiscalYear(first).short(as_of), FiscalYear(last).short(as_of)
    return Sparkline(
        lines=tuple(polyline(run) for run in drawn if len(run) > 1),
        dots=tuple((at(run[0][0]), at(run[0][1])) for run in drawn if len(run) == 1 and run[0] != end),
        last=(at(end[0]), at(end[1])),
        is_provisional=is_provisional,
        label=f"{since}から{until}までの推移" if last > first else until,
    )


def rating_bar(counts: Iterable[tuple[str, int]]) -> RatingBar | None:
    """Stack counts by group (names of evaluation.Group) in its order; None where there is nothing to count."""
    by_group = dict(counts)
    shown = [(group, by_group.get(group, 0)) for group in Group]
    total = sum(count for _, count in shown)
    if total == 0:
        return None
    segments, before = [], 0
    for group, count in shown:
        if count:
            start, width = (Decimal(100 * number) / total for number in (before, count))
            room = width / 100 >= _NUMBER_FITS
            middle = at(float(start + width / 2))
            segments.append(Segment(group.value, group.label, count, f"{start:.3f}", f"{width:.3f}", middle, room))
            before += count
    words = "、".join(f"{group.label}{count}" for group, count in shown)
    legend = tuple((group.value, group.label, count) for group, count in shown)
    return RatingBar(total, tuple(segments), legend, f"{total}件中、{words}")


def _on_track(share: Decimal) -> float:
    return _TRACK_START + float(share) * _TRACK_LENGTH
