"""Put the words on the drawing of a trend: values, baseline, target and path, each at its mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from kpis.charts.canvas import FLAG, SIZE, Canvas
from kpis.charts.placing import LINE_HEIGHT, Box, Label, Placed, Sheet, text_width
from kpis.charts.trend import Point
from kpis.judging.words import State

_ABOVE_FIRST = ("top center", "bottom center", "top left", "top right", "bottom left", "bottom right")
_BELOW_FIRST = ("bottom center", "top center", "bottom right", "bottom left", "top left", "top right")
_PATH_SIDES = ("bottom right", "bottom center", "top left", "top center", "bottom left", "top right")
_FLAG_SIDES = ("top center", "top left", "top right", "middle left", "middle right", "bottom center")
_MODE_BAR = 116.0  # the corner that Plotly's buttons take


@dataclass(frozen=True)
class Board(Canvas):
    """A canvas with its words."""

    @cached_property
    def words(self) -> tuple[Placed, ...]:
        """Place every word: what matters most first."""
        if self.axis is None:
            return ()
        sheet = Sheet(Box(self.plot.left, 0, self.width, self.plot.bottom - 1), SIZE)
        sheet.taken += [*self._marks(), Box(self.width - _MODE_BAR, 0, self.width, SIZE * 1.7)]
        sheet.taken.append(Box(0, 0, text_width(f"（{self.trend.unit}）", SIZE), SIZE * LINE_HEIGHT))
        sheet.lines += [self.spots(run) for run in (*self.trend.runs, self.trend.path)]
        for bound in self.trend.bounds:
            sheet.lines.append([(self.plot.left, self.y(bound)), (self.plot.right, self.y(bound))])
        for label in self._labels():
            sheet.put(label)
        return tuple(sheet.placed)

    def _marks(self) -> Iterator[Box]:
        """Give the room that every mark takes."""
        trend, target = self.trend, self.trend.target
        for point, value in trend.valued:
            yield self._around((point.year, value), 5.0, 5.0)
        if trend.baseline:
            yield self._around((trend.baseline.year, trend.baseline.value), 7.0, 7.0)
        for mark in trend.earlier_targets:
            yield self._flag((mark.year, mark.value))
        if target and target.year and target.value is not None and not trend.is_bound:
            yield self._flag((target.year, target.value))

    def _around(self, spot: tuple[int, Decimal], above: float, half: float) -> Box:
        x, y = self.x(spot[0]), self.y(spot[1])
        return Box(x - half, y - above, x + half, y + min(above, 6.0))

    def _flag(self, spot: tuple[int, Decimal]) -> Box:
        """Give the room of a flag, which stands on its value."""
        x, y = self.x(spot[0]), self.y(spot[1])
        return Box(x - 8.0, y - FLAG, x + 8.0, y)

    def _labels(self) -> Iterator[Label]:
        base = self.trend.baseline
        points = [
            self._of_point(point, value)
            for point, value in self.trend.valued
            if not (base and (point.year, value, point.is_provisional) == (base.year, base.value, False))
        ]
        yield from points[-1:]
        yield from self._of_target()
        yield from self._of_baseline()
        yield from points[:1] if len(points) > 1 else []
        for mark in self.trend.earlier_targets:
            yield self._at_flag(f"以前の目標 {mark.label}", (mark.year, mark.value), "chart-label-weak")
        yield from self._of_path()
        yield from [replace(label, may_stray=False) for label in reversed(points[1:-1])]

    def _of_point(self, point: Point, value: Decimal) -> Label:
        words = f"{point.label}※" if point.amended else point.label
        if point.is_provisional and not self.is_narrow:
            words += f"（{State(point.state).label}）"
        expected = dict(self.trend.path).get(point.year)
        sides = _BELOW_FIRST if expected is not None and value < expected else _ABOVE_FIRST
        return self._at((point.year, value), words, "chart-label-actual", 5.0, sides)

    def _of_target(self) -> Iterator[Label]:
        trend, target = self.trend, self.trend.target
        if target is None or target.value is None:
            return
        words = f"目標 {target.label}"
        if trend.is_bound:
            bound = (trend.years[-1], trend.bounds[-1])
            label = self._at(bound, words, "chart-label-strong", 1.0, ("top center", "bottom center"))
            yield replace(label, x=self.plot.right - text_width(words, SIZE) / 2)
        elif target.year:
            yield self._at_flag(words, (target.year, target.value), "chart-label-strong")

    def _of_baseline(self) -> Iterator[Label]:
        base, target = self.trend.baseline, self.trend.target
        if base:
            rises = target is not None and target.value is not None and target.value > base.value
            sides = _BELOW_FIRST if rises else _ABOVE_FIRST
            yield self._at((base.year, base.value), f"基準 {base.label}", "", 7.0, sides)

    def _of_path(self) -> Iterator[Label]:
        """Name the expected path in a year that has no value yet, if there is one."""
        path = self.trend.path
        if len(path) > 1:
            last = self.trend.valued[-1][0].year if self.trend.valued else path[0][0]
            ahead = [spot for spot in path[:-1] if spot[0] > last] or path[:-1]
            yield self._at(ahead[len(ahead) // 2], "目安", "chart-label-weak", 2.0, _PATH_SIDES)

    def _at(self, spot: tuple[int, Decimal], words: str, css: str, reach: float, sides: tuple[str, ...]) -> Label:
        return Label(words, self.x(spot[0]), self.y(spot[1]), spot, css, reach, sides)

    def _at_flag(self, words: str, spot: tuple[int, Decimal], css: str) -> Label:
        label = self._at(spot, words, css, FLAG / 2, _FLAG_SIDES)
        return replace(label, y=label.y - FLAG / 2)
