"""Draw a milestone: a line of years with 完了 or 未完了 at each, and the flag at the year it is due."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from kpis.charts.canvas import FLAG, SIZE, Canvas
from kpis.charts.placing import Box, text_width
from kpis.charts.shapes import Dot, Shape, Words, at, flag, polyline
from kpis.charts.words import milestone_word

MILESTONE_RADIUS = 9.0
_UNDER = SIZE * 1.9 + 2


def milestone_dots(canvas: Canvas) -> Iterable[Dot]:
    for point, value in canvas.trend.valued:
        css = "chart-dot" if value == 1 else "chart-dot-hollow"
        yield Dot(css, at(canvas.x(point.year)), at(canvas.y(value)), at(MILESTONE_RADIUS))


def milestone_marks(canvas: Canvas) -> Iterable[Shape]:
    """Draw the ticks of the done years, and the flag."""
    for point, value in canvas.trend.valued:
        if value == 1:
            x, y = canvas.x(point.year), canvas.y(value)
            yield Shape("chart-done", polyline([(x - 4, y), (x - 1, y + 3.5), (x + 4.5, y - 3.5)]))
    target = canvas.trend.target
    if target and target.year:
        yield Shape("chart-target", flag(canvas.x(target.year), canvas.y(Decimal(0)) - MILESTONE_RADIUS - 2, FLAG))


def milestone_words(canvas: Canvas) -> Iterable[Words]:
    target = canvas.trend.target
    taken: list[Box] = []
    middle = canvas.y(Decimal(0))
    if target and target.year:
        words = f"目標 {target.label}"
        half = text_width(words, SIZE) / 2
        x = min(max(canvas.x(target.year), half), canvas.width - half)
        yield Words("chart-label chart-label-strong", "middle", at(x), at(SIZE + 28), words)
    for point, value in reversed(canvas.trend.valued):
        words = milestone_word(value)
        half, x = text_width(words, SIZE) / 2, canvas.x(point.year)
        box = Box(max(x - half, 0), 0, max(x - half, 0) + half * 2, 1)
        if not any(box.meets(other, 2.0) for other in taken):
            taken.append(box)
            yield Words("chart-label", "middle", at(box.left + half), at(middle + _UNDER), words)
