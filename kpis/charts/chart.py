"""Everything that the include of a figure shows, made from one description."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kpis.charts.drawing import NARROW, WIDE, board_for, drawing_on
from kpis.charts.figure import figure_on
from kpis.charts.shapes import Drawing
from kpis.charts.trend import Trend
from kpis.charts.words import trend_description, trend_notes
from kpis.judging.words import Kind


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart of a page; `key` is unique on it and makes the ids. A chart without a page's own table brings one."""

    key: str
    name: str
    unit: str
    form: str
    period: str
    description: str
    notes: tuple[str, ...]
    wide: Drawing
    narrow: Drawing
    figure: dict[str, Any]
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    legend: tuple[tuple[str, str, int], ...] = ()  # group, its label, its count

    @property
    def data_id(self) -> str:
        return f"{self.key}-figure"


def trend_chart(trend: Trend, key: str) -> Chart:
    """Make both drawings, the figure and the words of a trend."""
    years = trend.years
    wide, narrow = board_for(trend, *WIDE), board_for(trend, *NARROW)
    period = f"{trend.short(years[0])}〜{trend.short(years[-1])}年度" if len(years) > 1 else ""
    return Chart(
        key=key,
        name=trend.name,
        unit="" if trend.kind == Kind.MILESTONE else trend.unit,
        form="年度ごとの状況" if trend.kind == Kind.MILESTONE else "年次推移",
        period=period,
        description=trend_description(trend),
        notes=trend_notes(trend, wide.axis),
        wide=drawing_on(wide),
        narrow=drawing_on(narrow),
        figure=figure_on(wide, narrow),
    )
