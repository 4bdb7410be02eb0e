"""Charts as data: figures for Plotly, geometry for inline SVG, and both in words. Pure: no Django."""

from __future__ import annotations

from kpis.charts.chart import TrendChart, trend_chart
from kpis.charts.drawing import TrendDrawing, trend_drawing
from kpis.charts.figure import trend_figure
from kpis.charts.small import RatingBar, Sparkline, Track, expected_share, rating_bar, sparkline, track
from kpis.charts.trend import Aim, Mark, Point, Trend, expected_path
from kpis.charts.words import trend_description, trend_notes

__all__ = [
    "Aim",
    "Mark",
    "Point",
    "RatingBar",
    "Sparkline",
    "Track",
    "Trend",
    "TrendChart",
    "TrendDrawing",
    "expected_path",
    "expected_share",
    "rating_bar",
    "sparkline",
    "track",
    "trend_chart",
    "trend_description",
    "trend_drawing",
    "trend_figure",
    "trend_notes",
]
