"""Turn a trend into a plain Plotly dict: no template, no graph objects, colours as the names of CSS properties."""

from __future__ import annotations

from collections.abc import Iterable

from kpis.charts.board import Board
from kpis.charts.layout import ACTUAL, CONFIG, PATH, SURFACE, TEXT, WEAK, Json, trend_layout
from kpis.charts.trend import Mark, Trend
from kpis.charts.words import milestone_word, trend_notes
from kpis.judging.words import Kind, State


def figure_on(wide: Board, narrow: Board) -> Json:
    """Build data, layout and config, with the words where the two drawings have them; `narrow` is the narrow layout."""
    trend = wide.trend
    return {
        "data": list(_traces(trend)),
        "layout": trend_layout(wide),
        "config": CONFIG,
        "narrow": trend_layout(narrow),
        "title": f"{trend.name}（{trend.unit}）" if trend.unit else trend.name,
        "notes": "　".join(trend_notes(trend, wide.axis)),
    }


def _traces(trend: Trend) -> Iterable[Json]:
    """Give the marks from back to front; their words are annotations of the layout."""
    if trend.kind == Kind.MILESTONE:
        yield _milestone(trend)
        return
    if len(trend.path) > 1:
        yield _path(trend)
    yield from _bounds(trend)
    if trend.valued:
        yield _line(trend)
    for mark in trend.earlier_targets:
        yield _mark(trend, mark, "以前の目標", {"symbol": "circle", "color": WEAK, "size": 5})
    if trend.baseline:
        symbol = {"symbol": "diamond", "color": SURFACE, "size": 12, "line": {"color": TEXT, "width": 2}}
        yield _mark(trend, trend.baseline, "基準", symbol)
    target = trend.target
    if target and target.year and target.value is not None and not trend.is_bound:
        mark = Mark(target.year, target.value, target.label)
        yield _mark(trend, mark, "目標", {"symbol": "circle", "color": TEXT, "size": 5})
    if trend.valued:
        yield _points(trend)


def _line(trend: Trend) -> Json:
    """Join the actuals; a None between two runs keeps the line cut."""
    years: list[float] = []
    values: list[float | None] = []
    for run in trend.runs:
        if years:
            years.append(run[0][0] - 0.5)
            values.append(None)
        years += [year for year, _ in run]
        values += [float(value) for _, value in run]
    return {
        "type": "scatter",
        "name": "実績",
        "mode": "lines",
        "x": years,
        "y": values,
        "connectgaps": False,
        "hoverinfo": "skip",
        "line": {"color": ACTUAL, "width": 3},
    }


def _points(trend: Trend) -> Json:
    fills = [SURFACE if point.is_provisional else ACTUAL for point, _ in trend.valued]
    return {
        "type": "scatter",
        "name": "実績",
        "mode": "markers",
        "x": [point.year for point, _ in trend.valued],
        "y": [float(value) for _, value in trend.valued],
        "marker": {"color": fills, "size": 10, "line": {"color": ACTUAL, "width": 2.5}},
        "hovertext": [_hover(trend, point.year) for point, _ in trend.valued],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _hover(trend: Trend, year: int) -> str:
    """Say the year, the actual with its state or why there is none, and the 目安 to compare it with."""
    lines = [trend.long(year)]
    for point in trend.points:
        if point.year == year and point.value is None:
            lines.append(f"実績 {point.reason}")
        elif point.year == year:
            state = f"（{State(point.state).label}）" if point.is_provisional else ""
            lines.append(f"実績 {point.label}{'※' if point.amended else ''}{state}")
    lines += [f"目安 {trend.printed(value)}" for other, value in trend.path if other == year]
    return "<br>".join(lines)


def _path(trend: Trend) -> Json:
    return {
        "type": "scatter",
        "name": "目安",
        "mode": "lines",
        "x": [year for year, _ in trend.path],
        "y": [float(value) for _, value in trend.path],
        "line": {"color": PATH, "width": 2, "dash": "dash"},
        "hovertext": [_hover(trend, year) for year, _ in trend.path],
        "hoverinfo": "text",
    }


def _mark(trend: Trend, mark: Mark, word: str, symbol: Json) -> Json:
    return {
        "type": "scatter",
        "name": word,
        "mode": "markers",
        "x": [mark.year],
        "y": [float(mark.value)],
        "marker": symbol,
        "hovertext": [f"{trend.long(mark.year)}<br>{word} {mark.label}"],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _bounds(trend: Trend) -> Iterable[Json]:
    if not trend.bounds:
        return
    ends = [trend.years[0] - 0.5, trend.years[-1] + 0.5]
    for number, value in enumerate(trend.bounds):
        trace: Json = {
            "type": "scatter",
            "name": "目標",
            "mode": "lines",
            "x": ends,
            "y": [float(value)] * 2,
            "line": {"color": TEXT, "width": 2},
            "hoverinfo": "skip",
        }
        yield trace | ({"fill": "tonexty", "fillcolor": "var(--chart-band)"} if number else {})


def _milestone(trend: Trend) -> Json:
    fills = [ACTUAL if value == 1 else SURFACE for _, value in trend.valued]
    return {
        "type": "scatter",
        "name": "状況",
        "mode": "markers",
        "x": [point.year for point, _ in trend.valued],
        "y": [0 for _ in trend.valued],
        "marker": {"color": fills, "size": 18, "line": {"color": ACTUAL, "width": 2.5}},
        "hovertext": [f"{trend.long(point.year)}<br>{milestone_word(value)}" for point, value in trend.valued],
        "hoverinfo": "text",
    }
