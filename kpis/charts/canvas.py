"""Lay out the drawing of a trend: where years and values lie, and where the words go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from kpis.charts.axis import Axis, value_axis
from kpis.charts.placing import LINE_HEIGHT, Box, Label, Sheet, text_width
from kpis.charts.trend import Point, Trend
from kpis.evaluation import Kind, State

SIZE = 14.0  # of words, in drawing units
MILESTONE_LINE = 58.0  # from the top
FLAG = 20.0  # height of the target's flag
_ABOVE_FIRST = ("top center", "bottom center", "top left", "top right", "bottom left", "bottom right")
_FLAG_SIDES = ("top center", "top left", "top right", "middle left", "middle right", "bottom center")
_BELOW_FIRST = ("bottom center", "top center", "bottom right", "bottom left", "top left", "top right")


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

    @cached_property
    def sheet(self) -> Sheet:
        """Place every word: what matters most first."""
        bottom = self.plot.bottom if self.axis else self.height
        sheet = Sheet(Box(self.plot.left, 0, self.width, bottom - 1), SIZE)
        sheet.taken += [self._around(mark) for mark in self._marks()]
        if self.axis and self.trend.unit:
            sheet.taken.append(Box(0, 0, text_width(f"（{self.trend.unit}）", SIZE), SIZE * LINE_HEIGHT))
        sheet.lines += [self.spots(run) for run in (*self.trend.runs, self.trend.path)]
        for bound in self.trend.bounds:
            sheet.lines.append([(self.plot.left, self.y(bound)), (self.plot.right, self.y(bound))])
        for label in self._labels():
            sheet.put(label)
        return sheet

    def _marks(self) -> list[tuple[float, float, float, float]]:
        """Give x, y, height above and half width of every mark."""
        trend = self.trend
        marks = [(self.x(p.year), self.y(v), 5.0, 5.0) for p, v in trend.valued if trend.kind != Kind.MILESTONE]
        marks += [(self.x(mark.year), self.y(mark.value), 7.0, 6.0) for mark in (trend.baseline,) if mark]
        marks += [(self.x(mark.year), self.y(mark.value), FLAG, 6.0) for mark in trend.earlier_targets]
        if trend.target and trend.target.year and trend.target.value is not None and not trend.is_bound:
            marks.append((self.x(trend.target.year), self.y(trend.target.value), FLAG, 8.0))
        return marks

    @staticmethod
    def _around(mark: tuple[float, float, float, float]) -> Box:
        x, y, above, half = mark
        return Box(x - half, y - above, x + half, y + min(above, 6.0))

    def _labels(self) -> list[Label]:
        trend = self.trend
        if trend.kind == Kind.MILESTONE:
            return []
        base = trend.baseline
        points = [
            self._point_label(point, value)
            for point, value in trend.valued
            if not (base and (point.year, value, point.is_provisional) == (base.year, base.value, False))
        ]
        labels = points[-1:]
        target = trend.target
        if target and target.value is not None and trend.is_bound:
            words = f"目標 {target.label}"
            at = target.upper if target.upper is not None else target.value
            x = self.plot.right - text_width(words, SIZE) / 2
            labels.append(
                Label("target", words, x, self.y(at), "chart-label-strong", 1.0, ("top center", "bottom center"))
            )
        elif target and target.value is not None and target.year:
            words, x, y = f"目標 {target.label}", self.x(target.year), self.y(target.value) - FLAG / 2
            labels.append(Label("target", words, x, y, "chart-label-strong", FLAG / 2, _FLAG_SIDES))
        if trend.baseline:
            x, y = self.x(trend.baseline.year), self.y(trend.baseline.value)
            rises = bool(target and target.value is not None and target.value > trend.baseline.value)
            sides = _BELOW_FIRST if rises else _ABOVE_FIRST
            labels.append(Label("baseline", f"基準 {trend.baseline.label}", x, y, "", 7.0, sides))
        labels += points[:1] if len(points) > 1 else []
        labels += self._path_label()
        labels += [replace(label, may_stray=False) for label in reversed(points[1:-1])]
        for number, mark in enumerate(trend.earlier_targets):
            x, y = self.x(mark.year), self.y(mark.value) - FLAG / 2
            words = f"以前の目標 {mark.label}"
            labels.append(Label(f"earlier {number}", words, x, y, "chart-label-weak", FLAG / 2, _FLAG_SIDES))
        return labels

    def _point_label(self, point: Point, value: Decimal) -> Label:
        words = f"{point.label}※" if point.amended else point.label
        if point.is_provisional and not self.is_narrow:
            words += f"（{State(point.state).label}）"
        expected = dict(self.trend.path).get(point.year)
        sides = _BELOW_FIRST if expected is not None and value < expected else _ABOVE_FIRST
        return Label(f"point {point.year}", words, self.x(point.year), self.y(value), "chart-label-actual", 5.0, sides)

    def _path_label(self) -> list[Label]:
        """Name the expected path in a year that has no value yet, if there is one."""
        path = self.trend.path
        if len(path) < 2:
            return []
        last = self.trend.valued[-1][0].year if self.trend.valued else path[0][0]
        ahead = [spot for spot in path[:-1] if spot[0] > last] or list(path[:-1])
        year, value = ahead[len(ahead) // 2]
        words = "目安"
        sides = ("bottom right", "bottom center", "top left", "top center", "bottom left", "top right")
        return [Label(f"path {year}", words, self.x(year), self.y(value), "chart-label-weak", 2.0, sides)]
