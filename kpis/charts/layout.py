"""Lay out a Plotly figure of a trend like its drawing: same margins, axes, flags and words."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from kpis.charts.canvas import FLAG, SIZE, Canvas
from kpis.charts.trend import Trend
from kpis.evaluation import Kind

Json = dict[str, Any]

# charts.js replaces these by what charts.css says, in light and in dark.
ACTUAL, PATH, TEXT, WEAK, LINE, SURFACE = (
    f"var(--chart-{name})" for name in ("actual", "path", "text", "weak", "line", "surface")
)
_INVISIBLE = "rgba(0,0,0,0)"


def trend_layout(canvas: Canvas) -> Json:
    trend, plot = canvas.trend, canvas.plot
    years = trend.years or range(0, 1)
    axis_line = {"showgrid": False, "zeroline": False, "linecolor": WEAK, "tickfont": {"color": WEAK}}
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
        "xaxis": axis_line
        | {
            "range": [years[0] - 0.5, years[-1] + 0.5],
            "minallowed": years[0] - 0.5,
            "maxallowed": years[-1] + 0.5,
            "tickvals": list(years),
            "ticktext": [_tick(canvas, year) for year in years],
            "tickangle": 0,
            "showline": True,
            "ticks": "",
            "fixedrange": False,
        },
        "yaxis": axis_line | _value_axis(canvas),
        "shapes": list(_flags(trend)),
        "annotations": list(_unit(trend, canvas)),
    }


def _tick(canvas: Canvas, year: int) -> str:
    """Write a year at the axis, and under it why it has no value."""
    reasons = [line for point in canvas.trend.gaps if point.year == year for line in canvas.reason_lines(point)]
    name = canvas.trend.short(year) if year in canvas.shown_years else ""
    return "<br>".join([name, *reasons])


def _value_axis(canvas: Canvas) -> Json:
    axis = canvas.axis
    if axis is None:
        return {"visible": False, "fixedrange": True, "range": [-1, 1]}
    return {
        "range": [float(axis.low), float(axis.high)],
        "tickvals": [float(tick) for tick in axis.ticks],
        "ticktext": list(axis.words),
        "showgrid": True,
        "gridcolor": LINE,
        "ticks": "",
        "fixedrange": True,
    }


def _flags(trend: Trend) -> Iterable[Json]:
    """Draw the flags of targets in pixels from their spot, which no marker of Plotly's has."""
    target = trend.target
    spots = [(mark.year, mark.value, WEAK) for mark in trend.earlier_targets]
    if target and target.year and trend.kind == Kind.MILESTONE:
        spots.append((target.year, Decimal(0), TEXT))
    elif target and target.year and target.value is not None and not trend.is_bound:
        spots.append((target.year, target.value, TEXT))
    for year, value, color in spots:
        yield {
            "type": "path",
            "xref": "x",
            "yref": "y",
            "xsizemode": "pixel",
            "ysizemode": "pixel",
            "xanchor": year,
            "yanchor": float(value),
            "path": f"M0,0L0,{FLAG}L-12,{FLAG - 5}L0,{FLAG - 10}",
            "line": {"color": color, "width": 2},
            "fillcolor": color if color == TEXT else _INVISIBLE,
        }


def _unit(trend: Trend, canvas: Canvas) -> Iterable[Json]:
    if canvas.axis and trend.unit:
        yield {
            "text": f"（{trend.unit}）",
            "xref": "paper",
            "yref": "paper",
            "x": 0,
            "y": 1,
            "xanchor": "left",
            "yanchor": "bottom",
            "xshift": -canvas.plot.left,
            "yshift": 6,
            "showarrow": False,
            "font": {"color": WEAK},
        }
    target = trend.target
    if target and target.value is not None and trend.is_bound:
        at = target.upper if target.upper is not None else target.value
        place = canvas.sheet.placed.get("target")
        yield {
            "text": f"目標 {target.label}",
            "x": 1,
            "xref": "paper",
            "xanchor": "right",
            "y": float(at),
            "yref": "y",
            "yanchor": "top" if place and place.side.startswith("bottom") else "bottom",
            "showarrow": False,
        }
