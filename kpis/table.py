"""The rows of the table of indicators (includes/indicator_table.html), in Python: a template takes five times as long."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString

from kpis import fragments
from kpis.charts import course, expected_share, track
from kpis.columns import IndicatorColumns
from kpis.listing import Row, Spot


def indicator_rows(rows: Iterable[Row], with_level: bool = False, has_values: bool = True) -> SafeString:
    """Write a row each; without any published value there are fewer columns."""
    return SafeString("".join([_row(row.columns, row.spots, row.as_of, with_level, has_values) for row in rows]))


# Written once for all lists that show the same, before and after a publication that changed others.
@lru_cache(maxsize=1024)
def _row(
    columns: IndicatorColumns, spots: tuple[Spot, ...], as_of: date | None, with_level: bool, has_values: bool
) -> str:
    row = Row(columns, spots)
    cells = _cells if has_values else _cells_before_publication
    return f"<tr>{_heading(row, with_level)}{cells(row)}</tr>\n"


def _heading(row: Row, with_level: bool) -> str:
    indicator = row.indicator
    chips = fragments.chips(row.tag, indicator.get_level_display() if with_level else "")
    return f'<th scope="row"><a href="{indicator.get_absolute_url()}">{escape(indicator.name)}</a> {chips}</th>'


def _cells(row: Row) -> str:
    latest, progress, spark = fragments.UNPUBLISHED, fragments.NO_FIGURE, fragments.NO_FIGURE
    if line := row.latest:
        state = f" {line.state_label}" if line.is_provisional else ""
        latest = fragments.figure(line.value_text, line.year_short, state, is_strong=True)
        spark = fragments.sparkline_drawing(course(*row.course))
        year = line.assessment
        if year.progress is not None:
            drawn = track(year.progress, expected_share(year.spec, year.fiscal_year))
            progress = fragments.track_line(drawn) if drawn else fragments.NO_FIGURE
    return (
        f'<td data-label="評価">{fragments.rating_mark(row.rating, row.rating_label)}</td>'
        f'<td class="number" data-label="基準値"><span>{_baseline(row)}</span></td>'
        f'<td class="number" data-label="最新の実績値"><span>{latest}</span></td>'
        f'<td class="number" data-label="目標値">{_target(row)}</td>'
        f'<td data-label="進捗率"><span>{progress}</span></td>'
        f'<td data-label="推移"><span>{spark}</span></td>'
    )


def _cells_before_publication(row: Row) -> str:
    return (
        f'<td class="number" data-label="基準値"><span>{_baseline(row)}</span></td>'
        f'<td class="number" data-label="目標値">{_target(row)}</td>'
    )


def _baseline(row: Row) -> str:
    return fragments.figure(row.baseline_text, row.baseline_year)


def _target(row: Row) -> str:
    """Write the target with the one that it replaced, where there was another; words may wrap."""
    earlier = row.earlier_target_text
    before = f'<br><span class="weak small">改訂前 {escape(earlier)}</span>' if earlier else ""
    css = ' class="words"' if row.target_is_words else ""
    return f"<span{css}>{fragments.figure(row.target_text, row.target_year)}{before}</span>"
