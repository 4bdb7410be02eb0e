"""Turn a trend into a plain Plotly dict: no template, no graph objects, colours as the names of CSS properties."""

from __future__ import annotations

from collections.abc import Iterable

from kpis.charts.canvas import Canvas
from kpis.charts.drawing import NARROW, WIDE, canvas_for
from kpis.charts.layout import ACTUAL, PATH, SURFACE, TEXT, WEAK, Json, trend_layout
from kpis.charts.trend import Mark, Point, Trend
from kpis.charts.words import milestone_word, trend_notes
from kpis.evaluation import Kind, State


def trend_figure(trend: Trend) -> Json:
    """Build data, layout and config; `narrow` holds where the words go in a narrow box, trace by trace."""
    return figure_on(canvas_for(trend, *WIDE), canvas_for(trend, *NARROW))


def figure_on(wide: Canvas, narrow: Canvas) -> Json:
    """Build the figure with the words where the two drawings have them."""
    trend = wide.trend
    traces = list(_traces(trend))
    return {
        "data": [_worded(trace, wide) for trace in traces],
        "layout": trend_layout(wide),
        "config": {"displayModeBar": True, "displaylogo": False, "scrollZoom": False, "doubleClick": "reset"},
        "narrow": {"words": [_words_of(trace, narrow) for trace in traces], "layout": trend_layout(narrow)},
        "title": f"{trend.name}（{trend.unit}）" if trend.unit else trend.name,
        "notes": "　".join(trend_notes(trend, wide.axis)),
    }


def _traces(trend: Trend) -> Iterable[Json]:
    """Give the marks from back to front; `keys` name their words in the drawing and are taken out again."""
    if trend.kind == Kind.MILESTONE:
        yield _milestone(trend)
        return
    if len(trend.path) > 1:
        yield _path(trend)
    yield from _bounds(trend)
    if trend.valued:
        yield _line(trend)
    for number, mark in enumerate(trend.earlier_targets):
        yield _mark(
            trend, mark, f"earlier {number}", "以前の目標", {"symbol": "circle", "color": WEAK, "size": 5}, WEAK
        )
    if trend.baseline:
        symbol = {"symbol": "diamond", "color": SURFACE, "size": 12, "line": {"color": TEXT, "width": 2}}
        yield _mark(trend, trend.baseline, "baseline", "基準", symbol, TEXT)
    target = trend.target
    if target and target.year and target.value is not None and not trend.is_bound:
        mark = Mark(target.year, target.value, target.label)
        yield _mark(trend, mark, "target", "目標", {"symbol": "circle", "color": TEXT, "size": 5}, TEXT)
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
        "mode": "markers+text",
        "x": [point.year for point, _ in trend.valued],
        "y": [float(value) for _, value in trend.valued],
        "marker": {"color": fills, "size": 10, "line": {"color": ACTUAL, "width": 2.5}},
        "textfont": {"color": ACTUAL},
        "hovertext": [_hover(trend, point) for point, _ in trend.valued],
        "hoverinfo": "text",
        "cliponaxis": False,
        "keys": [f"point {point.year}" for point, _ in trend.valued],
    }


def _hover(trend: Trend, point: Point) -> str:
    """Say the year, the actual with its state, and the 目安 to compare it with."""
    state = f"（{State(point.state).label}）" if point.is_provisional else ""
    lines = [trend.long(point.year), f"実績 {point.label}{'※' if point.amended else ''}{state}"]
    lines += [f"目安 {trend.printed(value)}" for year, value in trend.path if year == point.year]
    return "<br>".join(lines)


def _path(trend: Trend) -> Json:
    return {
        "type": "scatter",
        "name": "目安",
        "mode": "lines+text",
        "x": [year for year, _ in trend.path],
        "y": [float(value) for _, value in trend.path],
        "line": {"color": PATH, "width": 2, "dash": "dash"},
        "textfont": {"color": WEAK},
        "hovertext": [f"{trend.long(year)}<br>目安 {trend.printed(value)}" for year, value in trend.path],
        "hoverinfo": "text",
        "keys": [f"path {year}" for year, _ in trend.path],
    }


def _mark(trend: Trend, mark: Mark, key: str, word: str, symbol: Json, color: str) -> Json:
    return {
        "type": "scatter",
        "name": word,
        "mode": "markers+text",
        "x": [mark.year],
        "y": [float(mark.value)],
        "marker": symbol,
        "textfont": {"color": color},
        "hovertext": [f"{trend.long(mark.year)}<br>{word} {mark.label}"],
        "hoverinfo": "text",
        "cliponaxis": False,
        "keys": [key],
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
        "mode": "markers+text",
        "x": [point.year for point, _ in trend.valued],
        "y": [0 for _ in trend.valued],
        "marker": {"color": fills, "size": 18, "line": {"color": ACTUAL, "width": 2.5}},
        "text": [milestone_word(value) for _, value in trend.valued],
        "textposition": "bottom center",
        "textfont": {"color": TEXT},
        "hovertext": [f"{trend.long(point.year)}<br>{milestone_word(value)}" for point, value in trend.valued],
        "hoverinfo": "text",
    }


def _worded(trace: Json, canvas: Canvas) -> Json:
    """Put the words of the drawing at the marks."""
    return {key: value for key, value in trace.items() if key != "keys"} | _words_of(trace, canvas)


def _words_of(trace: Json, canvas: Canvas) -> Json:
    if "keys" not in trace:
        return {}
    placed = [canvas.sheet.placed.get(key) for key in trace["keys"]]
    return {
        "text": [place.text if place else "" for place in placed],
        "textposition": [place.side if place else "top center" for place in placed],
    }
