"""Lay out a Plotly figure of a trend like its drawing: same margins, axes, flags and words."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from kpis.charts.board import Board
from kpis.charts.canvas import FLAG, MILESTONE_LINE, SIZE, Canvas
from kpis.charts.milestone import MILESTONE_RADIUS, milestone_words
from kpis.charts.trend import Trend
from kpis.judging.words import Kind

Json = dict[str, Any]

# charts.js replaces these by what charts.css says, in light and in dark.
ACTUAL, PATH, TEXT, WEAK, LINE, SURFACE = (
    f"var(--chart-{name})" for name in ("actual", "path", "text", "weak", "line", "surface")
)
INVISIBLE = "rgba(0,0,0,0)"
CONFIG: Json = {"displayModeBar": True, "displaylogo": False, "scrollZoom": False, "doubleClick": "reset"}


def trend_layout(canvas: Board) -> Json:
    trend, plot = canvas.trend, canvas.plot
    years = trend.years or range(0, 1)
    quiet = {"showgrid": False, "zeroline": False, "showline": False, "ticks": "", "tickfont": {"color": WEAK}}
    return {
        "font": {"size": SIZE, "color": TEXT},
        "paper_bgcolor": SURFACE,
        "plot_bgcolor": SURFACE,
        "margin": {
            "l": plot.left,
            "t": plot.top,
            "r": canvas.width - plot.right,
            "b": canvas.height - plot.bottom,
        },
        "showlegend": False,
        "hovermode": "closest",
        "uirevision": "kept",
        "hoverdistance": 40,
        "hoverlabel": {"bgcolor": SURFACE, "bordercolor": WEAK, "font": {"color": TEXT, "size": SIZE}, "align": "left"},
        "dragmode": False,
        "modebar": {"bgcolor": INVISIBLE, "color": WEAK, "activecolor": TEXT},
        "xaxis": quiet
        | {
            "range": [years[0] - 0.5, years[-1] + 0.5],
            "minallowed": years[0] - 0.5,
            "maxallowed": years[-1] + 0.5,
            "tickvals": list(years),
            "ticktext": [_tick(canvas, year) for year in years],
            "tickangle": 0,
            "ticklabelstandoff": 5,
            "showline": canvas.axis is not None,
            "linecolor": WEAK,
        },
        "yaxis": quiet | _value_axis(canvas),
        "shapes": [*_lines(canvas), *_flags(trend)],
        "annotations": [*_unit(canvas), *_words(canvas), *_milestone_words(canvas)],
    }


def _tick(canvas: Canvas, year: int) -> str:
    """Write a year at the axis, and under it why it has no value."""
    reasons = [line for point in canvas.trend.gaps if point.year == year for line in canvas.reason_lines(point)]
    name = canvas.trend.short(year) if year in canvas.shown_years else ""
    return "<br>".join([name, *reasons])


def _value_axis(canvas: Canvas) -> Json:
    axis = canvas.axis
    if axis is None:
        # In pixels, for the line to lie where the drawing has it.
        ends = [MILESTONE_LINE - canvas.plot.bottom, MILESTONE_LINE - canvas.plot.top]
        return {"visible": False, "fixedrange": True, "range": ends}
    # A hair more than the axis, or Plotly leaves out the highest grid line.
    high = float(axis.high) + float(axis.high - axis.low) / 120
    return {
        "range": [float(axis.low), high],
        "tickvals": [float(tick) for tick in axis.ticks],
        "ticktext": list(axis.words),
        "showgrid": True,
        "gridcolor": LINE,
        "fixedrange": True,
    }


def _lines(canvas: Canvas) -> Iterable[Json]:
    """Draw the years without a value, the breaks of the series, and the line of a milestone."""
    trend = canvas.trend
    if canvas.axis is None:
        ends = {"xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0}
        yield {"type": "line", "layer": "below", "line": {"color": WEAK, "width": 1}, **ends}
        return
    marks = [(float(point.year), 1, "dot") for point in trend.gaps]
    marks += [(point.year - 0.5, 2, "dashdot") for point in trend.points if point.breaks_series]
    for x, width, dash in marks:
        line = {"color": WEAK, "width": width, "dash": dash}
        yield {"type": "line", "layer": "below", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}


def _flags(trend: Trend) -> Iterable[Json]:
    """Draw the flags of targets in pixels from their spot, which no marker of Plotly's has."""
    target = trend.target
    spots = [(mark.year, mark.value, WEAK, 0.0) for mark in trend.earlier_targets]
    if target and target.year and trend.kind == Kind.MILESTONE:
        spots.append((target.year, Decimal(0), TEXT, MILESTONE_RADIUS + 2))
    elif target and target.year and target.value is not None and not trend.is_bound:
        spots.append((target.year, target.value, TEXT, 0.0))
    for year, value, color, foot in spots:
        yield {
            "type": "path",
            "xref": "x",
            "yref": "y",
            "xsizemode": "pixel",
            "ysizemode": "pixel",
            "xanchor": year,
            "yanchor": float(value),
            "path": f"M0,{foot}L0,{foot + FLAG}L-12,{foot + FLAG - 5}L0,{foot + FLAG - 10}",
            "line": {"color": color, "width": 2},
            "fillcolor": color if color == TEXT else INVISIBLE,
        }


def _unit(canvas: Canvas) -> Iterable[Json]:
    if canvas.axis and canvas.trend.unit:
        corner = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"}
        shift = {"xshift": -canvas.plot.left, "yshift": 6}
        yield {"text": f"（{canvas.trend.unit}）", "showarrow": False, "font": {"color": WEAK}, **corner, **shift}


def _words(board: Board) -> Iterable[Json]:
    """Put the words where the drawing has them, in pixels from their marks."""
    for place in board.words:
        year, value = place.spot
        strong = place.css in ("chart-label-actual", "chart-label-strong")
        color = {"chart-label-actual": ACTUAL, "chart-label-weak": WEAK}.get(place.css, TEXT)
        middle = (place.box.top + place.box.bottom) / 2
        yield {
            "text": place.text,
            "x": year,
            "y": float(value),
            "xanchor": {"start": "left", "end": "right"}.get(place.anchor, "center"),
            "yanchor": "middle",
            "xshift": round(place.x - board.x(year), 1),
            "yshift": round(board.y(value) - middle, 1),
            "showarrow": False,
            "borderpad": 0,
            "font": {"color": color, "weight": "bold" if strong else "normal"},
        }


def _milestone_words(canvas: Canvas) -> Iterable[Json]:
    """Say 完了 or 未完了 under each year, and the target over its flag."""
    if canvas.trend.kind != Kind.MILESTONE:
        return
    for word in milestone_words(canvas):
        year = canvas.trend.years[int((float(word.x) - canvas.plot.left) / canvas.column)]
        yield {
            "text": word.text,
            "x": year,
            "y": 0,
            "yanchor": "middle",
            "xshift": round(float(word.x) - canvas.x(year), 1),
            "yshift": round(MILESTONE_LINE - float(word.y) + SIZE * 0.35, 1),
            "showarrow": False,
            "font": {"color": TEXT, "weight": "bold" if "strong" in word.css else "normal"},
        }
