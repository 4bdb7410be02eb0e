"""The rows of the table of indicators (includes/indicator_table.html), in Python: a template takes five times as long."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString

from kpis.display import fragments
from kpis.display.summary import Summary


def indicator_rows(rows: Iterable[Summary], with_level: bool = False, has_values: bool = True) -> SafeString:
    """Write a row each; without any published value there are fewer columns."""
    cells = _cells if has_values else _cells_before_publication
    return SafeString("".join([f"<tr>{_heading(row, with_level)}{cells(row)}</tr>\n" for row in rows]))


def _heading(row: Summary, with_level: bool) -> str:
    indicator = row.indicator
    chips = fragments.chips(row.tag, indicator.get_level_display() if with_level else "")
    return f'<th scope="row"><a href="{indicator.get_absolute_url()}">{escape(indicator.name)}</a> {chips}</th>'


def _cells(row: Summary) -> str:
    latest = fragments.UNPUBLISHED
    if line := row.latest:
        state = f" {line.state_label}" if line.is_provisional else ""
        latest = fragments.figure(line.value_text, line.year_short, state, is_strong=True)
    progress = fragments.track_line(row.track) if row.track else fragments.NO_FIGURE
    spark = fragments.sparkline_drawing(row.sparkline) if row.sparkline else fragments.NO_FIGURE
    return (
        f'<td data-label="評価">{fragments.rating_mark(row.rating, row.rating_label)}</td>'
        f'<td class="number" data-label="基準値"><span>{_baseline(row)}</span></td>'
        f'<td class="number" data-label="最新の実績値"><span>{latest}</span></td>'
        f'<td class="number" data-label="目標値">{_target(row)}</td>'
        f'<td data-label="進捗率"><span>{progress}</span></td>'
        f'<td data-label="推移"><span>{spark}</span></td>'
    )


def _cells_before_publication(row: Summary) -> str:
    return (
        f'<td class="number" data-label="基準値"><span>{_baseline(row)}</span></td>'
        f'<td class="number" data-label="目標値">{_target(row)}</td>'
    )


def _baseline(row: Summary) -> str:
    return fragments.figure(row.baseline_text, row.baseline_year)


def _target(row: Summary) -> str:
    """Write the target with the one that it replaced, where there was another; words may wrap."""
    earlier = row.earlier_target_text
    before = f'<br><span class="weak small">改訂前 {escape(earlier)}</span>' if earlier else ""
    css = ' class="words"' if row.target_is_words else ""
    return f"<span{css}>{fragments.figure(row.target_text, row.target_year)}{before}</span>"
