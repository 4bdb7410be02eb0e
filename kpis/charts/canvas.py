"""Lay out the drawing of a trend: where years and values lie, and where the words go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from kpis.charts.axis import Axis, value_axis
from kpis.charts.placing import LINE_HEIGHT, Box, text_width
from kpis.charts.trend import Point, Trend
from kpis.judging.words import Kind

SIZE = 14.0  # of words, in drawing units
MILESTONE_LINE = 80.0  # from the top
FLAG = 20.0  # height of the target's flag


@dataclass(frozen=True)
class Canvas:
    """The measures of one drawing. Only here do Decimals become floats."""

    trend: Trend
    width: int
    height: int

    @property
    def is_narrow(self) -> bool:
        return self.width < 480

    @cached_property
    def axis(self) -> Axis | None:
        """Give the value axis; a milestone has none, nor has a trend without any number."""
        trend = self.trend
        if trend.kind == Kind.MILESTONE or not trend.magnitudes:
            return None
        return value_axis(trend.magnitudes, trend.unit, trend.decimals, steps=4 if self.is_narrow else 5)

    @cached_property
    def plot(self) -> Box:
        """Give the frame of the lines: words of the axes stand outside it."""
        digits = [text_width(words, SIZE) for words in self.axis.words] if self.axis else []
        left = max(digits) + 10 if digits else 4
        top = SIZE * 2 if self.axis else 6
        return Box(round(left), top, self.width - 4, self.height - SIZE * LINE_HEIGHT * self._rows - 9)

    @property
    def column(self) -> float:
        """Give the width that one year has."""
        return (self.plot.right - self.plot.left) / max(len(self.trend.years), 1)

    def x(self, year: float) -> float:
        return self.plot.left + self.column * (year - self.trend.years.start + 0.5)

    def y(self, value: Decimal) -> float:
        if self.axis is None:
            return MILESTONE_LINE
        return self.plot.bottom - float(self.axis.share(value)) * (self.plot.bottom - self.plot.top)

    def spots(self, run: Iterable[tuple[int, Decimal]]) -> list[tuple[float, float]]:
        return [(self.x(year), self.y(value)) for year, value in run]

    def reason_lines(self, point: Point) -> tuple[str, ...]:
        """Break the reason of a missing year into the lines that fit under it; a dash where none does (the notes have it)."""
        near = any(abs(other.year - point.year) == 1 for other in self.trend.gaps)
        room = self._rough_column * (1 if near else 2) - 4
        reason = point.reason
        half = len(reason) // 2
        if text_width(reason, SIZE - 1) <= room:
            return (reason,)
        if half > 1 and text_width(reason[half:], SIZE - 1) <= room:
            return (reason[:half], reason[half:])
        return ("－",)

    @property
    def _rough_column(self) -> float:
        # The column depends on the plot, which depends on the rows of reasons: those go by this one.
        return (self.width - 64) / max(len(self.trend.years), 1)

    @cached_property
    def _rows(self) -> int:
        """Count the lines of words under the axis."""
        return 1 + max((len(self.reason_lines(point)) for point in self.trend.gaps), default=0)

    @cached_property
    def shown_years(self) -> tuple[int, ...]:
        """Give the years named at the axis: all, or every second, third … counted back from the last."""
        years = self.trend.years
        widest = max((text_width(self.trend.short(year), SIZE) for year in years), default=0)
        every = max(1, -int(-(widest + 4) // self.column)) if years else 1
        return tuple(reversed(years[::-1][::every]))
