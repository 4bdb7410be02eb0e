"""Draw the progress of many: as an inline SVG, and as the Plotly dict that takes its place."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kpis.charts.bars import Field, Head, Label, Rows, upright
from kpis.charts.canvas import SIZE
from kpis.charts.chart import Chart
from kpis.charts.layout import ACTUAL, CONFIG, LINE, SURFACE, TEXT, Json
from kpis.charts.placing import text_width
from kpis.charts.progress import (
    COLUMNS,
    Progress,
    ProgressRow,
    progress_description,
    progress_notes,
    progress_table,
)
from kpis.charts.shapes import Drawing, Shape, polyline

_WIDE = Field(720, left=258, right=204, top=30)
_NARROW = Field(320, left=6, right=6, top=66, is_narrow=True)  # Plotly's button has the corner
_NUMBER = 74.0  # width of the column of percentages
_TICK = 12.0  # half its height


def progress_chart(progress: Progress, key: str) -> Chart | None:
    """Make both drawings, the figure and the words; None where nothing can be drawn."""
    if not progress.rows:
        return None
    wide, narrow = _rows(progress, _WIDE), _rows(progress, _NARROW)
    notes = progress_notes(progress)
    return Chart(
        key=key,
        name=progress.name,
        unit="%",
        form="進捗率",
        period=progress.year,
        description=progress_description(progress),
        notes=notes,
        wide=_drawing(progress, wide),
        narrow=_drawing(progress, narrow),
        figure={
            "data": list(_traces(progress, wide)),
            "layout": _layout(progress, wide),
            "config": CONFIG,
            "narrow": _layout(progress, narrow),
            "narrowData": list(_traces(progress, narrow)),
            "title": f"{progress.name}（{progress.year}、%）",
            "notes": "　".join(notes),
        },
        columns=COLUMNS,
        rows=progress_table(progress),
    )


def _rows(progress: Progress, field: Field) -> Rows:
    """Lay out the rows; the first with a tick has room for the word that names it."""
    first = _first_tick(progress)
    heads = (
        Head(row.name, lines_free=1, foot=SIZE + 2 if number == first else 0.0)
        for number, row in enumerate(progress.rows)
    )
    return Rows(field, tuple(heads))


def _first_tick(progress: Progress) -> int | None:
    return next((number for number, row in enumerate(progress.rows) if row.tick is not None), None)


def _share(progress: Progress, value: Decimal) -> float:
    return float((value - progress.low) / (1 - progress.low))


def _drawing(progress: Progress, rows: Rows) -> Drawing:
    zero = _share(progress, Decimal(0))
    shapes, marks = [], []
    for row, middle in zip(progress.rows, rows.middles, strict=True):
        y = rows.plot.top + middle
        shapes.append(Shape("chart-rail", polyline([(rows.x(zero), y), (rows.x(1.0), y)])))
        if row.capped:
            css = "chart-bar chart-bar-behind" if row.capped < 0 else "chart-bar"
            end = _share(progress, row.capped)
            shapes.append(rows.bar(css, min(zero, end), max(zero, end), middle))
        if row.tick is not None:
            x = rows.x(_share(progress, row.tick))
            tick = polyline([(x, y - _TICK), (x, y + _TICK)])
            marks += [Shape("chart-expected-ground", tick), Shape("chart-expected", tick)]
    grid = [("chart-axis", share, start, end) for share in (zero, 1.0) for start, end in rows.reaches(_TICK)]
    return rows.drawing(grid, shapes, marks, list(_labels(progress, rows)))


def _labels(progress: Progress, rows: Rows) -> Iterator[Label]:
    zero, is_narrow = _share(progress, Decimal(0)), rows.field.is_narrow
    yield from rows.names()
    yield Label("chart-tick", "start" if is_narrow else "middle", zero, 0.0, 0.0, -10.0, "基準 0%")
    yield Label("chart-tick", "end" if is_narrow else "middle", 1.0, 0.0, 0.0, -10.0, "目標 100%")
    for row, middle in zip(progress.rows, rows.middles, strict=True):
        if is_narrow:
            drop, after = rows.above_bar(1), text_width(row.label, SIZE) + 8
            yield Label("chart-label-actual", "start", 0.0, -rows.field.left, middle, drop, row.label)
            yield Label("chart-word", "start", 0.0, after - rows.field.left, middle, drop, row.word)
        else:
            yield Label("chart-label-actual", "end", 1.0, _NUMBER, middle, 0.0, row.label)
            yield Label("chart-word", "start", 1.0, _NUMBER + 10, middle, 0.0, row.word)
    first = _first_tick(progress)
    if first is not None and (tick := progress.rows[first].tick) is not None:
        share = _share(progress, tick)
        anchor = "start" if share < 0.1 else "end" if share > 0.9 else "middle"
        yield Label("chart-label", anchor, share, 0.0, rows.middles[first], _TICK + SIZE * 0.7, "目安")


def _layout(progress: Progress, rows: Rows) -> Json:
    shapes = [upright(x, *reach) for x in (0.0, 100.0) for reach in rows.reaches(_TICK)]
    for middle in rows.middles:
        line = {"color": LINE, "width": 4}
        shapes.append({"type": "line", "layer": "below", "x0": 0, "x1": 100, "y0": middle, "y1": middle, "line": line})
    return rows.layout(_percent(progress.low), 100.0, list(_labels(progress, rows)), shapes)


def _traces(progress: Progress, rows: Rows) -> Iterator[Json]:
    """Give the bars and their ticks; rows lie where this drawing has them."""
    placed = list(zip(progress.rows, rows.middles, strict=True))
    yield {
        "type": "bar",
        "name": "進捗率",
        "orientation": "h",
        "x": [_percent(row.capped) for row in progress.rows],
        "y": [round(middle, 1) for middle in rows.middles],
        "width": rows.field.thickness,
        "marker": {"color": [TEXT if row.capped < 0 else ACTUAL for row in progress.rows], "line": {"width": 0}},
        "hovertext": [_hover(row) for row in progress.rows],
        "hoverinfo": "text",
        "textposition": "none",
    }
    ticked = [(row, middle) for row, middle in placed if row.tick is not None]
    for color, width, size in ((SURFACE, 6, 2 * _TICK / 1.4), (TEXT, 2, 2 * _TICK / 1.4)) if ticked else ():
        yield {
            "type": "scatter",
            "name": "目安",
            "mode": "markers",
            "x": [_percent(row.tick or Decimal(0)) for row, _ in ticked],
            "y": [round(middle, 1) for _, middle in ticked],
            "marker": {
                "symbol": "line-ns-open",
                "size": size,
                "color": color,
                "line": {"color": color, "width": width},
            },
            "cliponaxis": False,
            "hovertext": [_hover(row) for row, _ in ticked],
            "hoverinfo": "skip" if color == SURFACE else "text",
        }


def _hover(row: ProgressRow) -> str:
    lines = [row.name, f"進捗率 {row.label}　{row.word}"]
    if row.expected_label:
        lines.append(f"目安 {row.expected_label}")
    if row.value:
        lines.append(f"実績 {row.value_text}")
    return "<br>".join(lines)


def _percent(ratio: Decimal) -> float:
    return round(float(ratio * 100), 4)
