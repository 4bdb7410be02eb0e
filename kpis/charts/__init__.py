"""Charts as data: figures for Plotly, geometry for inline SVG, and both in words. Pure: no Django."""

from __future__ import annotations

from kpis.charts.chart import Chart, trend_chart
from kpis.charts.progress import Progress, ProgressRow
from kpis.charts.progress_chart import progress_chart
from kpis.charts.ratings import GoalRatings, Ratings, ratings_chart
from kpis.charts.small import RatingBar, Sparkline, Track, course, expected_share, rating_bar, sparkline, track
from kpis.charts.trend import Mark, Point, Trend

__all__ = [
    "Chart",
    "GoalRatings",
    "Mark",
    "Point",
    "Progress",
    "ProgressRow",
    "RatingBar",
    "Ratings",
    "Sparkline",
    "Track",
    "Trend",
    "course",
    "expected_share",
    "progress_chart",
    "rating_bar",
    "ratings_chart",
    "sparkline",
    "track",
    "trend_chart",
]
