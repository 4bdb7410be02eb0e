"""Draw a trend as the geometry of an inline SVG: no script, no style attribute, only shapes with classes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from kpis.charts.board import Board
from kpis.charts.canvas import FLAG, SIZE, Canvas
from kpis.charts.milestone import milestone_dots, milestone_marks, milestone_words
from kpis.charts.placing import LINE_HEIGHT, text_width
from kpis.charts.shapes import Dot, Drawing, Grid, Shape, Words, at, diamond, flag, polyline, rectangle
from kpis.charts.trend import Trend
from kpis.judging.words import Kind

WIDE, NARROW = (720, 320), (340, 280)
MILESTONE_HEIGHT = 160


def board_for(trend: Trend, width: int, height: int) -> Board:
    """Return what a trend is drawn on; a milestone needs less height than is offered."""
    return Board(trend, width, min(height, MILESTONE_HEIGHT) if trend.kind == Kind.MILESTONE else height)


def drawing_on(board: Board) -> Drawing:
    """Draw on a board that the figure may share, since finding places for words is most of the work."""
    is_milestone = board.trend.kind == Kind.MILESTONE
    return Drawing(
        width=board.width,
        height=board.height,
        grid=tuple(_grid(board)),
        shapes=() if is_milestone else tuple(_shapes(board)),
        dots=tuple(milestone_dots(board) if is_milestone else _dots(board)),
        marks=tuple(milestone_marks(board) if is_milestone else _marks(board)),
        words=(*_axis_words(board), *(milestone_words(board) if is_milestone else _placed_words(board))),
    )


def _grid(canvas: Canvas) -> Iterable[Grid]:
    plot, axis = canvas.plot, canvas.axis
    for value in axis.ticks[1:] if axis else ():
        css = "chart-zero" if value == 0 else "chart-grid"
        yield Grid(css, at(plot.left), at(canvas.y(value)), at(plot.right), at(canvas.y(value)))
    foot = plot.bottom if axis else canvas.y(Decimal(0))
    yield Grid("chart-axis", at(plot.left), at(foot), at(plot.right), at(foot))
    for point in canvas.trend.gaps if axis else ():
        yield Grid("chart-gap", at(canvas.x(point.year)), at(plot.top), at(canvas.x(point.year)), at(plot.bottom))
    for point in canvas.trend.points if axis else ():
        if point.breaks_series:
            x = canvas.x(point.year - 0.5)
            yield Grid("chart-break", at(x), at(plot.top), at(x), at(plot.bottom))


def _shapes(canvas: Canvas) -> Iterable[Shape]:
    trend = canvas.trend
    yield from _bounds(canvas)
    for mark in trend.earlier_targets:
        yield Shape("chart-earlier", flag(canvas.x(mark.year), canvas.y(mark.value), FLAG))
    if len(trend.path) > 1:
        yield Shape("chart-path", polyline(canvas.spots(trend.path)))
    for run in trend.runs:
        if len(run) > 1:
            yield Shape("chart-line", polyline(canvas.spots(run)))


def _marks(canvas: Canvas) -> Iterable[Shape]:
    trend, target = canvas.trend, canvas.trend.target
    if trend.baseline:
        yield Shape("chart-baseline", diamond(canvas.x(trend.baseline.year), canvas.y(trend.baseline.value), 7))
    if target and target.year and target.value is not None and not trend.is_bound:
        yield Shape("chart-target", flag(canvas.x(target.year), canvas.y(target.value), FLAG))


def _bounds(canvas: Canvas) -> Iterable[Shape]:
    plot, heights = canvas.plot, [canvas.y(value) for value in canvas.trend.bounds]
    if len(heights) == 2:
        yield Shape("chart-band", rectangle(plot.left, min(heights), plot.right, max(heights)))
    for y in heights:
        yield Shape("chart-bound", polyline([(plot.left, y), (plot.right, y)]))


def _dots(canvas: Canvas) -> Iterable[Dot]:
    for point, value in canvas.trend.valued:
        css = "chart-dot-hollow" if point.is_provisional else "chart-dot"
        yield Dot(css, at(canvas.x(point.year)), at(canvas.y(value)), "5")


def _axis_words(canvas: Canvas) -> Iterable[Words]:
    plot, axis, trend = canvas.plot, canvas.axis, canvas.trend
    for value, words in zip(axis.ticks, axis.words, strict=True) if axis else ():
        yield Words("chart-tick", "end", at(plot.left - 6), at(canvas.y(value) + SIZE * 0.36), words)
    if axis and trend.unit:
        yield Words("chart-tick", "start", "0", at(SIZE), f"（{trend.unit}）")
    foot = plot.bottom + SIZE * LINE_HEIGHT + 3
    for year in canvas.shown_years:
        yield _under(canvas, year, trend.short(year), "chart-tick", SIZE, foot)
    for point in trend.gaps:
        for row, line in enumerate(canvas.reason_lines(point), 1):
            y = foot + row * (SIZE - 1) * LINE_HEIGHT
            yield _under(canvas, point.year, line, "chart-reason", SIZE - 1, y)
    if not trend.magnitudes and not trend.points:
        yield Words("chart-label", "middle", at(canvas.width / 2), at(canvas.height / 2), "実績値はまだありません")


def _under(canvas: Canvas, year: int, text: str, css: str, size: float, y: float) -> Words:
    """Write under a year, moved inwards at the edges."""
    half = text_width(text, size) / 2
    return Words(css, "middle", at(min(max(canvas.x(year), half), canvas.width - half)), at(y), text)


def _placed_words(board: Board) -> Iterable[Words]:
    for place in board.words:
        yield Words(f"chart-label {place.css}".strip(), place.anchor, at(place.x), at(place.baseline), place.text)
